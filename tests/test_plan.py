"""Plans: tidy tables, prices and their signs, run folders, warm starts."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import planner
import planner.store
from planner.blocks.money import yearly_discount
from planner.declarations import QUANTITIES
from planner.plan import Frames
from planner.prices import PRICES
from tests.worlds import CHIPS, exactly, rows, world

TOY = Path(__file__).parents[1] / "instances" / "toy"


@pytest.fixture(scope="module")
def instance() -> planner.Instance:
    """Everything once, with limits from below and over the horizon too."""
    return planner.load(TOY)


@pytest.fixture(scope="module")
def plan(instance: planner.Instance) -> planner.Plan:
    return planner.solve(instance)


def test_every_quantity_has_a_tidy_table(plan: planner.Plan) -> None:
    assert set(plan.tables) == set(QUANTITIES)
    for name, quantity in QUANTITIES.items():
        table = plan[name]
        index = [
            column for dimension in quantity.index for column in ((dimension, "body") if dimension == "site" else (dimension,))
        ]
        assert list(table.columns) == [*index, "value", "unit"], name
        assert not table.duplicated(subset=index).any(), name
        assert set(table["unit"]) <= {quantity.unit}
        assert table["value"].dtype == float
        assert table["year"].dtype == np.int64
        assert set(table["year"]) <= set(plan.instance.years)
        assert not table.isna().any(axis=None)
    with pytest.raises(KeyError):
        plan["compute.nothing"]


def test_a_table_says_on_which_body_a_site_is(plan: planner.Plan) -> None:
    for table in plan.tables.values():
        if "site" in table:
            assert (table["body"] == table["site"].map(plan.instance.sites)).all()


def test_what_stood_before_is_the_vintage_existing(plan: planner.Plan) -> None:
    vintages = set(plan["compute.in_service"]["vintage"])
    assert vintages == {"existing", *map(str, plan.instance.years)}


def test_tables_agree_with_one_another(plan: planner.Plan) -> None:
    # A sum over slices, weighted with their shares, is the mean of the year; a sum over vintages what is in service.
    share = plan.instance.numbers["time.share"]
    for fine, coarse, index in (
        ("power.generation", "power.output", ["technology", "site", "year"]),
        ("industry.make", "industry.output", ["technology", "site", "year"]),
    ):
        table = plan[fine].assign(value=lambda t: t["value"] * t["slice"].map(share))
        mean = table.groupby(index)["value"].sum()
        pd.testing.assert_series_equal(mean, plan[coarse].set_index(index)["value"].sort_index(), check_names=False)


def test_placement_is_the_answer_in_one_table(plan: planner.Plan) -> None:
    placement, table = plan.placement, plan["compute.in_service"]
    assert list(placement.index) == list(plan.instance.years)
    assert list(placement.columns) == list(plan.instance.bodies)
    for year in plan.instance.years:
        for body in plan.instance.bodies:
            assert placement.loc[year, body] == exactly(table[(table["year"] == year) & (table["body"] == body)]["value"].sum())


def test_placement_has_a_column_for_a_body_without_compute(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path, CHIPS, bodies={"moon": {}}))
    assert plan.placement.to_dict() == {"earth": {2030: exactly(4)}, "moon": {2030: 0}}


def test_facts_are_what_a_summary_says(plan: planner.Plan) -> None:
    facts = json.loads(json.dumps(plan.facts))
    assert facts["status"] == "optimal"
    assert facts["unit"] == "GUSD of 2025 at 2029"
    assert facts["instance"] == "toy" and facts["instance_hash"] == plan.instance.hash
    assert {"build", "compile", "solve", "certify"} <= set(facts["seconds"])
    assert facts["solver"]["name"] == "HiGHS" and facts["solver"]["method"] == "simplex"
    assert facts["certificate"]["holds"] is True
    assert min(facts["rows"], facts["columns"], facts["nonzeros"]) > 100
    assert plan.objective == facts["objective"] == plan.facts["certificate"]["objective"]


# What a price says: a balance's price is what one more unit used costs, a limit's what one more unit allowed is worth.
NEVER_NEGATIVE = (
    "power_balance",
    "goods_balance",
    "helium3_balance",
    "demand",
    "computing",
    "link",
    "lift",
    "deposit",
    "makers_goods",
)


def test_prices_are_never_negative_but_for_what_is_forced(plan: planner.Plan) -> None:
    assert set(plan.prices) <= set(PRICES)
    assert set(NEVER_NEGATIVE) <= set(plan.prices)
    for name, table in plan.prices.items():
        index = [
            column
            for dimension in PRICES[name].index
            for column in ((dimension, "body") if dimension == "site" else (dimension,))
        ]
        assert list(table.columns) == [*index, "value", "unit"], name
        assert table["value"].min() > -1e-7, name
        if name not in ("makers_goods", "years_flown"):  # shown in tests/equations
            assert table["value"].max() > 0, f"no {name} price above nought: the instance does not test it"


@pytest.mark.parametrize(
    ("name", "labels", "address", "step", "sign"),
    [
        pytest.param("demand", {"workload": "chat"}, "compute.chat.demand", 1e-4, 1, id="demand"),
        pytest.param("limit", {"limit": "earth_ceiling"}, "limits.earth_ceiling.upper", 1e-4, -1, id="limit"),
        pytest.param("deposit", {"deposit": "rich", "year": 2030}, "helium3.rich.tonnage", 1e-3, -1e-3, id="deposit"),
        pytest.param(
            "helium3_balance", {"body": "earth", "year": 2030}, "helium3.initial_stock[earth]", 1e-1, -1e-3, id="helium-3"
        ),
    ],
)
def test_a_price_is_what_one_unit_more_changes(
    plan: planner.Plan, name: str, labels: dict[str, Any], address: str, step: float, sign: float
) -> None:
    # A step in a number of the instance changes the cost by the prices of its rows, discounted. `sign` is the unit of the row's
    # number in that of the price's: a deposit's Mt is priced in USD/t, which are GUSD/Mt times 1e3; a kg of helium-3 is 1e-3 t.
    table = rows(plan.prices[name], **labels)
    worth = yearly_discount(plan.instance)
    if name in ("deposit", "helium3_balance"):  # rows of a stock
        worth = {year: discount / plan.instance.weights[year] for year, discount in worth.items()}
    expected = sign * step * float((table["value"] * table["year"].map(worth)).sum())
    assert abs(expected) > 1e-8
    moved = planner.solve(plan.instance.replace({address: ("+", step)}))
    assert moved.objective - plan.objective == pytest.approx(expected, rel=1e-3)


def test_a_plan_is_read_back_equal(plan: planner.Plan, tmp_path: Path) -> None:
    folder = planner.save_plan(plan, tmp_path / "runs" / "one", log="said")
    again = planner.load_plan(folder)
    for name, table in plan.tables.items():
        pd.testing.assert_frame_equal(again[name], table)
    for name, table in plan.prices.items():
        pd.testing.assert_frame_equal(again.prices[name], table)
    pd.testing.assert_frame_equal(again.ledger, plan.ledger)
    assert again.instance.hash == plan.instance.hash
    assert again.objective == plan.objective
    assert again.basis is not None and plan.basis is not None
    assert np.array_equal(again.basis.rows, plan.basis.rows) and np.array_equal(again.basis.columns, plan.basis.columns)
    for name in ("values", "duals"):
        assert np.array_equal(getattr(again.optimum, name), getattr(plan.optimum, name))
    assert (folder / "run.log").read_text() == "said"
    assert json.loads((folder / "summary.json").read_text())["objective"] == plan.objective


def test_a_run_folder_compiles_to_the_program_that_its_solution_is_of(plan: planner.Plan, tmp_path: Path) -> None:
    again = planner.load_plan(planner.save_plan(plan, tmp_path / "one"))
    first, second = (planner.compile(planner.build(instance)) for instance in (plan.instance, again.instance))
    assert second.column_names == first.column_names and second.row_names == first.row_names
    assert (second.matrix != first.matrix).nnz == 0
    assert planner.certify(second, again.optimum).holds


def test_a_plan_saved_and_loaded_twice_is_the_same_plan(plan: planner.Plan, tmp_path: Path) -> None:
    first = planner.load_plan(planner.save_plan(plan, tmp_path / "one"))
    assert first.equals(planner.load_plan(tmp_path / "one"))


def test_a_plan_equals_itself_read_back(plan: planner.Plan, tmp_path: Path) -> None:
    assert planner.load_plan(planner.save_plan(plan, tmp_path / "one")).equals(plan)


def test_plans_that_differ_anywhere_are_not_equal(plan: planner.Plan) -> None:
    assert plan.equals(plan)
    table = plan["power.build"].copy()
    table.loc[0, "value"] += 1e-12
    price = plan.prices["demand"].copy()
    price.loc[0, "value"] += 1e-12
    book = plan.ledger.copy()
    book.loc[0, "discounted"] += 1e-9
    for parts in (
        {"tables": {**plan.tables, "power.build": table}},
        {"tables": {name: t for name, t in plan.tables.items() if name != "power.build"}},
        {"prices": {**plan.prices, "demand": price}},
        {"ledger": book},
    ):
        assert not plan.equals(replace(plan, frames=Frames.made(**{**plan.frames.make(), **parts})))
    assert not plan.equals(replace(plan, facts={**plan.facts, "objective": plan.objective + 1e-9}))
    assert not plan.equals(replace(plan, instance=plan.instance.replace({"power.solar.capex": ("*", 1.5)})))


def test_a_run_folder_holds_all_that_explains_it(plan: planner.Plan, tmp_path: Path) -> None:
    folder = planner.save_plan(plan, tmp_path / "run")
    assert {path.name for path in folder.iterdir()} == {
        "summary.json",
        "tables",
        "prices",
        "economics",
        "ledger.csv",
        "ledger.parquet",
        "instance",
        "solution.npz",
        "run.log",
        "SHA256SUMS",
    }
    assert {path.name for path in (folder / "tables").iterdir()} == {
        f"{name}.{kind}" for name in plan.tables for kind in ("csv", "parquet")
    }
    assert {path.name for path in (folder / "prices").iterdir()} == {
        f"{name}.{kind}" for name in plan.prices for kind in ("csv", "parquet")
    }
    text = pd.read_csv(folder / "tables" / "power.build.csv")
    assert text["value"].tolist() == plan["power.build"]["value"].tolist()
    assert planner.load(folder / "instance").hash == plan.instance.hash


def _fail_in_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, written = planner.store._write_csv, [0]

    def broken(table: pd.DataFrame, path: Path) -> None:
        written[0] += 1
        if written[0] == 7:
            raise OSError(28, "No space left on device")
        whole(table, path)

    monkeypatch.setattr("planner.store._write_csv", broken)


def _fail_in_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> str:
        raise ValueError("no number")

    monkeypatch.setattr("planner.store.json", SimpleNamespace(dumps=broken, loads=json.loads))


def _fail_in_move(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("planner.folders.os.rename", broken)


def _interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.store.np.savez_compressed", lambda *a, **k: broken())


@pytest.mark.parametrize(
    ("fail", "error"),
    [
        (_fail_in_tables, planner.PlannerError),
        (_fail_in_summary, ValueError),
        (_fail_in_move, planner.PlannerError),
        (_interrupt, KeyboardInterrupt),
    ],
)
def test_a_run_is_written_whole_or_not_at_all(
    plan: planner.Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[[pytest.MonkeyPatch], None],
    error: type[BaseException],
) -> None:
    fail(monkeypatch)
    with pytest.raises(error):
        planner.save_plan(plan, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert planner.load_plan(planner.save_plan(plan, tmp_path / "run")).objective == plan.objective


def test_a_run_folder_is_never_written_over(plan: planner.Plan, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("keep")
    with pytest.raises(planner.PlannerError, match="exists already"):
        planner.save_plan(plan, tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["mine.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("missing", ["summary.json", "instance", "ledger.parquet", "tables", "prices"])
def test_what_is_no_whole_run_is_refused(plan: planner.Plan, tmp_path: Path, missing: str) -> None:
    folder = planner.save_plan(plan, tmp_path / "run")
    (folder / missing).rename(tmp_path / "gone")
    with pytest.raises(planner.PlannerError):
        planner.load_plan(folder)


def test_a_warm_start_ends_where_a_cold_one_does_and_sooner(instance: planner.Instance, plan: planner.Plan) -> None:
    changed = instance.replace({"power.solar.capex": ("*", 0.97)})
    cold, warm = planner.solve(changed), planner.solve(changed, warm_start=plan)
    assert warm.objective == exactly(cold.objective)
    assert warm.facts["solver"]["iterations"] < cold.facts["solver"]["iterations"]
    assert planner.solve(instance, warm_start=plan).facts["solver"]["iterations"] == 0


def test_a_warm_start_from_a_plan_of_another_shape_is_a_cold_one(plan: planner.Plan, tmp_path: Path) -> None:
    other = world(tmp_path, CHIPS)
    assert planner.solve(other, warm_start=plan).objective == exactly(planner.solve(other).objective)


def test_a_warm_start_from_a_run_folder(instance: planner.Instance, plan: planner.Plan, tmp_path: Path) -> None:
    again = planner.load_plan(planner.save_plan(plan, tmp_path / "run"))
    assert planner.solve(instance, warm_start=again).facts["solver"]["iterations"] == 0


def test_plans_instances_and_errors_pickle(plan: planner.Plan) -> None:
    assert pickle.loads(pickle.dumps(plan)).equals(plan)
    assert pickle.loads(pickle.dumps(plan.instance)).hash == plan.instance.hash
    for error in (planner.Infeasible("no"), planner.SolverLimit("late"), planner.NotCertified("off")):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error)


def test_the_same_instance_gives_the_same_plan(instance: planner.Instance, plan: planner.Plan) -> None:
    again = planner.solve(planner.load(TOY))
    for name, table in plan.tables.items():
        pd.testing.assert_frame_equal(again[name], table)
    for name, table in plan.prices.items():
        pd.testing.assert_frame_equal(again.prices[name], table)
    pd.testing.assert_frame_equal(again.ledger, plan.ledger)


def test_a_summary_says_the_cost_and_the_limits_that_bind(plan: planner.Plan) -> None:
    text = planner.summary(plan)
    assert f"net present cost {plan.objective:,.6g} GUSD (money of 2025, discounted to 2029)" in text
    assert "optimal and certified" in text
    assert "earth_ceiling binds" in text


def test_a_plan_and_an_instance_are_short_in_a_notebook(plan: planner.Plan) -> None:
    cost = f"{plan.objective:,.6g}"
    years = "model years 2030 to 2036 (6)"
    for shown in (repr(plan), str(plan), f"{plan}"):
        assert shown == f"<Plan of toy: optimal, certified; {cost} GUSD of 2025 at 2029; {years}>"
    instance = plan.instance
    counts = f"sites: {len(instance.sites)}, technologies: {len(instance.technologies)}, limits: {len(instance.limits)}"
    assert repr(instance) == str(instance) == f"<Instance toy: {instance.title}; {years}; {counts}>"
    assert not hasattr(plan, "_repr_html_") and not hasattr(instance, "_repr_html_")
    assert len(repr([plan, instance])) < 500


def test_a_plan_that_is_not_certified_and_one_of_a_single_year(plan: planner.Plan, tmp_path: Path) -> None:
    doubtful = replace(plan, facts={**plan.facts, "certificate": {**plan.facts["certificate"], "holds": False}})
    assert "optimal, not certified; " in repr(doubtful)
    single = world(tmp_path, CHIPS)
    assert "; model years 2030 to 2030 (1); " in repr(single)
    assert repr(replace(plan, instance=single)).endswith("; model years 2030 to 2030 (1)>")
