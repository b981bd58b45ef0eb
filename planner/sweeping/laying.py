"""Laying out the points of a design: which keys each method takes, and the points that it makes of the factors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from planner.errors import PlannerError
from planner.instance import Instance
from planner.instance.problems import nearest, one_of
from planner.sweeping.design_toml import MOST_CHANGES, MOST_POINTS, DesignText, ScenarioSection
from planner.sweeping.points import AddressChange, Factor, Point, composed
from planner.sweeping.sampling import BY_POWERS, SAMPLED, correlated, grid, rank_matrix, sample, total

_Pairs = Mapping[tuple[str, str], float]

#: The keys that only some methods take.
_ONLY = {
    "points": tuple(SAMPLED), "levels": ("grid", "morris"), "second_order": ("saltelli",),
    "correlation": ("latin_hypercube", "sobol"), "scenario": ("scenarios",),
}  # fmt: skip


def points_of(text: DesignText, factors: Sequence[Factor], correlations: _Pairs, instance: Instance) -> tuple[Point, ...]:
    """The points of a design; none where there are problems, which are added to those of the text."""
    assert text.top is not None
    method = text.top.method
    _check_keys(text, method)
    if method != "scenarios" and not factors and not (text.factors or text.ranged):
        text.add(("method",), f"a design by {method} has no factor, expected [[factor]] or [ranged]")
    if method == "scenarios":
        return _listed(text, factors)
    number = _number(text, method, factors)
    changes = sum(len(factor.varied.laws) for factor in factors)
    if number > MOST_POINTS:
        text.add(("method",), f"{number} points, expected at most {MOST_POINTS}")
    elif number * changes > MOST_CHANGES:
        each = f"{number} points that change {changes} addresses each"
        text.add(("method",), f"{each} make {number * changes} changes, expected at most {MOST_CHANGES}")
    if text.problems.found:
        return ()
    return _points(_values(text, method, factors, correlations), factors, tuple(text.top.scenarios))


def _check_keys(text: DesignText, method: str) -> None:
    assert text.top is not None
    for key, methods in _ONLY.items():
        if text.states(key) and method not in methods:
            why = " (its indices hold for factors that are independent)" if key == "correlation" and method != "grid" else ""
            text.add((key,), f"{method} takes no {key}{why}, only {_either(methods)}")
    if text.states("ranged", "levels") and method != "grid":
        text.add(("ranged", "levels"), f"{method} takes no levels of [ranged], only grid")
    if method == "scenarios" and not text.states("scenario"):
        text.add(("method",), "a list of scenarios is empty, expected [[scenario]]")
    if method == "scenarios" and text.ranged is not None:
        text.add(("ranged",), "scenarios takes no [ranged], expected [[factor]] and values")
    if method == "morris" and (text.top.levels or 4) % 2:
        text.add(("levels",), f"levels is {text.top.levels}, expected an even number")
    for number, section in enumerate(text.factors):
        for key in ("values", "levels"):
            if section is not None and getattr(section, key) is not None and method != "grid":
                text.add(("factor", str(number), key), f"{method} takes no {key} of a factor, only grid")
    points = text.top.points
    if method in SAMPLED and points is None and "points" not in {path[-1] for path in text.broken if path}:
        if () not in text.broken:
            text.add(("method",), f"points is missing, expected the number of {SAMPLED[method]}")
    elif method in BY_POWERS and points is not None and points & (points - 1):
        below = 2 ** int(math.log2(points))
        text.add(("points",), f"points is {points}, expected a power of two, such as {below} or {2 * below}")
    elif method == "morris" and points is not None and points < 2:
        text.add(("points",), "points is 1, expected at least 2 trajectories")


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _number(text: DesignText, method: str, factors: Sequence[Factor]) -> int:
    assert text.top is not None
    if method == "grid":
        for index, section in enumerate(text.factors):
            stated = section is None or section.values or section.levels or text.top.levels
            if not stated and not text.is_broken(("factor", str(index), "levels"), ("factor", str(index), "values"), ("levels",)):
                text.add(("factor", str(index)), "a factor of a grid has no levels, expected values or levels = N here or above")
        levelled = text.ranged is None or text.ranged.levels or text.top.levels
        if not levelled and not text.is_broken(("ranged", "levels"), ("levels",)):
            text.add(("ranged",), "[ranged] has no levels, expected levels = N here or above")
        return text.combinations
    return total(method, text.top.points or 1, len(factors), bool(text.top.second_order))


def _values(text: DesignText, method: str, factors: Sequence[Factor], correlations: _Pairs) -> Iterable[tuple[float, ...]]:
    """The numbers of the factors at each point."""
    assert text.top is not None
    top = text.top
    if method == "grid":
        return grid([factor.levels for factor in factors])
    try:
        shares = sample(method, top.points or 1, len(factors), top.seed, top.levels or 4, bool(top.second_order))
    except PlannerError as error:
        text.add(("method",), str(error))
        return ()
    if correlations:
        shares = correlated(shares, rank_matrix([factor.name for factor in factors], correlations))
    return (tuple(factor.at(float(u)) for factor, u in zip(factors, row, strict=True)) for row in shares)


def _points(values: Iterable[tuple[float, ...]], factors: Sequence[Factor], scenarios: tuple[str, ...]) -> tuple[Point, ...]:
    return tuple(Point(number, row, scenarios, _changes(factors, row)) for number, row in enumerate(values))


def _changes(factors: Sequence[Factor], values: Sequence[float], more: Sequence[AddressChange] = ()) -> tuple[AddressChange, ...]:
    """What the numbers of the factors do together, and what else is done."""
    moved = [change for factor, v in zip(factors, values, strict=True) if not math.isnan(v) for change in factor.changes(v)]
    return composed([*more, *moved])


def _listed(text: DesignText, factors: Sequence[Factor]) -> tuple[Point, ...]:
    """A point for each [[scenario]]."""
    assert text.top is not None
    names = [factor.name for factor in factors]
    found: list[Point] = []
    for number, section in enumerate(text.scenarios):
        if section is None:
            continue
        path = ("scenario", str(number))
        if section.name in (point.name for point in found):
            text.add((*path, "name"), f"a second scenario '{section.name}', expected a name of its own")
        for name in section.values:
            if name not in names:
                text.add((*path, "values", name), f"'{name}' is no factor{nearest(name, names)}{one_of(names)}")
        for factor in factors:
            if factor.scale == "log" and section.values.get(factor.name, 1.0) <= 0:
                said = f"{factor.name} is {section.values[factor.name]:g}, and its scale is log"
                text.add((*path, "values", factor.name), f"{said}, expected a number above 0, or scale = 'linear' of the factor")
        values = tuple(section.values.get(name, math.nan) for name in names)
        try:
            changes = _changes(factors, values, _own_changes(section))
        except PlannerError as error:
            text.add(path, str(error))
            continue
        found.append(Point(number, values, (*text.top.scenarios, *section.scenarios), changes, section.name))
    return tuple(found)


def _own_changes(section: ScenarioSection) -> list[AddressChange]:
    """What an entry of a list of scenarios sets, scales and shifts."""
    parts = (("=", section.set), ("*", section.scale), ("+", section.shift))
    return [(address, operation, number) for operation, part in parts for address, number in part.items()]
