"""The price of computing is its stack: sums, worlds worked out by hand, and all costs of a plan found again."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sparse

import planner
from planner.explaining import composition
from planner.explaining.composition import Composition, compose
from planner.explaining.money import flows
from planner.explaining.price_stack import components, price_stack
from planner.explaining.sources import RENT, STOOD, cost_sources
from planner.lp import LinearProgram
from planner.pipeline import compile_instance
from tests.solved import MAKES, solved
from tests.worlds import CHIPS, PLANTS, discount, exactly, rent, world, worth

ROOT = Path(__file__).parents[2]

Case = tuple[planner.Plan, LinearProgram]


def _case(plan: planner.Plan) -> Case:
    return plan, compile_instance(plan.instance)


@pytest.fixture(scope="module", params=[*MAKES, "baseline", "mandate"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param in MAKES:
        return _case(solved(MAKES[request.param]))
    return _case(planner.solve(planner.load(ROOT / "instances" / request.param)))


def _stack(plan: planner.Plan) -> pd.DataFrame:
    return price_stack(plan, compile_instance(plan.instance))[0]


def _items(table: pd.DataFrame, **labels: object) -> dict[tuple[str, str], float]:
    for name, label in labels.items():
        table = table[table[name] == label]
    return {key: float(value) for key, value in table.groupby(["part", "item"])["value"].sum().items()}


def test_the_stack_sums_to_the_price(case: Case) -> None:
    plan, program = case
    table, _ = price_stack(plan, program)
    sums = table.groupby(["workload", "year", "site"])["value"].sum().reset_index()
    prices = plan.prices["demand"].set_index(["workload", "year"])["value"]
    assert len(sums) > 5
    for workload, year, _, value in sums.itertuples(index=False):
        assert value == pytest.approx(prices[workload, year], rel=1e-12, abs=1e-15)
    assert (table["value"] >= 0).all()


def test_every_place_where_something_is_computed_has_a_stack(case: Case) -> None:
    plan, program = case
    table, _ = price_stack(plan, program)
    placed = plan["compute.placed"].query("value > 1e-6")
    stacks = set(table[["workload", "year", "site"]].itertuples(index=False, name=None))
    assert set(placed[["workload", "year", "site"]].itertuples(index=False, name=None)) <= stacks
    served = table.drop_duplicates(["workload", "year", "site"])["placed"].sum()
    demand = plan.instance.numbers["compute.demand"]
    assert served == pytest.approx(sum(demand[w, y] for w in plan.instance.workloads for y in plan.instance.years), rel=1e-7)


def test_the_stacks_are_all_that_users_pay(case: Case) -> None:
    """Discounted prices times what is placed and what is not are the line of demand in the settlement."""
    plan, program = case
    table, _ = price_stack(plan, program)
    from planner.blocks.money import yearly_discount

    paid = (table["value"] * table["placed"] * table["year"].map(yearly_discount(plan.instance))).sum()
    settlement = plan.economics["settlement"].set_index("source")["discounted"]
    assert paid == pytest.approx(settlement["compute.demand_met"], rel=1e-7)


def test_all_that_is_paid_is_every_cost_of_the_ledger(case: Case) -> None:
    """Everybody's payments, followed to their end, are the ledger's costs by technology and kind, and the rents beside them."""
    plan, program = case
    composed = compose(plan.instance, program, plan.optimum)
    found: dict[str, float] = defaultdict(float)
    for source, paid in zip(composed.sources, composed.payments, strict=True):
        found[source.item] += paid
    costs: dict[str, float] = defaultdict(float)
    for entry in plan.ledger.to_dict("records"):
        kind = "capital" if entry["kind"] == "salvage" else entry["kind"]
        name = entry["item"] if kind in ("transport", "purchases", "goods", "unserved") else entry["technology"]
        said = {"carbon": f"CO2 of {name}", "unserved": f"value of {name}"}.get(kind, f"{kind} of {name}")
        if kind not in ("sales", "landing"):
            costs[said] += entry["discounted"]
    scale = max(costs.values())
    assert len(costs) > 5
    for item, cost in costs.items():
        assert found[item] == pytest.approx(cost, rel=1e-6, abs=1e-9 * scale), item


def test_money_is_neither_made_nor_lost(case: Case) -> None:
    plan, program = case
    moved = flows(program, plan.optimum)
    cost = program.cost * moved.values
    scale = 1e-8 * plan.objective
    assert np.abs(moved.earned.sum(axis=0) - moved.paid.sum(axis=0) - cost - moved.bound_rent).max() < scale
    assert np.abs(moved.paid.sum(axis=1) + moved.asked - moved.earned.sum(axis=1) - moved.rent).max() < scale
    assert min(moved.earned.data.min(), moved.paid.data.min(), moved.rent.min(), moved.asked.min()) >= 0
    composed: Composition = compose(plan.instance, program, plan.optimum)
    shares = composed.passed.sum(axis=1) + composed.spent.sum(axis=1)
    assert np.allclose(shares[composed.earned > scale], 1, rtol=1e-12)


def test_the_costs_of_all_sources_are_the_costs_of_the_program(case: Case) -> None:
    plan, program = case
    total = sum(cost_sources(plan.instance, program).values())
    assert np.abs(total - program.cost).max() <= 1e-12 * np.abs(program.cost).max()


def test_power_alone(tmp_path: Path) -> None:
    """Accelerators stand already and are more than enough: the price is that of 1.25 GW of the plant."""
    table = _stack(planner.solve(world(tmp_path, PLANTS)))
    assert _items(table) == {
        ("power", "capital of plant"): exactly(1.25 * rent(3, 20)),
        ("power", "fixed of plant"): exactly(1.25 * 0.11),
        ("power", "variable of plant"): exactly(1.25 * 0.23),
    }
    assert set(table["purpose"]) == {"power"}


def test_hardware_and_power(tmp_path: Path) -> None:
    """A GW of accelerators does 2.5 ZFLOP/s, and takes 1.25 GW of plants that stand already and cost only their upkeep."""
    table = _stack(planner.solve(world(tmp_path, CHIPS)))
    hardware = {"capital of chip": rent(20, 4), "fixed of chip": 0.7, "variable of chip": 0.3}
    power = {"fixed of plant": 1.25 * 0.11, "variable of plant": 1.25 * 0.23}
    assert _items(table, purpose="hardware") == {("hardware", name): exactly(cost / 2.5) for name, cost in hardware.items()}
    assert _items(table, purpose="power") == {("power", name): exactly(cost / 2.5) for name, cost in power.items()}


def test_a_scarce_limit_takes_what_is_left_of_the_price(tmp_path: Path) -> None:
    """A second, cheaper plant may make 2 GW: it earns what the first costs, and the limit takes the difference."""
    numbers = {"power.cheap.capex": "1 GUSD/GW", "power.cheap.lifetime": "20 yr", "power.cheap.max_build": "2 GW/yr"}
    parts = {"technologies": [("cheap", "power", "grid", "")], "numbers": numbers}
    found = _items(_stack(planner.solve(world(tmp_path, PLANTS, **parts))))
    price = rent(3, 20, 0.11) + 0.23
    # Of the 5 GW that 4 ZFLOP/s take, the cheap plant makes 2: so much of every price goes to it.
    assert found[RENT, "most orderable of cheap at grid"] == exactly(1.25 * 0.4 * (price - rent(1, 20)))
    assert found["power", "capital of cheap"] == exactly(1.25 * 0.4 * rent(1, 20))
    assert found["power", "capital of plant"] == exactly(1.25 * 0.6 * rent(3, 20))


def test_what_stood_before_is_owed_until_it_retires(tmp_path: Path) -> None:
    """Plants that stand for the first year earn what new ones cost; the price of the second year knows nothing of them."""
    numbers = {"power.plant.existing": {2030: "2 GW", 2031: "0 GW"}}
    plan = planner.solve(world(tmp_path, PLANTS, years=[2030, 2031], numbers=numbers))
    table = _stack(plan)
    first, second = _items(table, year=2030), _items(table, year=2031)
    price = plan.prices["demand"].set_index("year")["value"]
    assert first[STOOD, "plant at grid"] == exactly(0.4 * (price[2030] - 1.25 * (0.11 + 0.23)))
    assert (STOOD, "plant at grid") not in second
    whole = 3 * worth(2031, 20, 2032) / discount(2031)
    assert sum(second.values()) == exactly(price[2031])
    assert 0 < second["power", "capital of plant"] <= 1.25 * whole * (1 + 1e-9)


def test_what_is_left_unserved_has_a_stack_of_its_own(tmp_path: Path) -> None:
    numbers = {
        "compute.chip.existing": "2 GW", "compute.idle.value": "5 GUSD/yr/(ZFLOP/s)", "compute.urgent.value": "9 GUSD/yr/(ZFLOP/s)",
        "compute.idle.share": "0.25 1", "compute.urgent.share": "0.75 1",
    }  # fmt: skip
    tiers = {"idle": "work", "urgent": "work"}
    table = _stack(planner.solve(world(tmp_path, PLANTS, tiers=tiers, numbers=numbers)))
    # Of 4 ZFLOP/s 2 are served, and 1 of each tier is not: at a price of 9 the idle tier's share takes 4.
    unserved = _items(table, site="")
    assert unserved == {
        ("unserved", "value of idle"): exactly(2.5),
        ("unserved", "value of urgent"): exactly(4.5),
        (RENT, "share of tier idle"): exactly(2.0),
    }
    assert _items(table, site="grid")[STOOD, "chip at grid"] == exactly(9 - 1.25 * (rent(3, 20, 0.11) + 0.23))


def test_a_price_that_another_pays_for(tmp_path: Path) -> None:
    """A limit that requires twice the plant's output pays for all of it: power is free, and so is computing."""
    row = {"limit": "most", "quantity": "power.generation", "item": "plant", "bound": "lower", "unit": "GW", "value": 10}
    plan = planner.solve(world(tmp_path, PLANTS, limits=[row]))
    table = _stack(plan)
    assert table["value"].sum() == exactly(0)
    assert set(table["part"]) == {"paid by others"}


def test_the_components_of_a_body_sum_to_the_price_too(case: Case) -> None:
    plan, program = case
    found = components(price_stack(plan, program)[0])
    prices = plan.prices["demand"].set_index(["workload", "year"])["value"]
    for (workload, year), value in found.groupby(["workload", "year", "body"])["value"].sum().droplevel("body").items():
        assert value == pytest.approx(prices[workload, year], rel=1e-12)


def test_money_that_rounding_leaves_without_a_payee_is_no_warning() -> None:
    """The second node takes in a ten-thousandth of the first one's money and passes nothing on: all of it ends in the two sources."""
    passed = sparse.csr_array(np.array([[0.0, 1e-4], [0.0, 0.0]]))
    spent = sparse.csr_array(np.array([[0.5, 0.5 - 1e-4], [0.0, 0.0]]))
    shares = composition._solve(passed, spent.toarray())
    assert (
        shares[0].sum() == pytest.approx(1) and shares[0, 0] == pytest.approx(0.5, abs=1e-3) and shares[1].tolist() == [0.0, 0.0]
    )
