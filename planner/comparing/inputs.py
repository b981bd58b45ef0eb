"""The inputs that differ between two instances, in groups that can be changed one after the other.

What an address can express is one row of numbers in the place of another. The rest, other sites, technologies, horizons or
conventions, and the rows that belong to them, comes as one last step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from planner.differing import differences
from planner.errors import UnitError
from planner.instance import Instance, LimitRow, ParameterRow, limit_unit
from planner.instance.instance import assemble
from planner.instance.problems import Problems

#: How inputs may be grouped into steps; `auto` is the first of the others that takes at most MOST_STEPS.
GROUPINGS = ("auto", "address", "technology", "block")
MOST_STEPS = 12

#: What the last step is called where something differs that no address can express.
STRUCTURE = "structure and conventions"

AnyRow = ParameterRow | LimitRow


@dataclass(frozen=True)
class Group:
    """Inputs that change together: what they are called, and their addresses."""

    name: str
    addresses: tuple[str, ...]


def groups(a: Instance, b: Instance, group: str) -> tuple[list[Group], Group | None, str]:
    """The groups that addresses express, in their order; the group of all else, or None; and how they are grouped."""
    found = [difference.address for difference in differences(a, b)]
    rows_a, rows_b = rows_by_address(a), rows_by_address(b)
    movable = [address for address in found if _movable(a, b, rows_a.get(address), rows_b.get(address))]
    structural = [address for address in found if address not in set(movable)]
    chosen, made = group, _grouped(movable, rows_a, rows_b, group)
    for grouping in GROUPINGS[1:] if group == "auto" else ():
        chosen, made = grouping, _grouped(movable, rows_a, rows_b, grouping)
        if len(made) <= MOST_STEPS:
            break
    return made, Group(STRUCTURE, tuple(structural)) if structural else None, chosen


def rows_by_address(instance: Instance) -> dict[str, AnyRow]:
    """Every row of numbers, by its address."""
    rows: list[AnyRow] = [*instance.rows, *instance.limit_rows]
    return {row.address: row for row in rows}


def _grouped(addresses: list[str], rows_a: dict[str, AnyRow], rows_b: dict[str, AnyRow], group: str) -> list[Group]:
    gathered: dict[str, list[str]] = {}
    for address in addresses:
        row = rows_b.get(address) or rows_a[address]
        gathered.setdefault(_group_of(row, group), []).append(address)
    return [Group(name, tuple(members)) for name, members in gathered.items()]


def _group_of(row: AnyRow, group: str) -> str:
    if group == "address":
        return row.address
    if isinstance(row, LimitRow):
        return "limits" if group == "block" else f"limits.{row.limit}"
    return row.block if group == "block" else f"{row.block}.{row.item or row.parameter}"


def _movable(a: Instance, b: Instance, row_a: AnyRow | None, row_b: AnyRow | None) -> bool:
    """True where the first instance can take the second's row, or do without its own, and mean what the second means."""
    rows = [row for row in (row_a, row_b) if row is not None]
    if not rows or any(_words(row) & (_labels(a) ^ _labels(b)) for row in rows):
        return False
    if a.conventions.horizon != b.conventions.horizon and any(_of_years(row) for row in rows):
        return False  # numbers of years are drawn over the horizon that they were written for
    return row_b is None or _same_unit(a, b, row_b)


def _of_years(row: AnyRow) -> bool:
    return row.value is None or (isinstance(row, LimitRow) and (row.first_year is not None or row.last_year is not None))


def _words(row: AnyRow) -> set[str]:
    return set(re.split(r"[\s/]+", f"{row.item} {row.at}"))


def _labels(instance: Instance) -> set[str]:
    """The names of all that exists."""
    slices = {name for names in instance.slices.values() for name in names}
    named = (
        instance.bodies, instance.sites, slices, instance.technologies, instance.workloads, instance.tiers, instance.routes,
        instance.deposits, instance.markets,
    )  # fmt: skip
    return {str(name) for names in named for name in names}


def _same_unit(a: Instance, b: Instance, row: AnyRow) -> bool:
    unit = row.declaration.unit if isinstance(row, ParameterRow) else limit_unit(row.quantity, row.over)
    try:
        return a.units.factor(row.unit, unit) == b.units.factor(row.unit, unit)
    except UnitError:
        return False


def with_rows_of(current: Instance, other: Instance, addresses: Iterable[str]) -> Instance:
    """`current` with the rows of `other` at these addresses, and without those that `other` has not.

    Raises InstanceError where the result is not valid.
    """
    rows = {row.key: replace(row, layer=0) for row in current.rows}
    limits = {row.key: replace(row, layer=0) for row in current.limit_rows}
    theirs, ours = rows_by_address(other), rows_by_address(current)
    for address in addresses:
        new, old = theirs.get(address), ours.get(address)
        for row, keep in ((old, False), (new, True)):
            if isinstance(row, ParameterRow):
                rows.pop(row.key, None) if not keep else rows.__setitem__(row.key, replace(row, layer=0))
            elif isinstance(row, LimitRow):
                limits.pop(row.key, None) if not keep else limits.__setitem__(row.key, replace(row, layer=0))
    changes = (*current.changes, f"rows of another instance: {', '.join(addresses)}")
    return assemble(replace(current, changes=changes), rows, limits, 1, Problems())
