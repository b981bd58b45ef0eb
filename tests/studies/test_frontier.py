"""Frontiers that are known by hand, and the points that were looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.errors import AddressError, PlannerError
from tests.studies.merit_order import CAPEX, FIXED, LIFETIME, merit_order
from tests.worlds import rent


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


def test_where_plans_cease_is_a_line_of_its_own(tmp_path: Path) -> None:
    # Without `plant`, 4 GW can be had: `second` is used above 2 GW of power, and above 4 there is no plan.
    limited = merit_order(tmp_path, numbers={"power.plant.last_year": "2000 yr"})
    found = planner.frontier(
        limited, "compute.overhead=1..2:3", "compute.work.demand=0.2..6", "power.output[second] > 0", accuracy=1e-4
    )
    rows = [(row.x, row.y, row.holds_below, row.holds_above) for row in found.table.itertuples()]
    assert [(x, below, above) for x, _, below, above in rows[:2]] == [(1, False, True), (1, True, None)]
    thresholds = [(x, y) for x, y, _, above in rows if above is True]
    assert thresholds == [(x, pytest.approx(2 / x, rel=1e-4)) for x in (1, 1.5, 2)]


def test_every_point_that_was_solved_is_kept(tmp_path: Path) -> None:
    found = planner.frontier(
        merit_order(tmp_path),
        "power.first.variable_cost=0.2..0.8:3",
        "power.plant.variable_cost=0.1..2",
        "power.output[first] > 0",
    )
    assert len(found.points) == found.solves == len(found.as_dict()["points"])
    line = dict(zip(found.table["x"], found.table["y"], strict=True))
    assert all(holds is (y > line[x]) for x, y, holds in found.points.astype(object).itertuples(index=False))


@pytest.mark.parametrize(
    ("x", "y", "error", "said"),
    [
        ("power.plant.capex=1..2:3", "power.plant.capex=1..3", PlannerError, "x and y both vary power.plant.capex"),
        ("power.plant.capex=1..2:1", "power.first.capex=1..3", AddressError, "1 points, expected 2"),
        ("=1..2:3", "power.first.capex=1..3", AddressError, "is no law"),
        ("power.plnt.capex=1..2:3", "power.first.capex=1..3", AddressError, "did you mean 'plant'"),
    ],
)
def test_what_is_no_pair_of_axes(tmp_path: Path, x: str, y: str, error: type[PlannerError], said: str) -> None:
    with pytest.raises(error, match=said):
        planner.frontier(merit_order(tmp_path), x, y, "power.output[first] > 0")
