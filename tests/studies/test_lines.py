"""Frontiers and Pareto fronts that are known by hand, and the files and pictures of studies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner.errors import PlannerError
from planner.studies.files import save_study
from tests.conftest import TOY, Said
from tests.studies.merit_order import CAPEX, FIXED, LIFETIME, WORTH, merit_order, unit_cost
from tests.worlds import exactly, rent


def test_the_line_at_which_a_rival_enters(tmp_path: Path) -> None:
    found = planner.frontier(
        merit_order(tmp_path),
        "power.first.variable_cost=0.2..0.8:4",
        "power.plant.variable_cost=0.1..2",
        "power.output[first] > 0",
        1e-5,
    )
    apart = rent(CAPEX["first"], LIFETIME, FIXED) - rent(CAPEX["plant"], LIFETIME, FIXED)
    assert list(found.table["x"]) == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert list(found.table["y"]) == pytest.approx([x + apart for x in found.table["x"]], rel=1e-5)
    assert set(found.table["holds_above"]) == {True}


def test_a_line_of_costs_times_coefficients_and_where_it_is_not(tmp_path: Path) -> None:
    found = planner.frontier(
        merit_order(tmp_path), "compute.overhead=1..3.5:4", "compute.work.demand=0.5..4", "power.output[first] > 0", 1e-4
    )
    assert "false at every y" in found.table["said"][0] and found.table["y"].isna().all(), (
        "no load makes a dearer plant the first"
    )
    limited = merit_order(tmp_path / "b", numbers={"power.plant.max_build": "2 GW/yr"})
    found = planner.frontier(
        limited, "compute.overhead=1..2.5:4", "compute.work.demand=0.2..2.3", "power.output[first] > 0", 1e-4
    )
    assert list(found.table["y"]) == pytest.approx([2 / x for x in (1, 1.5, 2, 2.5)], rel=1e-4)


def test_cost_against_what_a_plant_gives(tmp_path: Path) -> None:
    found = planner.pareto(merit_order(tmp_path), "power.output[plant]", points=5)
    assert list(found.table["quantity"]) == pytest.approx([5, 4, 3, 2, 1], rel=1e-6) and found.unit == "(GW)*yr"
    apart = [WORTH * (unit_cost(rival) - unit_cost("plant")) for rival in ("first", "first", "second", "second")]
    assert list(found.table["cost"].diff()[1:]) == pytest.approx(apart, rel=1e-5)
    assert found.table["price"][1] == pytest.approx(apart[0], rel=1e-6) and found.table["price"][3] == pytest.approx(
        apart[3], rel=1e-6
    )


def test_a_share_and_the_most_of_it(tmp_path: Path) -> None:
    found = planner.pareto(merit_order(tmp_path), "power.output[second] / power.output", points=3, sense="most")
    assert list(found.table["quantity"]) == pytest.approx([0, 0.2, 0.4], abs=1e-6) and found.unit == "1"
    apart = WORTH * (unit_cost("second") - unit_cost("plant"))
    assert list(found.table["price"][1:]) == pytest.approx([5 * apart] * 2, rel=1e-5)
    assert found.table["cost"].iloc[-1] - found.table["cost"].iloc[0] == pytest.approx(2 * apart, rel=1e-5)


def test_the_front_is_what_a_row_of_limits_gives() -> None:
    toy = planner.load(TOY)
    found = planner.pareto(toy, "emissions.released", points=4)
    assert found.table["quantity"].is_monotonic_decreasing and found.table["cost"].is_monotonic_increasing
    prices = found.table["price"].dropna()
    assert prices.is_monotonic_increasing and (prices > 0).all()
    steps = found.table["cost"].diff() / -found.table["quantity"].diff()
    for before, step, after in zip(prices, steps[2:], prices[1:], strict=False):
        assert before - 1e-6 <= step <= after + 1e-6, "the price of restraint lies between what neighbouring steps cost"


@pytest.mark.parametrize("against", ["power.output / power.output / power.output", "power.outpt", "power.output[plant"])
def test_what_no_cost_can_be_held_against(tmp_path: Path, against: str) -> None:
    with pytest.raises(PlannerError):
        planner.pareto(merit_order(tmp_path), against)


def test_files_are_written_whole_and_never_over_another(tmp_path: Path) -> None:
    found = planner.frontier(
        merit_order(tmp_path / "i"),
        "power.first.variable_cost=0.2..0.8:2",
        "power.plant.variable_cost=0.1..2",
        "power.output[first] > 0",
    )
    table = pd.read_csv(save_study(found, tmp_path / "line.csv"))
    assert list(table["y"]) == list(found.table["y"])
    assert json.loads(save_study(found, tmp_path / "line.json").read_text())["line"][0]["x"] == exactly(0.2)
    picture = save_study(found, tmp_path / "line.svg").read_text()
    assert "power.plant.variable_cost, GUSD/(GW*yr)" in picture and "power.first.variable_cost, GUSD/(GW*yr)" in picture
    for bad in ("line.csv", "line.txt"):
        with pytest.raises(PlannerError):
            save_study(found, tmp_path / bad)
    assert {path.name for path in tmp_path.iterdir()} == {"i", "line.csv", "line.json", "line.svg"}


def test_pictures_of_the_others(tmp_path: Path) -> None:
    instance = merit_order(tmp_path / "i")
    front = save_study(planner.pareto(instance, "power.output[plant]", points=3), tmp_path / "front.svg").read_text()
    assert "power.output[plant]@horizon, (GW)*yr" in front and "GUSD at the base year" in front
    value = save_study(planner.value_function(instance, "power.plant.variable_cost", 0.1, 1), tmp_path / "value.svg").read_text()
    assert "power.plant.variable_cost, GUSD/(GW*yr)" in value


def test_the_command_line(run: Callable[..., Said], tmp_path: Path) -> None:
    folder = str(merit_order(tmp_path / "i").folder)
    vary, until = ("--vary", "power.plant.variable_cost"), ("--until", "power.output[first] > 0")
    said = run("breakeven", folder, *vary, *until, "--from", "0.1", "--to", "1", "--json")
    assert said.code == 0 and json.loads(said.out)["value"] == pytest.approx(0.3951, abs=0.1) and not said.err
    assert "is false up to" in run("breakeven", folder, *vary, *until, "--from", "0.1", "--to", "1").out
    assert "2 breakpoints" in run("value-function", folder, *vary, "--from", "0.1", "--to", "1").out
    out = str(tmp_path / "front.csv")
    assert f"Written to {out}." in run("pareto", folder, "--against", "power.output[plant]", "--points", "2", "--out", out).out
    axes = ("--x", "power.first.variable_cost=0.2..0.8:2", "--y", "power.plant.variable_cost=0.1..2")
    assert len(json.loads(run("frontier", folder, *axes, *until, "--json").out)["line"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--vary", "power.plnt.capex", "--until", "power.output[first] > 0"), "did you mean"),
        (("--vary", "power.plant.capex", "--until", "power.output[frst] > 0"), "did you mean 'first'"),
        (("--vary", "power.plant.capex", "--until", "power.output[first] > 0", "--out", "x.svg"), "written as .csv or .json"),
    ],
)
def test_bad_usage_ends_with_two(run: Callable[..., Said], tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ended = run("breakeven", str(merit_order(tmp_path).folder), *arguments)
    assert ended.code == 2 and said in ended.err and not ended.out
