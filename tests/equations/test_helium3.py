"""Helium-3: (H1) to (H5), (B3) and the fuel of (P4)."""

from __future__ import annotations

from pathlib import Path

import planner
from tests.worlds import ALL_GOODS, PER_MWH, PLANTS, by, discount, exactly, rent, rows, total, value, world, worth

#: A Moon where fusion plants stand at the pole and burn what is dug in the basin.
FUSION = {
    **PLANTS,
    "years": [2030, 2032], "last": 2034,
    "bodies": {"moon": {"users": True, "supplies": ALL_GOODS}},
    "sites": {"pole": "moon", "basin": "moon"},
    "slices": {"day": ("moon", 0.5, 354), "night": ("moon", 0.5, 354)},
    "technologies": [("chip", "compute", "pole", ""), ("plant", "power", "pole", ""), ("reactor", "power", "basin", ""), ("miner", "helium3", "basin", "")],
    "deposits": {"rich": "basin", "poor": "basin"},
    "numbers": {
        **PLANTS["numbers"], "power.plant.existing": "50 GW", "power.plant.last_year": "2000 yr", "power.plant.helium3_use": "60 t/(GW*yr)",
        "power.reactor.existing": "50 GW", "power.reactor.last_year": "2000 yr", "power.reactor.variable_cost": "0.31 GUSD/(GW*yr)",
        "power.reactor.capex": "5 GUSD/GW", "power.reactor.lifetime": "7 yr",
        "helium3.miner.existing": "900 Mt/yr", "helium3.miner.last_year": "2000 yr", "helium3.miner.capex": "1 GUSD/(Mt/yr)",
        "helium3.miner.lifetime": "7 yr", "helium3.miner.fixed_cost": "0.006 GUSD/Mt", "helium3.miner.variable_cost": "0.004 GUSD/Mt",
        "helium3.miner.energy_use": "0.02 GW/(Mt/yr)", "helium3.miner.recovery": "0.5 1",
        "helium3.miner.availability[day]": "0.9 1", "helium3.miner.availability[night]": "0.3 1",
        "helium3.rich.grade": "20 t/Mt", "helium3.poor.grade": "5 t/Mt", "helium3.rich.tonnage": "100 Mt", "helium3.poor.tonnage": "9000 Mt",
    },
}  # fmt: skip

BURNT = 60 * 1.25 * 4  # t/yr
WEIGHT = {2030: 2, 2032: 3}
YEARLY = {y: discount(y, n) for y, n in WEIGHT.items()}


def test_the_rich_deposit_goes_first_and_its_regolith_has_a_price(tmp_path: Path) -> None:
    # (H1), (H2), (H3), (P4): 300 t a year for five years are 30 Mt/yr of the rich deposit, of which there is enough for 100 Mt; the
    # rest is four times as much of the poor one. Miners dig 0.9 of the day and 0.3 of the night, 0.6 on average.
    plan = planner.solve(world(tmp_path, FUSION))
    rich = {2030: BURNT / 10}
    rich[2032] = (100 - 2 * rich[2030]) / 3
    poor = {2030: 0.0, 2032: (BURNT - 10 * rich[2032]) / 2.5}
    dug = {y: rich[y] + poor[y] for y in rich}
    mined = by(plan["helium3.mined"], "deposit", "year")
    assert mined == {
        ("rich", 2030): exactly(300),
        ("rich", 2032): exactly(10 * rich[2032]),
        ("poor", 2030): exactly(0),
        ("poor", 2032): exactly(2.5 * poor[2032]),
    }
    assert by(plan["helium3.burnt"], "year") == {y: exactly(BURNT) for y in WEIGHT}
    assert by(plan["helium3.in_service"], "year") == {y: exactly(dug[y] / 0.6) for y in WEIGHT}
    assert by(plan["helium3.dig"].query("year == 2032"), "slice") == {
        "day": exactly(0.9 * dug[2032] / 0.6),
        "night": exactly(0.3 * dug[2032] / 0.6),
    }
    assert by(plan["helium3.remaining"].query("deposit == 'rich'"), "year") == {2030: exactly(100 - 60), 2032: exactly(0)}
    left = 9000 - 3 * poor[2032]
    assert value(plan["helium3.remaining"], deposit="poor", year=2032) == exactly(left)
    assert value(plan["helium3.left"], deposit="poor", year=2032) == exactly(5 * left)
    digging = 0.004 + 0.006 / 0.6 + 0.02 * 0.31  # GUSD for a Mt, power included
    fusion = (0.11 + 0.23) * 1.25 * 4
    assert plan.objective == exactly(sum(YEARLY[y] * (fusion + digging * dug[y]) for y in WEIGHT))
    # In 2032 a Mt of the rich regolith saves digging four of the poor for one: that is its worth, and at the rate of discount
    # less in 2030. Helium-3 costs the digging of the poorest that is dug, or of the rich and its worth.
    worth_in_2032 = 3 * digging
    worth_in_2030 = worth_in_2032 * (YEARLY[2032] / 3) / (YEARLY[2030] / 2)
    deposit = by(plan.prices["deposit"], "deposit", "year")
    assert deposit == {
        ("rich", 2030): exactly(worth_in_2030 * 1e3), ("rich", 2032): exactly(worth_in_2032 * 1e3), ("poor", 2030): exactly(0), ("poor", 2032): exactly(0),
    }  # fmt: skip
    helium = {2030: (digging + worth_in_2030) / 10, 2032: digging / 2.5}
    assert by(plan.prices["helium3_balance"], "year") == {y: exactly(price) for y, price in helium.items()}  # MUSD/kg are GUSD/t
    # By day and by night the same plants run, and which slice pays for keeping them is open: the mean is not.
    power = rows(plan.prices["power_balance"], site="pole").groupby("year")["value"].mean()
    assert power.to_dict() == {y: exactly((0.11 + 0.23 + 60 * helium[y]) * PER_MWH) for y in WEIGHT}


def test_miners_are_built_and_dig_the_grade_that_pays(tmp_path: Path) -> None:
    # (H1): miners have to be built, and the rich deposit is large: nothing of the poor one is touched.
    instance = world(
        tmp_path, {**FUSION, "years": [2030], "last": 2030},
        numbers={"helium3.miner.existing": None, "helium3.miner.last_year": None, "helium3.rich.tonnage": "1000 Mt"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert value(plan["helium3.build"]) == exactly(30 / 0.6)
    assert value(plan["helium3.mined"], deposit="poor") == exactly(0)
    digging = 0.004 + rent(1, 7, 0.006) / 0.6 + 0.02 * 0.31
    assert value(plan.prices["helium3_balance"]) == exactly(digging / 10)
    assert plan.objective == exactly(discount(2030) * ((0.11 + 0.23) * 5 + 30 * digging))


def test_stock_is_carried_from_a_cheap_year_and_sold_in_tiers(tmp_path: Path) -> None:
    # (H4), (H5), (B3): a fusion plant on Earth burns 5 t a year. To be had are 25 t a year at 2 GUSD/t in 2030, at 5.5 in 2031, at 9 from 2032 on, and 7 t
    # that are in store; laboratories take 1.5 t a year at 15, clinics 6 t a year at 7. The years stand for two and for three.
    instance = world(
        tmp_path, PLANTS, years=[2030, 2032], last=2034, markets=[("reactors", "earth", "buy"), ("labs", "earth", "sell"), ("clinics", "earth", "sell")],
        numbers={
            "power.plant.helium3_use": "1 t/(GW*yr)", "power.plant.lifetime": "5 yr", "helium3.initial_stock[earth]": "7 t",
            "helium3.reactors.price": {2030: "2 GUSD/t", 2032: "9 GUSD/t"}, "helium3.reactors.size": "25 t/yr",
            "helium3.labs.price": "15 GUSD/t", "helium3.labs.size": "1.5 t/yr", "helium3.clinics.price": "7 GUSD/t", "helium3.clinics.size": "6 t/yr",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    stock = {2030: 7 + 2 * (25 - 5 - 1.5 - 6), 2032: 0.0}
    clinics = (stock[2030] - 3 * (5 + 1.5)) / 3  # in 2032 they take what is left: nobody buys at 9 to sell at 7
    assert 0 < clinics < 6
    assert by(plan["helium3.bought"], "year") == {2030: exactly(25), 2032: exactly(0)}
    assert by(plan["helium3.sold"], "market", "year") == {
        ("labs", 2030): exactly(1.5), ("labs", 2032): exactly(1.5), ("clinics", 2030): exactly(6), ("clinics", 2032): exactly(clinics),
    }  # fmt: skip
    assert by(plan["helium3.stock"], "year") == {y: exactly(t) for y, t in stock.items()}
    assert by(plan["cost.sales"], "year") == {2030: exactly(-15 * 1.5 - 7 * 6), 2032: exactly(-15 * 1.5 - 7 * clinics)}
    plants = 3 * 5 * worth(2030, 5, 2035)
    running = {2030: 0.34 * 5 + (2 + 5.5) / 2 * 25 - 15 * 1.5 - 7 * 6, 2032: 0.34 * 5 - 15 * 1.5 - 7 * clinics}
    assert plan.objective == exactly(plants + sum(YEARLY[y] * running[y] for y in WEIGHT))
    # The last tonne is the clinics' of 2032; kept since 2030 it is worth less then, by the discount of the years between.
    helium = {2032: 7.0, 2030: 7 * (YEARLY[2032] / 3) / (YEARLY[2030] / 2)}
    assert 3.75 < helium[2030] < 7
    assert by(plan.prices["helium3_balance"], "year") == {y: exactly(price) for y, price in helium.items()}


def test_purchases_rise_in_tiers(tmp_path: Path) -> None:
    # (H5): 5 t are burnt; 3 are to be had at 2 GUSD/t, the rest at 4.5.
    instance = world(
        tmp_path, PLANTS, markets=[("first", "earth", "buy"), ("second", "earth", "buy")],
        numbers={"power.plant.helium3_use": "1 t/(GW*yr)", "helium3.first.price": "2 GUSD/t", "helium3.first.size": "3 t/yr",
                 "helium3.second.price": "4.5 GUSD/t", "helium3.second.size": "8 t/yr"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["helium3.bought"], "market") == {"first": exactly(3), "second": exactly(2)}
    assert total(plan["cost.purchases"]) == exactly(2 * 3 + 4.5 * 2)
    assert value(plan.prices["helium3_balance"]) == exactly(4.5)
    assert value(plan.prices["power_balance"]) == exactly((rent(3, 20, 0.11) + 0.23 + 4.5) * PER_MWH)
    assert plan.objective == exactly(discount(2030) * (5 * (rent(3, 20, 0.11) + 0.23) + 15))


def test_helium3_is_burnt_where_it_is_mined_and_shipped_to_where_it_is_wanted(tmp_path: Path) -> None:
    # (B3), (H4): firm workloads on both bodies, each with accelerators of its own that stand. Of what leaves the Moon a twentieth
    # is lost; a carrier takes 1.6 t of lift for each t that lands.
    instance = world(
        tmp_path,
        {**FUSION, "years": [2030], "last": 2030, "bodies": {"earth": {"users": True, "supplies": ALL_GOODS}, "moon": {"users": True, "supplies": ALL_GOODS}},
         "sites": {"grid": "earth", "pole": "moon", "basin": "moon"},
         "slices": {"all": ("earth", 1, 8760), "day": ("moon", 0.5, 354), "night": ("moon", 0.5, 354)},
         "technologies": [("chip", "compute", "grid pole", ""), ("plant", "power", "grid pole", ""), ("reactor", "power", "basin", ""),
                          ("miner", "helium3", "basin", ""), ("shuttle", "launch", "basin", "")]},
        routes=[("homeward", "shuttle", "basin", "earth", "helium3", "")],
        numbers={
            "compute.work.demand": "4 ZFLOP/s", "compute.chip.existing": None, "compute.chip.existing[grid]": "3 GW", "compute.chip.existing[pole]": "1 GW",
            "compute.overhead[grid]": "1.3 1", "helium3.rich.tonnage": "500 Mt",
            "launch.shuttle.capex": "900 GUSD/(kt/yr)", "launch.shuttle.lifetime": "6 yr", "launch.shuttle.price": "40 GUSD/kt",
            "launch.homeward.burden": "1.6 1", "launch.homeward.delivery_cost": "11 GUSD/kt", "launch.homeward.loss": "0.05 1",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    earth, moon = 60 * 1.3 * 3, 60 * 1.25 * 1
    mined = moon + earth / 0.95
    assert by(plan["helium3.burnt"], "site") == {"grid": exactly(earth), "pole": exactly(moon)}
    assert value(plan["helium3.mined"], deposit="rich") == exactly(mined)
    assert value(plan["helium3.shipped"]) == exactly(earth)
    assert total(plan["launch.flow"], good="helium3") == exactly(earth / 1000)
    assert by(plan["helium3.stock"], "body") == {"earth": exactly(0), "moon": exactly(0)}
    digging = 0.004 + 0.006 / 0.6 + 0.02 * 0.31
    on_the_moon = digging / 10
    carriage = (1.6 * (rent(900, 6) + 40) + 11) / 1000 / 0.95  # GUSD/t that lands
    on_earth = on_the_moon / 0.95 + carriage
    assert by(plan.prices["helium3_balance"], "body") == {"moon": exactly(on_the_moon), "earth": exactly(on_earth)}
    power = {"grid": 0.34 + 60 * on_earth, "pole": 0.34 + 60 * on_the_moon}
    for site, price in power.items():
        # By day and by night the same plants run, and which slice pays for keeping them is open: the mean is not.
        assert rows(plan.prices["power_balance"], site=site)["value"].mean() == exactly(price * PER_MWH)
    yearly = 0.34 * (1.3 * 3 + 1.25) + digging * mined / 10 + carriage * earth
    assert plan.objective == exactly(discount(2030) * yearly)
