"""Accelerators and workloads: (C1) to (C4), (C6), and (F2) for accelerators."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from tests.worlds import CHIPS, PER_MWH, by, discount, exactly, rent, total, value, world

CALM, SCARCE = 0.75, 0.25
TWO_SLICES = {"calm": ("earth", CALM, 6570), "scarce": ("earth", SCARCE, 2190)}


def test_in_a_scarce_slice_the_least_efficient_are_off_first(tmp_path: Path) -> None:
    # (C1), (C2), (C6), (F2): 4 GW of accelerators that do 1 ZFLOP/s a GW, new ones that do 3, of both 0.9 can run. Power for
    # 10 GW in the calm, for 4 in the scarce slice, of which the overhead of 1.25 takes its part.
    new, overhead, share, old = 2.0, 1.25, 0.9, 4.0
    scarce_power = 0.4 * 10 / overhead
    demand = CALM * (3 * share * new + share * old) + SCARCE * (3 * share * new + scarce_power - share * new)
    instance = world(
        tmp_path, {**CHIPS, "slices": TWO_SLICES}, workloads={"work": "flexible"},
        numbers={
            "compute.work.demand": f"{demand!r} ZFLOP/s", "compute.chip.performance": "3 ZFLOP/s/GW", "compute.chip.availability": f"{share} 1",
            "compute.chip.existing": f"{old} GW", "compute.chip.existing_performance": "1 ZFLOP/s/GW",
            "power.plant.existing": "10 GW", "power.plant.availability[scarce]": "0.4 1",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["compute.run"], "vintage", "slice") == {
        ("2030", "calm"): exactly(share * new), ("2030", "scarce"): exactly(share * new),
        ("existing", "calm"): exactly(share * old), ("existing", "scarce"): exactly(scarce_power - share * new),
    }  # fmt: skip
    assert by(plan["compute.in_service"], "vintage") == {"2030": exactly(new), "existing": exactly(old)}
    assert value(plan["compute.capacity"]) == exactly(3 * new + old)
    run = share * (new + old)
    mean = CALM * overhead * run + SCARCE * 4
    assert value(plan["power.use"], purpose="compute") == exactly(mean)
    # Every plant is kept for the scarce slice. A year's cost, and capital for the new accelerators.
    yearly = 0.7 * (new + old) + 0.3 * mean / overhead + 0.11 * 10 + 0.23 * mean
    assert plan.objective == exactly(discount(2030) * (yearly + new * rent(20, 4)))
    # Computing is worth p in both slices. In the scarce one an old accelerator just pays: p = 1.25 e + 0.3; in the calm one power
    # costs 0.23; and a new accelerator earns 0.9 * (3 p - 1.25 e - 0.3) in each slice, which is its yearly cost.
    p = (rent(20, 4, 0.7) / share + CALM * (overhead * 0.23 + 0.3)) / (3 - SCARCE)
    e = (p - 0.3) / overhead
    assert by(plan.prices["power_balance"], "slice") == {"calm": exactly(0.23 * PER_MWH), "scarce": exactly(e * PER_MWH)}
    assert by(plan.prices["computing"], "slice") == {"calm": exactly(p), "scarce": exactly(p)}
    assert value(plan.prices["demand"]) == exactly(p)


def test_a_vintage_that_does_not_pay_for_its_upkeep_is_mothballed_alone(tmp_path: Path) -> None:
    # (F2) by vintage: 4 GW of old ones do 0.2 ZFLOP/s a GW, and to keep one costs more than the new ones that replace it.
    instance = world(
        tmp_path, CHIPS,
        numbers={"compute.chip.existing": "4 GW", "compute.chip.existing_performance": "0.2 ZFLOP/s/GW", "compute.chip.fixed_cost": "1.9 GUSD/(GW*yr)"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert rent(20, 4, 1.9) / 2.5 * 0.2 < 1.9
    assert by(plan["compute.in_service"], "vintage") == {"existing": exactly(0), "2030": exactly(10 / 2.5)}
    assert value(plan["compute.installed"]) == exactly(4 + 10 / 2.5)
    assert value(plan["cost.fixed"], technology="chip") == exactly(1.9 * 4)


def test_what_a_vintage_has_left_is_all_that_can_be_kept_of_it(tmp_path: Path) -> None:
    # (F2) with failures: of the 2030 vintage 0.8 is left in 2031; what it did, a better vintage does then.
    instance = world(
        tmp_path, {**CHIPS, "years": [2030, 2031]},
        numbers={"compute.chip.performance": {2030: "2 ZFLOP/s/GW", 2031: "5 ZFLOP/s/GW"}, "compute.chip.annual_failure": "0.2 1/yr"},
    )  # fmt: skip
    plan = planner.solve(instance)
    kept = {("2030", 2030): 10 / 2, ("2030", 2031): 0.8 * 10 / 2, ("2031", 2031): (10 - 0.8 * 10) / 5}
    assert by(plan["compute.in_service"], "vintage", "year") == {index: exactly(number) for index, number in kept.items()}
    assert by(plan["compute.capacity"], "year") == {2030: exactly(10), 2031: exactly(10)}


def test_what_stood_performs_as_the_first_year_unless_said_otherwise(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path, CHIPS, numbers={"compute.chip.existing": "1.5 GW"}))
    assert by(plan["compute.in_service"], "vintage") == {"existing": exactly(1.5), "2030": exactly(10 / 2.5 - 1.5)}


def test_a_firm_workload_is_served_in_every_slice_and_a_flexible_one_when_it_suits(tmp_path: Path) -> None:
    # (C3): plants give a fifth in the scarce slice. They are built for the firm workload; the flexible one waits for the calm.
    firm, flexible, overhead, performance = 2.0, 6.0, 1.25, 2.5
    instance = world(
        tmp_path, {**CHIPS, "slices": TWO_SLICES}, workloads={"train": "flexible"},
        numbers={
            "compute.work.demand": f"{firm} ZFLOP/s", "compute.train.demand": f"{flexible} ZFLOP/s",
            "power.plant.existing": None, "power.plant.last_year": None, "power.plant.availability[scarce]": "0.2 1",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    chips, plants = (firm + flexible / CALM) / performance, overhead * firm / performance / 0.2
    assert by(plan["compute.serve"].query("workload == 'train'"), "slice") == {
        "calm": exactly(flexible / CALM),
        "scarce": exactly(0),
    }
    assert by(plan["compute.placed"], "workload") == {"work": exactly(firm), "train": exactly(flexible)}
    assert value(plan["compute.build"]) == exactly(chips)
    assert value(plan["power.build"]) == exactly(plants)
    run = CALM * chips + SCARCE * firm / performance
    yearly = rent(20, 4, 0.7) * chips + 0.3 * run + rent(3, 20, 0.11) * plants + 0.23 * overhead * run
    assert plan.objective == exactly(discount(2030) * yearly)
    # The plants earn their cost in the scarce slice, the accelerators theirs in the calm one.
    power = {"calm": 0.23, "scarce": 0.23 + rent(3, 20, 0.11) / (SCARCE * 0.2)}
    computing = {h: (overhead * e + 0.3) / performance for h, e in power.items()}
    computing["calm"] += rent(20, 4, 0.7) / CALM / performance
    assert by(plan.prices["power_balance"], "slice") == {h: exactly(e * PER_MWH) for h, e in power.items()}
    assert by(plan.prices["computing"], "slice") == {h: exactly(p) for h, p in computing.items()}
    assert by(plan.prices["demand"], "workload") == {
        "train": exactly(computing["calm"]), "work": exactly(CALM * computing["calm"] + SCARCE * computing["scarce"]),
    }  # fmt: skip


COST = (rent(20, 4, 0.7) + 0.3 + 1.25 * 0.23 + 1.25 * 0.11) / 2.5  # GUSD/yr for 1 ZFLOP/s, where nothing is scarce


@pytest.mark.parametrize(
    ("most", "urgent_left", "idle_left", "price"),
    [
        pytest.param(9.0, 0.0, 4.0, COST, id="room for all that pays"),
        pytest.param(2.0, 6 - 2 * 2.5, 4.0, COST + 3, id="too little even for the urgent"),
    ],
)
def test_demand_is_left_unserved_in_the_order_of_its_value(
    tmp_path: Path, most: float, urgent_left: float, idle_left: float, price: float
) -> None:
    # (C4): six tenths of the demand are worth more than computing costs, four tenths less.
    instance = world(
        tmp_path, CHIPS, tiers={"urgent": "work", "idle": "work"},
        numbers={
            "compute.urgent.share": "0.6 1", "compute.idle.share": "0.4 1", "compute.chip.max_build": f"{most} GW/yr",
            "compute.urgent.value": f"{COST + 3!r} GUSD/yr/(ZFLOP/s)", "compute.idle.value": f"{COST - 1!r} GUSD/yr/(ZFLOP/s)",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["compute.unserved"], "tier") == {"urgent": exactly(urgent_left), "idle": exactly(idle_left)}
    assert value(plan["compute.placed"]) == exactly(10 - urgent_left - idle_left)
    left = (COST + 3) * urgent_left + (COST - 1) * idle_left
    assert total(plan["cost.unserved"]) == exactly(left)
    assert plan.objective == exactly(discount(2030) * (COST * (10 - urgent_left - idle_left) + left))
    assert value(plan.prices["demand"]) == exactly(price)


def test_demand_without_a_value_must_be_served(tmp_path: Path) -> None:
    # (C4): no row gives a value, so there is nothing to leave unserved.
    instance = world(tmp_path, CHIPS, numbers={"compute.chip.max_build": "2 GW/yr"})
    with pytest.raises(planner.Infeasible):
        planner.solve(instance)


def test_the_overhead_of_a_site_weighs_on_the_price_of_its_power(tmp_path: Path) -> None:
    # (C6): 4 GW must run. The cool site has power for 3.3, which at its overhead of 1.1 is 3 GW; the rest runs at the hot one.
    instance = world(
        tmp_path, {**CHIPS, "technologies": [("chip", "compute", "grid cool", ""), ("plant", "power", "grid cool", "")]}, sites={"cool": "earth"},
        numbers={"compute.overhead[cool]": "1.1 1", "compute.overhead": "1.5 1", "power.plant.existing": None,
                 "power.plant.existing[cool]": "3.3 GW", "power.plant.existing[grid]": "50 GW"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["power.output"], "site") == {"cool": exactly(3.3), "grid": exactly(1.5)}
    assert by(plan["power.use"], "site") == {"cool": exactly(3.3), "grid": exactly(1.5)}
    assert by(plan["compute.placed"], "site") == {"cool": exactly(3 * 2.5), "grid": exactly(2.5)}
    hot = 0.11 + 0.23
    assert by(plan.prices["power_balance"], "site") == {
        "grid": exactly(hot * PER_MWH),
        "cool": exactly(hot * 1.5 / 1.1 * PER_MWH),
    }
    assert value(plan.prices["demand"]) == exactly((rent(20, 4, 0.7) + 0.3 + 1.5 * hot) / 2.5)
    assert plan.objective == exactly(discount(2030) * (4 * (rent(20, 4, 0.7) + 0.3) + (3.3 + 1.5) * hot))
