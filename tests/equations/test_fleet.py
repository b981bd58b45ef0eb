"""The life of what is built, (F1) to (F3), shown on power plants: all of the other blocks share the same rules."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from tests.worlds import PER_MWH, PLANTS, by, discount, exactly, total, value, world, worth

YEARLY = 0.11 + 0.23  # fixed and variable cost of a GW of plant that stands and runs


def _retiring(folder: Path, **parts: object) -> planner.Instance:
    return world(
        folder, {**PLANTS, "years": [2030, 2031, 2032, 2033]},
        numbers={
            "compute.work.demand": {2030: "4 ZFLOP/s", 2031: "6 ZFLOP/s", 2032: "6 ZFLOP/s", 2033: "8 ZFLOP/s"},
            "power.plant.existing": {2030: "9 GW", 2031: "7 GW", 2032: "3 GW", 2033: "0 GW"},
            "power.plant.lead_time": "1 yr", "power.plant.lifetime": "2 yr",
            **parts.pop("numbers", {}),  # type: ignore[dict-item]
        }, **parts,
    )  # fmt: skip


@pytest.mark.parametrize("given", ["rate", "curve"])
def test_what_stands_is_what_is_left_of_what_was_built_and_of_what_stood_before(tmp_path: Path, given: str) -> None:
    # (F1): ordered in v, commissioned in v + 1, in service for two years, a tenth of it failed after one.
    if given == "rate":
        instance = _retiring(tmp_path, numbers={"power.plant.annual_failure": "0.1 1/yr"})
    else:
        instance = _retiring(tmp_path, survival=[("plant", 0, 1.0), ("plant", 1, 0.9), ("plant", 2, 0.81)])
    plan = planner.solve(instance)
    need = {2030: 1.25 * 4, 2031: 1.25 * 6, 2032: 1.25 * 6, 2033: 1.25 * 8}
    first = need[2031] - 7  # 2031: only what was ordered in 2030 helps
    second = need[2032] - 3 - 0.9 * first
    third = need[2033] - 0 - 0.9 * second  # what was ordered in 2030 is at the end of its life
    build = {2030: first, 2031: second, 2032: third}
    assert by(plan["power.build"], "year") == {v: exactly(gw) for v, gw in build.items()}
    assert by(plan["power.installed"], "year") == {2030: exactly(9), **{y: exactly(need[y]) for y in (2031, 2032, 2033)}}
    # The horizon ends with 2033. Only the last order is then still in service: half its life is left to nine tenths of it.
    paid = {v: 3 * worth(v, 2, 2034, lead=1, failure=0.1) for v in (2030, 2031, 2032)}
    assert plan.objective == exactly(sum(paid[v] * build[v] for v in build) + sum(discount(y) * YEARLY * need[y] for y in need))
    # A GW more in 2033 is ordered in 2032; one more in 2032 is ordered in 2031 and spares 0.9 of an order of 2032; and so on.
    scarce = {2030: 0.0, 2033: paid[2032]}
    scarce[2032] = paid[2031] - 0.9 * scarce[2033]
    scarce[2031] = paid[2030] - 0.9 * scarce[2032]
    price = {y: (YEARLY + scarce[y] / discount(y)) * PER_MWH for y in need}
    assert by(plan.prices["power_balance"], "year") == {y: exactly(price[y]) for y in need}


def test_what_is_not_kept_in_service_costs_nothing(tmp_path: Path) -> None:
    # (F2): in 2030 nine GW stand, five are needed, and only for five is the fixed cost paid.
    plan = planner.solve(_retiring(tmp_path))
    assert value(plan["power.installed"], year=2030) == exactly(9)
    assert value(plan["power.in_service"], year=2030) == exactly(5)
    assert value(plan["cost.fixed"], year=2030) == exactly(0.11 * 5)
    assert value(plan.prices["power_balance"], year=2030) == exactly(YEARLY * PER_MWH)


def test_a_curve_is_straight_between_its_ages_and_level_after_them(tmp_path: Path) -> None:
    # (F1): 1 at the start, 0.7 at 2 years and from then on; so 0.85 at one year.
    instance = world(
        tmp_path, {**PLANTS, "years": [2030, 2031, 2032, 2033]}, survival=[("plant", 0, 1.0), ("plant", 2, 0.7)],
        numbers={"power.plant.lifetime": "9 yr"},
    )  # fmt: skip
    plan = planner.solve(instance)
    first, second = 5.0, 5 - 0.85 * 5  # 2031: what 0.85 of 2030 leaves open
    third = 5 - 0.7 * first - 0.85 * second
    fourth = 5 - 0.7 * first - 0.7 * second - 0.85 * third
    assert by(plan["power.build"], "year") == {
        y: exactly(b) for y, b in zip(range(2030, 2034), (first, second, third, fourth), strict=True)
    }


def test_model_years_that_stand_for_several(tmp_path: Path) -> None:
    # (F1) and (M1): 2030 stands for 2 years, 2032 for 3, 2035 for 2; four years of life, a tenth fails each year.
    instance = world(
        tmp_path, PLANTS, years=[2030, 2032, 2035], last=2036,
        numbers={
            "compute.work.demand": {2030: "4 ZFLOP/s", 2032: "5.6 ZFLOP/s", 2035: "4.8 ZFLOP/s"},
            "power.plant.lifetime": "4 yr", "power.plant.annual_failure": "0.1 1/yr",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    weight = {2030: 2, 2032: 3, 2035: 2}
    # The demand of a model year is the mean of its calendar years, on the line from 4 to 5.6 to 4.8.
    need = {2030: 1.25 * (4 + 4.8) / 2, 2032: 1.25 * (5.6 - 0.8 / 3), 2035: 1.25 * 4.8}
    # What is left of a vintage, averaged over the calendar years: that of 2030 stands until 2033, that of 2032 until 2035.
    left = {(2030, 2030): (1 + 0.9) / 2, (2030, 2032): (0.9**2 + 0.9**3) / 3, (2032, 2032): (1 + 0.9 + 0.9**2) / 3, (2032, 2035): 0.9**3 / 2,
            (2035, 2035): (1 + 0.9) / 2}  # fmt: skip
    added = {2030: need[2030] / left[2030, 2030]}
    added[2032] = (need[2032] - left[2030, 2032] * added[2030]) / left[2032, 2032]
    added[2035] = (need[2035] - left[2032, 2035] * added[2032]) / left[2035, 2035]
    assert by(plan["power.build"], "year") == {y: exactly(added[y] / weight[y]) for y in added}
    paid = {v: 3 * worth(v, 4, 2037, failure=0.1) for v in weight}
    yearly = {y: discount(y, weight[y]) for y in weight}
    assert plan.objective == exactly(sum(paid[y] * added[y] + yearly[y] * YEARLY * need[y] for y in weight))
    scarce = {2035: paid[2035] / left[2035, 2035]}
    scarce[2032] = (paid[2032] - left[2032, 2035] * scarce[2035]) / left[2032, 2032]
    scarce[2030] = (paid[2030] - left[2030, 2032] * scarce[2032]) / left[2030, 2030]
    assert by(plan.prices["power_balance"], "year") == {y: exactly((YEARLY + scarce[y] / yearly[y]) * PER_MWH) for y in weight}


def test_growth_on_a_body_from_nothing_and_across_uneven_years(tmp_path: Path) -> None:
    # (F3): of the new plant 0.3 GW from nothing, then half as much again a year and 0.3; 2031 stands for 3 years, 2034 for 2.
    # The old plants stand in plenty and are dear, at the farm dearer still, so the new one goes to the farm first.
    instance = world(
        tmp_path, {**PLANTS, "technologies": [("chip", "compute", "grid farm", ""), ("plant", "power", "grid farm", "")]},
        years=[2030, 2031, 2034], last=2035, sites={"farm": "earth"}, technologies=[("new", "power", "grid farm", "")],
        numbers={
            "compute.work.demand": "5 ZFLOP/s", "compute.overhead[farm]": "1.5 1",
            "compute.chip.existing": None, "compute.chip.existing[grid]": "3 GW", "compute.chip.existing[farm]": "2 GW",
            "power.plant.existing": "50 GW", "power.plant.last_year": "2000 yr", "power.plant.variable_cost": "1.4 GUSD/(GW*yr)",
            "power.plant.variable_cost[farm]": "1.9 GUSD/(GW*yr)",
            "power.new.capex": "0.8 GUSD/GW", "power.new.lifetime": "3 yr", "power.new.annual_failure": "0.05 1/yr",
            "power.new.fixed_cost": "0.06 GUSD/(GW*yr)", "power.new.variable_cost": "0.13 GUSD/(GW*yr)",
            "power.new.growth": "0.5 1/yr", "power.new.seed": "0.3 GW",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    weight, grid, farm = {2030: 1, 2031: 3, 2034: 2}, 1.25 * 3, 1.5 * 2
    each = [0.3]  # year by year
    for _ in range(2031, 2036):
        each.append(1.5 * each[-1] + 0.3)
    most = {2030: each[0], 2031: sum(each[1:4]) / 3, 2034: sum(each[4:]) / 2}
    # A GW more in 2030 lets 1.5, 1.5^2, 1.5^3 more stand in the years after it; from a mean of 2031 to 2033 on, as many fold.
    faster = {2030: (1.5 + 1.5**2 + 1.5**3) / 3, 2031: (1.5**3 + 1.5**4) / 2 / ((1 + 1.5 + 1.5**2) / 3)}
    installed = {("farm", y): min(most[y], farm) for y in most} | {("grid", y): max(most[y] - farm, 0) for y in most}
    assert installed["grid", 2034] > 0
    assert by(plan["power.installed"].query("technology == 'new'"), "site", "year") == {
        index: exactly(gw) for index, gw in installed.items()
    }
    # Three years of life: that of 2030 stands until 2032, two of the three years of 2031; that of 2031 until 2033.
    kept, of_2031, of_2034 = (0.95 + 0.95**2) / 3, (1 + 0.95 + 0.95**2) / 3, (1 + 0.95) / 2
    added = {2030: most[2030], 2031: (most[2031] - kept * most[2030]) / of_2031, 2034: most[2034] / of_2034}
    paid = {v: 0.8 * worth(v, 3, 2036, failure=0.05) for v in weight}
    yearly = {y: discount(y, weight[y]) for y in weight}
    old = {"grid": 0.11 + 1.4, "farm": 0.11 + 1.9}
    running = {
        y: old["grid"] * (grid - installed["grid", y]) + old["farm"] * (farm - installed["farm", y]) + 0.19 * most[y]
        for y in weight
    }
    assert plan.objective == exactly(sum(paid[y] * added[y] + yearly[y] * running[y] for y in weight))
    # What a GW more would save: at the farm while the farm has too little of it, at the grid in 2034. An order of 2030 lasts
    # through 2031 and pays for itself with what it saves and what it lets grow; worked from the last year back.
    saved = {
        2030: yearly[2030] * (old["farm"] - 0.19),
        2031: yearly[2031] * (old["farm"] - 0.19),
        2034: yearly[2034] * (old["grid"] - 0.19),
    }
    costs = {2034: paid[2034] / of_2034, 2031: paid[2031] / of_2031}  # of a GW that stands in the year
    costs[2030] = paid[2030] - kept * costs[2031]
    growth = {2034: saved[2034] - costs[2034]}
    growth[2031] = saved[2031] + faster[2031] * growth[2034] - costs[2031]
    growth[2030] = saved[2030] + faster[2030] * growth[2031] - costs[2030]
    assert by(plan.prices["growth.power"], "year") == {y: exactly(growth[y] / (yearly[y] / weight[y])) for y in weight}
    # The price of power is the cost of the old plant where it runs; at the farm in 2034 the new one could run at the grid instead.
    price = plan.prices["power_balance"]
    assert [value(price, site="farm", year=y) for y in (2030, 2031)] == [exactly(old["farm"] * PER_MWH)] * 2
    assert [value(price, site=s, year=2034) for s in ("grid", "farm")] == [exactly(old["grid"] * PER_MWH)] * 2


def test_growth_from_what_stands(tmp_path: Path) -> None:
    # (F3) without a seed: in the first year a fifth more than the 3 GW that stand; in the next a fifth more than that.
    instance = world(
        tmp_path, {**PLANTS, "years": [2030, 2031]}, technologies=[("new", "power", "grid", "")],
        numbers={
            "compute.work.demand": "8 ZFLOP/s", "power.plant.existing": "50 GW", "power.plant.variable_cost": "2.7 GUSD/(GW*yr)",
            "power.new.existing": "3 GW", "power.new.capex": "0.8 GUSD/GW", "power.new.lifetime": "3 yr", "power.new.growth": "0.2 1/yr",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    assert [value(plan["power.installed"], technology="new", year=y) for y in (2030, 2031)] == [exactly(3.6), exactly(4.32)]
    assert [value(plan["power.build"], technology="new", year=y) for y in (2030, 2031)] == [exactly(0.6), exactly(0.72)]


def test_most_that_can_be_ordered_in_a_calendar_year(tmp_path: Path) -> None:
    # (F4): 1.2 GW in 2030, 0.95 in 2031, 0.7 in 2032; the rest comes from a plant that costs more.
    instance = world(
        tmp_path, PLANTS, years=[2030, 2032], last=2032, technologies=[("cheap", "power", "grid", "")],
        numbers={
            "power.plant.lifetime": "2 yr",
            "power.cheap.capex": "1.7 GUSD/GW", "power.cheap.lifetime": "2 yr", "power.cheap.fixed_cost": "0.05 GUSD/(GW*yr)",
            "power.cheap.variable_cost": "0.02 GUSD/(GW*yr)", "power.cheap.max_build": {2030: "1.2 GW/yr", 2032: "0.7 GW/yr"},
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    cheap, need = {2030: 1.2 + 0.95, 2032: 0.7}, 5.0
    assert by(plan["power.build"], "technology", "year") == {
        ("cheap", 2030): exactly((1.2 + 0.95) / 2), ("cheap", 2032): exactly(0.7),
        ("plant", 2030): exactly((need - 2.15) / 2), ("plant", 2032): exactly(need - 0.7),
    }  # fmt: skip
    share = {2030: worth(2030, 2, 2033), 2032: worth(2032, 2, 2033)}
    yearly = {2030: discount(2030, 2), 2032: discount(2032)}
    full = {y: 3 * share[y] + yearly[y] * YEARLY for y in share}
    less = {y: 1.7 * share[y] + yearly[y] * 0.07 for y in share}
    assert plan.objective == exactly(sum(less[y] * cheap[y] + full[y] * (need - cheap[y]) for y in share))
    assert by(plan.prices["power_balance"], "year") == {y: exactly(full[y] / yearly[y] * PER_MWH) for y in share}


def test_first_and_last_year_of_ordering(tmp_path: Path) -> None:
    # The cheap plant is to be had in 2031 and 2032 only. It lasts a year, and so does the other.
    instance = world(
        tmp_path, {**PLANTS, "years": [2030, 2031, 2032, 2033]}, technologies=[("cheap", "power", "grid", "")],
        numbers={
            "power.plant.lifetime": "1 yr", "power.cheap.capex": "1.7 GUSD/GW", "power.cheap.lifetime": "1 yr",
            "power.cheap.first_year": "2031 yr", "power.cheap.last_year": "2032 yr",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["power.build"].query("value > 0"), "technology", "year") == {
        ("plant", 2030): exactly(5), ("cheap", 2031): exactly(5), ("cheap", 2032): exactly(5), ("plant", 2033): exactly(5),
    }  # fmt: skip
    assert total(plan["power.build"], technology="cheap", year=2030) == 0


def test_a_date_within_a_model_year(tmp_path: Path) -> None:
    # (F1), (F4): 2030 stands for 2030 to 2034. The cheap plant can be ordered from 2032 to 2033, at 1.1 GW a year and at the capex
    # of 2032, takes a year to build and stands in 2033 and 2034, a tenth of it failed in the second year.
    instance = world(
        tmp_path, {**PLANTS, "years": [2030]}, last=2034, technologies=[("cheap", "power", "grid", "")],
        numbers={
            "power.plant.existing": "50 GW", "power.plant.last_year": "2000 yr", "power.plant.variable_cost": "9 GUSD/(GW*yr)",
            "power.cheap.capex": {2030: "5 GUSD/GW", 2034: "1 GUSD/GW"}, "power.cheap.lifetime": "8 yr", "power.cheap.lead_time": "1 yr",
            "power.cheap.first_year": "2032 yr", "power.cheap.last_year": "2033 yr", "power.cheap.max_build": "1.1 GW/yr",
            "power.cheap.annual_failure": "0.1 1/yr",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    ordered = 2 * 1.1
    stands = ordered * (1 + 0.9) / 5
    assert value(plan["power.build"], technology="cheap") == exactly(ordered / 5)
    assert value(plan["power.installed"], technology="cheap") == exactly(stands)
    capital = 3 * worth(2032, 8, 2035, lead=1, failure=0.1)
    assert plan.objective == exactly(capital * ordered + discount(2030, 5) * 9.11 * (5 - stands))


def test_growth_is_the_same_bound_whatever_the_step(tmp_path: Path) -> None:
    # (F3): year by year 4 GW grow by 0.3 of what stands and 0.7 GW. Any steps hold the mean over their calendar years to that.
    each = {2029: 4.0}
    for y in range(2030, 2040):
        each[y] = 1.3 * each[y - 1] + 0.7
    for number, years in enumerate(([*range(2030, 2040)], [2030, 2031, 2034, 2036], [2030, 2034, 2039], [2030])):
        instance = world(
            tmp_path / str(number), PLANTS, years=years, last=2039, technologies=[("new", "power", "grid", "")],
            numbers={
                "compute.work.demand": "900 ZFLOP/s", "compute.chip.existing": "900 GW", "power.plant.existing": "9000 GW",
                "power.plant.last_year": "2000 yr", "power.new.existing": "4 GW", "power.new.capex": "0.8 GUSD/GW",
                "power.new.lifetime": "30 yr", "power.new.growth": "0.3 1/yr", "power.new.seed": "0.7 GW",
            },
        )  # fmt: skip
        plan = planner.solve(instance)
        means = {y: sum(each[y + j] for j in range(n)) / n for y, n in instance.weights.items()}
        assert by(plan["power.installed"].query("technology == 'new'"), "year") == {y: exactly(gw) for y, gw in means.items()}


def test_growth_begins_with_what_stands_in_the_first_calendar_year(tmp_path: Path) -> None:
    # (F3): 4 GW stand in 2030 and half of them in 2032; a step of four years begins from the 4, not from the mean of 2.5.
    each = {2029: 4.0}
    for y in range(2030, 2034):
        each[y] = 1.3 * each[y - 1] + 0.7
    for number, years in enumerate(([2030, 2031, 2032, 2033], [2030])):
        instance = world(
            tmp_path / str(number), PLANTS, years=years, last=2033, technologies=[("new", "power", "grid", "")],
            numbers={
                "compute.work.demand": "900 ZFLOP/s", "compute.chip.existing": "900 GW", "power.plant.existing": "9000 GW",
                "power.plant.last_year": "2000 yr", "power.new.existing": {2030: "4 GW", 2032: "2 GW", 2033: "0 GW"},
                "power.new.capex": "0.8 GUSD/GW", "power.new.lifetime": "30 yr", "power.new.growth": "0.3 1/yr", "power.new.seed": "0.7 GW",
            },
        )  # fmt: skip
        plan = planner.solve(instance)
        means = {y: sum(each[y + j] for j in range(n)) / n for y, n in instance.weights.items()}
        assert by(plan["power.installed"].query("technology == 'new'"), "year") == {y: exactly(gw) for y, gw in means.items()}


def test_land_is_occupied_by_what_stands(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path, PLANTS, numbers={"power.plant.existing": "9 GW", "power.plant.land": "13 km2/GW"}))
    assert value(plan["land.occupied"], technology="plant") == exactly(9 * 13)
