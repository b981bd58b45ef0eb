"""Power plants: (P1) and (P4), with the prices of carbon that go with them, and (B1)."""

from __future__ import annotations

from pathlib import Path

import planner
from tests.worlds import PER_MWH, PLANTS, by, discount, exactly, rent, total, value, world

LIGHT, DARK = 0.6, 0.4
NEED = 1.25 * 4


def test_plants_run_as_far_as_they_are_available_and_pay_for_what_they_burn(tmp_path: Path) -> None:
    # (P1), (P4): solar gives 0.8 of its capacity in the light and 0.1 in the dark. It is built until it meets the need in the
    # light; gas gives the rest of the dark, and pays for fuel, for running and for its carbon.
    instance = world(
        tmp_path, {**PLANTS, "slices": {"light": ("earth", LIGHT, 14.4), "dark": ("earth", DARK, 9.6)}},
        technologies=[("gas", "power", "grid", "")],
        numbers={
            "power.plant.capex": "2 GUSD/GW", "power.plant.availability[light]": "0.8 1", "power.plant.availability[dark]": "0.1 1",
            "power.gas.capex": "1.1 GUSD/GW", "power.gas.lifetime": "30 yr", "power.gas.fixed_cost": "0.02 GUSD/(GW*yr)",
            "power.gas.variable_cost": "0.09 GUSD/(GW*yr)", "power.gas.fuel_use": "2.1 1", "power.gas.fuel_price": "0.31 GUSD/(GW*yr)",
            "power.gas.emission_factor": "3.7 Mt/(GW*yr)", "finance.carbon_price[earth]": "0.06 GUSD/Mt",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    solar = NEED / 0.8
    gas = NEED - 0.1 * solar
    assert by(plan["power.build"], "technology") == {"plant": exactly(solar), "gas": exactly(gas)}
    assert by(plan["power.generation"], "technology", "slice") == {
        ("plant", "light"): exactly(NEED), ("plant", "dark"): exactly(0.1 * solar), ("gas", "light"): exactly(0), ("gas", "dark"): exactly(gas),
    }  # fmt: skip
    output = {"plant": LIGHT * NEED + DARK * 0.1 * solar, "gas": DARK * gas}
    assert by(plan["power.output"], "technology") == {k: exactly(mean) for k, mean in output.items()}
    assert value(plan["power.fuel"]) == exactly(2.1 * output["gas"])
    assert value(plan["emissions.released"]) == exactly(3.7 * output["gas"])
    assert value(plan["cost.fuel"]) == exactly(0.31 * 2.1 * output["gas"])
    assert value(plan["cost.carbon"]) == exactly(0.06 * 3.7 * output["gas"])
    running = 0.09 + 2.1 * 0.31 + 3.7 * 0.06
    yearly = rent(2, 20, 0.11) * solar + 0.23 * output["plant"] + rent(1.1, 30, 0.02) * gas + running * output["gas"]
    assert plan.objective == exactly(discount(2030) * yearly)
    # Gas earns its capacity in the dark; what solar earns there too, it need not earn in the light.
    dark = running + rent(1.1, 30, 0.02) / DARK
    light = 0.23 + (rent(2, 20, 0.11) - DARK * 0.1 * (dark - 0.23)) / (LIGHT * 0.8)
    assert 0.23 < light < running
    assert by(plan.prices["power_balance"], "slice") == {"light": exactly(light * PER_MWH), "dark": exactly(dark * PER_MWH)}


def test_a_cap_on_emissions_has_the_price_of_the_cleaner_plant(tmp_path: Path) -> None:
    # (P4), (X1): the dirty plant is cheaper even with the carbon price. The cap leaves it 2 GW.
    instance = world(
        tmp_path, PLANTS, technologies=[("coal", "power", "grid", "")],
        numbers={
            "power.coal.capex": "1.3 GUSD/GW", "power.coal.lifetime": "25 yr", "power.coal.fixed_cost": "0.07 GUSD/(GW*yr)",
            "power.coal.fuel_use": "2.6 1", "power.coal.fuel_price": "0.08 GUSD/(GW*yr)", "power.coal.variable_cost": "0.03 GUSD/(GW*yr)",
            "power.coal.emission_factor": "8.2 Mt/(GW*yr)", "finance.carbon_price": "0.011 GUSD/Mt",
        },
        limits=[{"limit": "cap", "quantity": "emissions.released", "unit": "Mt/yr", "value": 2 * 8.2, "at": "earth"}],
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["power.output"], "technology") == {"coal": exactly(2), "plant": exactly(NEED - 2)}
    clean = rent(3, 20, 0.11) + 0.23
    dirty = rent(1.3, 25, 0.07) + 0.03 + 2.6 * 0.08 + 8.2 * 0.011
    assert value(plan.prices["power_balance"]) == exactly(clean * PER_MWH)
    assert value(plan.prices["limit"], limit="cap") == exactly((clean - dirty) / 8.2)
    assert plan.prices["limit"]["unit"].tolist() == ["GUSD/yr/(Mt/yr)"]
    assert plan.objective == exactly(discount(2030) * (2 * dirty + (NEED - 2) * clean))


def test_power_is_balanced_at_each_site_by_itself(tmp_path: Path) -> None:
    # (B1): plants stand at one site, accelerators at two. Nothing carries power from one to the other.
    instance = world(
        tmp_path, {**PLANTS, "technologies": [("chip", "compute", "grid farm", ""), ("plant", "power", "grid farm", "")]}, sites={"farm": "earth"},
        numbers={"compute.chip.existing": None, "compute.chip.existing[grid]": "3 GW", "compute.chip.existing[farm]": "1 GW",
                 "power.plant.capex[farm]": "7 GUSD/GW", "power.plant.existing[grid]": "20 GW"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["power.generation"], "site") == {"grid": exactly(1.25 * 3), "farm": exactly(1.25 * 1)}
    assert by(plan["power.build"], "site") == {"grid": exactly(0), "farm": exactly(1.25)}
    assert by(plan.prices["power_balance"], "site") == {
        "grid": exactly((0.11 + 0.23) * PER_MWH), "farm": exactly((rent(7, 20, 0.11) + 0.23) * PER_MWH),
    }  # fmt: skip
    assert total(plan["power.use"], purpose="compute") == exactly(NEED)
