"""What assets earn, who pays, and how far prices hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.economics import economics
from planner.highs import row_ranges, solve_program
from planner.pipeline import compile_instance

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module", params=["toy", "baseline"])
def plan(request: pytest.FixtureRequest) -> planner.Plan:
    return planner.solve(planner.load(ROOT / "instances" / request.param))


def test_what_is_built_earns_its_cost_and_what_is_not_would_earn_less(plan: planner.Plan) -> None:
    assets = plan.economics["assets"]
    scale = 1e-9 * (1 + assets["cost"].abs() + assets["worth"].abs())
    built = assets["built"] > 1e-7
    assert built.any() and (~built).any()
    assert (assets["profit"].abs() <= scale)[built & ~assets["at_most"]].all()
    assert (assets["profit"] <= scale)[~built & ~assets["at_most"]].all()
    assert (assets["profit"] >= -scale)[assets["at_most"] & built].all()


def test_what_is_paid_adds_up_to_the_cost_of_the_plan(plan: planner.Plan) -> None:
    settlement = plan.economics["settlement"]
    assert settlement["discounted"].sum() == pytest.approx(plan.objective, rel=1e-9)
    demand = plan.instance.numbers["compute.demand"]
    prices = plan.prices["demand"].set_index(["workload", "year"])["value"]
    from planner.blocks.money import yearly_discount

    worth = yearly_discount(plan.instance)
    paid = sum(demand[w, y] * price * worth[y] for (w, y), price in prices.items())
    assert settlement.set_index("source")["discounted"]["compute.demand_met"] == pytest.approx(paid, rel=1e-9)


def test_a_perturbed_price_breaks_the_settlement(plan: planner.Plan) -> None:
    program = compile_instance(plan.instance)
    optimum = solve_program(program)
    duals = optimum.duals.copy()
    duals[int(np.argmax(np.abs(duals) * np.isfinite(program.row_lower)))] *= 1.001
    wrong = economics(plan.instance, program, replace(optimum, duals=duals))
    off = abs(wrong["settlement"]["discounted"].sum() - plan.objective)
    assert off > 1e-9 * plan.objective or (wrong["assets"]["profit"] > 1e-6).any()


def test_a_price_holds_as_far_as_is_said() -> None:
    instance = planner.load(ROOT / "instances" / "toy")
    plan = planner.solve(instance, ranging=True)
    limit = plan.prices["limit"].query("limit == 'earth_ceiling' and value > 0 and not degenerate").iloc[0]
    year, price, more = int(limit["year"]), limit["value"], limit["more"]
    assert 0 < more < np.inf

    def priced(added: float) -> float:
        changed = planner.solve(instance.replace({f"limits.earth_ceiling.upper@{year}": ("+", f"{added} GW")}))
        return float(changed.prices["limit"].query("limit == 'earth_ceiling'").set_index("year")["value"][year])

    assert priced(0.9 * more) == pytest.approx(price, rel=1e-9)
    assert priced(1.1 * more) < price * (1 - 1e-9)


def test_every_price_holds_within_its_interval() -> None:
    # Within it the cost is a straight line of the bound, and the slope is the dual; a little beyond it lies above, or on, that line.
    program = compile_instance(planner.load(ROOT / "instances" / "toy"))
    optimum = solve_program(program)
    less, more = row_ranges(program, optimum)
    priced = np.random.default_rng(0).choice(np.flatnonzero(np.abs(optimum.duals) > 1e-6), 16, replace=False)
    bent, tried = 0, 0
    for row, way, room in [(row, way, side[row]) for row in priced for way, side in ((-1, less), (1, more)) if side[row] > 1e-6]:
        for share in (0.9, 1.2) if room < 1e6 else (0.9,):
            step = way * share * min(room, 1.0 if share < 1 else np.inf)
            moved = np.where(np.arange(len(less)) == row, step, 0.0)
            changed = replace(program, row_lower=program.row_lower + moved, row_upper=program.row_upper + moved)
            try:
                bend = solve_program(changed).objective - (optimum.objective + optimum.duals[row] * step)
            except planner.Infeasible:
                assert share > 1
                continue
            tried += 1
            bent += bend > 1e-9
            assert bend == pytest.approx(0, abs=1e-8) if share < 1 else bend > -1e-8
    assert tried > 30 and bent > 5


def test_a_degenerate_price_is_marked() -> None:
    plan = planner.solve(planner.load(ROOT / "instances" / "toy"), ranging=True)
    tables = [table for table in plan.prices.values() if "degenerate" in table]
    assert len(tables) == len(plan.prices)
    for table in tables:
        ends = np.where(np.isfinite(table[["below", "above"]]), table[["below", "above"]], np.nan)
        two = np.isnan(ends).any(axis=1) | ~np.isclose(ends[:, 0], ends[:, 1], rtol=1e-6, atol=0)
        assert (table["degenerate"] == two).all()
        assert (table["degenerate"] <= (table[["less", "more"]].min(axis=1) <= 1e-9)).all()
    assert any(table["degenerate"].any() for table in tables) and not all(table["degenerate"].all() for table in tables)
