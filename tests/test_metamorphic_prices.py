"""Prices are prices: they add up to the cost, leave no profit, and bound what a change of a limit or of demand is worth."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner
from planner.highs import solve_program
from tests import oracle, variants
from tests.solved import MAKES, THOROUGH, Tables, solved

INSTANCES = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
HOURS = 8760


@INSTANCES
def test_prices_reproduce_the_cost_and_leave_no_profit(make: Callable[[], planner.Instance]) -> None:
    """At the duals, the worth of all bounds is the cost; no order would earn more than it costs, and those that are made break even."""
    lp = planner.compile(planner.build(make()))
    optimum = solve_program(lp)
    reduced = lp.cost - optimum.duals @ lp.matrix
    worth = 0.0
    for dual, low, high in ((optimum.duals, lp.row_lower, lp.row_upper), (reduced, lp.col_lower, lp.col_upper)):
        bound = np.where(dual > 0, low, high)
        assert np.all(abs(dual[np.isinf(bound)]) <= 1e-8)
        worth += float(dual[np.isfinite(bound)] @ bound[np.isfinite(bound)])
    assert worth == pytest.approx(solved(make).objective, rel=1e-8)
    assert solved(make).facts["certificate"]["dual_objective"] == pytest.approx(solved(make).objective, rel=1e-8)
    orders = [family for family in lp.columns if family.name.endswith(".build")]
    assert orders
    for family in orders:
        built, profit, most = optimum.values[family.rows], -reduced[family.rows], lp.col_upper[family.rows]
        assert np.all(profit[built < most - 1e-6] <= 1e-6)
        assert np.all(abs(profit[(built > 1e-6) & (built < most - 1e-6)]) <= 1e-6)


@THOROUGH
@given(
    factors=st.dictionaries(
        st.sampled_from([a for a in variants.addresses(variants.toy()) if "max_build" not in a]), st.floats(0.6, 1.6), max_size=8
    ),
    conventions=st.sampled_from(variants.CONVENTIONS),
)
def test_plants_earn_their_cost_at_the_published_prices(factors: dict[str, float], conventions: dict[str, str]) -> None:
    """From the tables of prices alone: what a plant sells less all that it pays is nought if it is built, and never more."""
    instance = variants.converted(variants.scaled(variants.toy(), factors), **conventions)
    alike = {"launch.direct.loss": 0.06, "launch.refuelled.loss": 0.06}  # else who bears the greater loss has a price of its own
    plan = planner.solve(instance.replace(alike))
    statement = oracle.Statement(plan.instance)
    for k, s in (("solar", "plains"), ("solar", "basin"), ("gas", "plains")):
        built = Tables(plan)("power.build", "technology", "site", "year")
        for v in statement.orders("power", k, s):
            cost, profit = profit_of(plan, statement, k, s, v)
            assert profit <= 1e-6 * (1 + cost), (k, s, v)
            assert built[k, s, v] < 1e-6 or abs(profit) <= 1e-6 * (1 + cost), (k, s, v)


def profit_of(plan: planner.Plan, statement: oracle.Statement, k: str, s: str, v: int) -> tuple[float, float]:
    """The present capital cost of ordering 1 GW a year in v, and the present profit of it, in GUSD."""
    instance, n, body = plan.instance, plan.instance.numbers, plan.instance.sites[s]
    price = {
        tuple(row[:3]): row[3] for row in plan.prices["power_balance"][["site", "year", "slice", "value"]].itertuples(index=False)
    }
    goods = {
        tuple(row[:3]): row[3] for row in plan.prices["goods_balance"][["good", "body", "year", "value"]].itertuples(index=False)
    }
    cap = {row.year: row.value for row in plan.prices["limit"].itertuples() if row.limit == "co2_cap"}
    weight = instance.weights[v]
    paid = sum(statement.worth(moment) * amount for moment, amount in statement.payments("power", k, s, v))
    end = statement.worth(statement.end)
    cost = weight * statement.capital("power", k, s, v) * (paid - end * statement.capital_credit("power", k, s, v))
    cost -= weight * end * statement.content_credit("power", k, s, v) * statement.content("power", k, s, v)
    cost += statement.of_a_year(v) * sum(
        goods.get((g, body, v), 0.0) * 1e-3 * n[f"power.mass_{g}"][k, s, v] for g in ("complex", "structural")
    )
    earned = 0.0
    for y in instance.years:
        if statement.alive("power", k, s, v, y):
            burnt = n["power.fuel_use"][k, s] * n["power.fuel_price"][k, s, y] + n["power.variable_cost"][k, s, y]
            burnt += n["power.emission_factor"][k, s] * (
                n["finance.carbon_price"][body, y] + (cap[y] if body == "earth" else 0.0)
            )
            worth = {h: price.get((s, y, h), 0.0) * HOURS * 1e-6 for h in instance.slices[body]}
            margin = sum(n["time.share"][h] * n["power.availability"][k, s, h] * max(0.0, worth[h] - burnt) for h in worth)
            earned += (
                statement.of_a_year(y)
                * statement.left("power", k, s, v, y)
                * weight
                * max(0.0, margin - n["power.fixed_cost"][k, s, y])
            )
    return cost, earned - cost


@THOROUGH
@given(
    factor=st.floats(0.5, 2),
    year=st.sampled_from(variants.toy().years),
    limit=st.sampled_from(["earth_ceiling", "accelerator_output", "co2_cap"]),
)
def test_the_price_of_a_limit_bounds_what_moving_it_is_worth(factor: float, year: int, limit: str) -> None:
    """The least cost is convex in a limit, and its price is the slope: moving the limit can save no more than the price says."""
    plan, instance = solved(variants.toy), variants.toy()
    price = next(row.value for row in plan.prices["limit"].itertuples() if (row.limit, row.year) == (limit, year))
    bound = next(entry for entry in instance.limits if entry.name == limit)
    moved = dataclasses.replace(bound, values={**bound.values, year: bound.values[year] * factor})
    limits = tuple(moved if entry is bound else entry for entry in instance.limits)
    after = planner.solve(dataclasses.replace(instance, limits=limits)).objective
    saved = price * oracle.Statement(instance).of_a_year(year) * (factor - 1) * bound.values[year]
    assert after >= plan.objective - saved - 1e-7 * abs(plan.objective)


@THOROUGH
@given(factor=st.floats(0.5, 2), year=st.sampled_from(variants.crossroads().years))
def test_the_price_of_demand_bounds_what_more_of_it_costs(factor: float, year: int) -> None:
    """So it is for a demand that must be met: more of it costs at least its price."""
    plan, instance = solved(variants.crossroads), variants.crossroads()
    price = next(row.value for row in plan.prices["demand"].itertuples() if (row.workload, row.year) == ("think", year))
    demand = instance.numbers["compute.demand"]["think", year]
    try:
        after = planner.solve(instance.replace({f"compute.think.demand@{year}": demand * factor})).objective
    except planner.Infeasible:
        return
    more = price * oracle.Statement(instance).of_a_year(year) * (factor - 1) * demand
    assert after >= plan.objective + more - 1e-7 * abs(plan.objective)
