"""A small instance in which every link of a chain is needed, and single numbers that each break one of them.

On Earth chat must be served by racks on gas. On the Moon a survey must be served by racks on sunlight and a battery by night, sent
home by a laser; racks are brought by a rocket and made of steel from a furnace there; helium-3 must be dug and sold.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import planner
from tests.folders import write_instance

_TECHNOLOGIES = {
    "rack": ("compute", "plains", ""), "lunar_rack": ("compute", "basin", ""), "gas": ("power", "plains", ""), "coal": ("power", "plains", ""),
    "solar": ("power", "basin", ""), "battery": ("storage", "basin", ""), "laser": ("link", "basin", ""),
    "rocket": ("launch", "plains", ""), "furnace": ("industry", "basin", "structural"), "miner": ("helium3", "basin", ""),
}  # fmt: skip
_UNITS = {
    "compute": "GW", "power": "GW", "storage": "GWh", "link": "(Tbit/s)", "launch": "(kt/yr)", "industry": "(kt/yr)", "helium3": "(Mt/yr)",
}  # fmt: skip

#: Numbers that break nothing as they stand, each of which a slip may turn into one that does.
_NEUTRAL = {"lead_time": "0 yr", "first_year": "2020 yr", "last_year": "2040 yr", "lifetime": "10 yr"}

_NUMBERS = {
    "finance.discount_rate": "0.05 1/yr", "compute.overhead": "1.1 1", "compute.delay[basin]": "1.3 s", "compute.delay[plains]": "0 s",
    "compute.rack.performance": "1 ZFLOP/s/GW", "compute.lunar_rack.performance": "1 ZFLOP/s/GW",
    "compute.chat.demand": "2 ZFLOP/s", "compute.chat.max_delay": "0.5 s", "compute.survey.demand": "1 ZFLOP/s",
    "compute.survey.data_rate": "1 Tbit/ZFLOP", "compute.lunar_rack.mass_complex": "2 kt/GW", "compute.lunar_rack.mass_structural": "1 kt/GW",
    "compute.lunar_rack.growth[moon]": "0.5 1/yr", "compute.lunar_rack.seed[moon]": "5 GW",
    "power.solar.availability[day]": "1 1", "power.solar.availability[night]": "0 1",
    "power.coal.last_year": "2020 yr", "power.coal.existing": "1 GW", "power.gas.max_build": "1.5 GW/yr",
    "storage.battery.charge_time": "10 h", "storage.battery.discharge_time": "10 h",
    "launch.up.burden": "5 1", "launch.up.opens": "2020 yr", "launch.up.closes": "2040 yr",
    "helium3.miner.recovery": "0.5 1", "helium3.sea.tonnage": "100 Mt", "helium3.sea.grade": "5 t/Mt",
    "helium3.fuel.price": "1 GUSD/t", "helium3.fuel.size": "3 t/yr",
}  # fmt: skip

_LIMITS = (
    {"limit": "survey_there", "quantity": "compute.placed", "item": "survey", "at": "moon", "bound": "lower", "unit": "ZFLOP/s", "value": 1},
    {"limit": "sold", "quantity": "helium3.sold", "item": "fuel", "bound": "lower", "unit": "t/yr", "value": 1},
)  # fmt: skip

#: Address and value; beside each what it leaves without a column or with a zero.
BROKEN: tuple[tuple[str, str], ...] = (
    ("power.gas.availability", "0 1"),  # zeros of availability, block by block
    ("compute.rack.availability", "0 1"),
    ("link.laser.availability", "0 1"),
    ("launch.rocket.availability", "0 1"),
    ("industry.furnace.availability", "0 1"),
    ("helium3.miner.availability", "0 1"),
    ("power.solar.availability[day]", "0 1"),  # a slice
    ("power.solar.first_year", "2039 yr"),  # dates
    ("storage.battery.first_year", "2036 yr"),
    ("link.laser.last_year", "2025 yr"),
    ("launch.rocket.last_year", "2028 yr"),
    ("launch.up.opens", "2035 yr"),
    ("launch.up.closes", "2029 yr"),
    ("power.gas.lead_time", "2 yr"),  # lead times
    ("storage.battery.lead_time", "1 yr"),
    ("industry.furnace.lead_time", "40 yr"),
    ("compute.lunar_rack.lead_time", "1 yr"),
    ("power.gas.max_build", "0 GW/yr"),  # other zeros
    ("power.coal.existing", "0 GW"),
    ("helium3.sea.grade", "0 t/Mt"),
    ("helium3.sea.tonnage", "0 Mt"),
    ("helium3.fuel.size", "0 t/yr"),
    ("compute.lunar_rack.seed[moon]", "0 GW"),
    ("compute.delay[plains]", "9 s"),
)


@cache
def base() -> planner.Instance:
    """The instance, which has a plan."""
    numbers = dict(_NUMBERS)
    for name, (block, _, _) in _TECHNOLOGIES.items():
        neutral = {**_NEUTRAL, "capex": f"1 GUSD/{_UNITS[block]}", **({} if block == "storage" else {"availability": "1 1"})}
        numbers = {**{f"{block}.{name}.{parameter}": text for parameter, text in neutral.items()}, **numbers}
    del numbers["power.solar.availability"]
    with TemporaryDirectory() as place:
        return planner.load(write_instance(
            Path(place) / "chain", years=[2030, 2031], last=2031, bodies={"earth": {"users": True, "supplies": ["complex", "structural"]}, "moon": {}},
            sites={"plains": "earth", "basin": "moon"}, slices={"all": ("earth", 1.0, 8760), "day": ("moon", 0.5, 354), "night": ("moon", 0.5, 354)},
            cycles={"day": "lunar", "night": "lunar"}, technologies=[(name, *rest) for name, rest in _TECHNOLOGIES.items()],
            workloads={"chat": "firm", "survey": "firm"}, routes=[("up", "rocket", "plains", "moon", "complex", "")],
            deposits={"sea": "basin"}, markets=[("fuel", "moon", "sell")], limits=_LIMITS, numbers=numbers,
        ))  # fmt: skip
