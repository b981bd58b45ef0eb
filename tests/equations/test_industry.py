"""Industry (I1) and the goods balance (B2): goods that are landed or made, factories that are built of what they make."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import planner
from tests import worlds
from tests.equations.test_launch import CHIPS, COLONY, DIRECT, SPARES, rent
from tests.worlds import PER_KG, PER_MWH, by, discount, exactly, value, world

worth = partial(worlds.worth, salvage=False)


def test_structural_goods_come_from_whichever_source_is_cheaper(tmp_path: Path) -> None:
    # (I1), (B2): the foundry that stands makes 20 kt/yr of structural goods, seven tenths of the night; the rest is landed.
    instance = world(
        tmp_path, COLONY, technologies=[("foundry", "industry", "pole", "structural")],
        numbers={
            "industry.foundry.capex": "1 GUSD/(kt/yr)", "industry.foundry.lifetime": "9 yr", "industry.foundry.last_year": "2000 yr",
            "industry.foundry.existing": "20 kt/yr", "industry.foundry.availability[night]": "0.7 1", "industry.foundry.fixed_cost": "0.05 GUSD/kt",
            "industry.foundry.variable_cost": "0.04 GUSD/kt", "industry.foundry.energy_use": "0.012 GW/(kt/yr)",
            "industry.foundry.mass_structural": "0.3 kt/(kt/yr)", "industry.foundry.spares": "0.06 1/yr",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    assert by(plan["industry.make"], "slice") == {"day": exactly(20), "night": exactly(14)}
    needed = {"complex": 7 * 1.04 * CHIPS, "structural": 11 * 1.04 * CHIPS + 0.06 * 0.3 * 20, "propellant": 0}
    made = (20 + 14) / 2
    assert by(plan["goods.needed"], "good") == {g: exactly(kt) for g, kt in needed.items()}
    assert by(plan["goods.made"], "good") == {"complex": 0, "structural": exactly(made), "propellant": 0}
    landed = {"complex": needed["complex"], "structural": needed["structural"] - made}
    assert by(plan["goods.arrived"], "good") == {**{g: exactly(kt) for g, kt in landed.items()}, "propellant": 0}
    price = by(plan.prices["goods_balance"], "good")
    assert price == {"complex": exactly(DIRECT * PER_KG), "structural": exactly(DIRECT * PER_KG), "propellant": exactly(0)}
    foundry = (0.05 + 0.06 * 1) * 20 + (0.04 + 0.012 * 0.23) * made
    chips = (rent(20, 4) + SPARES + 1.25 * 0.23) * CHIPS
    assert plan.objective == exactly(discount(2030) * (chips + foundry + DIRECT * sum(landed.values())))


def test_a_foundry_is_built_where_that_is_cheaper_than_landing(tmp_path: Path) -> None:
    # (I1), (I2): its own structure is landed in the year in which it is built, though it makes more than that then. The price of
    # structure is what it costs to make, with the foundry's rent and landing, and not that of landing.
    instance = world(
        tmp_path, COLONY, technologies=[("foundry", "industry", "pole", "structural")],
        numbers={
            "industry.foundry.capex": "2.2 GUSD/(kt/yr)", "industry.foundry.lifetime": "9 yr", "industry.foundry.availability": "0.85 1",
            "industry.foundry.variable_cost": "0.04 GUSD/kt", "industry.foundry.energy_use": "0.012 GW/(kt/yr)",
            "industry.foundry.mass_structural": "0.3 kt/(kt/yr)", "industry.foundry.mass_complex": "0.05 kt/(kt/yr)",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    foundry = 11 * 1.04 * CHIPS / 0.85
    assert value(plan["industry.build"]) == exactly(foundry)
    assert value(plan["goods.arrived"], good="structural", body="moon") == exactly(0.3 * foundry)
    price = (rent(2.2, 9) + 0.35 * DIRECT) / 0.85 + 0.04 + 0.012 * 0.23
    assert price < DIRECT
    assert value(plan.prices["goods_balance"], good="structural") == exactly(price * PER_KG)
    assert value(plan.prices["makers_goods"], good="structural") == exactly((DIRECT - price) * PER_KG)
    chip = rent(20, 4) + SPARES + 1.25 * 0.23 + 1.04 * (7 * DIRECT + 11 * price)
    assert plan.objective == exactly(discount(2030) * chip * CHIPS)


def test_what_stood_before_builds_the_new_foundries(tmp_path: Path) -> None:
    # (I2): of 5 kt/yr that stand, an old foundry of another kind makes 0.9; no structure is landed. New ones take 0.7 kt a kt/yr, so
    # that no more than 0.9 * 5 / 0.7 of them are built, and what these make is left for the chips of the same year.
    instance = world(
        tmp_path, {**COLONY, "routes": [("direct", "rocket", "cape", "moon", "complex", "")]},
        technologies=[("foundry", "industry", "pole", "structural"), ("forge", "industry", "pole", "structural")],
        numbers={
            "compute.work.value": "900 GUSD/yr/(ZFLOP/s)", "compute.work.demand": "99 ZFLOP/s", "compute.chip.spares": None,
            "industry.forge.capex": "3 GUSD/(kt/yr)", "industry.forge.lifetime": "7 yr", "industry.forge.existing": "5 kt/yr",
            "industry.forge.last_year": "2000 yr", "industry.forge.availability": "0.9 1",
            "industry.foundry.capex": "2.2 GUSD/(kt/yr)", "industry.foundry.lifetime": "9 yr", "industry.foundry.availability": "0.85 1",
            "industry.foundry.mass_structural": "0.7 kt/(kt/yr)", "industry.foundry.mass_complex": "0.05 kt/(kt/yr)",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    built = 0.9 * 5 / 0.7
    assert value(plan["industry.build"], technology="foundry") == exactly(built)
    assert value(plan["compute.build"]) == exactly(0.85 * built / 11)


def test_an_industry_bootstraps_itself(tmp_path: Path) -> None:
    # (I1), (B2), (F1): structural goods come from foundries alone, and a foundry takes 2 kt of them for each kt/yr, a year
    # before it stands. So 0.8 of what stands makes 0.4 of it anew: growth by 1.4 a year. In 2032 all goes into accelerators.
    each, orders = 2.0, (2030, 2031)
    instance = world(
        tmp_path, {**COLONY, "years": [2030, 2031, 2032], "routes": [("direct", "rocket", "cape", "moon", "complex", "")]},
        technologies=[("foundry", "industry", "pole", "structural")],
        numbers={
            "compute.work.demand": {2030: "0 ZFLOP/s", 2031: "0 ZFLOP/s", 2032: "10 ZFLOP/s"}, "compute.chip.first_year": "2032 yr",
            "compute.work.value": "99 GUSD/yr/(ZFLOP/s)", "compute.chip.spares": None,
            "industry.foundry.capex": "0.6 GUSD/(kt/yr)", "industry.foundry.lifetime": "9 yr", "industry.foundry.lead_time": "1 yr",
            "industry.foundry.existing": "5 kt/yr", "industry.foundry.availability": "0.8 1", "industry.foundry.fixed_cost": "0.05 GUSD/kt",
            "industry.foundry.variable_cost": "0.04 GUSD/kt", "industry.foundry.energy_use": "0.012 GW/(kt/yr)",
            "industry.foundry.mass_structural": f"{each} kt/(kt/yr)", "industry.foundry.mass_complex": "0.05 kt/(kt/yr)",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    stands = {2030: 5.0, 2031: 5 * 1.4, 2032: 5 * 1.4**2}
    assert by(plan["industry.installed"], "year") == {y: exactly(kt) for y, kt in stands.items()}
    built = {2030: 5 * 0.4, 2031: 5 * 1.4 * 0.4, 2032: 0.0}
    assert {y: value(plan["industry.build"], year=y) for y in orders} == {y: exactly(built[y]) for y in orders}
    chips = 0.8 * stands[2032] / 11
    assert value(plan["compute.build"], year=2032) == exactly(chips)
    # In 2032 a kilotonne more would be chips, at the value of the demand that is left. A year before, it would be half a
    # kt/yr of foundry, worth 0.8 of what a kilotonne earns beyond its making; two years before, the same in both years.
    weight = {y: discount(y) for y in stands}
    rocket = {y: 10 * 0.09 + 1.7 for y in stands}  # and the rent of the rockets, by year
    paid = {v: 0.4 * worth(v, 5, 2033) for v in stands}
    # Rockets last five years: with what is lifted growing, those of a year before still fly, and what is new is for the growth.
    lifted = {2030: 10 * 0.05 * built[2030], 2031: 10 * 0.05 * built[2031], 2032: 10 * 7 * chips}
    lift = {2032: paid[2032], 2031: paid[2031] - paid[2032], 2030: paid[2030] - paid[2031]}
    kilotonne = {y: rocket[y] + 10 * (0.03 + lift[y] / weight[y]) for y in stands}
    assert by(plan.prices["goods_balance"].query("good == 'complex'"), "year") == {
        y: exactly(kt * PER_KG) for y, kt in kilotonne.items()
    }
    foundry = {v: 0.6 * (worth(v, 9, 2033, lead=1)) for v in orders}
    making = 0.04 + 0.012 * 0.23 + 0.05 / 0.8
    chip = 20 * worth(2032, 4, 2033) / weight[2032] + 1.25 * 0.23 + 7 * kilotonne[2032]
    worth_of = {2032: (2.5 * 99 - chip) / 11}
    gain = {2032: 0.8 * weight[2032] * (worth_of[2032] - making)}
    worth_of[2031] = (gain[2032] - foundry[2031] - 0.05 * kilotonne[2031] * weight[2031]) / each / weight[2031]
    gain[2031] = 0.8 * weight[2031] * (worth_of[2031] - making)
    worth_of[2030] = (gain[2031] + gain[2032] - foundry[2030] - 0.05 * kilotonne[2030] * weight[2030]) / each / weight[2030]
    assert by(plan.prices["goods_balance"].query("good == 'structural'"), "year") == {
        y: exactly(worth_of[y] * PER_KG) for y in stands
    }
    # The whole cost, year by year.
    cost = sum(foundry[v] * built[v] for v in orders) + 20 * worth(2032, 4, 2033) * chips
    cost += sum(weight[y] * (0.05 * stands[y] + (0.04 + 0.012 * 0.23) * 0.8 * stands[y]) for y in stands)
    cost += sum(weight[y] * (0.09 + 0.03 + 0.17) * lifted[y] for y in stands)
    cost += sum(paid[y] * (lifted[y] - lifted.get(y - 1, 0)) for y in stands)
    cost += weight[2032] * (1.25 * 0.23 * chips + 99 * (10 - 2.5 * chips))
    assert plan.objective == exactly(cost)
    assert value(plan.prices["power_balance"], year=2032, slice="day") == exactly(0.23 * PER_MWH)


def test_goods_are_pooled_on_a_body(tmp_path: Path) -> None:
    # (B2): made at the crater, built into accelerators at the pole, though the rocket carries complex goods alone.
    instance = world(
        tmp_path, {**COLONY, "routes": [("direct", "rocket", "cape", "moon", "complex", "")]}, sites={"crater": "moon"},
        technologies=[("foundry", "industry", "crater", "structural")],
        numbers={"industry.foundry.capex": "2.2 GUSD/(kt/yr)", "industry.foundry.lifetime": "9 yr", "industry.foundry.variable_cost": "0.04 GUSD/kt"},
    )  # fmt: skip
    plan = planner.solve(instance)
    assert value(plan["industry.build"], site="crater") == exactly(11 * 1.04 * CHIPS)
    assert value(plan.prices["goods_balance"], good="structural") == exactly((rent(2.2, 9) + 0.04) * PER_KG)
