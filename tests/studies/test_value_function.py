"""Value functions that are known by hand are found whole, and those that are not keep what is true of every one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.errors import PlannerError
from planner.studies import programs
from planner.studies import value_function as module
from tests.conftest import TOY
from tests.studies.merit_order import LIMIT, WORTH, level, merit_order, unit_cost
from tests.worlds import exactly


def test_every_breakpoint_of_a_cost(tmp_path: Path) -> None:
    found = planner.value_function(merit_order(tmp_path), "power.plant.variable_cost", 0.1, 1.0)
    assert found.kind == "cost" and found.exact
    assert [point.at for point in found.breakpoints] == [exactly(level("first")), exactly(level("second"))]
    assert [segment.slope for segment in found.segments] == [exactly(WORTH * gw) for gw in (5, 3, 1)]
    assert found.cost_at(0.1) == exactly(WORTH * 5 * unit_cost("plant", 0.1) + chips(found, tmp_path))
    first, second = (point.change for point in found.breakpoints)
    assert "power.output[first, earth]" in first and "enter" in first and "power.output[second, earth]" in second


def chips(found: planner.ValueFunction, folder: Path) -> float:
    """What the plan costs beside its power."""
    plan = planner.solve(merit_order(folder / "again"))
    return plan.objective - WORTH * 5 * unit_cost("plant")


def test_every_breakpoint_of_a_right_hand_side(tmp_path: Path) -> None:
    dear = {"power.plant.variable_cost": "3 GUSD/(GW*yr)"}
    found = planner.value_function(merit_order(tmp_path, numbers=dear), "compute.work.demand", 0.4, 6)
    assert found.kind == "right-hand side" and found.exact
    assert [point.at for point in found.breakpoints] == [exactly(LIMIT / 1.25), exactly(2 * LIMIT / 1.25)]
    steps = np.diff([segment.slope for segment in found.segments])
    assert steps == pytest.approx(
        [
            WORTH * 1.25 * (unit_cost("second") - unit_cost("first")),
            WORTH * 1.25 * (unit_cost("plant", 3.0) - unit_cost("second")),
        ]
    )


@pytest.mark.parametrize("ends", [("first", 1.0), (0.1, "second"), ("first", "second")])
def test_an_end_that_is_a_breakpoint_is_none(tmp_path: Path, ends: tuple[str | float, str | float]) -> None:
    low, high = (level(end) if isinstance(end, str) else end for end in ends)
    found = planner.value_function(merit_order(tmp_path), "power.plant.variable_cost", low, high)
    inside = [name for name in ("first", "second") if low < level(name) < high]
    assert [point.at for point in found.breakpoints] == [exactly(level(name)) for name in inside]
    assert len(found.segments) == len(inside) + 1


def test_a_range_without_a_breakpoint_and_one_that_ends_where_plans_do(tmp_path: Path) -> None:
    straight = planner.value_function(merit_order(tmp_path), "power.plant.variable_cost", 0.01, 0.02)
    assert not straight.breakpoints and len(straight.segments) == 1
    instance = merit_order(tmp_path / "b", numbers={"power.plant.last_year": "2000 yr"})
    found = planner.value_function(instance, "compute.work.demand", 0.4, 6)
    assert [point.at for point in found.breakpoints] == [exactly(1.6)]
    assert found.segments[-1].high == pytest.approx(3.2, rel=1e-5) and any("no plan above" in note for note in found.notes)
    nothing = planner.value_function(instance, "compute.work.demand", 4, 6)
    assert not nothing.segments and "No point of the range has a plan" in str(nothing)


@pytest.mark.parametrize("vary", ["power.plant.capex", "power.first.max_build", "compute.overhead"])
def test_only_costs_alone_and_right_hand_sides_alone(tmp_path: Path, vary: str) -> None:
    instance = merit_order(tmp_path)
    if vary == "compute.overhead":
        with pytest.raises(PlannerError, match="coefficients"):
            planner.value_function(instance, vary, 1.1, 2)
    else:
        assert planner.value_function(instance, vary, 1, 6).exact


def test_the_cap_is_said_and_bounds_the_error() -> None:
    toy = planner.load(TOY)
    few = planner.value_function(toy, "launch.rocket.price", 200, 260, most=5)
    assert not few.exact and len(few.breakpoints) <= 8 and any("Stopped at 5" in note for note in few.notes)
    worst = max(point.error for point in few.breakpoints)
    for price in (206.0, 229.0, 251.0):
        cost = planner.solve(toy.replace({"launch.rocket.price": price})).objective
        assert few.cost_at(price) == pytest.approx(cost, abs=worst + 1e-6)


@pytest.mark.parametrize(
    ("vary", "low", "high", "sign"), [("launch.rocket.price", 200, 220, -1), ("limits.earth_ceiling.upper*", 0.9, 1.0, 1)]
)
def test_a_function_is_what_solving_says_and_bends_one_way(vary: str, low: float, high: float, sign: int) -> None:
    toy = planner.load(TOY)
    found = planner.value_function(toy, vary, low, high)
    slopes = np.array([segment.slope for segment in found.segments])
    assert found.exact and len(slopes) > 3 and (sign * np.diff(slopes) > 0).all()
    for share in (0.11, 0.43, 0.87):
        at = low + share * (high - low)
        change = ("*", at) if vary.endswith("*") else at
        cost = planner.solve(toy.replace({vary.strip("*"): change})).objective
        assert found.cost_at(at) == pytest.approx(cost, rel=2e-9)


def test_a_line_that_is_wrong_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = planner.value_function(merit_order(tmp_path), "power.plant.variable_cost", 0.1, 1.0)
    kept = module.kept_plan
    monkeypatch.setattr(module, "kept_plan", lambda lp, solved: kept(lp, solved) + 0.1)
    wrong = planner.value_function(merit_order(tmp_path / "b"), "power.plant.variable_cost", 0.1, 1.0)
    assert [p.cost for p in wrong.breakpoints] != [exactly(p.cost) for p in right.breakpoints]


def test_the_program_at_the_sharpest_bend_is_held_against_the_one_that_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(programs.Programs, "differ_from_built", lambda self, at: bool(asked.append(at)) or True)
    with pytest.raises(PlannerError, match="built anew is another"):
        planner.value_function(merit_order(tmp_path), "power.plant.variable_cost", 0.1, 1.0)
    assert asked in ([exactly(level("first"))], [exactly(level("second"))]), "both bends are of 2 GW"


def test_a_limit_from_nought_where_its_price_is_arbitrary() -> None:
    """At a cap of nought any price will do, and a line as good as upright touches there: it says nothing of what lies beyond."""
    toy = planner.load(TOY)
    found = planner.value_function(toy, "limits.co2_cap.upper*", low=0, high=2)
    for factor in (0.0, 0.01, 0.25, 0.5, 1.0, 1.5):
        least = planner.solve(toy.replace({"limits.co2_cap.upper": ("*", factor)})).objective
        assert found.cost_at(factor) == pytest.approx(least, rel=1e-6)
    assert len(found.breakpoints) > 100
