"""What a sweep asks of a plan is what the plan's own tables say."""

from __future__ import annotations

import math

import pytest

import planner
from planner.errors import PlannerError
from planner.pipeline import compile_instance
from planner.sweeping.measures import default_quantities, measures, parse_measure
from tests.solved import MAKES, solved
from tests.sweeping.functions import toy_instance


def test_sums_shares_and_first_years_of_a_plan() -> None:
    plan = solved(MAKES["toy"])
    lp, values = compile_instance(plan.instance), plan.optimum.values
    table = plan["compute.in_service"]
    by_year = table[table["site"] == "basin"].groupby("year")["value"].sum()
    last = plan.instance.years[-1]

    def of(text: str) -> float:
        return parse_measure(text, plan.instance).of(plan.instance, lp, values)

    assert of(f"compute.in_service[moon]@{last}") == pytest.approx(by_year.loc[last])
    assert of("compute.in_service[moon]") == pytest.approx(by_year.max())
    share = by_year.loc[last] / table[table["year"] == last]["value"].sum()
    assert 0 < share < 1 and of(f"compute.in_service[moon]@{last} / compute.in_service@{last}") == pytest.approx(share)
    middle = (by_year.iloc[0] + by_year.max()) / 2
    first = min(year for year, value in by_year.items() if value > middle)
    assert of(f"first year of compute.in_service[moon] > {middle} GW") == first
    assert math.isnan(of("first year of compute.in_service[moon] > 1000 GW"))
    assert math.isnan(of("launch.payload[homeward]@2030 / launch.payload[homeward]@2030"))


def test_units_and_defaults() -> None:
    instance = toy_instance()
    assert [m.unit for m in measures(default_quantities(instance), instance)] == ["GW", "1", "year"]
    assert default_quantities(instance)[2] == "first year of compute.in_service[moon] > 0.1 GW"
    assert parse_measure("launch.payload@horizon", instance).unit != parse_measure("launch.payload@2030", instance).unit


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("compute.in_servce@2036", "did you mean 'compute.in_service'"),
        ("compute.in_service@2036 / launch.payload@2036", "expected a share of the same unit"),
        ("compute.in_service / compute.in_service / compute.in_service", "expected one at most"),
        ("first year of compute.in_service@2036 > 1", "expected no @2036"),
        ("first year of compute.in_service", "is no condition"),
        ("first year of compute.in_service > 1 kg", "kg"),
    ],
)
def test_what_cannot_be_asked(text: str, problem: str) -> None:
    with pytest.raises(PlannerError, match=problem.replace("'", ".")):
        parse_measure(text, planner.load(toy_instance().folder))
