"""Reading a design: a TOML file that says which points of an instance are planned. docs/sweeps.md has the format."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from planner.errors import PlannerError
from planner.instance import Instance
from planner.instance.problems import Problems, nearest, one_of
from planner.sweeping.design_toml import MOST_FACTORS, DesignText
from planner.sweeping.factoring import factors_of, ranged_factors, rows_of
from planner.sweeping.laying import points_of
from planner.sweeping.measures import default_quantities, parse_measure
from planner.sweeping.points import Design, Factor, Point, instance_at, instances_of, with_scenarios
from planner.sweeping.sampling import normal_correlations, rank_matrix
from planner.sweeping.store import COLUMNS

__all__ = ["Design", "Factor", "Point", "instance_at", "instances_of", "read_design"]


def read_design(path: str | Path, instance: Instance) -> Design:
    """The design in a file, for an instance.

    Raises InstanceError with every problem of the file as file:line:column, what was expected and the nearest name.
    """
    problems = Problems()
    text = DesignText(Path(path), problems)
    if not text.readable:
        problems.raise_if_any()
    base = _under_scenarios(text, instance)
    numbered = factors_of(text, base)
    left_out: dict[str, str] = {}
    factors = [factor for _, factor in numbered]
    if text.ranged is not None:
        factors += ranged_factors(text, text.ranged, base, factors, left_out)
    quantities = _quantities(text, base)
    _check_names(text, numbered, len(factors), quantities, base)
    correlations = _correlations(text, factors)
    problems_before = len(problems.found)
    points = points_of(text, factors, correlations, instance) if text.top else ()
    if not problems_before:
        _check_points(text, points, quantities, instance)
    problems.raise_if_any()
    assert text.top is not None
    top = text.top
    settings = {
        "base": top.points, "levels": top.levels, "second_order": bool(top.second_order),
        "correlations": [[*pair, rank] for pair, rank in correlations.items()], "left_out": left_out,
        "units": {quantity: parse_measure(quantity, base).unit for quantity in quantities},
    }  # fmt: skip
    return Design(top.method, tuple(factors), points, quantities, top.seed, settings)


def _under_scenarios(text: DesignText, instance: Instance) -> Instance:
    """The instance under the scenarios that hold for every point; itself where they cannot be laid over it."""
    try:
        return with_scenarios(instance, tuple(text.top.scenarios) if text.top else ())
    except PlannerError as error:
        text.add_each(("scenarios",), error)
        return instance


def _check_names(
    text: DesignText, numbered: list[tuple[int, Factor]], number: int, quantities: tuple[str, ...], instance: Instance
) -> None:
    """Names must differ, from those of other columns too; no two factors may set the same rows."""
    seen: dict[str, int] = {}
    setters: dict[tuple[frozenset[str], int | None], str] = {}
    for index, factor in numbered:
        path = ("factor", str(index), "name" if text.factors[index].name else "vary")  # type: ignore[union-attr]
        if factor.name in COLUMNS or factor.name in quantities:
            text.add(path, f"a factor is called '{factor.name}', the name of another column, expected another")
        if factor.name in seen:
            text.add(path, f"a second factor '{factor.name}', expected a name of its own")
        seen[factor.name] = index
        for law in factor.varied.laws:
            if law.operation != "=":
                continue
            rows = rows_of(law.address, instance)
            if rows in setters:
                text.add(
                    ("factor", str(index), "vary"),
                    f"'{law.address}' is set by '{setters[rows]}' and by '{factor.name}', so that one undoes the other; "
                    f"expected factors of it: {law.address}*",
                )
            setters.setdefault(rows, factor.name)
    if number > MOST_FACTORS:
        text.add(("ranged",), f"{number} factors, expected at most {MOST_FACTORS}")


def _correlations(text: DesignText, factors: list[Factor]) -> dict[tuple[str, str], float]:
    names = [factor.name for factor in factors]
    found: dict[tuple[str, str], float] = {}
    for number, section in enumerate(text.correlations):
        if section is None:
            continue
        path, (one, other) = ("correlation", str(number), "factors"), section.factors
        unknown = [name for name in section.factors if name not in names]
        for name in unknown:
            text.add(path, f"'{name}' is no factor{nearest(name, names)}{one_of(names)}")
        if one == other or (one, other) in found or (other, one) in found:
            text.add(path, f"'{one}' and '{other}' are correlated before, expected two different factors once")
        elif not unknown:
            found[one, other] = section.rank
    if found and np.linalg.eigvalsh(normal_correlations(rank_matrix(names, found))).min() < 1e-9:
        text.add(("correlation",), "no factors can have these correlations together, expected weaker ones")
    return found


def _quantities(text: DesignText, instance: Instance) -> tuple[str, ...]:
    if text.top is None or text.top.quantities is None:
        return default_quantities(instance)
    found = []
    for quantity in text.top.quantities:
        try:
            found.append(parse_measure(quantity, instance).name)
        except PlannerError as error:
            text.add_each(("quantities",), error)
    for name in sorted({name for name in found if found.count(name) > 1}):
        text.add(("quantities",), f"'{name}' is asked for twice")
    return tuple(found)


def _check_points(text: DesignText, points: tuple[Point, ...], quantities: tuple[str, ...], instance: Instance) -> None:
    """Every set of scenarios must load and have the quantities; every entry of a list of scenarios must be valid."""
    known: dict[tuple[str, ...], Instance | None] = {}
    for point in points:
        listed = bool(point.name)
        path = ("scenario", str(point.number)) if listed else ("scenarios",)
        if point.scenarios not in known:
            known[point.scenarios] = None
            try:
                known[point.scenarios] = under = with_scenarios(instance, point.scenarios)
                for quantity in quantities:
                    parse_measure(quantity, under)
            except PlannerError as error:
                text.add_each((*path, "scenarios"), error)
        base = known[point.scenarios]
        if listed and base is not None:
            try:
                instance_at({point.scenarios: base}, point)
            except PlannerError as error:
                text.add_each(path, error)
