"""Launch: (L1), (L2), (L3), and what is needed on a body that has to be supplied (B2)."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import planner
from tests import worlds
from tests.worlds import ALL_GOODS, PER_KG, PER_MWH, RATE, by, discount, exactly, total, value, world

#: Accelerators are wanted on the Moon, which supplies nothing; a rocket flies from Earth. Nothing is credited at the end.
COLONY = {
    "years": [2030],
    "finance": {"end_of_horizon": "none"},
    "bodies": {"earth": {"supplies": ALL_GOODS}, "moon": {"users": True}},
    "sites": {"cape": "earth", "pole": "moon"},
    "slices": {"all": ("earth", 1, 8760), "day": ("moon", 0.5, 354), "night": ("moon", 0.5, 354)},
    "technologies": [("chip", "compute", "pole", ""), ("plant", "power", "pole", ""), ("rocket", "launch", "cape", "")],
    "workloads": {"work": "firm"},
    "routes": [("direct", "rocket", "cape", "moon", "complex structural", "")],
    "numbers": {
        "finance.discount_rate": f"{RATE} 1/yr",
        "compute.chip.capex": "20 GUSD/GW", "compute.chip.lifetime": "4 yr", "compute.chip.performance": "2.5 ZFLOP/s/GW",
        "compute.chip.mass_complex": "7 kt/GW", "compute.chip.mass_structural": "11 kt/GW", "compute.chip.spares": "0.04 1/yr",
        "compute.overhead": "1.25 1", "compute.work.demand": "10 ZFLOP/s",
        "power.plant.capex": "3 GUSD/GW", "power.plant.lifetime": "20 yr", "power.plant.existing": "100 GW", "power.plant.last_year": "2000 yr",
        "power.plant.variable_cost": "0.23 GUSD/(GW*yr)",
        "launch.rocket.capex": "0.4 GUSD/(kt/yr)", "launch.rocket.lifetime": "5 yr", "launch.rocket.fixed_cost": "0.03 GUSD/kt",
        "launch.rocket.price": "0.09 GUSD/kt", "launch.direct.burden": "10 1", "launch.direct.delivery_cost": "1.7 GUSD/kt",
    },
}  # fmt: skip

rent = partial(worlds.rent, salvage=False)
SPARES = 0.04 * 20  # the capex of the parts that a GW of accelerators takes in a year
CHIPS = 10 / 2.5
LIFT = rent(0.4, 5, 0.03)  # of a kt a year of lift
DIRECT = 10 * (0.09 + LIFT) + 1.7  # GUSD for a kt on the Moon


def test_what_is_built_and_its_spares_are_lifted_with_the_tankers_that_it_takes(tmp_path: Path) -> None:
    # (L1), (B2): ten tonnes leave the Earth for each that lands. A rocket can fly in nine tenths of the year.
    instance = world(
        tmp_path, COLONY,
        numbers={"launch.rocket.availability": "0.9 1", "launch.rocket.emission_factor": "2.9 Mt/kt", "finance.carbon_price[earth]": "0.02 GUSD/Mt",
                 "launch.direct.loss": "0.03 1"},
    )  # fmt: skip
    plan = planner.solve(instance)
    mass = {"complex": 7 * 1.04 * CHIPS, "structural": 11 * 1.04 * CHIPS}  # in one year: what is built and a year's spares of it
    assert by(plan["goods.needed"], "good") == {**{g: exactly(kt) for g, kt in mass.items()}, "propellant": 0}
    assert by(plan["launch.flow"], "good") == {g: exactly(kt) for g, kt in mass.items()}
    payload = sum(mass.values())
    assert value(plan["launch.payload"]) == exactly(payload)
    sent = payload / 0.97  # three hundredths do not arrive
    assert value(plan["launch.sent"]) == exactly(sent)
    assert value(plan["launch.lift"]) == exactly(10 * sent)
    assert value(plan["launch.build"]) == exactly(10 * sent / 0.9)
    assert value(plan["emissions.released"]) == exactly(2.9 * 10 * sent)
    assert value(plan["cost.transport"]) == exactly((10 * 0.09 + 1.7) * sent)
    kilotonne = (10 * (0.09 + LIFT / 0.9 + 2.9 * 0.02) + 1.7) / 0.97
    assert by(plan.prices["goods_balance"], "good") == {
        "complex": exactly(kilotonne * PER_KG),
        "structural": exactly(kilotonne * PER_KG),
        "propellant": exactly(0),
    }
    assert value(plan.prices["lift"]) == exactly(LIFT / 0.9 * PER_KG)
    # (G4): the accelerators that are lost with their complex goods are bought again, those that are spare parts too.
    chip = (rent(20, 4) + SPARES) / 0.97 + 1.25 * 0.23 + 18 * 1.04 * kilotonne
    assert value(plan["cost.capital"], technology="chip") == exactly(20 / 0.97 * CHIPS)
    assert value(plan["cost.spares"], technology="chip") == exactly(SPARES / 0.97 * CHIPS)
    assert value(plan.prices["demand"]) == exactly(chip / 2.5)
    assert plan.objective == exactly(discount(2030) * chip * CHIPS)


def test_propellant_made_on_the_moon_lightens_the_burden(tmp_path: Path) -> None:
    # (L2): 2.5 tonnes taken on the Moon save six of the ten that leave the Earth. The plant that stands there makes 24 kt/yr
    # eight tenths of the time, with 0.006 GW a kt/yr; for what it cannot refuel the rocket flies direct.
    instance = world(
        tmp_path, COLONY, technologies=[("cracker", "industry", "pole", "propellant")],
        routes=[("refuelled", "rocket", "cape", "moon", "complex structural", "moon")],
        numbers={
            "launch.refuelled.burden": "4 1", "launch.refuelled.delivery_cost": "1.9 GUSD/kt", "launch.refuelled.propellant_use": "2.5 1",
            "industry.cracker.capex": "1 GUSD/(kt/yr)", "industry.cracker.lifetime": "9 yr", "industry.cracker.last_year": "2000 yr",
            "industry.cracker.existing": "24 kt/yr", "industry.cracker.availability": "0.8 1", "industry.cracker.fixed_cost": "0.05 GUSD/kt",
            "industry.cracker.variable_cost": "0.04 GUSD/kt", "industry.cracker.energy_use": "0.006 GW/(kt/yr)",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    propellant = 0.8 * 24
    refuelled, payload = propellant / 2.5, 18 * 1.04 * CHIPS
    assert by(plan["launch.payload"], "route") == {"direct": exactly(payload - refuelled), "refuelled": exactly(refuelled)}
    assert value(plan["goods.departed"], good="propellant", body="moon") == exactly(propellant)
    assert value(plan["goods.made"], good="propellant", body="moon") == exactly(propellant)
    assert value(plan["launch.lift"]) == exactly(10 * (payload - refuelled) + 4 * refuelled)
    assert value(plan["power.use"], purpose="industry") == exactly(0.006 * propellant)
    lighter = 4 * (0.09 + LIFT) + 1.9
    price = by(plan.prices["goods_balance"], "good")
    assert price == {
        "complex": exactly(DIRECT * PER_KG),
        "structural": exactly(DIRECT * PER_KG),
        "propellant": exactly((DIRECT - lighter) / 2.5 * PER_KG),
    }
    made = 0.05 * 24 + (0.04 + 0.006 * 0.23) * propellant
    chips = (rent(20, 4) + SPARES + 1.25 * 0.23) * CHIPS
    assert plan.objective == exactly(discount(2030) * (chips + DIRECT * (payload - refuelled) + lighter * refuelled + made))


def test_a_mass_driver_draws_power_slice_by_slice(tmp_path: Path) -> None:
    # (L3), (I1): a furnace heated by the sun makes structural goods by day; the driver throws them into orbit, where accelerators
    # are wanted, nine tenths of the day and six tenths of the night. A reactor gives power by day and night, solar by day.
    instance = world(
        tmp_path,
        {**COLONY, "technologies": [
            ("chip", "compute", "ring", ""), ("plant", "power", "ring", ""), ("solar", "power", "pole", ""), ("reactor", "power", "pole", ""),
            ("furnace", "industry", "pole", "structural"), ("driver", "launch", "pole", "")],
         "routes": [("sling", "driver", "pole", "orbit", "structural", "")], "sites": {"pole": "moon", "ring": "orbit"},
         "bodies": {"moon": {}, "orbit": {"users": True, "supplies": ["complex", "propellant"]}},
         "slices": {"day": ("moon", 0.5, 354), "night": ("moon", 0.5, 354), "always": ("orbit", 1, 8760)}},
        numbers={
            **{name: None for name in COLONY["numbers"] if name.startswith("launch")}, "compute.chip.spares": None,
            "power.solar.capex": "1.2 GUSD/GW", "power.solar.lifetime": "8 yr", "power.solar.fixed_cost": "0.015 GUSD/(GW*yr)",
            "power.solar.variable_cost": "0.012 GUSD/(GW*yr)", "power.solar.availability[night]": "0 1",
            "power.reactor.capex": "5.5 GUSD/GW", "power.reactor.lifetime": "12 yr", "power.reactor.variable_cost": "0.03 GUSD/(GW*yr)",
            "industry.furnace.capex": "0.35 GUSD/(kt/yr)", "industry.furnace.lifetime": "7 yr", "industry.furnace.fixed_cost": "0.018 GUSD/kt",
            "industry.furnace.variable_cost": "0.021 GUSD/kt", "industry.furnace.energy_use": "0.011 GW/(kt/yr)",
            "industry.furnace.availability[day]": "0.95 1", "industry.furnace.availability[night]": "0 1",
            "launch.driver.capex": "0.7 GUSD/(kt/yr)", "launch.driver.lifetime": "6 yr", "launch.driver.fixed_cost": "0.013 GUSD/kt",
            "launch.driver.price": "0.007 GUSD/kt", "launch.driver.energy_use": "0.0003 GW/(kt/yr)",
            "launch.driver.availability[day]": "0.9 1", "launch.driver.availability[night]": "0.6 1",
            "launch.sling.burden": "1.2 1", "launch.sling.delivery_cost": "0.17 GUSD/kt", "launch.sling.loss": "0.1 1",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    landed = 11 * CHIPS
    made = landed / (1 - 0.1)
    lift = 1.2 * made
    furnace, driver = made / (0.5 * 0.95), lift / (0.5 * 0.9 + 0.5 * 0.6)
    assert value(plan["goods.departed"], good="structural", body="moon") == exactly(made)
    assert value(plan["launch.lift"]) == exactly(lift)
    assert value(plan["industry.build"]) == exactly(furnace)
    assert value(plan["launch.build"]) == exactly(driver)
    by_day, by_night = 0.0003 * 0.9 * driver + 0.011 * 0.95 * furnace, 0.0003 * 0.6 * driver
    assert by(plan["power.use"].query("body == 'moon'"), "purpose") == {
        "industry": exactly(0.5 * 0.011 * 0.95 * furnace), "launch": exactly(0.0003 * lift),
    }  # fmt: skip
    reactor, solar = by_night, by_day - by_night
    assert by(plan["power.build"].query("body == 'moon'"), "technology") == {"solar": exactly(solar), "reactor": exactly(reactor)}
    day = 0.012 + rent(1.2, 8, 0.015) / 0.5
    night = 2 * (rent(5.5, 12) + 0.03) - day
    prices = by(plan.prices["power_balance"].query("body == 'moon'"), "slice")
    assert prices == {"day": exactly(day * PER_MWH), "night": exactly(night * PER_MWH)}
    molten = 0.021 + 0.011 * day + rent(0.35, 7, 0.018) / (0.5 * 0.95)
    # The driver earns its cost in the day and in the night together: 0.5 * 0.9 (t - E day) + 0.5 * 0.6 (t - E night).
    thrown = (rent(0.7, 6, 0.013) + 0.0003 * (0.45 * day + 0.3 * night)) / 0.75
    assert thrown > 0.0003 * night
    landing = (molten + 1.2 * (thrown + 0.007) + 0.17) / 0.9
    goods = by(plan.prices["goods_balance"].query("good == 'structural'"), "body")
    assert goods == {"moon": exactly(molten * PER_KG), "orbit": exactly(landing * PER_KG)}
    running = 0.012 * 0.5 * solar + 0.03 * reactor
    yearly = (
        (rent(20, 4) + 1.25 * 0.23) * CHIPS + rent(1.2, 8, 0.015) * solar + rent(5.5, 12) * reactor + running
        + rent(0.35, 7, 0.018) * furnace + 0.021 * made + rent(0.7, 6, 0.013) * driver + 0.007 * lift + 0.17 * made
    )  # fmt: skip
    assert plan.objective == exactly(discount(2030) * yearly)


def test_routes_open_and_close(tmp_path: Path) -> None:
    # The light route is flown from 2031 to 2032; before and after, the cargo goes direct. Accelerators last a year.
    instance = world(
        tmp_path, {**COLONY, "years": [2030, 2031, 2032, 2033]}, routes=[("light", "rocket", "cape", "moon", "complex structural", "")],
        numbers={"launch.light.burden": "3 1", "launch.light.opens": "2031 yr", "launch.light.closes": "2032 yr", "compute.chip.lifetime": "1 yr"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["launch.payload"].query("value > 0"), "route", "year") == {
        ("direct", 2030): exactly(18 * 1.04 * CHIPS), ("light", 2031): exactly(18 * 1.04 * CHIPS),
        ("light", 2032): exactly(18 * 1.04 * CHIPS), ("direct", 2033): exactly(18 * 1.04 * CHIPS),
    }  # fmt: skip
    assert total(plan["launch.payload"], route="light", year=2030) == 0


def test_a_route_that_opens_within_a_model_year_takes_its_carrier_for_the_years_that_are_left(tmp_path: Path) -> None:
    # (L4): 2030 stands for 2030 to 2034; the light route is flown from 2032 to 2033, two years of the five, in which the
    # rockets lift two fifths of what they could, at a burden of 3, three tenths of the cargo being lost. The rest goes direct.
    instance = world(
        tmp_path, {**COLONY, "years": [2030]}, last=2034, routes=[("light", "rocket", "cape", "moon", "complex structural", "")],
        numbers={
            "launch.light.burden": "3 1", "launch.light.opens": "2032 yr", "launch.light.closes": "2033 yr", "launch.light.loss": "0.3 1",
            "launch.rocket.availability": "0.9 1", "launch.rocket.capex": "400 GUSD/(kt/yr)", "compute.chip.lifetime": "9 yr",
            "compute.chip.spares": None,
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    landed = 18 * CHIPS / 5  # built once, landed over the five years
    # Rockets are what costs: x kt/yr of them lift 0.4 of what they can on the light route and the rest on the direct one.
    rockets = landed / (0.9 * (0.4 * 0.7 / 3 + 0.6 / 10))
    assert value(plan["launch.in_service"]) == exactly(rockets)
    assert value(plan["launch.sent"], route="light") == exactly(0.4 * 0.9 * rockets / 3)
    assert value(plan["launch.payload"], route="direct") == exactly(0.6 * 0.9 * rockets / 10)


def _lossy(folder: Path, **parts: object) -> float:
    """The cost of chips on the Moon where half of the cargo of the route that is taken is lost; `parts` as for `world`."""
    numbers = {"compute.chip.spares": None, "launch.direct.loss": "0.5 1", **parts.pop("numbers", {})}  # type: ignore[dict-item]
    return planner.solve(world(folder, COLONY, numbers=numbers, **parts)).objective


def test_a_way_that_is_not_taken_makes_no_loss_free(tmp_path: Path) -> None:
    # (G3), (G5), (G6): a factory for complex goods that nobody would order, or a route without losses that nobody would fly, changes
    # nothing: the chips that are lost on the way that is taken are bought again.
    alone = _lossy(tmp_path / "alone")
    fab = _lossy(
        tmp_path / "fab", technologies=[("fab", "industry", "pole", "complex")],
        numbers={"industry.fab.capex": "9999 GUSD/(kt/yr)", "industry.fab.lifetime": "9 yr"},
    )  # fmt: skip
    route = _lossy(
        tmp_path / "route", routes=[("safe", "rocket", "cape", "moon", "complex", "")], numbers={"launch.safe.burden": "9999 1"}
    )
    chips = 2 * rent(20, 4) + 1.25 * 0.23 + 18 * 2 * DIRECT
    assert [alone, fab, route] == [exactly(discount(2030) * chips * CHIPS)] * 3


def test_the_plan_says_what_comes_by_the_lossy_route(tmp_path: Path) -> None:
    # (G5), (G6): a safe route of a carrier that takes 30 kt/yr in all; the rest goes by the route that loses a half of it. Dishes are worth 6 GUSD/kt
    # and chips 20/7: all that comes by the lossy route are chips.
    instance = world(
        tmp_path, COLONY, technologies=[("dish", "link", "pole", ""), ("shuttle", "launch", "cape", "")],
        routes=[("safe", "shuttle", "cape", "moon", "complex structural", "")],
        limits=[{"limit": "dishes", "quantity": "link.build", "unit": "Tbit/s/yr", "bound": "lower", "value": 3}],
        numbers={
            "link.dish.capex": "12 GUSD/(Tbit/s)", "link.dish.lifetime": "6 yr", "link.dish.mass_complex": "2 kt/(Tbit/s)", "link.dish.spares": "0.1 1/yr",
            "launch.shuttle.capex": "1 GUSD/(kt/yr)", "launch.shuttle.lifetime": "7 yr", "launch.shuttle.existing": "30 kt/yr",
            "launch.shuttle.last_year": "2000 yr", "launch.safe.burden": "1 1", "launch.safe.loss": "0.04 1", "launch.direct.loss": "0.5 1",
            "compute.chip.mass_structural": "0 kt/GW",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    chips = 7 * 1.04 * CHIPS  # kt of complex goods, and 6 kt of dishes
    safe = 30 * 0.96
    lossy = chips + 6 - safe
    assert by(plan["launch.payload"], "route") == {"direct": exactly(lossy), "safe": exactly(safe)}
    excess = 1 / 0.5 - 1 / 0.96
    parts = 0.04 * 7 * CHIPS  # spare parts come that way first: they are paid in the course of the year, what is built at its start
    assert value(plan["cost.spares"], technology="chip") == exactly(SPARES / 0.96 * CHIPS + excess * 20 / 7 * parts)
    assert value(plan["cost.capital"], technology="chip") == exactly((20 / 0.96) * CHIPS + excess * 20 / 7 * (lossy - parts))
    assert value(plan["cost.capital"], technology="dish") == exactly(12 / 0.96 * 3)
    assert 20 / 7 < 12 / 2 and parts < lossy < 7 * CHIPS


def test_what_is_thrown_away_counts_as_the_most_valuable(tmp_path: Path) -> None:
    # (G5): 50 kt/yr have to come by the lossy route, of which 28 are built and 22 become nothing.
    numbers = {"compute.chip.spares": None, "launch.direct.loss": "0.5 1", "launch.safe.burden": "9999 1", "launch.safe.loss": "0.04 1"}
    instance = world(
        tmp_path, COLONY, numbers=numbers, routes=[("safe", "rocket", "cape", "moon", "complex", "")],
        limits=[{"limit": "freight", "quantity": "launch.flow", "item": "direct complex", "unit": "kt/yr", "bound": "lower", "value": 50}],
    )  # fmt: skip
    plan = planner.solve(instance)
    excess, sent = 1 / 0.5 - 1 / 0.96, (50 + 11 * CHIPS) / 0.5
    assert value(plan["cost.capital"], technology="chip") == exactly((1 / 0.96 + excess) * 20 * CHIPS)
    assert value(plan["cost.transport"], route="direct") == exactly((10 * 0.09 + 1.7) * sent + excess * 20 / 7 * (50 - 7 * CHIPS))
