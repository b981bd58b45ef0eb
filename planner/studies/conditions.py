"""Conditions on a plan: `compute.in_service[moon]@2050 > 5 GW`, and what they measure.

QUANTITY[place or item, ...][@year or @horizon] OP number [unit]. What the brackets name is selected as a limit selects it;
what is selected is summed, by year; without an @ the condition is on the largest of the yearly sums.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse

from planner.declarations import QUANTITIES
from planner.errors import PlannerError, UnitError
from planner.instance import Instance, Limit, limit_unit
from planner.instance.labels import labels
from planner.instance.limit_rows import selection_problems
from planner.instance.numerals import NotANumber, amount
from planner.instance.problems import nearest, one_of
from planner.limits import HORIZON, selector
from planner.lp import LinearProgram, Vector
from planner.parameters import with_unit

#: How far a quantity may be beside the number and count as equal: this share of the number, or of 1 of the quantity's unit.
TOLERANCE = 1e-6

_SELECTION = re.compile(r"\s*(?P<name>[\w.]+)\s*(?:\[(?P<labels>[\w\s,]*)\])?\s*(?:@\s*(?P<when>\w+))?\s*")
_CONDITION = re.compile(r"(?P<selection>[^<>=!]*)(?P<operation>[<>=!]+)(?P<amount>.*)")
_FORM = "expected QUANTITY[place or item, ...]@year OP number unit, such as compute.in_service[moon]@2050 > 5 GW"
_OPERATIONS = (">", ">=", "<", "<=")


@dataclass(frozen=True)
class Selection:
    """A sum of entries of a quantity: of one year, over the horizon (times years), or, where `when` is None, of every year."""

    limit: Limit
    when: int | str | None

    @property
    def unit(self) -> str:
        """The unit of the sum: the quantity's own, over the horizon times a year."""
        return limit_unit(self.limit.quantity, HORIZON if self.when == HORIZON else "year")

    def __str__(self) -> str:
        chosen = ", ".join((*self.limit.items, *self.limit.places))
        return self.limit.quantity + (f"[{chosen}]" if chosen else "") + (f"@{self.when}" if self.when else "")

    def rows(self, instance: Instance, lp: LinearProgram) -> tuple[Any, Vector]:
        """The sums as linear expressions of a program's columns, a row for each year that counts, and their constants."""
        total = self._sums(instance, lp)
        return total @ lp.quantity_matrix, total @ lp.quantity_offset

    def _sums(self, instance: Instance, lp: LinearProgram) -> Any:
        """By how much each entry of the quantities counts in each sum."""
        index = QUANTITIES[self.limit.quantity].index
        year, sliced = index.index("year"), index[-1] == "slice"
        selects, shares = selector(instance, self.limit), instance.numbers["time.share"]
        years = [y for y in instance.years if self.when in (None, HORIZON, y)]
        place = {y: 0 if self.when == HORIZON else i for i, y in enumerate(years)}
        found = [
            (place[key[year]], family.start + member, weight * (shares[key[-1]] if sliced else 1.0))
            for family in lp.quantities[self.limit.quantity]
            for member, key in enumerate(family.index)
            if key[year] in place and selects(key)
            for weight in [instance.weights[key[year]] if self.when == HORIZON else 1.0]
        ]
        sums, entries, weights = (np.array(part) for part in zip(*found, strict=True)) if found else (np.zeros(0, int),) * 3
        shape = (1 if self.when == HORIZON else len(years), lp.quantity_matrix.shape[0])
        return sparse.csr_array((weights, (sums, entries)), shape=shape)

    def measure(self, instance: Instance, lp: LinearProgram, values: Vector) -> float:
        """The sum at some values of the columns, in `unit`; where every year counts, the largest."""
        return float(np.max(self._sums(instance, lp) @ (lp.quantity_matrix @ values + lp.quantity_offset)))


@dataclass(frozen=True)
class Condition:
    """A comparison of a selection with a number, in the selection's unit."""

    selection: Selection
    operation: str
    number: float

    @property
    def tolerance(self) -> float:
        """How far the quantity may be beside the number and count as equal to it, in the selection's unit."""
        return TOLERANCE * max(1.0, abs(self.number))

    def __str__(self) -> str:
        return f"{self.selection} {self.operation} {with_unit(f'{self.number:.9g}', self.selection.unit)}"

    def holds(self, measured: float) -> bool:
        """Whether the condition is true of what was measured."""
        above = measured - self.number
        return {
            ">": above > self.tolerance, ">=": above >= -self.tolerance,
            "<": above < -self.tolerance, "<=": above <= self.tolerance,
        }[self.operation]  # fmt: skip


def parse_selection(text: str, instance: Instance, everything: bool = False) -> Selection:
    """The selection that a text means; with `everything`, one without an @ is over the horizon.

    Raises PlannerError with everything that is wrong, what was expected and the nearest names.
    """
    match = _SELECTION.fullmatch(text)
    if match is None:
        raise PlannerError(f"'{text.strip()}' selects no quantity, expected QUANTITY[place or item, ...]@year")
    name = match["name"]
    if name not in QUANTITIES:
        raise PlannerError(f"unknown quantity '{name}'{nearest(name, QUANTITIES)}; planner show INSTANCE --quantities lists them")
    quantity, structure, bodies = QUANTITIES[name], instance.structure, tuple(instance.bodies)
    known = {label for names in labels(structure, quantity).values() for label in names}
    places = {*structure.sites, *bodies}
    named = re.split(r"[\s,]+", match["labels"].strip()) if match["labels"] and match["labels"].strip() else []
    items = [label for label in named if label in known]
    at = [label for label in named if label not in known and label in places]
    wrong = [
        f"'{label}' is no place and no label of {name}{nearest(label, (*known, *places))}{one_of(sorted(known | places), 'some')}"
        for label in named
        if label not in known and label not in places
    ]
    wrong += [
        f"'{label}' is a label of {name} and a place, expected another name for one of them" for label in items if label in places
    ]
    wrong += [message for _, message in selection_problems(quantity, items, at, structure, bodies)]
    when, problem = _when(match["when"], instance, everything)
    if problem:
        wrong.append(problem)
    if wrong:
        raise PlannerError("\n".join(f"'{text.strip()}': {message}" for message in wrong))
    limit = Limit(name, name, tuple(items), tuple(at), "year", "upper", instance.years, {}, quantity.unit)
    return Selection(limit, when)


def _when(text: str | None, instance: Instance, everything: bool) -> tuple[int | str | None, str]:
    """The year, `horizon` or None that follows an @, and what is wrong with it."""
    if text is None or text == HORIZON:
        return HORIZON if everything or text else None, ""
    if text.isdecimal() and int(text) in instance.years:
        return int(text), ""
    years = instance.years
    return None, f"@{text} is no model year, expected @horizon or one of {', '.join(map(str, years))}"


def parse_condition(text: str, instance: Instance) -> Condition:
    """The condition that a text means; raises PlannerError with what is wrong, what was expected and the nearest name."""
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise PlannerError(f"'{text}' is no condition, {_FORM}")
    if match["operation"] not in _OPERATIONS:
        raise PlannerError(f"'{text}' compares by '{match['operation']}'{one_of(_OPERATIONS)}, {_FORM}")
    selection = parse_selection(match["selection"], instance)
    try:
        number, unit = amount(match["amount"])
        factor = instance.units.factor(unit, selection.unit) if unit else 1.0
    except (NotANumber, UnitError) as error:
        raise PlannerError(f"'{text}': {error}, {_FORM}") from None
    if not math.isfinite(number * factor):
        raise PlannerError(f"'{text}': {number * factor} is no finite number")
    return Condition(selection, match["operation"], number * factor)
