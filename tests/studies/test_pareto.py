"""Pareto fronts that are known by hand, and what must hold of every one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.errors import Infeasible, PlannerError
from tests.conftest import TOY
from tests.studies.merit_order import CAPEX, WORTH, merit_order, unit_cost
from tests.worlds import exactly


def test_cost_against_what_a_plant_gives(tmp_path: Path) -> None:
    found = planner.pareto(merit_order(tmp_path), "power.output[plant]", points=5)
    assert list(found.table["quantity"]) == pytest.approx([5, 4, 3, 2, 1], rel=1e-6) and found.unit == "(GW)*yr"
    apart = [WORTH * (unit_cost(rival) - unit_cost("plant")) for rival in ("first", "first", "second", "second")]
    assert list(found.table["cost"].diff()[1:]) == pytest.approx(apart, rel=1e-5)
    assert list(found.table["price"][[1, 3]]) == pytest.approx([apart[0], apart[3]], rel=1e-6)
    assert np.isnan(found.table["price"].iloc[-1]), "beyond the last point there is no plan, and so no price"
    assert str(found).count("no plan has less") == 1


def test_a_share_and_the_most_of_it(tmp_path: Path) -> None:
    found = planner.pareto(merit_order(tmp_path), "power.output[second] / power.output", points=3, sense="most")
    assert list(found.table["quantity"]) == pytest.approx([0, 0.2, 0.4], abs=1e-6) and found.unit == "1"
    apart = WORTH * (unit_cost("second") - unit_cost("plant"))
    assert found.table["price"][1] == pytest.approx(5 * apart, rel=1e-5)
    assert found.table["cost"].iloc[-1] - found.table["cost"].iloc[0] == pytest.approx(2 * apart, rel=1e-5)


def test_a_share_of_what_may_be_nothing() -> None:
    # Where nothing is computed at all, the Moon's share is of nothing; the most that it can be is all, and that is found.
    found = planner.pareto(planner.load(TOY), "compute.in_service[moon] / compute.in_service", points=3, sense="most")
    assert found.table["quantity"].iloc[-1] == pytest.approx(1, abs=1e-6)
    assert found.table["cost"].is_monotonic_increasing


def test_each_point_is_the_plan_under_a_row_of_the_limits_table(tmp_path: Path) -> None:
    found = planner.pareto(merit_order(tmp_path), "power.output[plant]", points=4)
    for number, (limit, cost) in enumerate(zip(found.table["limit"][1:], found.table["cost"][1:], strict=True)):
        row = {
            "limit": "cap", "quantity": "power.output", "item": "plant", "over": "horizon", "bound": "upper", "unit": "GW*yr",
            "value": limit, "source": "assumption: test",
        }  # fmt: skip
        plan = planner.solve(merit_order(tmp_path / str(number), limits=[row]))
        assert plan.objective == pytest.approx(cost, rel=1e-6)


def test_the_front_bends_one_way() -> None:
    found = planner.pareto(planner.load(TOY), "emissions.released", points=5)
    assert found.table["quantity"].is_monotonic_decreasing and found.table["cost"].is_monotonic_increasing
    prices = found.table["price"].dropna()
    assert len(prices) == 3 and prices.is_monotonic_increasing and (prices > 0).all()
    steps = found.table["cost"].diff() / -found.table["quantity"].diff()
    for before, step, after in zip(prices, steps[2:], prices[1:], strict=False):
        assert before - 1e-6 <= step <= after + 1e-6, "the price of restraint lies between what neighbouring steps cost"


def test_no_point_costs_as_much_as_a_better_one(tmp_path: Path) -> None:
    # `first` costs what `plant` costs: how much of it is used is free up to 2 GW, and so only its least is on the front.
    same = {
        "power.first.capex": f"{CAPEX['plant']} GUSD/GW",
        "power.first.variable_cost": "0.23 GUSD/(GW*yr)",
        "power.plant.max_build": "4 GW/yr",
    }
    instance = merit_order(tmp_path, numbers=same)
    for against, sense, best in (("power.output[first]", "least", 1), ("power.output[plant]", "least", 3)):
        found = planner.pareto(instance, against, points=4, sense=sense)
        costs = list(found.table["cost"])
        assert found.table["quantity"].iloc[-1] <= best + 1e-6 and len({round(cost, 7) for cost in costs}) == len(costs)
    assert planner.pareto(instance, "power.output", points=4).table["quantity"].tolist() == [exactly(5)]


@pytest.mark.parametrize(
    ("against", "sense", "said"),
    [
        ("power.output / power.output / power.output", "least", "divides twice"),
        ("power.outpt", "least", "did you mean 'power.output'"),
        ("power.output[plant", "least", "selects no quantity"),
        ("power.installed", "most", "has no most"),
        ("power.output / power.output[second]", "least", "nothing to be a share of"),
        ("power.output", "best", "at least 2 of the least or the most"),
    ],
)
def test_what_no_cost_can_be_held_against(tmp_path: Path, against: str, sense: str, said: str) -> None:
    with pytest.raises(PlannerError) as wrong:
        planner.pareto(merit_order(tmp_path), against, sense=sense)
    assert said in str(wrong.value)


def test_an_instance_without_a_plan_has_no_front_but_a_diagnosis(tmp_path: Path) -> None:
    with pytest.raises(Infeasible) as none:
        planner.pareto(merit_order(tmp_path, numbers={"power.plant.last_year": "2000 yr"}), "power.output[first]")
    assert none.value.diagnosis is not None
