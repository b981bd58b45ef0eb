"""The hash of an instance: of what it means, not of how it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from planner.instance.conventions import Conventions
from planner.instance.limits import Limit
from planner.instance.numbers import AT_START, Numbers
from planner.instance.structure import Structure


def fingerprint(conventions: Conventions, structure: Structure, numbers: Numbers, limits: Iterable[Limit]) -> str:
    """sha256 of structure, conventions, numbers and limits in the units of the model, to twelve digits.

    Titles, notes, sources, ranges, the order of rows (but that of slices) and the units in which numbers were written make
    no difference, and what has the same hash has the same linear program, column by column.
    """
    digest = hashlib.sha256()
    for part in (_conventions(conventions), _structure(structure), *_limits(limits)):
        digest.update(json.dumps(part, sort_keys=True).encode() + b"\n")
    for key in sorted(key for key, table in numbers.items() if table or not key.endswith(AT_START)):
        digest.update(key.encode() + b"\n")
        digest.update(_written(key, numbers[key]))
    return digest.hexdigest()


#: Of each parameter the table that was written last, its numbers and their text: an instance with changes has most of them still.
_last: dict[str, tuple[dict[Any, float], tuple[float, ...], bytes]] = {}


def _written(key: str, table: dict[Any, float]) -> bytes:
    """The numbers of a parameter as text, in the order of their indices."""
    last, values = _last.get(key), tuple(table.values())
    if last is not None and last[0] is table and last[1] == values:
        return last[2]
    text = "\n".join(f"{index}={_rounded(value)}" for index, value in sorted(table.items())).encode()
    _last[key] = table, values, text
    return text


def _rounded(value: float) -> str:
    return f"{value + 0.0:.12g}"


def _conventions(conventions: Conventions) -> dict[str, Any]:
    return {
        "horizon": asdict(conventions.horizon),
        "finance": asdict(conventions.finance),
        "bodies": {name: asdict(body) for name, body in conventions.bodies.items()},
    }


def _structure(structure: Structure) -> dict[str, Any]:
    return {
        "sites": structure.sites,
        "slices": {body: list(slices) for body, slices in structure.slices.items()},
        "previous": structure.previous,
        "technologies": {
            technology.name: [technology.block, sorted(technology.sites), technology.makes]
            for technology in structure.technologies.values()
        },
        "workloads": structure.workloads,
        "tiers": structure.tiers,
        "routes": {name: asdict(route) for name, route in structure.routes.items()},
        "deposits": structure.deposits,
        "markets": {name: asdict(market) for name, market in structure.markets.items()},
        "survival": {
            technology: [[_rounded(age), _rounded(share)] for age, share in curve]
            for technology, curve in structure.survival.items()
        },
    }


def _limits(limits: Iterable[Limit]) -> list[Any]:
    return sorted(
        [limit.name, limit.quantity, sorted(limit.items), sorted(limit.places), limit.over, limit.bound, list(limit.years),
         [_rounded(value) for value in limit.values.values()]]
        for limit in limits
    )  # fmt: skip
