"""The picture of a plan and the files of its charts: they are drawn, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner import charts
from tests.conftest import Said

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.solve(planner.load(ROOT / "instances" / "toy"))


def test_a_plan_is_drawn_as_svg_and_png(plan: planner.Plan, tmp_path: Path) -> None:
    picture = charts.save(plan, "overview", tmp_path / "plan.svg").read_text(encoding="utf-8")
    for text in (
        plan.instance.title,
        "Compute in service",
        "Power generated",
        "Mass landed",
        "Demand for computing",
        "fusion",
        "basin",
    ):
        assert text in picture
    assert charts.save(plan, "overview", tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.png", "plan.svg"]


def test_what_is_drawn_is_what_the_plan_says(plan: planner.Plan) -> None:
    data = charts.overview(plan).to_dict()["datasets"].values()
    compute = next(rows for rows in data if "site" in rows[0])
    drawn = {(row["year"], row["site"]): row["value"] for row in compute}
    said = plan["compute.in_service"].groupby(["year", "site"])["value"].sum()
    assert drawn == pytest.approx(dict(said))


def test_another_kind_of_picture_is_refused(plan: planner.Plan, tmp_path: Path) -> None:
    with pytest.raises(planner.PlannerError, match=r"drawn as \.svg or \.png"):
        charts.save(plan, "compute", tmp_path / "plan.gif")
    with pytest.raises(planner.PlannerError, match="nearest name: vintages"):
        charts.save(plan, "vintage", tmp_path / "plan.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_cannot_be_written_is_said(plan: planner.Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(planner.PlannerError, match="cannot be written"):
        charts.save(plan, "compute", tmp_path / "file" / "compute.svg")


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_what_drawing_needs_is_said_where_it_is_missing(
    plan: planner.Plan, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(planner.PlannerError, match=r"pip install 'compute-planner\[draw\]'"):
        charts.svg(plan, "compute")


def test_the_command_draws_one_chart_or_all(plan: planner.Plan, run: Callable[..., Said], tmp_path: Path) -> None:
    planner.save_plan(plan, tmp_path / "run")
    said = run("draw", str(tmp_path / "run"), "--out", str(tmp_path / "power.svg"), "--chart", "power")
    assert said.code == 0 and "Power by source" in (tmp_path / "power.svg").read_text(encoding="utf-8")
    assert run("draw", str(tmp_path / "run"), "--all", str(tmp_path / "all")).code == 0
    names = ["overview", *charts.available(plan)]
    assert {path.name for path in (tmp_path / "all").iterdir()} == {f"{name}.{end}" for name in names for end in ("svg", "png")}
    nothing = run("draw", str(tmp_path / "run"))
    assert nothing.code == 2 and "expected --out FILE" in nothing.err
