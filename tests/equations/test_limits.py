"""Limits (X1): any quantity, both bounds, each year or over the horizon, by items and places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import planner
from tests.worlds import CHIPS, PLANTS, by, discount, exactly, rent, value, world, worth

YEARLY = 0.11 + 0.23
TWO_SITES = {**PLANTS, "technologies": [("chip", "compute", "grid farm", ""), ("plant", "power", "grid farm", "")]}


def _limit(quantity: str, unit: str, number: float | str, **more: Any) -> dict[str, Any]:
    return {"limit": "cap", "quantity": quantity, "unit": unit, "value": number, **more}


def _cheap(**numbers: str) -> dict[str, Any]:
    """A second plant that costs less, and lasts as long."""
    return {
        "technologies": [("cheap", "power", "grid", "")],
        "numbers": {"power.cheap.capex": "1.7 GUSD/GW", "power.cheap.lifetime": "20 yr", "power.cheap.fixed_cost": "0.05 GUSD/(GW*yr)",
                    "power.cheap.variable_cost": "0.02 GUSD/(GW*yr)", **numbers},
    }  # fmt: skip


DEAR, LESS = rent(3, 20, 0.11) + 0.23, rent(1.7, 20, 0.05) + 0.02


@pytest.mark.parametrize(
    "limit",
    [
        _limit("power.build", "GW/yr", 2, item="cheap"),
        _limit("power.installed", "GW", 2, item="cheap", at="grid"),
        _limit("power.in_service", "MW", 2000, item="cheap", at="earth"),
        _limit("power.generation", "GW", 2, item="cheap"),
        _limit("power.output", "GW", 2, item="cheap"),
        _limit("cost.capital", "GUSD/yr", 1.7 * 2, item="cheap"),
        _limit("cost.variable", "GUSD/yr", 0.02 * 2, item="cheap"),
        _limit("cost.fixed", "GUSD/yr", 0.05 * 2, item="cheap"),
        _limit("land.occupied", "km2", 30 * 2, item="cheap"),
    ],
    ids=lambda limit: limit["quantity"],
)
def test_an_upper_limit_on_any_quantity(tmp_path: Path, limit: dict[str, Any]) -> None:
    # Each of these lets the cheap plant stand for 2 GW. One GW more would save what the other plant costs more.
    plan = planner.solve(world(tmp_path, PLANTS, **_cheap(**{"power.cheap.land": "30 km2/GW"}), limits=[limit]))
    assert by(plan["power.output"], "technology") == {"cheap": exactly(2), "plant": exactly(3)}
    assert plan.objective == exactly(discount(2030) * (2 * LESS + 3 * DEAR))
    per_gigawatt = 2 / (limit["value"] / 1000 if limit["unit"] == "MW" else limit["value"])
    assert value(plan.prices["limit"], limit="cap", bound="upper") == exactly((DEAR - LESS) * per_gigawatt)


def test_a_lower_limit_costs_what_it_forces(tmp_path: Path) -> None:
    plan = planner.solve(
        world(tmp_path, PLANTS, **_cheap(), limits=[_limit("power.output", "GW", 1.5, item="plant", bound="lower")])
    )
    assert by(plan["power.output"], "technology") == {"cheap": exactly(3.5), "plant": exactly(1.5)}
    assert value(plan.prices["limit"], limit="cap", bound="lower") == exactly(-(DEAR - LESS))


def test_both_bounds_of_one_limit(tmp_path: Path) -> None:
    # At least 1.5 and at most 2: the upper binds in 2030, when the plant is cheap, the lower in 2031, when it is dear.
    rows = [_limit("power.output", "GW", 2, item="plant"), _limit("power.output", "GW", 1.5, item="plant", bound="lower")]
    instance = world(
        tmp_path, {**PLANTS, "years": [2030, 2031]}, limits=rows, technologies=[("other", "power", "grid", "")],
        numbers={"power.plant.lifetime": "1 yr", "power.plant.capex": {2030: "1 GUSD/GW", 2031: "3 GUSD/GW"}, "power.other.capex": "2 GUSD/GW",
                 "power.other.lifetime": "1 yr"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["power.output"].query("technology == 'plant'"), "year") == {2030: exactly(2), 2031: exactly(1.5)}
    start = 1.07**0.5  # capital falls half a year before what runs
    assert by(plan.prices["limit"], "bound", "year") == {
        ("upper", 2030): exactly((2 - 1) * start - 0.34), ("lower", 2030): exactly(0),
        ("upper", 2031): exactly(0), ("lower", 2031): exactly(-((3 - 2) * start + 0.34)),
    }  # fmt: skip


def test_a_limit_over_the_horizon_counts_calendar_years(tmp_path: Path) -> None:
    # 2030 stands for two years, 2032 for three. The cheap plant runs where its running saves most at the base year: in 2030.
    weight = {2030: 2, 2032: 3}
    parts = _cheap(**{"power.cheap.existing": "50 GW", "power.cheap.last_year": "2000 yr"})
    parts["numbers"] |= {"power.plant.existing": "50 GW", "power.plant.last_year": "2000 yr"}
    limit = _limit("power.output", "GW*yr", 13, item="cheap", over="horizon")
    plan = planner.solve(world(tmp_path, PLANTS, years=[2030, 2032], last=2034, limits=[limit], **parts))
    cheap = {2030: 5.0, 2032: (13 - 2 * 5) / 3}
    assert by(plan["power.output"].query("technology == 'cheap'"), "year") == {y: exactly(gw) for y, gw in cheap.items()}
    yearly = {y: discount(y, n) for y, n in weight.items()}
    assert plan.objective == exactly(sum(yearly[y] * (0.07 * cheap[y] + YEARLY * (5 - cheap[y])) for y in weight))
    # In money of the base year: a GW in each of the three years of 2032.
    assert value(plan.prices["limit_over_horizon"]) == exactly((YEARLY - 0.07) * yearly[2032] / 3)
    assert plan.prices["limit_over_horizon"]["unit"].tolist() == ["GUSD/(GW*yr)"]


def test_items_are_added_up_and_places_chosen(tmp_path: Path) -> None:
    # Two plants at two sites. The limit counts both kinds, at the farm alone.
    instance = world(
        tmp_path, TWO_SITES, sites={"farm": "earth"}, technologies=[("cheap", "power", "grid farm", ""), ("spare", "power", "grid farm", "")],
        numbers={
            **_cheap()["numbers"], "compute.chip.existing": None, "compute.chip.existing[grid]": "2 GW", "compute.chip.existing[farm]": "2 GW",
            "power.spare.capex": "9 GUSD/GW", "power.spare.lifetime": "20 yr",
        },
        limits=[_limit("power.output", "GW", 1.1, item="cheap plant", at="farm")],
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["power.output"].query("value > 0"), "technology", "site") == {
        ("cheap", "farm"): exactly(1.1), ("cheap", "grid"): exactly(2.5), ("spare", "farm"): exactly(1.4),
    }  # fmt: skip
    assert value(plan.prices["limit"]) == exactly(rent(9, 20) - LESS)


def test_a_limit_of_each_year_and_of_some_years(tmp_path: Path) -> None:
    # A row by year, straight between them, and in force from 2031 to 2032 alone. Plants last a year, so each year is its own.
    row = {
        "limit": "cap",
        "quantity": "power.output",
        "unit": "GW",
        "item": "cheap",
        2030: 1,
        2034: 3,
        "first_year": 2031,
        "last_year": 2032,
    }
    parts = _cheap(**{"power.cheap.lifetime": "1 yr", "power.plant.lifetime": "1 yr"})
    plan = planner.solve(world(tmp_path, {**PLANTS, "years": [2030, 2031, 2032, 2033]}, limits=[row], **parts))
    assert by(plan["power.output"].query("technology == 'cheap'"), "year") == {
        2030: exactly(5),
        2031: exactly(1.5),
        2032: exactly(2),
        2033: exactly(5),
    }
    assert plan.prices["limit"]["year"].tolist() == [2031, 2032]
    saved = {y: (3 - 1.7) * worth(y, 1, 2034) / discount(y) + 0.11 + 0.23 - 0.07 for y in (2031, 2032)}
    assert plan.prices["limit"]["value"].tolist() == [exactly(saved[2031]), exactly(saved[2032])]


def test_a_ceiling_on_a_body_leaves_demand_unserved(tmp_path: Path) -> None:
    # The first limit of the real instances: so much compute and no more, worth what the demand that is left would pay.
    instance = world(
        tmp_path,
        CHIPS,
        numbers={"compute.work.value": "55 GUSD/yr/(ZFLOP/s)"},
        limits=[_limit("compute.in_service", "GW", 3, at="earth")],
    )
    plan = planner.solve(instance)
    assert value(plan["compute.unserved"]) == exactly(10 - 3 * 2.5)
    cost = rent(20, 4, 0.7) + 0.3 + 1.25 * YEARLY
    assert value(plan.prices["limit"]) == exactly(55 * 2.5 - cost)
    assert plan.objective == exactly(discount(2030) * (3 * cost + 55 * (10 - 3 * 2.5)))


def test_a_budget_counts_all_costs_of_a_kind(tmp_path: Path) -> None:
    # cost.capital of all blocks at once: what accelerators and plants may cost together.
    instance = world(
        tmp_path, CHIPS,
        numbers={"compute.work.value": "55 GUSD/yr/(ZFLOP/s)", "power.plant.existing": None, "power.plant.last_year": None},
        limits=[_limit("cost.capital", "GUSD/yr", 50)],
    )  # fmt: skip
    plan = planner.solve(instance)
    chips = 50 / (20 + 1.25 * 3)
    assert value(plan["compute.build"]) == exactly(chips)
    cost = rent(20, 4, 0.7) + 0.3 + 1.25 * DEAR
    assert value(plan.prices["limit"]) == exactly((55 * 2.5 - cost) / (20 + 1.25 * 3))


def test_a_lower_limit_on_what_cannot_be_is_infeasible(tmp_path: Path) -> None:
    # Nothing of the plant can be ordered, so the sum has no terms: the row stays and cannot hold.
    limit = _limit("power.build", "GW/yr", 1, item="plant", bound="lower")
    with pytest.raises(planner.Infeasible):
        planner.solve(world(tmp_path, CHIPS, limits=[limit]))
