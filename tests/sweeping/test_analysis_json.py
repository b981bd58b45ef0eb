"""What `--json` prints of a sweep holds its analysis: strict JSON, one analysis, and why where nothing can be said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planner
from planner.sweeping.store import Store
from tests.sweeping.designs import TOY, facts, toy, write
from tests.sweeping.functions import analysed

PARTS = ("summary", "sobol", "morris", "regression", "explained", "decisions")


def strictly(text: str) -> Any:
    """The one object of a text, in which there is no NaN or Infinity: JSON knows neither."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("method", ["saltelli", "morris", "sobol"])
def test_an_analysis_is_told_as_strict_json(method: str, tmp_path: Path) -> None:
    found = analysed(method, tmp_path)
    said = strictly(json.dumps(found.as_dict(), allow_nan=False))
    assert set(said) == {*PARTS, "notes"} and said["notes"] == list(found.notes)
    for name in ("summary", "sobol", "morris", "regression"):
        table: pd.DataFrame = getattr(found, name)
        assert [list(record) for record in said[name]] == [list(table.columns)] * len(table)
        pd.testing.assert_frame_equal(pd.DataFrame(said[name], columns=table.columns), table, check_dtype=False)
    assert bool(said["sobol"]) == (method == "saltelli") and bool(said["morris"]) == (method == "morris")
    assert said["explained"] == pytest.approx(found.explained, nan_ok=True)
    assert len(said["decisions"]) == len(found.decisions) > 0
    for record, tree in zip(said["decisions"], found.decisions, strict=True):
        assert list(record) == ["outcome", "first", "first_at", "agreed", "foretold", "guessed", "boxes"]
        assert (record["outcome"], record["first"], record["first_at"]) == (tree.outcome, tree.first, tree.first_at)
        assert [box["box"] for box in record["boxes"]] == list(tree.boxes["box"])
        assert (record["guessed"] is None) == (tree.guessed is None)
        if tree.guessed is not None:  # of what happens or not there is no spread, which pandas has as NaN
            assert all(box["low"] is None and box["high"] is None for box in record["boxes"])
    assert any(tree.guessed is not None for tree in found.decisions)


def test_both_commands_print_the_analysis_that_they_write_and_make_it_once(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, ...]] = []
    whole = planner.Sweep.analyse

    def counted(self: planner.Sweep, quantities: tuple[str, ...] = ()) -> Any:
        made.append(quantities)
        return whole(self, quantities)

    monkeypatch.setattr(planner.Sweep, "analyse", counted)
    out = tmp_path / "out"
    swept = run("sweep", str(TOY), "--design", str(write(tmp_path, 64)), "--out", str(out), "--workers", "2", "--json")
    assert swept.code == 0 and made == [()]
    found = strictly(swept.out)
    assert found["counts"] == {"optimal": 64} and found["out"] == str(out)
    analysis = found["analysis"]
    assert [row["quantity"] for row in analysis["summary"]] == [*planner.load_sweep(out).design.quantities, "objective"]
    assert {row["factor"] for row in analysis["regression"]} == {"launch price", "demand"} and analysis["decisions"]
    written = pd.read_csv(out / "analysis" / "summary.csv")
    assert [row["median"] for row in analysis["summary"]] == pytest.approx(list(written["median"]))
    again = run("analyse", str(out), "--json")
    assert again.code == 0 and made == [(), ()] and strictly(again.out) == found
    one = strictly(run("analyse", str(out), "--quantity", "objective", "--json").out)["analysis"]
    assert [row["quantity"] for row in one["summary"]] == ["objective"] and set(one["explained"]) == {"objective"}


def test_where_nothing_can_be_said_the_notes_say_why(tmp_path: Path, run: Any) -> None:
    design = planner.read_design(write(tmp_path, 2), toy())
    store = Store.create(tmp_path / "out", design, toy(), facts(design))
    for number in range(2):
        store.add({"point": number, "status": "crashed", "reason": "a test", "scenarios": []})
    said = run("analyse", str(tmp_path / "out"), "--json")
    found = strictly(said.out)
    assert said.code == 0 and found["counts"] == {"crashed": 2} and found["seconds_a_point"] is None
    assert found["analysis"] == {**dict.fromkeys(PARTS), "notes": ["no point has a plan: there is nothing to analyse"]}
    assert "no point has a plan: there is nothing to analyse" in run("analyse", str(tmp_path / "out")).out
