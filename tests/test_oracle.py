"""The planner against the oracle: the same cost, and each other's optimum feasible and of the same worth in every table."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import planner
from planner.certificate import certify
from planner.highs import solve_program
from planner.plan import make_plan
from tests import oracle, variants
from tests.folders import instance_of

INSTANCES = [variants.toy, variants.crossroads, variants.stages]
THOROUGH = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)


def assert_same(instance: planner.Instance, tolerance: float) -> None:
    """The planner and the oracle agree on whether there is a plan and on its cost."""
    expected = oracle.solve(instance)
    try:
        objective, status = planner.solve(instance).objective, "optimal"
    except planner.Infeasible:
        objective, status = math.nan, "infeasible"
    except planner.Unbounded:
        objective, status = math.nan, "unbounded"
    assert status == expected.status
    assert objective == pytest.approx(expected.objective, rel=tolerance, abs=tolerance, nan_ok=True)


@pytest.mark.parametrize("conventions", variants.CONVENTIONS, ids=lambda chosen: "-".join(chosen.values()))
def test_every_convention_of_money(conventions: dict[str, str]) -> None:
    assert_same(variants.converted(variants.toy(), **conventions), 1e-9)


@pytest.mark.parametrize("conventions", variants.CONVENTIONS[::11], ids=lambda chosen: "-".join(chosen.values()))
def test_conventions_with_lead_times_and_survival_curves(conventions: dict[str, str]) -> None:
    assert_same(variants.converted(variants.crossroads(), **conventions), 1e-9)


@pytest.mark.parametrize("conventions", variants.CONVENTIONS[::7], ids=lambda chosen: "-".join(chosen.values()))
def test_conventions_with_goods_and_dates_inside_long_steps(conventions: dict[str, str]) -> None:
    assert_same(variants.converted(variants.stages(), **conventions), 1e-9)


@pytest.mark.parametrize(
    "label", ["(F3)", "(F4)", "(L1)", "(L4)", "(G5)", "(G5) rest", "(G6) built", "(G6) spare", "(I2)", "(X1)"]
)
def test_each_bound_is_felt(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan of the stages is cheaper without the rows of a label, so that the tests above would miss them."""
    instance = variants.stages()
    if label == "(F4)":
        share = oracle.Statement.orderable
        monkeypatch.setattr(oracle.Statement, "orderable", lambda *asked: math.ceil(share(*asked)))
    statement = oracle.Statement(instance)
    statement.program.rows[:] = [row for row in statement.program.rows if row.label != label]
    monkeypatch.undo()
    assert statement.solve().objective < oracle.solve(instance).objective - 1e-3


def test_each_cost_is_paid() -> None:
    """On the stages every kind of cost is paid but those of helium-3, and capital is not just the capex."""
    found = oracle.solve(variants.stages())
    assert {kind for kind, cost in found.costs.items() if abs(cost) > 1e-2} == set(found.costs) - {"purchases", "sales"}
    numbers = variants.stages().numbers
    paid = {index[1:]: found.quantities["cost.capital"][index] / built / numbers["compute.capex"][index]
            for index, built in found.quantities["compute.build"].items() if built > 1e-3}  # fmt: skip
    assert paid["plain", 2030] < 1 < paid["base", 2030]
    assert found.quantities["goods.content"]["chip", "base", 2035] > 0


@pytest.mark.parametrize(
    ("rate", "limit", "status"), [(0.07, 1e3, "infeasible"), (-0.45, None, "unbounded"), (0.0, None, "optimal")]
)
def test_statuses(rate: float, limit: float | None, status: str) -> None:
    """No plan reaches a demand beyond all building; at deeply negative rates what is left over would be worth more than it cost.

    Such an instance is refused when it is read, so it is made here from one that is not.
    """
    instance = variants.converted(variants.toy().replace({"finance.discount_rate": rate}), end_of_horizon="straight_line")
    if limit is not None:
        instance = variants.crossroads().replace({"limits.talk_north.lower": limit})
    assert oracle.solve(instance).status == status
    assert_same(instance, 1e-9)


def test_nothing_is_charged_from_nothing(tmp_path: Path) -> None:
    """A storage at a site where nothing draws power takes in what is generated there, even if a limit asks it to give out."""
    instance = instance_of(
        tmp_path / "idle", years=[2030], bodies={"earth": {"users": True}}, sites={"here": "earth", "there": "earth"},
        slices={"day": ("earth", 0.5, 12), "night": ("earth", 0.5, 12)}, workloads={"chat": "firm"},
        technologies=[("chip", "compute", "here", ""), ("grid", "power", "here there", ""), ("pack", "storage", "there", "")],
        limits=[{"limit": "shift", "quantity": "storage.discharge", "item": "pack", "bound": "lower", "unit": "GW", "value": 0.5}],
        numbers={
            "finance.discount_rate": "0.05 1/yr", "compute.chip.capex": "1 GUSD/GW", "compute.chip.lifetime": "5 yr", "compute.overhead": "1 1",
            "compute.chip.performance": "1 ZFLOP/s/GW", "compute.chat.demand": "1 ZFLOP/s", "power.grid.capex": "1 GUSD/GW", "power.grid.lifetime": "5 yr",
            "storage.pack.capex": "0.1 GUSD/GWh", "storage.pack.lifetime": "5 yr", "storage.pack.efficiency_in": "0.8 1",
            "storage.pack.charge_time": "4 h", "storage.pack.discharge_time": "4 h",
        },
    )  # fmt: skip
    assert_same(instance, 1e-9)


@pytest.mark.parametrize("make", INSTANCES)
def test_the_planners_plan_is_worth_the_same_to_the_oracle(make: Callable[[], planner.Instance]) -> None:
    """Every row of the oracle holds at the planner's optimum; every quantity and every kind of cost is the planner's."""
    instance = make()
    lp = planner.compile(planner.build(instance))
    optimum = solve_program(lp)
    plan = make_plan(instance, lp, optimum, certify(lp, optimum), {})
    found = {
        (family.name, tuple(index)): value
        for family in lp.columns
        for index, value in zip(family.index, optimum.values[family.rows], strict=True)
    }
    statement = oracle.Statement(instance)
    values = np.array([found.get(key, 0.0) for key in statement.program.columns])
    told = statement.report(values)
    for row in statement.program.rows:
        size = 1 + sum(abs(value * (1.0 if c < 0 else values[c])) for c, value in row.sum.items())
        assert row.low - 1e-7 * size <= row.sum.at(values) <= row.high + 1e-7 * size, (row.label, row.index)
    for name, table in plan.tables.items():
        index = [
            column for column in table.columns if column not in ("value", "unit") and (column != "body" or "site" not in table)
        ]
        theirs = {tuple(str(label) for label in key): value for *key, value in table[[*index, "value"]].itertuples(index=False)}
        ours = {tuple(str(label) for label in key): value for key, value in told.quantities[name].items()}
        assert theirs.keys() <= ours.keys(), name
        for key, value in ours.items():
            assert theirs.get(key, 0.0) == pytest.approx(value, rel=1e-7, abs=1e-7), (name, key)
    booked = plan.ledger.groupby("kind")["discounted"].sum().to_dict()
    for kind in booked.keys() | told.costs.keys():
        assert booked.get(kind, 0.0) == pytest.approx(told.costs.get(kind, 0.0), rel=1e-9, abs=1e-9), kind
    assert plan.objective == pytest.approx(told.objective, rel=1e-9)


@pytest.mark.parametrize("make", INSTANCES)
def test_the_oracles_plan_is_worth_the_same_to_the_planner(make: Callable[[], planner.Instance]) -> None:
    """Every row of the planner's program holds at the oracle's optimum, at the same cost."""
    instance = make()
    lp, expected = planner.compile(planner.build(instance)), oracle.solve(instance)

    def value(name: str, index: tuple[Any, ...]) -> float:
        column = expected.values.get((name, index))
        return expected.quantities[name][index] if column is None else column

    x = np.array([value(family.name, tuple(index)) for family in lp.columns for index in family.index])
    activity, size = lp.matrix @ x, 1 + abs(lp.matrix) @ abs(x)
    assert np.all(activity >= lp.row_lower - 1e-7 * size)
    assert np.all(activity <= lp.row_upper + 1e-7 * size)
    assert np.all((x >= lp.col_lower - 1e-7) & (x <= lp.col_upper * (1 + 1e-7) + 1e-7))
    assert lp.cost @ x + lp.offset == pytest.approx(expected.objective, rel=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_drawn_instances(seed: int) -> None:
    """Steps, dates, losses, prices, spares, lead times, growth, conventions and limits at random."""
    assert_same(variants.drawn(seed), 1e-9)


@THOROUGH
@given(data=st.data())
def test_random_variants(data: st.DataObject) -> None:
    """Random factors on many numbers, conventions at random, some limits left out."""
    instance = data.draw(st.sampled_from(INSTANCES))()
    names = sorted({limit.name for limit in instance.limits})
    factors = data.draw(st.dictionaries(st.sampled_from(variants.addresses(instance)), st.floats(0.3, 3), max_size=25))
    conventions = data.draw(st.sampled_from(variants.CONVENTIONS))
    instance = variants.converted(variants.scaled(instance, factors), **conventions)
    assert_same(variants.without_limits(instance, data.draw(st.lists(st.sampled_from(names), max_size=3))), 1e-7)


@THOROUGH
@given(data=st.data())
def test_random_structures(data: st.DataObject) -> None:
    """Users and supplies on other bodies, technologies at fewer sites, other kinds of workloads, fewer routes; limits or none."""
    instance = data.draw(st.sampled_from(INSTANCES))()
    few = st.integers(0, 5).map(lambda roll: roll == 5)
    instance = variants.restructured(instance, lambda: data.draw(few))
    assert_same(variants.without_limits(instance, [limit.name for limit in instance.limits if data.draw(st.booleans())]), 1e-7)


@THOROUGH
@given(
    make=st.sampled_from(INSTANCES),
    steps=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    conventions=st.sampled_from(variants.CONVENTIONS),
)
def test_random_years(make: Callable[..., planner.Instance], steps: list[int], conventions: dict[str, str]) -> None:
    """Uneven steps between model years, the last of them as long as drawn."""
    years = tuple(2030 + sum(steps[:i]) for i in range(len(steps)))
    assert_same(variants.converted(make(years, 2030 + sum(steps) - 1), **conventions), 1e-7)
