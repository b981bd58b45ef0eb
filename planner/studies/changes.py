"""What changes from one plan to another: which technologies, routes and tiers enter or leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.declarations import QUANTITIES
from planner.instance import Instance
from planner.studies.programs import Solved

#: What is used at all, in the unit of its quantity.
USED = 1e-6

#: The quantities in which a change is looked for: what stands, moves, is made, traded and left unserved.
_TOLD = ("in_service", "payload", "output", "mined", "sold", "bought", "unserved", "placed")

#: So many entries are named of each kind.
_NAMED = 3

_Sums = dict[tuple[str, tuple[str, ...]], float]


def compute_by_body(instance: Instance, solved: Solved) -> dict[str, float]:
    """The compute in service on each body in GW, the largest of any year."""
    sums: dict[tuple[str, int], float] = {}
    for _, labels, number in _entries(solved, ("compute.in_service",)):
        key = (instance.sites[labels["site"]], labels["year"])
        sums[key] = sums.get(key, 0.0) + number
    return {body: max((v for (b, _), v in sums.items() if b == body), default=0.0) for body in instance.bodies}


def changes_between(instance: Instance, before: Solved, after: Solved) -> str:
    """What enters and what leaves from one plan to the next: altogether, else in single years; else what moves most."""
    for by_year in (False, True):
        was, is_ = (_sums(instance, solved, by_year) for solved in (before, after))
        entered = [_named(key) for key in is_ if is_[key] > USED >= was.get(key, 0.0)]
        left = [_named(key) for key in was if was[key] > USED >= is_.get(key, 0.0)]
        parts = [
            f"{_listed(names)} {verb}{'s' * (len(names) == 1)}" for names, verb in ((entered, "enter"), (left, "leave")) if names
        ]
        if parts:
            return "; ".join(parts)
    moved = {key: is_.get(key, 0.0) - was.get(key, 0.0) for key in {*was, *is_}}
    key = max(moved, key=lambda k: abs(moved[k]) / (1 + abs(was.get(k, 0.0))), default=None)
    if key is None or abs(moved[key]) <= USED:
        return "no quantity of capacity or flow changes by itself"
    return f"{_named(key)} moves from {was.get(key, 0.0):.6g} to {is_.get(key, 0.0):.6g} {QUANTITIES[key[0]].unit}"


def _entries(solved: Solved, names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any], float]]:
    lp = solved.program
    values = lp.quantity_matrix @ solved.optimum.values + lp.quantity_offset
    for name in names:
        for family in lp.quantities.get(name, ()):
            for labels, number in zip(family.index, values[family.rows], strict=True):
                yield name, dict(zip(QUANTITIES[name].index, labels, strict=True)), float(number)


def _sums(instance: Instance, solved: Solved, by_year: bool) -> _Sums:
    """What each technology, route... adds up to on each body: over all years, or in each."""
    names = tuple(name for name in solved.program.quantities if name.split(".")[1] in _TOLD and not name.startswith("cost."))
    sums: _Sums = {}
    for name, labels, number in _entries(solved, names):
        kept = [
            instance.sites[label] if dimension == "site" else str(label)
            for dimension, label in labels.items()
            if dimension not in ("year", "vintage", "slice")
        ]
        key = name, (*kept, *((f"@{labels['year']}",) if by_year else ()))
        sums[key] = sums.get(key, 0.0) + number
    return sums


def _named(key: tuple[str, tuple[str, ...]]) -> str:
    name, labels = key
    year = next((label for label in labels if label.startswith("@")), "")
    return f"{name}[{', '.join(label for label in labels if not label.startswith('@'))}]{year}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(sorted(names)[:_NAMED]) + more
