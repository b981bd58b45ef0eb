"""Conditions are read, measured as a limit measures, and refused with what was expected."""

from __future__ import annotations

import pytest

import planner
from planner.errors import PlannerError
from planner.pipeline import compile_instance
from planner.studies.conditions import parse_condition, parse_selection
from tests.conftest import TOY
from tests.solved import Tables

INSTANCE = planner.load(TOY)
PLAN = planner.solve(INSTANCE)
LP = compile_instance(INSTANCE)
AT = Tables(PLAN)


def measured(text: str) -> float:
    return parse_selection(text, INSTANCE).measure(INSTANCE, LP, PLAN.optimum.values)


def test_a_place_in_a_year_and_the_largest_of_the_years() -> None:
    by_year = AT("compute.in_service", "body", "year")
    assert measured("compute.in_service[moon]@2033") == pytest.approx(by_year["moon", 2033])
    assert measured("compute.in_service[moon]") == pytest.approx(max(by_year["moon", y] for y in INSTANCE.years))


def test_the_horizon_weighs_years_and_slices_are_averaged() -> None:
    mined = AT("helium3.mined", "year")
    assert measured("helium3.mined@horizon") == pytest.approx(sum(INSTANCE.weights[y] * mined[y] for y in INSTANCE.years))
    output, generated = AT("power.output", "site", "year"), measured("power.generation[basin]@2034")
    assert generated == pytest.approx(output["basin", 2034])


def test_items_and_places_select_as_a_limit_does() -> None:
    total = AT("launch.flow", "route", "good", "year")
    flow = max(
        sum(v for (r, g, y), v in total.items() if r == "direct" and g == "structural" and y == year) for year in INSTANCE.years
    )
    assert measured("launch.flow[direct, structural]") == pytest.approx(flow)
    some = measured("power.output[fusion, moon]@2034")
    limited = INSTANCE.limit_rows[0]
    assert some == pytest.approx(
        sum(
            v
            for (k, b, y), v in AT("power.output", "technology", "body", "year").items()
            if (k, b, y) == ("fusion", "moon", 2034)
        )
    )
    assert limited


@pytest.mark.parametrize(
    ("text", "number", "tolerance"),
    [
        ("compute.in_service[moon] > 5 MW", 0.005, 1e-6),
        ("compute.in_service[moon] >= 2 TW", 2000, 2e-3),
        ("compute.in_service<0", 0, 1e-6),
    ],
)
def test_units_and_the_tolerance(text: str, number: float, tolerance: float) -> None:
    condition = parse_condition(text, INSTANCE)
    assert condition.number == pytest.approx(number) and condition.tolerance == pytest.approx(tolerance)


@pytest.mark.parametrize(
    ("operation", "below", "same", "above"),
    [(">", False, False, True), (">=", False, True, True), ("<", True, False, False), ("<=", True, True, False)],
)
def test_what_is_within_the_tolerance_is_equal(operation: str, below: bool, same: bool, above: bool) -> None:
    condition = parse_condition(f"compute.in_service[moon] {operation} 5 GW", INSTANCE)
    for number, expected in ((5 - 2e-5, below), (5 - 4e-6, same), (5.0, same), (5 + 4e-6, same), (5 + 2e-5, above)):
        assert condition.holds(number) is expected, number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("compute.in_servce[moon] > 0", "did you mean 'compute.in_service'"),
        ("compute.in_service[mon] > 0", "did you mean 'moon'"),
        ("compute.in_service[moon]@2041 > 0", "one of 2030"),
        ("compute.in_service[moon] > 5 km", "does not convert into 'GW'"),
        ("compute.in_service[moon] = 5", "expected one of >, >=, <, <="),
        ("compute.in_service[moon]", "is no condition"),
        ("compute.in_service[moon] > much", "is no number"),
        ("compute.unserved[moon] > 0", "is not counted at 'moon'"),
        ("compute in_service > 0", "selects no quantity"),
    ],
)
def test_what_is_no_condition(text: str, said: str) -> None:
    with pytest.raises(PlannerError) as wrong:
        parse_condition(text, INSTANCE)
    assert said in str(wrong.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(PlannerError) as wrong:
        parse_condition("compute.in_service[mon, rak]@2041 > 0", INSTANCE)
    assert all(part in str(wrong.value) for part in ("'mon'", "'rak'", "@2041"))
