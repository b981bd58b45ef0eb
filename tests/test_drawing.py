"""The picture of a plan: it is drawn, and shows what the plan says."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.drawing import draw, overview

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.solve(planner.load(ROOT / "instances" / "toy"))


def test_a_plan_is_drawn_as_svg_and_png(plan: planner.Plan, tmp_path: Path) -> None:
    picture = draw(plan, tmp_path / "plan.svg").read_text(encoding="utf-8")
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
    assert draw(plan, tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_drawn_is_what_the_plan_says(plan: planner.Plan) -> None:
    data = overview(plan).to_dict()["datasets"].values()
    compute = next(rows for rows in data if "site" in rows[0])
    drawn = {(row["year"], row["site"]): row["value"] for row in compute}
    said = plan["compute.in_service"].groupby(["year", "site"])["value"].sum()
    assert drawn == pytest.approx({index: value for index, value in said.items() if index in drawn})
    assert len(drawn) == len(said)


def test_another_kind_of_picture_is_refused(plan: planner.Plan, tmp_path: Path) -> None:
    with pytest.raises(planner.PlannerError, match=r"drawn as \.svg or \.png"):
        draw(plan, tmp_path / "plan.gif")
    assert list(tmp_path.iterdir()) == []
