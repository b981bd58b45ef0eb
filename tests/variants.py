"""Instances to try rules on: the toy, a busier one with what the toy has not, and variants of them."""

from __future__ import annotations

import dataclasses
import itertools
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import planner
from planner.declarations import PARAMETERS
from planner.selections import refuse_idle_limits
from tests.folders import write_instance
from tests.stages import STAGES

TOY = Path(__file__).parent.parent / "instances" / "toy"

#: Every combination of the conventions of money.
CONVENTIONS = [
    dict(zip(("payments", "capital_falls", "capital", "end_of_horizon"), choices, strict=True))
    for choices in itertools.product(
        ("start", "mid", "end"),
        ("start", "mid", "end"),
        ("upfront", "annuity"),
        ("straight_line", "sinking_fund", "annuities_dropped", "none"),
    )
]


@cache
def toy(years: tuple[int, ...] = (), last: int | None = None) -> planner.Instance:
    """The toy, over other years if given."""
    with tempfile.TemporaryDirectory() as place:
        return _over(written(toy, Path(place)), years, last)


@cache
def crossroads(years: tuple[int, ...] = (), last: int | None = None) -> planner.Instance:
    """Three bodies and five sites, with what the toy has not (see CROSSROADS); over other years if given."""
    with tempfile.TemporaryDirectory() as place:
        return _over(written(crossroads, Path(place)), years, last)


@cache
def stages(years: tuple[int, ...] = (), last: int | None = None) -> planner.Instance:
    """Steps of 3, 2, 5 and 4 years, with dates and kinks inside them (see STAGES); over other years if given."""
    with tempfile.TemporaryDirectory() as place:
        return _over(written(stages, Path(place)), years, last)


def written(make: Callable[..., planner.Instance], place: Path) -> Path:
    """A folder of the instance's own, within `place`."""
    if make is toy:
        return shutil.copytree(TOY, place / "toy")
    if make is stages:
        return write_instance(place / "stages", years=(2030, 2033, 2035, 2040), last=2043, **STAGES)
    return write_instance(place / "crossroads", years=(2030, 2031, 2033, 2034, 2037), last=2039, **CROSSROADS)


def _over(folder: Path, years: tuple[int, ...], last: int | None) -> planner.Instance:
    if not years:
        return planner.load(folder)
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "other_years.toml").write_text(
        f"title = 'Other years'\n[horizon]\nyears = {list(years)}\nlast = {last}\n"
    )
    return planner.load(folder, ["other_years"])


def converted(instance: planner.Instance, **conventions: str) -> planner.Instance:
    """The instance with other conventions of money."""
    finance = dataclasses.replace(instance.finance, **conventions)
    return dataclasses.replace(instance, conventions=dataclasses.replace(instance.conventions, finance=finance))


def earning() -> planner.Instance:
    """The toy where what is left at the end is worth more than it cost, and nothing bounds it: an instance that is refused
    when it is read, and so is made from one that is not."""
    return converted(toy().replace({"finance.discount_rate": -0.3}), end_of_horizon="straight_line")


def without_limits(instance: planner.Instance, names: Sequence[str]) -> planner.Instance:
    """The instance without the limits of these names."""
    return dataclasses.replace(instance, limits=tuple(limit for limit in instance.limits if limit.name not in names))


def restructured(instance: planner.Instance, chance: Callable[[], bool]) -> planner.Instance:
    """The instance with other bodies, sites, workloads and routes: each choice is left to chance, every number stays."""
    goods = ("complex", "structural", "propellant")
    bodies = {
        name: dataclasses.replace(
            body, users=body.users != chance(), supplies=tuple(good for good in goods if (good in body.supplies) != chance())
        )
        for name, body in instance.bodies.items()
    }
    technologies = {
        name: dataclasses.replace(technology, sites=tuple(site for site in technology.sites if not chance()))
        for name, technology in instance.technologies.items()
    }
    flown = {name: route for name, route in instance.routes.items() if route.origin in technologies[route.carrier].sites}
    structure = dataclasses.replace(
        instance.structure,
        technologies=technologies,
        workloads={name: ("firm", "flexible")[(kind == "flexible") != chance()] for name, kind in instance.workloads.items()},
        routes={name: route for name, route in flown.items() if not chance()},
        survival={name: curve for name, curve in instance.survival.items() if not chance()},
    )
    conventions = dataclasses.replace(instance.conventions, bodies=bodies)
    return dataclasses.replace(instance, conventions=conventions, structure=structure)


def addresses(instance: planner.Instance) -> list[str]:
    """The address of every row whose numbers may be scaled by itself: of all but times, shares and years of ordering."""
    fixed = {"share", "first_year", "last_year", "opens", "closes", "max_delay"}
    rows = [row.address for row in instance.rows if row.block != "time" and row.parameter not in fixed]
    exact = [address if address.endswith("]") else f"{address}[]" for address in rows]
    return [*exact, *(row.address for row in instance.limit_rows)]


def scaled(instance: planner.Instance, factors: Mapping[str, float]) -> planner.Instance:
    """The instance with rows scaled: prices of goods and what has an upper bound down, whole years by whole years, overheads up."""
    changes: dict[str, Any] = {}
    for address, factor in factors.items():
        parts = address.split("[")[0].split(".")
        parameter = PARAMETERS.get(f"{parts[0]}.{parts[-1]}")
        if parameter is not None and parameter.whole:
            changes[address] = ("+", float(round(2 * factor) - (1 if parameter.name == "lifetime" else 0)))
        elif parameter is not None and parameter.name == "overhead":
            changes[address] = ("*", max(factor, 1 / factor))
        elif parameter is not None and (parameter.upper < 2 or parameter.key == "goods.price"):  # within what may be
            changes[address] = ("*", min(factor, 1 / factor))
        else:
            changes[address] = ("*", factor)
    return instance.replace(changes)


def dearest_structure(instance: planner.Instance) -> float:
    """The price of structure at which it would cost all of the capex of something that is built of it, in GUSD/kt."""
    numbers, blocks = instance.numbers, {technology.block for technology in instance.technologies.values()}
    masses = ((block, index, mass) for block in blocks for index, mass in numbers[f"{block}.mass_structural"].items() if mass)
    return min(numbers[f"{block}.capex"][index] / mass for block, index, mass in masses)


def redated(instance: planner.Instance, rng: random.Random) -> planner.Instance:
    """The instance with other dates of some technologies and routes, within its horizon or a little off it."""
    end, changes = instance.years[-1] + instance.weights[instance.years[-1]], {}
    dated = [(f"{technology.block}.{name}", "first_year", "last_year") for name, technology in instance.technologies.items()]
    for thing, *ends in [*dated, *((f"launch.{route}", "opens", "closes") for route in instance.routes)]:
        if rng.random() < 0.4:
            dates = sorted(rng.randint(instance.years[0] - 1, end) for _ in ends)
            changes |= {f"{thing}.{name}": date for name, date in zip(ends, dates, strict=True)}
    return instance.replace(changes)


def repriced(instance: planner.Instance, rng: random.Random) -> planner.Instance:
    """The instance with other losses, prices of goods, spares, lead times, growth and costs of capital; some are left as they are."""
    ranges = {"spares": 0.2, "lead_time": 4, "wacc": 0.2, "annual_failure": 0.1}
    changes: dict[str, Any] = {f"launch.{route}.loss": rng.choice((0.0, 0.5 * rng.random())) for route in instance.routes}
    most = dearest_structure(instance) / 10
    changes |= {f"goods.{good}.price": f"{rng.choice((0, most * rng.random()))} GUSD/kt" for good in ("structural", "propellant")}
    for name, technology in instance.technologies.items():
        for parameter, most in ranges.items():
            number = most * rng.random()
            changes[f"{technology.block}.{name}.{parameter}"] = round(number) if parameter == "lead_time" else number
    changes = {address: number for address, number in changes.items() if rng.random() < 0.3}
    for name, technology in instance.technologies.items():
        for body in sorted({instance.sites[s] for s in technology.sites}):
            if rng.random() < 0.2:
                changes[f"{technology.block}.{name}.growth[{body}]"] = 1.5 * rng.random()
                changes[f"{technology.block}.{name}.seed[{body}]"] = 4 * rng.random()
    return instance.replace(changes)


def drawn(seed: int) -> planner.Instance:
    """An instance with most things at random: steps, dates, factors on numbers, losses and prices, structure, conventions, limits."""
    rng = random.Random(seed)
    steps = [rng.randint(1, 5) for _ in range(rng.randint(1, 5))]
    years = tuple(2030 + sum(steps[:i]) for i in range(len(steps)))
    instance = rng.choice((toy, crossroads, stages, stages))(years, 2029 + sum(steps))
    instance = repriced(redated(instance, rng), rng)
    chosen = rng.sample(addresses(instance), rng.randint(0, 20))
    instance = converted(scaled(instance, {address: rng.uniform(0.4, 2.5) for address in chosen}), **rng.choice(CONVENTIONS))
    if rng.random() < 0.3:
        instance = restructured(instance, lambda: rng.random() < 0.1)
    instance = without_limits(instance, [limit.name for limit in instance.limits if rng.random() < 0.5])
    return without_limits(instance, _idle(instance))


def _idle(instance: planner.Instance) -> list[str]:
    """The limits that would be refused because nothing is left of what they limit."""
    try:
        refuse_idle_limits(instance, planner.compile(planner.build(instance)))
    except planner.InstanceError as error:
        return [name for limit in instance.limits for name in [limit.name] if f"'{name}' " in str(error)]
    return []


#: Survival curve, cycles of slices, several sites a body, lead times, goods made far away, refuelling in orbit, limits of every shape.
CROSSROADS: dict[str, Any] = {
    "bodies": {"earth": {"users": True, "supplies": ["complex", "structural", "propellant"]}, "moon": {}, "orbit": {}},
    "sites": {"north": "earth", "south": "earth", "pole": "moon", "mare": "moon", "ring": "orbit"},
    "slices": {
        "summer_day": ("earth", 0.3, 14.4), "summer_night": ("earth", 0.2, 9.6), "winter_day": ("earth", 0.2, 9.6), "winter_night": ("earth", 0.3, 14.4),
        "sun": ("moon", 0.7, 495.6), "dusk": ("moon", 0.1, 70.8), "dark": ("moon", 0.2, 141.6), "always": ("orbit", 1, 1.5),
    },
    "cycles": {"summer_day": "summer", "summer_night": "summer", "winter_day": "winter", "winter_night": "winter"},
    "technologies": [
        ("chip", "compute", "earth pole ring", ""), ("relic", "compute", "earth", ""), ("radio", "link", "pole ring", ""), ("dish", "link", "pole", ""),
        ("pv", "power", "earth moon ring", ""), ("gas", "power", "south north", ""), ("fusion", "power", "north moon", ""),
        ("pack", "storage", "earth pole mare", ""), ("ship", "launch", "north south", ""), ("sling", "launch", "pole mare", ""), ("tug", "launch", "ring", ""),
        ("smelter", "industry", "moon", "structural"), ("fab", "industry", "pole", "complex"), ("cracker", "industry", "pole", "propellant"),
        ("miner", "helium3", "moon", ""), ("scooper", "helium3", "mare", ""),
    ],
    "workloads": {"train": "flexible", "talk": "firm", "think": "firm"},
    "tiers": {"train_dear": "train", "train_bound": "train", "talk_all": "talk"},
    "routes": [
        ("up", "ship", "north", "moon", "complex structural", ""), ("up_south", "ship", "south", "moon", "complex structural", ""),
        ("up_refuelled", "ship", "north", "moon", "complex", "orbit"), ("up_orbit", "ship", "south", "orbit", "complex structural propellant", ""),
        ("sling_orbit", "sling", "pole", "orbit", "structural propellant helium3", ""), ("sling_home", "sling", "mare", "earth", "helium3", "moon"),
        ("ferry", "tug", "ring", "moon", "complex", ""),
    ],
    "deposits": {"dust": "mare", "sand": "mare", "shade": "pole"},
    "markets": [("reactors", "earth", "buy"), ("labs", "earth", "sell"), ("station", "orbit", "sell"), ("base", "moon", "sell")],
    "survival": [("chip", 0, 1), ("chip", 2, 0.9), ("chip", 4, 0.5), ("chip", 6, 0.2), ("pv", 1, 0.97), ("pv", 9, 0.6)],
    "limits": [
        {"limit": "wafers", "quantity": "compute.build", "unit": "GW", "over": "horizon", "value": 14, "first_year": 2031, "last_year": 2034},
        {"limit": "north_grid", "quantity": "power.use", "item": "compute", "at": "north", "unit": "GW", "value": 9},
        {"limit": "burn_some", "quantity": "power.output", "item": "fusion", "at": "moon", "bound": "lower", "unit": "MW", "value": 40, "first_year": 2033},
        {"limit": "sunny_land", "quantity": "land.occupied", "item": "pv", "at": "pole mare", "unit": "km2", "value": 1.5},
        {"limit": "budget", "quantity": "cost.capital", "unit": "GUSD/yr", 2030: 130, 2037: 120},
        {"limit": "orbit_steel", "quantity": "launch.flow", "item": "structural", "at": "orbit", "unit": "kt/yr", "value": 9},
        {"limit": "spare_dust", "quantity": "helium3.remaining", "item": "dust sand", "bound": "lower", "unit": "Mt", "value": 83},
        {"limit": "clean", "quantity": "emissions.released", "over": "horizon", "unit": "Mt", "value": 150},
        {"limit": "make_there", "quantity": "goods.made", "item": "structural", "at": "moon", "bound": "lower", "unit": "kt/yr", "value": 0.5, "first_year": 2034},
        {"limit": "talk_north", "quantity": "compute.placed", "item": "talk", "at": "north", "bound": "lower", "unit": "ZFLOP/s", "value": 3},
        {"limit": "one_life", "quantity": "compute.in_service", "item": "relic", "over": "horizon", "unit": "GW*yr", "value": 9},
        {"limit": "moon_market", "quantity": "helium3.sold", "at": "moon", "unit": "kg/yr", "value": 6},
        {"limit": "earnings", "quantity": "cost.sales", "item": "labs station", "over": "horizon", "bound": "lower", "unit": "GUSD", "value": -2.5},
    ],
    "numbers": {
        "finance.discount_rate": "0.06 1/yr", "finance.carbon_price[earth]": {2030: "20 USD/t", 2037: "90 USD/t"}, "finance.carbon_price[orbit]": "5 USD/t",
        "compute.chip.capex": {2030: "21 GUSD/GW", 2037: "12 GUSD/GW"}, "compute.chip.lifetime": "5 yr", "compute.chip.lead_time": "1 yr",
        "compute.chip.performance": {2030: "5 ZFLOP/s/GW", 2037: "14 ZFLOP/s/GW"}, "compute.chip.wacc": "0.1 1/yr", "compute.chip.availability": "0.97 1",
        "compute.chip.fixed_cost": "0.4 GUSD/yr/GW", "compute.chip.variable_cost[earth]": "7 USD/MWh", "compute.chip.spares[moon]": "0.03 1/yr",
        "compute.chip.mass_complex": "4 kt/GW", "compute.chip.mass_structural": {2030: "9 kt/GW", 2037: "5 kt/GW"}, "compute.chip.growth[moon]": "0.9 1/yr",
        "compute.chip.seed[moon]": "0.8 GW", "compute.chip.existing[south]": {2030: "0.4 GW", 2033: "0 GW"}, "compute.chip.existing[pole]": "0.05 GW",
        "compute.relic.capex": "9 GUSD/GW", "compute.relic.lifetime": "4 yr", "compute.relic.performance": "3 ZFLOP/s/GW", "compute.relic.last_year": "2031 yr",
        "compute.relic.existing": {2030: "2 GW", 2036: "0.3 GW"}, "compute.relic.fixed_cost": "1 GUSD/yr/GW", "compute.relic.annual_failure": "0.02 1/yr",
        "compute.relic.existing_performance": "2 ZFLOP/s/GW", "compute.overhead[earth]": "1.25 1", "compute.overhead": "1.05 1",
        "compute.delay[pole]": "1.28 s", "compute.delay[ring]": "0.05 s", "compute.talk.max_delay": "0.2 s", "compute.think.max_delay": "2 s",
        "compute.train.demand": {2030: "20 ZFLOP/s", 2037: "70 ZFLOP/s"}, "compute.talk.demand": {2030: "8 ZFLOP/s", 2037: "25 ZFLOP/s"},
        "compute.think.demand": {2030: "2 ZFLOP/s", 2031: "8 ZFLOP/s", 2037: "18 ZFLOP/s"}, "compute.train_dear.share": "0.8 1", "compute.train_bound.share": "0.2 1",
        "compute.train_dear.value": "4 GUSD/yr/(ZFLOP/s)", "compute.train_bound.value": "1.2 GUSD/yr/(ZFLOP/s)", "compute.talk_all.value": "5 GUSD/yr/(ZFLOP/s)",
        "compute.train.data_rate": "1e-11 bit/FLOP", "compute.think.data_rate": "2e-11 bit/FLOP",
        "link.radio.capex": "3 GUSD/(Tbit/s)", "link.radio.lifetime": "6 yr", "link.radio.availability[pole/dark]": "0.5 1", "link.radio.mass_complex": "0.3 kt/(Tbit/s)",
        "link.dish.capex": "5 GUSD/(Tbit/s)", "link.dish.lifetime": "8 yr", "link.dish.fixed_cost": "0.1 GUSD/yr/(Tbit/s)", "link.dish.spares": "0.05 1/yr",
        "link.dish.mass_structural": "0.6 kt/(Tbit/s)",
        "power.pv.capex": {2030: "1 GUSD/GW", 2037: "0.6 GUSD/GW"}, "power.pv.lifetime": "7 yr", "power.pv.land": "20 km2/GW", "power.pv.mass_structural": "4 kt/GW",
        "power.pv.availability[earth]": "0.6 1", "power.pv.availability[summer_night]": "0 1", "power.pv.availability[winter_night]": "0.02 1",
        "power.pv.availability[dark]": "0 1", "power.pv.availability[dusk]": "0.4 1", "power.pv.mass_complex[orbit]": "1 kt/GW", "power.pv.wacc": "0.05 1/yr",
        "power.gas.capex": "1.2 GUSD/GW", "power.gas.lifetime": "6 yr", "power.gas.lead_time": "2 yr", "power.gas.fuel_use": "1.8 1", "power.gas.fuel_price": "15 USD/MWh",
        "power.gas.emission_factor": "0.35 t/MWh", "power.gas.existing": {2030: "4 GW", 2036: "1 GW"}, "power.gas.variable_cost[south]": "3 USD/MWh",
        "power.gas.max_build": "2.5 GW/yr", "power.fusion.capex": "4 GUSD/GW", "power.fusion.lifetime": "9 yr", "power.fusion.helium3_use": "110 kg/(GW*yr)",
        "power.fusion.first_year": "2031 yr", "power.fusion.mass_complex": "6 kt/GW", "power.fusion.mass_structural": "8 kt/GW", "power.fusion.max_build": "0.4 GW/yr",
        "power.fusion.fixed_cost": "0.1 GUSD/yr/GW", "power.fusion.spares": "0.01 1/yr", "power.fusion.annual_failure[moon]": "0.04 1/yr",
        "storage.pack.capex": "0.02 GUSD/GWh", "storage.pack.lifetime": "5 yr", "storage.pack.efficiency_in": "0.95 1", "storage.pack.efficiency_out": "0.9 1",
        "storage.pack.loss": "0.0002 1/h", "storage.pack.charge_time": "6 h", "storage.pack.discharge_time": "5 h", "storage.pack.variable_cost": "1 USD/MWh",
        "storage.pack.mass_structural": "0.02 kt/GWh", "storage.pack.existing[north]": "3 GWh",
        "launch.ship.price[north]": "200 USD/kg", "launch.ship.price[south]": "150 USD/kg", "launch.ship.capex": "50 USD/(kg/yr)", "launch.ship.lifetime": "4 yr",
        "launch.ship.growth": "0.5 1/yr", "launch.ship.seed": "0.05 kt/yr", "launch.ship.existing": {2030: "0.02 kt/yr", 2034: "0.01 kt/yr"},
        "launch.ship.availability[winter_night]": "0.5 1", "launch.ship.emission_factor": "0.03 t/t", "launch.sling.capex": "90 USD/(kg/yr)",
        "launch.sling.lifetime": "9 yr", "launch.sling.energy_use": "1.3 kWh/kg", "launch.sling.availability[dark]": "0.1 1", "launch.sling.mass_structural": "0.1 kt/(kt/yr)",
        "launch.sling.price": "2 USD/kg", "launch.tug.capex": "70 USD/(kg/yr)", "launch.tug.lifetime": "5 yr", "launch.tug.price": "60 USD/kg",
        "launch.tug.emission_factor": "0.01 t/t", "launch.tug.mass_complex": "0.05 kt/(kt/yr)",
        "launch.up.burden": "6 1", "launch.up.loss": "0.05 1", "launch.up.delivery_cost": {2030: "400 USD/kg", 2037: "150 USD/kg"}, "launch.up_south.burden": "8 1",
        "launch.up_refuelled.burden": "1.5 1", "launch.up_refuelled.propellant_use": "1.5 1", "launch.up_refuelled.opens": "2031 yr", "launch.up_refuelled.closes": "2034 yr",
        "launch.up_orbit.burden": "4 1", "launch.up_orbit.loss": "0.01 1", "launch.sling_orbit.burden": "1.1 1", "launch.sling_orbit.loss": "0.02 1",
        "launch.sling_home.burden": "1.3 1", "launch.sling_home.propellant_use": "0.4 1", "launch.ferry.burden": "1.5 1", "launch.ferry.loss": "0.03 1",
        "industry.smelter.capex": "200 USD/(kg/yr)", "industry.smelter.lifetime": "6 yr", "industry.smelter.energy_use": "40 kWh/kg", "industry.smelter.mass_complex": "0.1 kt/(kt/yr)",
        "industry.smelter.mass_structural": "0.2 kt/(kt/yr)", "industry.smelter.availability[dusk]": "0.7 1", "industry.smelter.growth": "1 1/yr", "industry.smelter.seed": "4 kt/yr",
        "industry.smelter.variable_cost": "1 USD/kg", "industry.fab.capex": "150 USD/(kg/yr)", "industry.fab.lifetime": "6 yr", "industry.fab.energy_use": "90 kWh/kg",
        "industry.fab.mass_complex": "0.2 kt/(kt/yr)", "industry.fab.first_year": "2033 yr", "industry.cracker.capex": "120 USD/(kg/yr)", "industry.cracker.lifetime": "6 yr",
        "industry.cracker.energy_use": "25 kWh/kg", "industry.cracker.mass_structural": "0.1 kt/(kt/yr)",
        "helium3.miner.capex": "30 USD/(t/yr)", "helium3.miner.lifetime": "5 yr", "helium3.miner.recovery[mare]": "0.6 1", "helium3.miner.recovery": "0.5 1",
        "helium3.miner.energy_use": "8 kWh/t", "helium3.miner.mass_structural": "0.006 kt/(Mt/yr)", "helium3.miner.variable_cost": "0.5 USD/t",
        "helium3.miner.availability[dark]": "0.2 1", "helium3.scooper.capex": "45 USD/(t/yr)", "helium3.scooper.lifetime": "8 yr", "helium3.scooper.recovery": "0.8 1",
        "helium3.scooper.energy_use": "5 kWh/t", "helium3.scooper.lead_time": "1 yr", "helium3.dust.grade": "20 ppb", "helium3.dust.tonnage": "22 Mt",
        "helium3.sand.grade": "9 ppb", "helium3.sand.tonnage": "70 Mt", "helium3.shade.grade": "12 ppb", "helium3.shade.tonnage": "5 Mt",
        "helium3.initial_stock[earth]": "15 kg", "helium3.initial_stock[moon]": "2 kg", "helium3.reactors.price": {2030: "0.5 MUSD/kg", 2037: "9 MUSD/kg"},
        "helium3.reactors.size": {2030: "50 kg/yr", 2033: "5 kg/yr"}, "helium3.labs.price": "14 MUSD/kg", "helium3.labs.size": "20 kg/yr",
        "helium3.station.price": "11 MUSD/kg", "helium3.station.size": "6 kg/yr", "helium3.base.price": "6 MUSD/kg", "helium3.base.size": "9 kg/yr",
    },
}  # fmt: skip
