"""Studies as files and pictures, and their commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner.errors import PlannerError
from planner.studies.files import save_study
from tests.conftest import Said
from tests.studies.merit_order import merit_order
from tests.worlds import exactly


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


def test_a_frontier_that_switches_nowhere_is_drawn_all_the_same(tmp_path: Path) -> None:
    axes = ("power.first.variable_cost=0.2..0.8:2", "power.plant.variable_cost=0.1..2")
    found = planner.frontier(merit_order(tmp_path / "i"), *axes, "power.output > 0")
    picture = save_study(found, tmp_path / "none.svg").read_text()
    assert "is true" in picture and "false" not in picture and found.table["y"].isna().all()


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("breakeven", ("--vary", "power.plant.variable_cost", "--until", "power.output[first] > 0")),
        ("value-function", ("--vary", "power.plant.variable_cost")),
        ("frontier", ("--x", "power.first.variable_cost=0.2..0.8:2", "--y", "power.plant.variable_cost=0.1..2")),
        ("pareto", ("--against", "power.output[plant]")),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_solved(
    run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, arguments: tuple[str, ...]
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("the instance was read before the place was looked at")

    monkeypatch.setattr("planner.cli_studies.load_instance", read)
    (tmp_path / "there.csv").write_text("keep")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    for name, why in (("there.csv", "exists already"), ("gone.csv", "exists already"), ("there.csv/x.csv", "cannot be written")):
        said = run(command, str(tmp_path), *arguments, "--out", str(tmp_path / name))
        assert said.code == 2 and f"{tmp_path / name} {why}" in said.err and not said.out
    assert {path.name for path in tmp_path.iterdir()} == {"there.csv", "gone.csv"}
    assert (tmp_path / "there.csv").read_text() == "keep"
