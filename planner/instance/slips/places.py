"""Slips in sites, bodies and slices: places where nothing can be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from planner.instance.findings import Finding
from planner.instance.numerals import apart
from planner.instance.problems import listed

if TYPE_CHECKING:
    from planner.instance.slips.look import Look

#: A year, in hours, as in `planner.units`; room for rounded hours and shares.
HOURS_OF_A_YEAR = 8760.0
_ROUNDED = 1 + 1e-4


def empty_sites(look: Look) -> Iterator[Finding]:
    """A site where no technology may stand."""
    used = {site for assets in look.assets.values() for _, site in assets}
    for site in look.instance.sites:
        if site not in used:
            yield look.at_table(
                "sites", site, f"nothing may stand at the site {site}: no technology names it, or its body, in `at`"
            )


def empty_bodies(look: Look) -> Iterator[Finding]:
    """A body without sites to which nothing flies and at which nothing is traded."""
    instance = look.instance
    used = {*instance.sites.values(), *(market.body for market in instance.markets.values())}
    used |= {body for route in instance.routes.values() for body in (route.destination, route.refuel)}
    for body in instance.bodies:
        if body not in used:
            yield look.at_table("bodies", body, f"the body {body} has no site, no market and no route that leads there")


def slices_of_nowhere(look: Look) -> Iterator[Finding]:
    """Slices of a body without sites."""
    inhabited = set(look.instance.sites.values())
    for body, slices in look.instance.slices.items():
        if slices and body not in inhabited:
            yield look.at_table("slices", slices[0], f"the slices of {body} are used by nothing: no site is on it")


def no_users(look: Look) -> Iterator[Finding]:
    """No body with users, though computing is sent to them."""
    rates = look.instance.numbers["compute.data_rate"]
    if any(rates.values()) and not any(body.users for body in look.instance.bodies.values()):
        first = next(workload for workload, rate in rates.items() if rate)
        said = f"{first} sends data to users, and no body has any: expected users = true in a section [bodies.NAME]"
        yield look.at_row("compute.data_rate", (first,), said, ("workloads", first))


def twice_in_at(look: Look) -> Iterator[Finding]:
    """A technology that names a site and its body."""
    sites = look.instance.sites
    for row in look.instance.structure.tables["technologies"]:
        named = row["at"].split()
        for site in named:
            if sites.get(site) in named:
                said = f"{row['technology']} names the site {site} and its body {sites[site]}, which has it already"
                yield look.at_table("technologies", row["technology"], said)


def long_cycles(look: Look) -> Iterator[Finding]:
    """A cycle that lasts longer than its share of the year, so that it does not occur once in it."""
    share, hours = (look.instance.numbers[f"time.{name}"] for name in ("share", "hours"))
    for ring in _rings(look.instance.previous):
        lasts, most = math.fsum(hours[slice_] for slice_ in ring), math.fsum(share[slice_] for slice_ in ring) * HOURS_OF_A_YEAR
        if lasts > most * _ROUNDED:
            longest = max(ring, key=lambda slice_: hours[slice_])
            what = f"the slice {ring[0]} lasts" if len(ring) == 1 else f"the slices {listed(sorted(ring))} of a cycle last"
            said = "{} {} h, more than the {} h of their share of the year".format(what, *apart(lasts, most))
            expected = "expected how long each lasts when it occurs, such as 24 h of a day"
            yield look.at_row("time.hours", (longest,), f"{said}; {expected}", ("slices", longest))


def _rings(previous: Mapping[str, str]) -> Iterator[list[str]]:
    """The slices of each cycle."""
    seen: set[str] = set()
    for first in previous:
        if first not in seen:
            ring = [first]
            while previous[ring[-1]] != first:
                ring.append(previous[ring[-1]])
            seen.update(ring)
            yield ring


CHECKS = (empty_sites, empty_bodies, slices_of_nowhere, no_users, twice_in_at, long_cycles)
