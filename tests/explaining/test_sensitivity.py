"""What matters most: derivatives against re-solves, units, ranges, and what has none. See tests/test_session.py for all slopes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planner
from planner.explaining.sensitivity import sensitivity

TOY = Path(__file__).parents[2] / "instances" / "toy"


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.solve(planner.load(TOY))


@pytest.fixture(scope="module")
def told(plan: planner.Plan) -> tuple[pd.DataFrame, list[str]]:
    return sensitivity(plan)


@pytest.fixture(scope="module")
def table(told: tuple[pd.DataFrame, list[str]]) -> pd.DataFrame:
    return told[0].set_index("address")


def test_every_number_row_has_an_entry(plan: planner.Plan, table: pd.DataFrame) -> None:
    assert len(table) == len(plan.instance.rows) + len(plan.instance.limit_rows)
    assert table.index.is_unique


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
    assert table.address[0] in sentences[0] and f"{table.high_change[0]:+,.4g}" in sentences[0]
    assert table.address[table.elasticity.abs().idxmax()] in sentences[1]


def test_degeneracy_is_said_where_values_of_the_basis_are_at_a_bound(plan: planner.Plan) -> None:
    said = [s for s in plan.explain(["sensitivity"]).sentences["sensitivity"] if s.startswith("The optimum is degenerate")]
    program = planner.compile(planner.build(plan.instance))
    inside = replace(program, col_lower=program.col_lower - 1, col_upper=program.col_upper + 1)
    inside = replace(inside, row_lower=program.row_lower - 1, row_upper=program.row_upper + 1)
    assert len(said) == 1 and "values of its basis are at a bound" in said[0]
    assert not any("degenerate" in sentence for sentence in sensitivity(plan, inside)[1])
