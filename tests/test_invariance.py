"""What may not change a cost: the step of the model years, how capital is paid for, and what is lost."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest

import planner
from tests import variants
from tests.worlds import ALL_GOODS, by, exactly, world

STEPS = {
    "1": tuple(range(2030, 2050)), "2": tuple(range(2030, 2050, 2)), "5": (2030, 2035, 2040, 2045), "uneven": (2030, 2032, 2033, 2040, 2045),
}  # fmt: skip


def _steady(folder: Path, seed: int, years: tuple[int, ...]) -> planner.Instance:
    """A random world on two bodies in which nothing changes for twenty years: lives and lead times are of ten years or of twenty.

    Both bodies supply all goods: what is built is landed in the course of a model year, and so at another pace in another step.
    """
    draw = random.Random(seed)

    def amount(low: float, high: float) -> str:
        return f"{draw.uniform(low, high):.6f}"

    numbers: dict[str, Any] = {
        "finance.discount_rate": amount(0.01, 0.12) + " 1/yr", "finance.carbon_price": amount(0, 0.1) + " GUSD/Mt",
        "compute.overhead": "1.25 1", "compute.work.demand": amount(5, 20) + " ZFLOP/s", "compute.work.value": amount(8, 20) + " GUSD/yr/(ZFLOP/s)",
        "compute.play.demand": amount(5, 20) + " ZFLOP/s", "compute.play.value": amount(8, 20) + " GUSD/yr/(ZFLOP/s)",
        "compute.chip.performance": amount(2, 3) + " ZFLOP/s/GW", "compute.work.max_delay": "1 s", "compute.delay[pole]": "1.3 s",
        "launch.homeward.burden": amount(1, 3) + " 1", "launch.homeward.delivery_cost": amount(1, 9) + " GUSD/kt", "launch.homeward.loss": amount(0, 0.3) + " 1",
        "launch.shuttle.price": amount(1, 9) + " GUSD/kt", "launch.shuttle.emission_factor": amount(0, 2) + " Mt/kt",
        "power.plant.helium3_use": "1 t/(GW*yr)", "power.plant.emission_factor": amount(0, 2) + " Mt/(GW*yr)",
        "helium3.miner.recovery": amount(0.4, 0.9) + " 1", "helium3.miner.energy_use": amount(0.001, 0.01) + " GW/(Mt/yr)",
        "helium3.dust.grade": "10 t/Mt", "helium3.dust.tonnage": "1e5 Mt", "helium3.miner.variable_cost": amount(0.01, 0.1) + " GUSD/Mt",
    }  # fmt: skip
    of = {"launch": "(kt/yr)", "helium3": "(Mt/yr)"}
    for asset, capex in {"compute.chip": 20, "power.plant": 3, "launch.shuttle": 30, "helium3.miner": 0.5}.items():
        unit = of.get(asset.split(".")[0], "GW")
        numbers |= {
            f"{asset}.capex": f"{capex * draw.uniform(0.5, 2):.6f} GUSD/{unit}", f"{asset}.fixed_cost": amount(0.01, 0.1) + f" GUSD/yr/{unit}",
            f"{asset}.lifetime": f"{draw.choice((10, 20))} yr", f"{asset}.spares": amount(0, 0.05) + " 1/yr", f"{asset}.wacc": amount(0.02, 0.15) + " 1/yr",
            f"{asset}.growth": amount(0.1, 0.9) + " 1/yr", f"{asset}.seed": f"1e6 {unit}",
        }  # fmt: skip
    for asset in ("compute.chip", "power.plant"):  # not of what fills a stock, which carries one year's abundance into another
        numbers |= {f"{asset}.lead_time": f"{draw.choice((0, 0, 10))} yr", f"{asset}.existing": amount(0, 2) + " GW"}
    return world(
        folder,
        {
            "bodies": {"earth": {"users": True, "supplies": ALL_GOODS}, "moon": {"users": True, "supplies": ALL_GOODS}}, "sites": {"cape": "earth", "pole": "moon"},
            "slices": {"all": ("earth", 1, 8760), "day": ("moon", 0.4, 354), "night": ("moon", 0.6, 531)},
            "technologies": [("chip", "compute", "cape pole", ""), ("plant", "power", "cape pole", ""), ("shuttle", "launch", "pole", ""),
                             ("miner", "helium3", "pole", "")],
            "workloads": {"work": "firm", "play": "flexible"}, "routes": [("homeward", "shuttle", "pole", "earth", "helium3", "")],
            "deposits": {"dust": "pole"},
            "limits": [{"limit": "ceiling", "quantity": "compute.in_service", "at": "earth", "unit": "GW", "value": draw.uniform(2, 8)},
                       {"limit": "budget", "quantity": "emissions.released", "over": "horizon", "unit": "Mt", "value": 1e6}],
        },
        years=years, last=2049, numbers=numbers, finance={"capital": draw.choice(("upfront", "annuity")), "end_of_horizon": "sinking_fund",
                                                           "payments": draw.choice(("start", "mid", "end"))},
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_the_step_of_the_model_years_changes_no_cost_where_nothing_changes(tmp_path: Path, seed: int) -> None:
    plans = {step: planner.solve(_steady(tmp_path / step, seed, years)) for step, years in STEPS.items()}
    cost = plans["1"].objective
    assert cost > 0 and {step: plan.objective for step, plan in plans.items()} == dict.fromkeys(
        STEPS, pytest.approx(cost, rel=1e-9)
    )


def test_the_steady_worlds_build_on_both_bodies_and_launch(tmp_path: Path) -> None:
    """Else the test above would hold costs of nothing against one another."""
    seen: set[str] = set()
    names = ("launch.flow", "helium3.mined", "cost.spares", "cost.carbon", "compute.unserved")
    for seed in range(12):
        plan = planner.solve(_steady(tmp_path / str(seed), seed, STEPS["5"]))
        seen |= {f"compute on {body}" for body, gw in by(plan["compute.build"], "body").items() if gw > 0.01}
        seen |= {name for name in names if plan[name]["value"].sum() > 0.001}
    assert seen == {"compute on earth", "compute on moon", *names}


@pytest.mark.parametrize("seed", range(6))
def test_growth_that_binds_costs_the_same_whatever_the_step(tmp_path: Path, seed: int) -> None:
    # Without interest, and with running costs alone, a year's costs are the same whenever they fall: growth decides what they are.
    draw = random.Random(seed)
    growth, start, each = draw.uniform(0.05, 0.4), draw.uniform(0, 3), draw.uniform(0.1, 2)
    costs = {}
    for step, years in STEPS.items():
        instance = world(
            tmp_path / step,
            {"bodies": {"earth": {"users": True, "supplies": ALL_GOODS}}, "sites": {"grid": "earth"}, "slices": {"all": ("earth", 1, 8760)},
             "technologies": [("chip", "compute", "grid", ""), ("plant", "power", "grid", "")], "workloads": {"work": "firm"}},
            years=years, last=2049,
            numbers={
                "finance.discount_rate": "0 1/yr", "compute.overhead": "1.25 1", "compute.work.demand": "1e6 ZFLOP/s", "compute.chip.performance": "2 ZFLOP/s/GW",
                "compute.work.value": "9 GUSD/yr/(ZFLOP/s)", "compute.chip.capex": "0 GUSD/GW", "compute.chip.lifetime": "40 yr",
                "compute.chip.fixed_cost": "0.7 GUSD/(GW*yr)", "compute.chip.existing": f"{start} GW", "compute.chip.growth": f"{growth} 1/yr",
                "compute.chip.seed": f"{each} GW", "power.plant.capex": "0 GUSD/GW", "power.plant.lifetime": "40 yr", "power.plant.variable_cost": "0.3 GUSD/(GW*yr)",
            },
        )  # fmt: skip
        costs[step] = planner.solve(instance).objective
    total, stands = 0.0, start
    for _ in range(2030, 2050):
        stands = (1 + growth) * stands + each
        total += 9 * (1e6 - 2 * stands) + (0.7 + 0.3 * 1.25) * stands
    assert costs == dict.fromkeys(STEPS, pytest.approx(total, rel=1e-9))


@pytest.mark.parametrize("falls", ["start", "mid", "end"])
@pytest.mark.parametrize("end", ["straight_line", "sinking_fund", "none"])
def test_an_annuity_at_the_discount_rate_costs_what_paying_upfront_costs(falls: str, end: str) -> None:
    instance = variants.crossroads()
    instance = instance.replace({f"{technology.block}.{name}.wacc": 0.06 for name, technology in instance.technologies.items()})
    costs = [
        planner.solve(variants.converted(instance, capital=capital, capital_falls=falls, end_of_horizon=end)).objective
        for capital in ("upfront", "annuity")
    ]
    assert costs[0] == exactly(costs[1])


@pytest.mark.parametrize("make", [variants.toy, variants.crossroads])
def test_no_unit_of_capital_has_a_negative_cost(make: Any) -> None:
    seen = 0
    for number, conventions in enumerate(variants.CONVENTIONS[::7]):
        draw = random.Random(number)
        instance = variants.converted(make(), **conventions).replace({"finance.discount_rate": draw.choice((0.0, 0.03, 0.25))})
        model = planner.build(instance)
        assert all(worth >= 0 for worth in model.capital_worth.values())
        assert all(worth <= 0 for worth in model.content_worth.values())
        seen += len(model.capital_worth) + len(model.content_worth)
    assert seen > 900


@pytest.mark.parametrize("seed", range(8))
def test_to_lose_half_never_costs_less_than_to_lose_nothing(seed: int) -> None:
    draw = random.Random(seed)
    make = (variants.toy, variants.crossroads)[seed % 2]
    instance = variants.scaled(
        make(), {address: draw.uniform(0.6, 1.6) for address in draw.sample(variants.addresses(make()), 12)}
    )
    instance = variants.without_limits(instance, ["burn_some"])
    lost = draw.sample(sorted(instance.routes), draw.randint(1, len(instance.routes)))
    none = planner.solve(instance.replace({f"launch.{route}.loss": 0.0 for route in lost})).objective
    try:
        half = planner.solve(instance.replace({f"launch.{route}.loss": 0.5 for route in lost})).objective
    except planner.Infeasible:  # no cost is too high
        half = math.inf
    assert half >= none * (1 - 1e-9)
