"""Slips in what is asked for: no demand, demand that no site may serve, computing that is worth nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.instance.findings import Finding
from planner.instance.numerals import apart

if TYPE_CHECKING:
    from planner.instance.slips.look import Look


def nothing_asked(look: Look) -> Iterator[Finding]:
    """A workload whose demand is 0 in every year."""
    for workload in look.instance.workloads:
        if not any(look.every_year("compute.demand", workload)):
            said = f"nothing is asked of {workload}: its demand is 0 in every year"
            yield look.at_row("compute.demand", (workload,), said, ("workloads", workload))


def worthless(look: Look) -> Iterator[Finding]:
    """A tier that is worth nothing, so that to leave it unserved costs nothing."""
    for tier in look.instance.tiers:
        worth = look.every_year("compute.value", tier)
        if worth and not any(worth):
            said = f"leaving {tier} unserved costs nothing: its value is 0; without a value it must be served"
            yield look.at_row("compute.value", (tier,), said, ("tiers", tier))


def served_nowhere(look: Look) -> Iterator[Finding]:
    """A workload of which all has a value and that no site may serve: all of it is left unserved, in silence."""
    for workload in look.instance.workloads:
        tiers = [tier for tier, of in look.instance.tiers.items() if of == workload and look.number("compute.share", tier)]
        priced = all(len(look.every_year("compute.value", tier)) == len(look.instance.years) for tier in tiers)
        sites = look.instance.structure.sites_of_block("compute")
        reasons = [_why_not(look, workload, site) for site in sites]
        if tiers and priced and any(look.every_year("compute.demand", workload)) and all(reasons):
            why = "; ".join(reasons) or "no technology of compute is at any site"
            said = f"{workload} can be served nowhere, so that all of it is left unserved at its value: {why}"
            yield look.at_row("compute.demand", (workload,), said, ("workloads", workload))


def _why_not(look: Look, workload: str, site: str) -> str:
    """Why a workload cannot be served at a site whatever is built, or nothing."""
    most, delay = look.number("compute.max_delay", workload), look.number("compute.delay", site) or 0.0
    if most is not None and delay > most:
        away, tolerated = apart(delay, most)
        return f"{site} is {away} s away and it tolerates {tolerated} s ({look.sources.place('compute.max_delay', workload)})"
    if all(other != site for _, other in look.assets["power"]):
        return f"no power plant may stand at {site}"
    sends = look.number("compute.data_rate", workload) and not look.instance.bodies[look.instance.sites[site]].users
    if sends and all(other != site for _, other in look.assets["link"]):
        return f"no link may stand at {site}"
    return ""


CHECKS = (nothing_asked, worthless, served_nowhere)
