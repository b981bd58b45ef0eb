"""An unbounded program: what can grow together without end, and what of it earns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.diagnosis.sources import Sources
from planner.instance import Instance
from planner.lp import LinearProgram, Vector

#: What earns less than this share of what earns most is left out.
_SMALL = 1e-3


@dataclass(frozen=True)
class Gain:
    """A column that can grow without end and earns: its name, labels, and what it earns at the base year per unit, in GUSD.

    `addresses` are the numbers that would bound it or that make it earn; `places` their files and lines.
    """

    quantity: str
    labels: tuple[Any, ...]
    earns: float
    addresses: tuple[str, ...]
    places: tuple[str, ...]


def gains(instance: Instance, lp: LinearProgram, ray: Vector) -> list[Gain]:
    """What earns along a ray of the program, the most first."""
    sources, earned = Sources(instance), -lp.cost * np.maximum(ray, 0)
    most = float(earned.max(initial=0.0))
    found = []
    for family in lp.columns:
        for position, labels in enumerate(family.index, family.start):
            if most > 0 and earned[position] > _SMALL * most:
                named = _behind(instance, sources, family.name, labels)
                earns = float(-lp.cost[position]) / _years(instance, family.name, labels)
                addresses, places = (tuple(pair[i] for pair in named) for i in (0, 1))
                gain = Gain(family.name, labels, earns, addresses, places)
                found.append((float(earned[position]), gain))
    return [gain for _, gain in sorted(found, key=lambda pair: -pair[0])]


def _years(instance: Instance, name: str, labels: tuple[Any, ...]) -> int:
    """How many units one of a column is: an order, or a sale, is of so much in each calendar year that its year stands for."""
    return instance.weights[labels[-1]] if name.endswith((".build", ".sold")) else 1


def _behind(instance: Instance, sources: Sources, name: str, labels: tuple[Any, ...]) -> list[tuple[str, str]]:
    """The numbers that make a column earn, with their places; of an order also its missing bound and the discount rate."""
    block, _, what = name.partition(".")
    keys: list[tuple[str, tuple[Any, ...]]] = []
    if what == "build":
        keys = [(f"{block}.capex", labels), (f"{block}.wacc", labels[:2]), (f"{block}.lifetime", labels[:2])]
    elif what == "sold":
        keys = [("helium3.price", labels), ("helium3.size", labels)]
    named = [(f"{block}.{labels[0]}.max_build", f"{labels[0]} has none")] if what == "build" else []
    rate = sources.row("finance.discount_rate")
    named += [(rate.address, rate.place)] if rate is not None else []
    rows = [sources.row(key, *index) for key, index in keys]
    return named + [(row.address, row.place) for row in rows if row is not None]
