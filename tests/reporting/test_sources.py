"""How much of the cost rests on which numbers, held against the derivatives of the cost, which know nothing of the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner.reporting.assumptions import reliance_tables, source_tables
from planner.reporting.sources import STATUSES, assumed_share, costs_by_row, costs_by_status
from tests import variants
from tests.reporting.conftest import TOY
from tests.worlds import PLANTS, world


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.solve(planner.load(TOY))


@pytest.fixture(scope="module")
def costs(plan: planner.Plan) -> pd.DataFrame:
    return costs_by_row(plan)


def test_the_costs_of_all_rows_are_the_objective(plan: planner.Plan, costs: pd.DataFrame) -> None:
    assert costs["discounted"].sum() == pytest.approx(plan.objective, rel=1e-12)
    assert costs_by_status(costs)["net"].sum() == pytest.approx(plan.objective, rel=1e-12)
    by_kind, ledger = (table.groupby("kind")["discounted"].sum() for table in (costs, plan.ledger))
    pd.testing.assert_series_equal(by_kind, ledger)


def test_what_rests_on_a_price_is_what_the_cost_would_rise_by_if_it_doubled() -> None:
    """A price stands in the objective alone, to the first power: its elasticity is the share of the cost that it makes.

    Without a credit at the end, which follows from the prices of landing.
    """
    plan = planner.solve(variants.converted(planner.load(TOY), end_of_horizon="none"))
    costs = costs_by_row(plan)
    table = plan.explain(["sensitivity"]).tables["sensitivity"]
    elasticity = dict(zip((name.removesuffix("[]") for name in table["address"]), table["elasticity"], strict=True))
    # What stood before the horizon is paid for by nobody, and capital at other costs than its own capex is nowhere.
    found = costs.groupby("address")["discounted"].sum() / plan.objective
    assert len(found) > 20
    for address, share in found.items():
        assert elasticity[address] == pytest.approx(share, rel=1e-6, abs=1e-9), address


def test_transport_is_split_between_lift_and_delivery(tmp_path: Path) -> None:
    instance = planner.load(TOY).replace({"launch.rocket.price": ("*", 1.0)})
    delivered = instance.replace({"launch.direct.delivery_cost": "50 USD/kg"}) if _has(instance, "delivery_cost") else instance
    plan = planner.solve(delivered)
    costs = costs_by_row(plan)
    transport = costs[costs["kind"] == "transport"]
    paid = plan.ledger.loc[plan.ledger["kind"] == "transport", "discounted"].sum()
    assert transport["discounted"].sum() == pytest.approx(paid, rel=1e-12)
    assert set(transport["address"]) <= {row.address for row in delivered.rows}


def _has(instance: planner.Instance, parameter: str) -> bool:
    return any(row.parameter == parameter for row in instance.rows)


def test_a_published_price_is_not_assumed(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path / "world", PLANTS))
    assert assumed_share(costs_by_row(plan)) == pytest.approx(1.0)
    sources = {"capex": "IEA 2024, table 3", "fixed_cost": "derived: of the capex"}
    rows = tuple(replace(row, source=sources.get(row.parameter, row.source)) for row in plan.instance.rows)
    sourced = replace(plan, instance=replace(plan.instance, rows=rows))
    costs = costs_by_row(sourced)
    ledger = plan.ledger.groupby("kind")["discounted"].sum()
    by_status = costs_by_status(costs).set_index("status")
    assert by_status.loc["published", "paid"] == pytest.approx(ledger["capital"])
    assert by_status.loc["published", "credited"] == pytest.approx(ledger["salvage"])
    assert by_status.loc["derived", "net"] == pytest.approx(ledger["fixed"])
    assert by_status.loc["assumption", "net"] == pytest.approx(ledger["variable"])
    paid = ledger.drop("salvage").sum()
    assert assumed_share(costs) == pytest.approx(ledger["variable"] / paid)
    said, (table, *_) = reliance_tables(sourced)
    assert f"{ledger['variable'] / paid:.1%} of the discounted cost" in said[1]
    assert [row[0].text for row in table.rows] == ["published", "derived", "assumed", "all"]


def test_a_price_without_a_row_counts_as_assumed(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path / "world", PLANTS))
    rows = tuple(row for row in plan.instance.rows if row.parameter != "variable_cost")
    costs = costs_by_row(replace(plan, instance=replace(plan.instance, rows=rows)))
    assert set(costs.loc[costs["status"] == "default", "address"]) == {"power.variable_cost"}
    assert assumed_share(costs) == pytest.approx(1.0)


def test_every_status_has_its_words_and_every_row_its_place() -> None:
    instance = planner.load(TOY)
    tables = source_tables(instance)
    shown = [row for _, table in tables for row in table.rows]
    assert {row.status for row in instance.rows} <= set(STATUSES)
    assert sorted(row[0].text for row in shown) == sorted(
        [*(row.address for row in instance.rows), *(row.address for row in instance.limit_rows)]
    )
    assert all(len(row) == len(table.headings) for _, table in tables for row in table.rows)
    capex = next(row for row in shown if row[0].text == "compute.rack.capex")
    stated = next(row for row in instance.rows if row.address == "compute.rack.capex")
    assert [cell.text for cell in capex[1:5]] == ["20000", "USD/kW", f"{stated.low}", f"{stated.high}"]
