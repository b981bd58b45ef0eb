"""Every balance of a plan closes, added up again from its tables."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner
from tests import variants
from tests.solved import MAKES, THOROUGH, Tables


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
        departed["propellant", route.refuel, y] += n["launch.propellant_use"][r, y] * flow / (1 - n["launch.loss"][r, y])
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
