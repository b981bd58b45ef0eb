"""Limits: numbers that bound a quantity of the model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from planner.declarations import QUANTITIES
from planner.instance.numerals import apart, written
from planner.instance.problems import Problems
from planner.instance.rows import LimitRow, Stated
from planner.instance.series import averages
from planner.instance.sizes import LARGEST, SMALLEST, sane_sizes
from planner.parameters import with_unit
from planner.units import Units

#: By which share a lower bound may be above the upper one and count as equal: what units leave of one number.
_ROUNDED = 1e-12


@dataclass(frozen=True)
class Limit(Stated):
    """A bound on the sum of the entries of a quantity that `items` and `places` select.

    `values` maps each year to a number in the quantity's unit; over the horizon it has the single key None, in the
    quantity's unit times a year; `unit` is the one of its row. `years` are the model years that count.
    """

    name: str
    quantity: str
    items: tuple[str, ...]
    places: tuple[str, ...]
    over: str
    bound: str
    years: tuple[int, ...]
    values: dict[int | None, float]
    unit: str


def limit_unit(quantity: str, over: str) -> str:
    """The unit of a limit's values: the quantity's own, over the horizon times a year."""
    unit = QUANTITIES[quantity].unit
    return f"({unit})*yr" if over == "horizon" else unit


def limits_of(rows: Iterable[LimitRow], weights: Mapping[int, int], units: Units) -> tuple[Limit, ...]:
    """The limits in the quantities' units; one whose years all lie off the horizon is left out.

    `weights` are the calendar years of each model year, over which the number of a limit is averaged.
    """
    limits = []
    for row in rows:
        counted = row.own_years(tuple(weights))
        if row.broken or not counted:
            continue
        factor = units.factor(row.unit, limit_unit(row.quantity, row.over))
        values: dict[int | None, float]
        if row.over == "horizon":
            values = {None: row.values[0] * factor}
        else:
            values = dict(zip(counted, averages(row, factor, {y: weights[y] for y in counted}), strict=True))
        limits.append(
            Limit(
                row.limit,
                row.quantity,
                tuple(row.item.split()),
                tuple(row.at.split()),
                row.over,
                row.bound,
                counted,
                values,
                row.unit,
                file=row.file,
                line=row.line,
                changed_by=row.changed_by,
                changed_at=row.changed_at,
            )
        )
    return tuple(limits)


def check_limits(limits: Iterable[Limit], units: Units, problems: Problems) -> None:
    """Add a problem for a negative limit (but on a cost), and for two bounds of one name that do not go together."""
    for limit in limits:
        negative = [key for key, value in limit.values.items() if value < 0]
        if negative and not limit.quantity.startswith("cost."):
            problems.add_at(limit, "value", f"'{limit.name}' is negative, but {limit.quantity} is at least 0")
        absurd = [value for value in limit.values.values() if value and not SMALLEST <= abs(value) <= LARGEST]
        if absurd:
            factor = units.factor(limit.unit, limit_unit(limit.quantity, limit.over))
            found = f"'{limit.name}' is {with_unit(written(absurd[0] / factor), limit.unit)}"
            problems.add_at(limit, "value", f"{found}, {sane_sizes(limit.unit, factor)}")
    uppers = {limit.name: limit for limit in limits if limit.bound == "upper"}
    for lower in limits:
        upper = uppers.get(lower.name)
        if lower.bound != "lower" or upper is None:
            continue
        if _bounded(lower) != _bounded(upper):
            other = f"the upper one ({upper.place})"
            message = f"the lower bound of '{lower.name}' bounds something else than {other}, expected another name"
            problems.add_at(lower, "limit", message)
            continue
        for key, value in lower.values.items():
            most = upper.values.get(key, math.inf)
            if value - most > _ROUNDED * max(abs(value), abs(most)):
                when = "" if key is None else f" in {key}"
                factor = units.factor(lower.unit, limit_unit(lower.quantity, lower.over))
                low, high = (with_unit(text, lower.unit) for text in apart(value / factor, most / factor, digits=9))
                problems.add_at(lower, "bound", f"the lower bound {low} is above the upper one {high}{when} ({upper.place})")
                break


def _bounded(limit: Limit) -> tuple[object, ...]:
    return limit.quantity, set(limit.items), set(limit.places), limit.over
