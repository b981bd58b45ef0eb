"""What matters most: derivatives against re-solves, units, ranges, and what has none. See tests/test_session.py for all slopes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import planner
from planner.explaining.sensitivity import _kinked, _kinks, sensitivity, shown

TOY = Path(__file__).parents[2] / "instances" / "toy"


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.solve(planner.load(TOY))


@pytest.fixture(scope="module")
def told(plan: planner.Plan) -> tuple[pd.DataFrame, list[str]]:
    return sensitivity(plan, planner.compile(planner.build(plan.instance)))


@pytest.fixture(scope="module")
def table(told: tuple[pd.DataFrame, list[str]]) -> pd.DataFrame:
    return told[0].set_index("address")


def test_every_number_row_has_an_entry(plan: planner.Plan, table: pd.DataFrame) -> None:
    stated = table[table.status != "default"]
    assert len(stated) == len(plan.instance.rows) + len(plan.instance.limit_rows)
    assert table.index.is_unique


@pytest.mark.parametrize(("address", "value"), [
    ("launch.rocket.availability[]", 0.9999), ("power.fusion.availability[]", 0.9999), ("launch.rocket.annual_failure[]", 1e-5),
    ("power.gas.annual_failure[]", 1e-5), ("industry.foundry.availability[]", 0.9999), ("compute.rack.availability[]", 0.9999),
])  # fmt: skip
def test_defaults_that_no_row_states_have_derivatives_too(
    plan: planner.Plan, table: pd.DataFrame, address: str, value: float
) -> None:
    found = table.loc[address]
    assert found.status == "default" and found.derivative != 0 and found.value in (0, 1)
    moved = planner.solve(plan.instance.replace({address: value}))
    assert (moved.objective - plan.objective) / (value - found.value) == pytest.approx(found.derivative, rel=2e-3)


@pytest.mark.parametrize(("address", "step"), [
    ("compute.rack.capex[]", 5.0), ("launch.rocket.price[]", 0.05), ("launch.refuelled.burden[]", 0.001), ("limits.co2_cap.upper", 0.0005),
    ("finance.discount_rate", 1e-6), ("compute.chat.demand[]", 0.001),
])  # fmt: skip
def test_derivatives_are_per_unit_of_the_row(plan: planner.Plan, table: pd.DataFrame, address: str, step: float) -> None:
    up, down = (planner.solve(plan.instance.replace({address: ("+", by)})).objective for by in (step, -step))
    assert table.derivative[address] != 0
    assert (up - down) / (2 * step) == pytest.approx(table.derivative[address], rel=1e-3)


@pytest.mark.parametrize("address", ["compute.rack.performance[]", "power.gas.emission_factor[]", "compute.overhead[plains]"])
def test_elasticities_are_per_share_of_the_row(plan: planner.Plan, table: pd.DataFrame, address: str) -> None:
    up, down = (planner.solve(plan.instance.replace({address: ("*", by)})).objective for by in (1.0001, 0.9999))
    assert (up - down) / 2e-4 / plan.objective == pytest.approx(table.elasticity[address], rel=1e-3)


def test_ends_of_the_range_in_the_rows_own_unit(plan: planner.Plan, table: pd.DataFrame) -> None:
    row = next(row for row in plan.instance.rows if row.address == "launch.rocket.price")
    found = table.loc["launch.rocket.price[]"]
    assert row.low is not None and row.high is not None and row.value is not None
    assert (found.low, found.high) == (row.low.of(row.value), row.high.of(row.value))
    assert found.low_change == pytest.approx(found.derivative * (found.low - row.value))
    assert found.high_change == pytest.approx(found.derivative * (found.high - row.value))
    assert found.swing == pytest.approx(found.high_change - found.low_change)


def test_a_cost_that_is_linear_in_a_number_changes_as_told(plan: planner.Plan, table: pd.DataFrame) -> None:
    """The value of unserved demand enters the cost alone; near the number the plan stays, and the change is exact."""
    address = "compute.training_cheap.value[]"
    moved = planner.solve(plan.instance.replace({address: ("+", 0.001)}))
    assert moved.objective - plan.objective == pytest.approx(0.001 * table.derivative[address], rel=1e-6)


def test_whole_numbers_have_no_derivative(table: pd.DataFrame) -> None:
    assert np.isnan(table.derivative["compute.rack.lifetime[]"]) and np.isnan(table.swing["compute.rack.lifetime[]"])


def test_sentences_say_what_the_table_says(told: tuple[pd.DataFrame, list[str]]) -> None:
    table, sentences = told
    assert list(table.swing.dropna()) == sorted(table.swing.dropna(), reverse=True)
    assert table.address[0] in sentences[0] and f"+{table.high_change[0]:,.4g}" in sentences[0]
    assert table.address[table.elasticity.abs().idxmax()] in sentences[1]


@pytest.fixture(scope="module")
def kinked() -> tuple[planner.Plan, pd.DataFrame, list[str]]:
    """A degenerate optimum: the sun on the Moon in several slices of the day has two derivatives."""
    plan = planner.solve(planner.load(TOY.parent / "mandate"))
    return plan, *sensitivity(plan, planner.compile(planner.build(plan.instance)), every_row=True)


def test_slopes_to_both_sides_are_those_of_solving_again(kinked: tuple[planner.Plan, pd.DataFrame, list[str]]) -> None:
    plan, table = kinked[0], kinked[1][kinked[1].status != "default"]
    two = table[table.above - table.below > 1e-6 * table.below.abs()]
    one = table[(table.above == table.below) & (table.derivative != 0) & (table.value > 0)]
    one = one[~one.address.str.contains("share")]  # those of a whole add up to 1
    two = two[two.value < 1]  # what is 1 may not rise
    assert len(two) >= 3 and len(one) >= 20
    off = []
    for row in (*two.itertuples(), *one.iloc[::24].itertuples()):
        for sign, told in ((1, row.above), (-1, row.below)):
            found = []
            for step in (1e-4 * row.value, 1e-5 * row.value):  # another kink may lie within the longer one
                moved = planner.solve(plan.instance.replace({row.address: ("+", sign * step)}))
                found.append(sign * (moved.objective - plan.objective) / step)
                if found[-1] == pytest.approx(told, rel=2e-3, abs=1e-4):
                    break
            # (W2) keeps the plan's amounts: where another plan costs the same, that one may gain more from the change, never less.
            assert sign * found[-1] <= sign * told + 2e-3 * abs(told) + 1e-4, (row.address, sign, told, found)
            if found[-1] != pytest.approx(told, rel=2e-3, abs=1e-4):
                off.append((row.address, sign, told, found))
    # The lunar sites of `mandate` can stand in for one another at the same cost, so that for some numbers another plan gains more.
    assert len(off) <= 8, off


def test_the_derivative_told_lies_between_its_sides(kinked: tuple[planner.Plan, pd.DataFrame, list[str]]) -> None:
    table = kinked[1].dropna(subset="derivative")
    slack = 1e-7 * (1 + table.derivative.abs())
    assert table.below.notna().all() and table.above.notna().all()
    assert (table.below <= table.derivative + slack).all() and (table.derivative <= table.above + slack).all()


def test_kinks_are_said_and_printed_where_they_are(
    kinked: tuple[planner.Plan, pd.DataFrame, list[str]], told: tuple[pd.DataFrame, list[str]]
) -> None:
    _, table, sentences = kinked
    two = table[_kinked(table)]
    said = next(sentence for sentence in sentences if sentence.startswith("The optimum is degenerate"))
    assert two.address.iloc[0] in said and f"{len(two)} have another derivative" in said
    printed = shown(two)
    assert (printed.below != "").all() and (printed.above != "").all()
    apart = two[two.above - two.below > 1e-3 * two.below.abs()]
    assert len(apart) >= 3 and (shown(apart).above != shown(apart).below).all()
    assert "below" not in shown(told[0]) and not any("degenerate" in sentence for sentence in told[1])


def test_ranges_of_years_are_printed_as_factors() -> None:
    printed = shown(sensitivity(planner.solve(planner.load(TOY.parent / "mandate")))[0]).set_index("address")
    demand = printed.loc["compute.training.demand[]"]
    assert (demand.value, demand.low, demand.high) == ("years", "x 0.4", "x 4")
    assert printed.loc["finance.discount_rate"].value == "0.08"


@pytest.mark.parametrize("change", [
    {"finance.carbon_price[earth]": 0}, {"compute.rack.variable_cost": "0 GUSD/GW/yr"}, {"power.gas.emission_factor": 0},
    {"launch.rocket.price": 0}, {"compute.rack.spares[moon]": 0}, {"finance.carbon_price[earth]@2030": 0},
])  # fmt: skip
def test_of_a_number_that_is_nought_nothing_is_told(change: dict[str, Any]) -> None:
    """The program leaves out what is multiplied by it, so that its slope is not to be had; in per cent of it nothing moves."""
    table, said = sensitivity(planner.solve(planner.load(TOY).replace(change)))
    address = next(iter(change)).split("@")[0]
    row = table.set_index("address").loc[address if "[" in address else f"{address}[]"]
    assert np.isnan(row.derivative) and (row.elasticity == 0 or "@" in next(iter(change)))
    assert any("have a number that is nought" in sentence for sentence in said)


def test_a_plan_to_one_side_only_is_a_kink() -> None:
    limits = {"limits.earth_ceiling.upper": 3}
    plan = planner.solve(planner.load(TOY).replace(limits))
    table, _ = sensitivity(plan, planner.compile(planner.build(plan.instance)))
    one_sided = table.assign(below=1.0, above=np.inf)
    assert "degenerate" in _kinks(one_sided, several=False)[0]
    assert not _kinks(table.assign(below=np.nan, above=np.nan), several=True)
