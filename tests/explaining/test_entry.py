"""Why not: the told price is the one at which a thing enters, checked by solving at 0.99 and 1.01 of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import planner
from planner.explaining.entry import entry, shown
from planner.highs import Optimum, solve_program
from planner.lp import LinearProgram
from planner.pipeline import compile_instance
from tests.variants import crossroads
from tests.worlds import PLANTS, world

TOY = Path(__file__).parents[2] / "instances" / "toy"
MAKES: dict[str, Callable[[], planner.Instance]] = {
    "toy": lambda: planner.load(TOY),
    "crossroads": crossroads,
    "mandate": lambda: planner.load(TOY.parent / "mandate"),  # degenerate: prices of what is in use are not unique
}


#: The numbers in a row of the table that are shares of what there is.
SHARES = ("lighter", "better")


@cache
def solved(name: str) -> tuple[planner.Plan, LinearProgram]:
    plan = planner.solve(MAKES[name]())
    return plan, compile_instance(plan.instance)


@cache
def told(name: str, every_year: bool = False) -> tuple[pd.DataFrame, list[str]]:
    return entry(*solved(name), every_year=every_year)


def ordered(name: str, found: pd.Series, share: float) -> tuple[float, Optimum]:
    """How much is ordered where the thing costs a share of its entry price in that year, and nothing else changes."""
    plan, program = solved(name)
    family = next(columns for columns in program.columns if columns.name == f"{found.block}.build")
    position = family.start + list(family.index).index((found.technology, found.site, found.year))
    cost = program.cost.copy()
    cost[position] *= share * found.entry_capex / found.capex
    optimum = solve_program(replace(program, cost=cost), "simplex", start=plan.basis)
    return float(optimum.values[position]), optimum


def entering(name: str) -> list[pd.Series]:
    """What would enter at a price above nought, in the year in which it is nearest to it."""
    table = told(name)[0]
    chosen = table[table.exact & (table.cheaper > 1e-6) & (table.cheaper < 1 - 1e-9)]
    return [row for _, row in chosen.iterrows()]


@pytest.mark.parametrize("name", MAKES)
def test_it_enters_just_below_the_told_price_and_not_above(name: str) -> None:
    found = entering(name)
    assert len(found) >= 3
    for row in found:
        below, above = ordered(name, row, 0.99)[0], ordered(name, row, 1.01)[0]
        assert below > 1e-9, (row.technology, row.site, row.year)
        assert above <= 1e-9, (row.technology, row.site, row.year)


def test_every_year_is_exact_where_asked_for() -> None:
    table = told("toy", True)[0]
    assert table.exact.all()
    for _, row in table[(table.cheaper > 1e-6) & (table.cheaper < 1)].iterrows():
        assert ordered("toy", row, 0.99)[0] > 1e-9 and ordered("toy", row, 1.01)[0] <= 1e-9, row


@pytest.mark.parametrize("name", MAKES)
def test_the_plans_prices_alone_never_say_too_much(name: str) -> None:
    index = ["block", "technology", "site", "year"]
    both = pd.merge(told(name)[0], told(name, True)[0], on=index, suffixes=("_bound", "")).dropna(
        subset=["cheaper", "cheaper_bound"]
    )
    assert len(both) > 10 and (both.cheaper_bound <= both.cheaper + 1e-9).all()


def test_every_thing_site_and_year_without_an_order_is_there() -> None:
    plan, _ = solved("toy")
    table = told("toy")[0]
    asked = {(row.technology, row.site, row.year) for row in table.itertuples()}
    for block in ("compute", "power", "launch", "industry", "helium3", "link", "storage"):
        built = plan[f"{block}.build"]
        assert {
            tuple(row) for row in built[built.value.abs() <= 1e-9][["technology", "site", "year"]].itertuples(index=False)
        } <= asked
        assert (
            not {tuple(row) for row in built[built.value > 1e-9][["technology", "site", "year"]].itertuples(index=False)} & asked
        )


def changed(name: str, row: pd.Series, share: float, what: str) -> float:
    """How much is ordered where the goods for a thing are fewer, or what is its own puts out more, by a share of what is told."""
    plan, program = solved(name)
    family = {columns.name: columns for columns in program.columns}
    builds = family[f"{row.block}.build"]
    of = [builds.start + i for i, labels in enumerate(builds.index) if labels[:2] == (row.technology, row.site)]
    one = builds.start + list(builds.index).index((row.technology, row.site, row.year))
    if what == "lighter":
        kept = family[f"{row.block}.in_service"]  # a lighter make has lighter spares too
        spares = [
            kept.start + i for i, labels in enumerate(kept.index)
            if labels[:2] == (row.technology, row.site) and labels[-1] == row.year
        ]  # fmt: skip
        rows, columns, factor, counted = "goods_balance", [one, *spares], 1 - share * row.lighter, [one]
    elif row.block == "compute":
        runs, vintage = family["compute.run"], (row.technology, row.site, row.year)
        columns = [runs.start + i for i, labels in enumerate(runs.index) if labels[:3] == vintage]
        rows, factor, counted = "compute.computing", 1 + share * row.better, [one]
    else:
        plants = family["power.generation"]
        columns = [plants.start + i for i, labels in enumerate(plants.index) if labels[:2] == (row.technology, row.site)]
        rows, factor, counted = "power_balance", 1 + share * row.better, of
    within = program.row_family(rows)
    assert within is not None and columns
    matrix = program.matrix.copy()
    lines = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    mine = np.isin(matrix.indices, columns) & (lines >= within.start) & (lines < within.start + len(within.index))
    assert mine.any()
    matrix.data[mine] *= factor
    optimum = solve_program(replace(program, matrix=matrix), "simplex", start=plan.basis)
    return float(optimum.values[counted].sum())


@pytest.mark.parametrize("name", ["toy", "mandate"])
@pytest.mark.parametrize("what", SHARES)
def test_fewer_goods_or_more_output_would_do_instead(name: str, what: str) -> None:
    table = told(name)[0]
    some = [row for _, row in table[table[what].notna()].iterrows()]
    assert some
    for row in some:
        more, less = (changed(name, row, share, what) for share in (1.01, 0.99))
        assert more > 1e-9 and less <= 1e-9, (row.technology, row.site, row.year)


def test_what_cannot_be_ordered_says_so() -> None:
    plan = planner.solve(planner.load(TOY).replace({"power.fusion.max_build": "0 GW/yr"}))
    table, sentences = entry(plan, compile_instance(plan.instance))
    fusion = table[(table.technology == "fusion") & table.exact]
    assert fusion.cheaper.isna().all() and fusion.reason.str.startswith("at no price").all()
    assert any("At no cost would these enter: fusion at" in sentence for sentence in sentences)


def test_sentences_name_the_nearest_on_each_body() -> None:
    table, sentences = told("toy")
    nearest = table[table.exact & ~table.chosen & (table.cheaper > 0)].groupby("body").first()
    for body, found in nearest.iterrows():
        said = next(sentence for sentence in sentences if sentence.startswith(f"Never ordered on {body}"))
        assert f"{found.technology} at {found.site}" in said and f"{found.cheaper:.1%} cheaper" in said


@pytest.mark.parametrize("address", ["power.gas.capex", "power.solar.capex[plains]"])
@pytest.mark.parametrize(("share", "enters"), [(0.99, True), (1.01, False)])
def test_prices_are_what_set_takes(address: str, share: float, enters: bool) -> None:
    """What is told in the unit of the row can be set as it stands, in that year: below it the thing is ordered, above it not."""
    technology = address.split(".")[1]
    table = told("toy")[0]
    row = table[table.exact & (table.technology == technology) & (table.site == "plains")].iloc[0]
    assert row.unit == "USD/kW" and row.capex == pytest.approx({"gas": 1300, "solar": 1600}[technology])
    priced = planner.load(TOY).replace({f"{address}@{row.year}": f"{float(share * row.entry_capex)!r} {row.unit}"})
    built = planner.solve(priced)["power.build"]
    mine = built[(built.technology == technology) & (built.site == "plains") & (built.year == row.year)]
    assert (mine.value.sum() > 1e-9) == enters


@pytest.mark.parametrize("name", MAKES)
def test_the_nearest_year_is_the_nearest_of_all_years(name: str) -> None:
    asset = ["block", "technology", "site"]
    some, every = (told(name, every_year)[0].dropna(subset="cheaper") for every_year in (False, True))
    nearest, least = some[some.exact].groupby(asset).cheaper.min(), every.groupby(asset).cheaper.min()
    assert len(nearest) > 5 and nearest.to_dict() == pytest.approx(least[nearest.index].to_dict(), rel=1e-7, abs=1e-9)


def test_only_what_was_solved_is_said_to_do_as_well() -> None:
    plan = planner.solve(planner.load(TOY.parent / "mandate"))
    table, _ = entry(plan, compile_instance(plan.instance))
    as_well = table[table.reason.str.startswith("it would do as well")]
    assert len(as_well) and as_well.exact.all() and not (table[~table.exact].reason != "").any()


def test_what_is_printed_is_the_nearest_year_of_what_would_have_to_be_cheaper() -> None:
    table = told("toy")[0].copy()
    assets = len(table[table["exact"]].drop_duplicates(["technology", "site"]))
    assert len(shown(table)) == min(20, assets) and not shown(table).duplicated(["technology", "site"]).any()
    table.loc[table.index[table["exact"]][0], "cheaper"] = 0.0  # as where it would do as well as what is ordered
    assert len(shown(table)) == min(20, assets) - 1


def test_all_that_may_be_ordered_is_ordered_in_some_year() -> None:
    assert told("toy")[1] == ["All that may be ordered is ordered in some year; the table says what it would take in the others."]


def test_without_a_basis_it_is_said_that_nothing_can_be_told() -> None:
    plan, program = solved("toy")
    table, sentences = entry(replace(plan, optimum=replace(plan.optimum, basis=None, method="pdlp")), program)
    assert table.empty and "pdlp gave no basis" in sentences[0] and shown(table).empty


def test_prices_of_what_is_in_use_are_not_taken_as_given() -> None:
    """At the prices of the plan alone, and all of its idle part, a miner in 2050 looked 37.5 % too dear; nothing would pay for it."""
    table = told("mandate", True)[0].set_index(["technology", "site", "year"])
    miner = table.loc[("mark3_miner", "mare_equator", 2050)]
    assert miner.exact and miner.cheaper > 1.1 and ordered_alone("mandate", "mark3_miner", "mare_equator", 2050, 0.0) <= 1e-9


def ordered_alone(name: str, technology: str, site: str, year: int, cost: float) -> float:
    """How much of a thing is ordered in a year in which it costs so much."""
    row = told(name)[0].set_index(["technology", "site", "year"]).loc[(technology, site, year)]
    found = pd.Series({**row.to_dict(), "technology": technology, "site": site, "year": year, "entry_capex": cost})
    return ordered(name, found, 1.0)[0]


@pytest.mark.parametrize("every_year", [False, True])
@pytest.mark.parametrize("running", ["fixed_cost", "variable_cost"])
def test_what_has_no_price_and_is_never_ordered_says_so(tmp_path: Path, every_year: bool, running: str) -> None:
    """`spare` costs nothing to order, but so much to keep or to run that `plant` is cheaper in all."""
    spare = {"power.spare.capex": "0 GUSD/GW", f"power.spare.{running}": "9 GUSD/(GW*yr)", "power.spare.lifetime": "20 yr"}
    plan = planner.solve(with_spare(tmp_path, spare))
    table, sentences = entry(plan, compile_instance(plan.instance), every_year=every_year)
    rows = table[table.technology == "spare"]
    assert sorted(rows.year) == [2030, 2031] and rows.exact.all() and rows.cheaper.isna().all() and not rows.chosen.any()
    reason = "its price is nought already: at its running costs and goods nothing would be gained by it"
    assert set(rows.reason) == {reason}
    assert not any(sentence.startswith(("All that may be ordered", "At no cost")) for sentence in sentences)
    assert "Never ordered, though their price is nought already: spare at grid." in sentences
    assert not any("inf" in sentence or "nan" in sentence for sentence in sentences)
    (row,) = shown(table)[shown(table).technology == "spare"].to_dict("records")
    assert row["cheaper"] == "-" and row["reason"] == reason


def test_what_has_a_price_in_some_years_alone_is_said_of_both(tmp_path: Path) -> None:
    capex = {"power.spare.capex": {2030: "9 GUSD/GW", 2031: "0 GUSD/GW"}, "power.spare.lifetime": "20 yr"}
    plan = planner.solve(with_spare(tmp_path, {**capex, "power.spare.fixed_cost": "1 GUSD/(GW*yr)"}))
    table, _ = entry(plan, compile_instance(plan.instance))
    rows = table[table.technology == "spare"].set_index("year")
    assert rows.exact.all() and 0 < rows.cheaper[2030] < np.inf and rows.reason[2030] == ""
    assert np.isnan(rows.cheaper[2031]) and rows.reason[2031].startswith("its price is nought already")


def with_spare(folder: Path, numbers: dict[str, Any]) -> planner.Instance:
    """Two years of a world with one plant, and beside it another, `spare`."""
    return world(folder, PLANTS, years=[2030, 2031], technologies=[("spare", "power", "grid", "")], numbers=numbers)
