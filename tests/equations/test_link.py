"""Links and delay: (C5), and which workloads may be placed far away."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from tests.worlds import ALL_GOODS, CHIPS, by, discount, exactly, rent, rows, value, world

#: A Moon to which nothing need be shipped; power and accelerators as on Earth, day and night alike.
MOON = {
    **CHIPS,
    "bodies": {"earth": {"users": True}, "moon": {"supplies": ALL_GOODS}},
    "sites": {"pole": "moon"},
    "slices": {"day": ("moon", 0.5, 354), "night": ("moon", 0.5, 354)},
    "technologies": [("chip", "compute", "pole", ""), ("plant", "power", "pole", ""), ("laser", "link", "pole", "")],
    "numbers": {**CHIPS["numbers"], "link.laser.capex": "0.9 GUSD/(Tbit/s)", "link.laser.lifetime": "6 yr"},
}  # fmt: skip

RUNNING = 0.3 + 1.25 * (0.23 + 0.11)  # of a GW of accelerators that runs all year, with the plants kept for it


def test_a_link_carries_what_a_far_site_serves(tmp_path: Path) -> None:
    # (C5): by night clouds take half of the link. Of the flexible workload so much moves to the day as makes the link as
    # full then: 2 * (0.4 f + 1.5 (t - x)) = 0.4 f + 1.5 (t + x).
    f, t, rate_f, rate_t = 4.0, 6.0, 0.4, 1.5
    instance = world(
        tmp_path, MOON, workloads={"train": "flexible"},
        numbers={
            "compute.work.demand": f"{f} ZFLOP/s", "compute.train.demand": f"{t} ZFLOP/s",
            "compute.work.data_rate": f"{rate_f} Tbit/ZFLOP", "compute.train.data_rate": f"{rate_t} Tbit/ZFLOP",
            "link.laser.fixed_cost": "3.1 GUSD/yr/(Tbit/s)", "link.laser.availability[night]": "0.5 1",
            "compute.chip.capex": "5 GUSD/GW", "power.plant.fixed_cost": None,
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    moved = (rate_f * f + rate_t * t) / (3 * rate_t)
    assert by(plan["compute.serve"].query("workload == 'train'"), "slice") == {
        "day": exactly(t + moved),
        "night": exactly(t - moved),
    }
    chips, link = (f + t + moved) / 2.5, rate_f * f + rate_t * (t + moved)
    assert value(plan["compute.build"]) == exactly(chips)
    assert value(plan["link.build"]) == exactly(link)
    kept, run = rent(5, 4, 0.7), (f + t) / 2.5
    assert plan.objective == exactly(discount(2030) * (kept * chips + (0.3 + 1.25 * 0.23) * run + rent(0.9, 6, 3.1) * link))
    # Accelerators earn their cost by day, which by night stand idle in part; the flexible workload costs the same in both.
    night = (0.3 + 1.25 * 0.23) / 2.5
    day = night + kept / 0.5 / 2.5
    by_day = (rent(0.9, 6, 3.1) / 0.5 - 0.5 * (day - night) / rate_t) / (1 + 0.5)
    by_night = by_day + (day - night) / rate_t
    assert by_day > 0
    assert by(plan.prices["link"], "slice") == {"day": exactly(by_day), "night": exactly(by_night)}
    assert by(plan.prices["demand"], "workload") == {
        "train": exactly(day + rate_t * by_day), "work": exactly(0.5 * (day + rate_f * by_day) + 0.5 * (night + rate_f * by_night)),
    }  # fmt: skip


@pytest.mark.parametrize(("tolerated", "placed"), [(1.28, 10.0), (1.27, 0.0)])
def test_a_workload_is_not_placed_beyond_its_greatest_delay(tmp_path: Path, tolerated: float, placed: float) -> None:
    instance = world(
        tmp_path, MOON,
        numbers={"compute.delay[pole]": "1.28 s", "compute.work.max_delay": f"{tolerated} s", "compute.work.value": "77 GUSD/yr/(ZFLOP/s)",
                 "compute.work.data_rate": "0.4 Tbit/ZFLOP"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert float(rows(plan["compute.placed"], workload="work")["value"].sum()) == exactly(placed)
    assert value(plan["compute.unserved"]) == exactly(10 - placed)
    cost = (rent(20, 4, 0.7) + RUNNING) / 2.5 + 0.4 * rent(0.9, 6)
    assert value(plan.prices["demand"]) == exactly(cost if placed else 77)


def test_where_users_live_no_link_is_needed(tmp_path: Path) -> None:
    # (C5) is not written for a site on a body with users.
    instance = world(
        tmp_path,
        {**MOON, "bodies": {"moon": {"users": True, "supplies": ALL_GOODS}}},
        numbers={"compute.work.data_rate": "0.4 Tbit/ZFLOP"},
    )
    plan = planner.solve(instance)
    assert value(plan["link.build"]) == exactly(0)
    assert value(plan.prices["demand"]) == exactly((rent(20, 4, 0.7) + RUNNING) / 2.5)
    assert "link" not in plan.prices
