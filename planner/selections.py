"""What a limit or a condition selects of a program: one that selects no column is refused, for it would do nothing in silence.

What selects nothing because of dates, which a scenario may change, or because of a number that is stated and 0, is let be: it
holds by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.declarations import QUANTITIES
from planner.errors import InstanceError, PlannerError, Problem
from planner.instance import Instance, Limit
from planner.instance.labels import NEEDED_NUMBERS, blocks_of
from planner.instance.problems import listed
from planner.instance.sources import Sources
from planner.limits import selector
from planner.lp import LinearProgram
from planner.parameters import CAPACITY_UNITS


def refuse_idle_limits(instance: Instance, lp: LinearProgram) -> None:
    """Raise InstanceError with every limit of which no row of the program has a column."""
    family = lp.row_family("limit")
    counted = set()
    if family is not None:
        sizes = np.diff(lp.matrix.indptr[family.start : family.start + len(family.index) + 1])
        counted = {index[:2] for index, size in zip(family.index, sizes, strict=True) if size}
    idle = [limit for limit in instance.limits if (limit.name, limit.bound) not in counted]
    problems = [
        Problem(*limit.latest, 1, f"'{limit.name}' {why}{limit.row_changed}")
        for limit in idle
        if (why := _why_nothing(instance, lp, limit))
    ]
    if problems:
        raise InstanceError(problems, f"{len(problems)} limit{'s' * (len(problems) > 1)} without effect")


def refuse_idle_selection(instance: Instance, lp: LinearProgram, selection: Limit, text: str) -> None:
    """Raise PlannerError where what a condition or a study selects has no column of the program."""
    selects, families = selector(instance, selection), lp.quantities.get(selection.quantity, ())
    sizes = np.diff(lp.quantity_matrix.indptr)
    entries = (family.start + member for family in families for member, key in enumerate(family.index) if selects(key))
    if not any(sizes[entry] for entry in entries) and (why := _why_nothing(instance, lp, selection)):
        raise PlannerError(f"'{text}' {why}")


def _why_nothing(instance: Instance, lp: LinearProgram, selection: Limit) -> str:
    """Why nothing is selected, in words; empty where dates or a stated 0 make it so."""
    quantity = QUANTITIES[selection.quantity]
    needed = NEEDED_NUMBERS.get(quantity.name, ())
    chosen = _technologies(instance, selection) if "technology" in quantity.index else []
    named = list(dict.fromkeys(name for name, _ in chosen))
    if needed and chosen:
        keys = list(dict.fromkeys(key.format(instance.technologies[name].block) for key in needed for name in named))
        if any(_stated(instance, key, chosen) for key in keys):
            return ""
        return f"selects nothing of {quantity.name}: no {' or '.join(keys)} is stated of {listed(named)}"
    return "" if _left_out_by_dates(instance, lp) else f"selects nothing of {quantity.name} in the program of this instance"


def _technologies(instance: Instance, selection: Limit) -> list[tuple[str, str]]:
    """The technologies and sites of a selection."""
    blocks, places = blocks_of(QUANTITIES[selection.quantity]), set(selection.places)
    return [
        (name, site)
        for name, technology in instance.technologies.items()
        if technology.block in blocks and (name in selection.items or not set(selection.items) & instance.technologies.keys())
        for site in technology.sites
        if not places or places & {site, instance.sites[site]}
    ]


def _stated(instance: Instance, key: str, assets: Iterable[tuple[str, str]]) -> bool:
    """Whether some row states a parameter of one of the assets."""
    sources, block = Sources(instance), key.partition(".")[0]
    if block == "finance":
        return any(sources.row(key, instance.sites[site]) is not None for _, site in assets)
    return any(sources.row(key, name, site) is not None for name, site in assets if instance.technologies[name].block == block)


def _left_out_by_dates(instance: Instance, lp: LinearProgram) -> bool:
    """True where something that exists cannot be ordered, or flown, within the horizon."""
    names = [*(f"{block}.build" for block in CAPACITY_UNITS), "launch.payload"]
    found = {key[0] for name in names for family in lp.quantities.get(name, ()) for key in family.index}
    return not found >= {*instance.technologies, *instance.routes}
