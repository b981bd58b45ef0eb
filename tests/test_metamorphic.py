"""What must hold of every plan: how its cost moves with its instance, that every balance closes, that its prices are prices."""

from __future__ import annotations

import csv
import dataclasses
import math
import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import planner
from planner.declarations import PARAMETERS
from planner.highs import solve_program
from planner.instance.limits import limit_unit
from tests import oracle, variants

MAKES = {"toy": variants.toy, "crossroads": variants.crossroads}
INSTANCES = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
THOROUGH = settings(
    max_examples=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
HOURS = 8760

#: Parameters of which more never raises the cost, and those of which more never lowers it.
HELPS = {"performance", "existing_performance", "availability", "max_build", "growth", "seed", "efficiency_in", "efficiency_out", "recovery",
         "tonnage", "grade", "initial_stock", "size", "existing"}  # fmt: skip
HURTS = {"capex", "fixed_cost", "variable_cost", "fuel_price", "fuel_use", "emission_factor", "helium3_use", "overhead", "data_rate", "value", "price",
         "delivery_cost", "burden", "propellant_use", "energy_use", "mass_complex", "mass_structural", "spares", "charge_time", "discharge_time",
         "land", "carbon_price", "demand"}  # fmt: skip


@cache
def solved(make: Callable[[], planner.Instance]) -> planner.Plan:
    return planner.solve(make())


# How the cost moves


def direction(instance: planner.Instance, address: str) -> int:
    """-1 where more of the row can only lower the cost, 1 where it can only raise it, 0 where neither is sure."""
    block, *_, name = address.split("[")[0].split(".")
    if block == "limits":
        limit = next(limit for limit in instance.limits if f"limits.{limit.name}.{limit.bound}" == address)
        return (-1 if limit.bound == "upper" else 1) * (1 if min(limit.values.values()) >= 0 else -1)
    if name == "price" and any(address == f"helium3.{market}.price[]" for market in sold_at(instance)):
        return -1
    if name == "demand" and any(limit.quantity == "compute.placed" for limit in instance.limits):
        return 0
    return -1 if name in HELPS else 1 if name in HURTS else 0


def sold_at(instance: planner.Instance) -> list[str]:
    return [name for name, market in instance.markets.items() if market.side == "sell"]


@settings(parent=THOROUGH, max_examples=30)
@given(data=st.data())
def test_more_of_a_good_thing_never_costs_more(data: st.DataObject) -> None:
    make = data.draw(st.sampled_from(list(MAKES.values())))
    instance, before = make(), solved(make).objective
    address = data.draw(st.sampled_from([a for a in variants.addresses(instance) if direction(instance, a)]))
    factor = data.draw(st.floats(1.01, 3))
    parameter = PARAMETERS.get(".".join(address.split("[")[0].split(".")[:: len(address.split("[")[0].split(".")) - 1]))
    less = parameter is not None and parameter.upper < 2
    after = planner.solve(instance.replace({address: ("*", 1 / factor if less else factor)})).objective
    sign = direction(instance, address) * (-1 if less else 1)
    assert sign * (after - before) >= -1e-7 * abs(before), address


@THOROUGH
@given(make=st.sampled_from(list(MAKES.values())), factor=st.floats(0.05, 20))
def test_all_money_scales_the_cost(make: Callable[[], planner.Instance], factor: float) -> None:
    instance = make()
    money = [row.address if row.at else f"{row.address}[]" for row in instance.rows if "GUSD" in row.declaration.unit]
    money += [row.address for row in instance.limit_rows if row.quantity.startswith("cost.")]
    scaled = planner.solve(instance.replace({address: ("*", factor) for address in money}))
    assert scaled.objective == pytest.approx(factor * solved(make).objective, rel=1e-8)


@INSTANCES
def test_overriding_by_itself_changes_nothing(make: Callable[[], planner.Instance]) -> None:
    instance = make()
    same = instance.replace({address: ("*", 1.0) for address in variants.addresses(instance)})
    same = same.replace({address: ("+", 0.0) for address in variants.addresses(instance)})
    texts = {
        row.address if row.at else f"{row.address}[]": f"{row.value!r} {row.unit}"
        for row in instance.rows
        if row.value is not None
    }
    same = same.replace(texts)
    assert same.numbers == instance.numbers
    assert same.hash == instance.hash
    assert planner.solve(same).objective == solved(make).objective


# The same instance written otherwise


def rewritten(folder: Path, change: Callable[[str, list[dict[str, str]]], Iterable[dict[str, str]]]) -> planner.Instance:
    """The instance of a folder with the rows of each table changed; comments are left out."""
    for path in [*folder.glob("*.csv"), *folder.glob("parameters/*.csv")]:
        with path.open(newline="") as file:
            reader = csv.DictReader(line for line in file if line.strip(" ,\r\n") and not line.startswith("#"))
            rows, header = list(reader), reader.fieldnames or []
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(change(path.stem, rows))
    return planner.load(folder)


@INSTANCES
def test_other_units_and_another_order_change_nothing(make: Callable[[], planner.Instance], tmp_path: Path) -> None:
    """Every number in the model's own unit, every table but the ring of slices shuffled."""
    shuffler, units = random.Random(7), make().units

    def change(table: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        for row in rows if "unit" in (rows or [{}])[0] else []:
            model = (
                PARAMETERS[f"{table}.{row['parameter']}"].unit if "parameter" in row else limit_unit(row["quantity"], row["over"])
            )
            factor, row["unit"] = units.factor(row["unit"], model), model
            for column, text in row.items():
                if (column in ("value", "low", "high") or column.isdigit()) and text and not text.startswith("*"):
                    row[column] = repr(float(text) * factor)
        return rows if table == "slices" else shuffler.sample(rows, len(rows))

    same = rewritten(variants.written(make, tmp_path), change)
    for name, numbers in make().numbers.items():
        assert same.numbers[name] == pytest.approx(numbers, rel=1e-14), name
    assert planner.solve(same).objective == pytest.approx(solved(make).objective, rel=1e-10)


@pytest.mark.parametrize(
    ("make", "site"),
    [(make, site) for make in MAKES.values() for site in make().sites],
    ids=[site for make in MAKES.values() for site in make().sites],
)
def test_a_site_in_two_halves_changes_nothing(make: Callable[[], planner.Instance], site: str, tmp_path: Path) -> None:
    """Two sites of the same kind, with half of what stood there, of what can be ordered there and of its regolith."""
    halves = {site: (f"{site}_a", f"{site}_b")}
    for name, route in make().routes.items():
        if route.origin == site:
            halves[name] = (f"{name}_a", f"{name}_b")
    for name, at in make().deposits.items():
        if at == site:
            halves[name] = (f"{name}_a", f"{name}_b")

    def change(table: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        if table in ("technologies", "limits"):
            both = {old: " ".join(new) for old, new in halves.items()}
            swap = lambda text: " ".join(both.get(word, word) for word in text.split())
            return [{**row, **{column: swap(row[column]) for column in ("at", "item") if row.get(column)}} for row in rows]
        result = []
        for row in rows:
            cells = {column for column in ("site", "route", "origin", "deposit", "item") if row.get(column) in halves}
            place, slash, slice_ = (row.get("at") or "").partition("/")
            divided = bool(cells) or place in halves
            for i in (0, 1) if divided else ():
                half = {column: halves[row[column]][i] for column in cells} | (
                    {"at": halves[place][i] + slash + slice_} if place in halves else {}
                )
                result.append({**row, **half})
            result += [] if divided else [row]
        return result

    split = rewritten(variants.written(make, tmp_path), change)
    new = {half for pair in halves.values() for half in pair}
    numbers = dict(split.numbers)
    for key in numbers:
        if key.endswith((".existing", ".max_build")):
            numbers[key] = {index: value / 2 if index[1] in new else value for index, value in numbers[key].items()}
    numbers["helium3.tonnage"] = {d: value / 2 if d in new else value for d, value in numbers["helium3.tonnage"].items()}
    assert len(split.sites) == len(make().sites) + 1
    assert planner.solve(dataclasses.replace(split, numbers=numbers)).objective == pytest.approx(solved(make).objective, rel=1e-8)


# Every balance closes


class Tables:
    """The tables of a plan as sums by labels; what a table does not list is nought."""

    def __init__(self, plan: planner.Plan) -> None:
        self.plan = plan

    def __call__(self, quantity: str, *by: str) -> dict[Any, float]:
        table = self.plan[quantity]
        sums: dict[Any, float] = defaultdict(float)
        for key, value in zip(table[list(by)].itertuples(index=False, name=None), table["value"], strict=True):
            sums[key if len(by) > 1 else key[0]] += value
        return sums


@settings(parent=THOROUGH, max_examples=20)
@given(data=st.data())
def test_every_balance_closes(data: st.DataObject) -> None:
    """Each balance re-added from the tables of a plan, on random variants too."""
    instance = data.draw(st.sampled_from(list(MAKES.values())))()
    factors = data.draw(st.dictionaries(st.sampled_from(variants.addresses(instance)), st.floats(0.5, 2), max_size=12))
    try:
        plan = planner.solve(variants.scaled(instance, factors))
    except planner.Infeasible:
        return
    assert_power_closes(plan)
    assert_storage_closes(plan)
    assert_goods_close(plan)
    assert_helium3_closes(plan)
    assert_compute_closes(plan)
    assert math.fsum(plan.ledger["discounted"]) == pytest.approx(plan.objective, rel=1e-9)


def assert_power_closes(plan: planner.Plan) -> None:
    """What is generated covers what is used in each slice; what is spilled has no price."""
    instance, tables, n = plan.instance, Tables(plan), plan.instance.numbers
    made, out, taken = (
        tables(name, "site", "year", "slice") for name in ("power.generation", "storage.discharge", "storage.charge")
    )
    price = {
        (s, y, h): value
        for s, y, h, value in plan.prices["power_balance"][["site", "year", "slice", "value"]].itertuples(index=False)
    }
    used: dict[Any, float] = defaultdict(float)
    for (s, y, h), running in tables("compute.run", "site", "year", "slice").items():
        used[s, y, h] += n["compute.overhead"][s] * running
    for (k, s, y, h), making in tables("industry.make", "technology", "site", "year", "slice").items():
        used[s, y, h] += n["industry.energy_use"][k, s] * making
    for (k, d, y, h), digging in tables("helium3.dig", "technology", "deposit", "year", "slice").items():
        used[instance.deposits[d], y, h] += n["helium3.energy_use"][k, instance.deposits[d]] * digging
    for (k, s, y, h), throwing in tables("launch.throw", "technology", "site", "year", "slice").items():
        used[s, y, h] += n["launch.energy_use"][k, s] * throwing
    use = tables("power.use", "site", "year")
    for s, body in instance.sites.items():
        for y in instance.years:
            spilled = {h: made[s, y, h] + out[s, y, h] - taken[s, y, h] - used[s, y, h] for h in instance.slices[body]}
            size = 1 + sum(made[s, y, h] + taken[s, y, h] for h in spilled)
            assert min(spilled.values()) >= -1e-7 * size
            supplied = sum(n["time.share"][h] * (made[s, y, h] + out[s, y, h] - taken[s, y, h]) for h in spilled)
            assert supplied >= use[s, y] - 1e-7 * size
            drawn = sum(n["time.share"][h] * used[s, y, h] for h in spilled)
            assert use[s, y] == pytest.approx(drawn, abs=1e-7 * size)
            assert all(spilled[h] < 1e-6 * size or abs(price.get((s, y, h), 0)) < 1e-4 for h in spilled)


def assert_storage_closes(plan: planner.Plan) -> None:
    """Around a ring of slices, what is stored is what is taken and what leaks."""
    instance, tables, n = plan.instance, Tables(plan), plan.instance.numbers
    index = ("technology", "site", "year", "slice")
    level, charge, discharge = (tables(f"storage.{name}", *index) for name in ("level", "charge", "discharge"))
    sums: dict[Any, float] = defaultdict(float)
    sizes: dict[Any, float] = defaultdict(lambda: 1.0)
    for k, s, y, h in level:
        ring = frozenset(ring_of(instance, h))
        hours, leaks = n["time.hours"][h], 1 - (1 - n["storage.loss"][k, s]) ** n["time.hours"][h]
        sums[k, s, y, ring] += hours * (
            charge[k, s, y, h] * n["storage.efficiency_in"][k, s] - discharge[k, s, y, h] / n["storage.efficiency_out"][k, s]
        )
        sums[k, s, y, ring] -= leaks * level[k, s, y, instance.previous[h]]
        sizes[k, s, y, ring] += hours * charge[k, s, y, h]
    assert all(abs(value) <= 1e-6 * sizes[key] for key, value in sums.items())


def ring_of(instance: planner.Instance, h: str) -> Iterable[str]:
    start = h
    while True:
        yield h
        h = instance.previous[h]
        if h == start:
            return


def assert_goods_close(plan: planner.Plan) -> None:
    """What lands and is made covers what leaves and is needed; the tables of goods are what the flows, builds and outputs say."""
    instance, tables, n = plan.instance, Tables(plan), plan.instance.numbers
    arrived, departed, made, needed = (defaultdict(float) for _ in range(4))  # type: ignore[var-annotated]
    for (r, g, y), flow in tables("launch.flow", "route", "good", "year").items():
        route = instance.routes[r]
        arrived[g, route.destination, y] += flow
        departed[g, instance.sites[route.origin], y] += flow / (1 - n["launch.loss"][r, y])
        departed["propellant", route.refuel, y] += n["launch.propellant_use"][r, y] * flow
    for (k, s, y), output in tables("industry.output", "technology", "site", "year").items():
        made[instance.technologies[k].makes, instance.sites[s], y] += output
    for block in ("compute", "link", "power", "storage", "launch", "industry", "helium3"):
        for good in ("complex", "structural"):
            mass = n[f"{block}.mass_{good}"]
            for (k, s, y), built in tables(f"{block}.build", "technology", "site", "year").items():
                needed[good, instance.sites[s], y] += mass[k, s, y] * built
            for (k, s, y), kept in tables(f"{block}.in_service", "technology", "site", "year").items():
                needed[good, instance.sites[s], y] += mass[k, s, y] * n[f"{block}.spares"][k, s] * kept
    told = {name: tables(f"goods.{name}", "good", "body", "year") for name in ("arrived", "made", "departed", "needed")}
    for b, body in instance.bodies.items():
        for key in [(g, b, y) for g in ("complex", "structural", "propellant") if g not in body.supplies for y in instance.years]:
            for name, sums in (("arrived", arrived), ("made", made), ("departed", departed), ("needed", needed)):
                assert told[name][key] == pytest.approx(sums[key], rel=1e-7, abs=1e-7), (name, key)
            assert arrived[key] + made[key] - departed[key] - needed[key] >= -1e-7 * (1 + arrived[key] + made[key])


def assert_helium3_closes(plan: planner.Plan) -> None:
    """Over the horizon: mined + bought + what there was at first = burnt + sold + lost on the way + left over; so for regolith."""
    instance, tables, n = plan.instance, Tables(plan), plan.instance.numbers

    def over_horizon(quantity: str, factor: Callable[[Any], float] = lambda row: 1.0) -> float:
        return math.fsum(row.value * instance.weights[row.year] * factor(row) for row in plan[quantity].itertuples())

    lost = over_horizon("helium3.shipped", lambda row: 1 / (1 - n["launch.loss"][row.route, row.year]) - 1)
    left = math.fsum(value for (_, y), value in tables("helium3.stock", "body", "year").items() if y == instance.years[-1])
    gained = over_horizon("helium3.mined") + over_horizon("helium3.bought") + sum(n["helium3.initial_stock"].values())
    assert gained == pytest.approx(over_horizon("helium3.burnt") + over_horizon("helium3.sold") + lost + left, rel=1e-7, abs=1e-7)
    dug, won = defaultdict(float), defaultdict(float)  # type: ignore[var-annotated]
    for row in plan["helium3.dig"].itertuples():
        mass = row.value * n["time.share"][row.slice] * instance.weights[row.year]
        dug[row.deposit] += mass
        won[row.deposit] += (
            n["helium3.grade"][row.deposit] * n["helium3.recovery"][row.technology, instance.deposits[row.deposit]] * mass
        )
    remaining = tables("helium3.remaining", "deposit", "year")
    for d in instance.deposits:
        assert dug[d] + remaining[d, instance.years[-1]] == pytest.approx(n["helium3.tonnage"][d], rel=1e-7, abs=1e-7)
    assert over_horizon("helium3.mined") == pytest.approx(sum(won.values()), rel=1e-7, abs=1e-7)


def assert_compute_closes(plan: planner.Plan) -> None:
    """Every demand is placed or left unserved, and what is served is done by what runs."""
    instance, tables, n = plan.instance, Tables(plan), plan.instance.numbers
    placed, unserved = tables("compute.placed", "workload", "year"), defaultdict(float)
    for (tier, y), value in tables("compute.unserved", "tier", "year").items():
        unserved[instance.tiers[tier], y] += value
    for w in instance.workloads:
        for y in instance.years:
            assert placed[w, y] + unserved[w, y] == pytest.approx(n["compute.demand"][w, y], rel=1e-7, abs=1e-7)
    done: dict[Any, float] = defaultdict(float)
    for (k, v, s, y, h), running in tables("compute.run", "technology", "vintage", "site", "year", "slice").items():
        old = n["compute.existing_performance"].get(k, n["compute.performance"][k, instance.years[0]])
        done[s, y, h] += (old if v == "existing" else n["compute.performance"][k, int(v)]) * running
    served = tables("compute.serve", "site", "year", "slice")
    by_workload = tables("compute.serve", "workload", "site", "year", "slice")
    for (w, s, y), value in tables("compute.placed", "workload", "site", "year").items():
        shares = {h: n["time.share"][h] for h in instance.slices[instance.sites[s]]}
        assert sum(share * by_workload[w, s, y, h] for h, share in shares.items()) == pytest.approx(value, rel=1e-7, abs=1e-7)
        assert instance.workloads[w] == "flexible" or all(
            by_workload[w, s, y, h] == pytest.approx(value, abs=1e-9) for h in shares
        )
    assert all(value <= done[key] + 1e-6 * (1 + value) for key, value in served.items())


# Prices are prices


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
    plan = planner.solve(variants.converted(variants.scaled(variants.toy(), factors), **conventions))
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
    cost = (
        sum(statement.worth(moment) * amount for _, moment, amount in statement.payments("power", k, s, v))
        * weight
        * n["power.capex"][k, s, v]
    )
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


def test_copies_of_the_toy_stand_alone(tmp_path: Path) -> None:
    """The folder can be copied anywhere: the variants above are written from it."""
    assert planner.load(shutil.copytree(variants.TOY, tmp_path / "copy")).hash == variants.toy().hash
