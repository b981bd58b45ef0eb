"""Where money ends: every cost of the objective by what it is paid for, and every rent by what is scarce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from planner.blocks.lives import EXISTING, Lives
from planner.blocks.money import yearly_discount
from planner.declarations import QUANTITIES
from planner.instance import Instance
from planner.lp import Family, LinearProgram, Vector

RENT, STOOD = "scarcity rents", "what stood before"

#: What the costs of a block are called in a stack.
GROUPS = {
    "compute": "hardware", "power": "power", "storage": "storage", "link": "links", "launch": "launch",
    "industry": "local industry", "helium3": "helium-3",
}  # fmt: skip

_KINDS = {
    "carbon": "carbon", "unserved": "unserved", "transport": "launch", "goods": "launch", "purchases": "helium-3",
    "sales": "helium-3",
}  # fmt: skip


class Source(NamedTuple):
    """What money is paid for in the end: the part of a stack it belongs to, and what in particular."""

    part: str
    item: str


def cost_sources(instance: Instance, program: LinearProgram) -> dict[Source, Vector]:
    """The cost of each column by source, in GUSD at the base year per unit; they sum to the program's cost.

    Running costs are the quantities of money times their discount factor. Landing that is credited at the end is a cost below
    zero. What is left is the capital of what is ordered, less its salvage; in a program that was extended, any cost that is no
    quantity too, as `other costs`.
    """
    discount, costs = yearly_discount(instance), {}  # type: dict[int, float], dict[Source, Vector]
    left = program.cost.copy()
    for name, families in program.quantities.items():
        kind = name.removeprefix("cost.")
        if kind in (name, "capital"):
            continue
        at = QUANTITIES[name].index.index("year")
        for family in families:
            for source, rows in _by_source(instance, kind, family).items():
                worth = np.array([discount[family.index[row][at]] for row in rows])
                cost = program.quantity_matrix[[family.start + row for row in rows]].T @ worth
                costs[source] = costs.get(source, 0.0) + cost
                left -= cost
    credit = _landing_credit(instance, program)
    costs[Source("launch", "landing that is left at the end")] = credit
    left -= credit
    left[np.abs(left) <= 1e-12 * (np.abs(program.cost) + np.abs(program.cost - left))] = 0.0
    for family in program.columns:
        block, _, name = family.name.partition(".")
        for member in np.flatnonzero(left[family.rows]).tolist():
            labels = family.index[member]
            technology = {"build": labels[0], "built_by": labels[1]}.get(name) if block in GROUPS else None
            source = Source(GROUPS[block], f"capital of {technology}") if technology else Source("other costs", family.name)
            costs.setdefault(source, np.zeros(len(left)))[family.start + member] += left[family.start + member]
    return costs


def _landing_credit(instance: Instance, program: LinearProgram) -> Vector:
    """What is credited of landing and making what is ordered, as a cost below zero."""
    credits = {
        vintage: instance.weights[vintage[2]] * sum(payment.amount * payment.factor for payment in payments)
        for block in GROUPS
        for vintage, payments in Lives(instance, block).credits(instance)
    }
    total = np.zeros(len(program.cost))
    for family in program.quantities.get("goods.content", ()):
        worth = np.array([credits.get(labels, 0.0) for labels in family.index])
        total += program.quantity_matrix[family.rows].T @ worth
    return total


def _by_source(instance: Instance, kind: str, family: Family) -> dict[Source, list[int]]:
    found: dict[Source, list[int]] = {}
    for row, labels in enumerate(family.index):
        technology = instance.technologies.get(labels[0])
        part = _KINDS.get(kind) or (GROUPS[technology.block] if technology else "other costs")
        item = {"carbon": f"CO2 of {labels[0]}", "unserved": f"value of {labels[0]}"}.get(kind, f"{kind} of {labels[0]}")
        found.setdefault(Source(part, item), []).append(row)
    return found


def row_rents(program: LinearProgram, rents: Vector) -> Iterator[tuple[int, Source]]:
    """What is scarce where the bound of a row takes a rent."""
    for family in program.rows:
        for member in np.flatnonzero(rents[family.rows]).tolist():
            yield family.start + member, _scarce(family, family.index[member])


def _scarce(family: Family, labels: tuple[object, ...]) -> Source:
    name = family.name.rpartition(".")[2]
    if name == "limit":
        return Source(RENT, f"limit {labels[0]}")
    if name == "growth_limit":
        return Source(RENT, f"growth of {labels[0]} on {labels[1]}")
    if name == "standing_capacity" or (name == "kept_in_service" and EXISTING in labels):
        return Source(STOOD, f"{labels[0]} at {labels[1]}")
    if name == "depletion":
        return Source(RENT, f"deposit {labels[0]}")
    if name == "helium3_balance":
        return Source(STOOD, f"helium-3 in store on {labels[0]}")
    return Source(RENT, family.name)


def bound_rents(program: LinearProgram, rents: Vector) -> Iterator[tuple[int, Source]]:
    """What is scarce where the most that a column may be takes a rent."""
    for family in program.columns:
        for member in np.flatnonzero(rents[family.rows]).tolist():
            yield family.start + int(member), Source(RENT, bound_in_words(family.name, family.index[member]))


def bound_in_words(family: str, labels: tuple[object, ...]) -> str:
    """What the upper bound of a column means."""
    if family.endswith(".build"):
        return f"most orderable of {labels[0]} at {labels[1]}"
    if family in ("helium3.bought", "helium3.sold"):
        return f"size of market {labels[0]}"
    if family == "compute.unserved":
        return f"share of tier {labels[0]}"
    return f"most of {family}"
