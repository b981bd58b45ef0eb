"""Values that are most likely a slip: a warning each, with the file and line of the row, and none on what is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InstanceError
from planner.instance import load
from planner.instance.slips import slips
from tests.instance.small import FILES

Write = Callable[..., Path]

COMPUTE, POWER, LAUNCH = "parameters/compute.csv", "parameters/power.csv", "parameters/launch.csv"
HELIUM3, TIME, STORAGE = "parameters/helium3.csv", "parameters/time.csv", "parameters/storage.csv"
GAS = "gas,,capex,USD/kW,1000,800,1200,NREL,,,\n"
END_POWER = "pv,,last_year,yr,2040,,,assumption,,,\n"
END_HELIUM3 = "lab,,size,kg/yr,8,DOE\n"
EARTH = '[bodies.earth]\nusers = true\nsupplies = ["complex", "structural", "propellant"]\n'

#: limits.csv with a range whose low end is below 0.
LOW = "limit,quantity,item,at,over,bound,unit,value,low,source\nceiling,compute.in_service,,earth,year,upper,TW,1,-1,claim\n"

# fmt: off
#: What is added or put in the place of what, and the warning that it gives; several edits are of several files.
SLIPS: dict[str, tuple[list[tuple[str, str, str]], str]] = {
    "availability": ([(POWER, GAS, GAS + "gas,,availability,1,0,,,EIA,,,\n")],
        "parameters/power.csv:4: gas can never be used at texas: its availability is 0 in every slice"),
    "availability of every slice": ([(POWER, END_POWER, END_POWER + "pv,lunar_day,availability,1,0,,,derived: sun,,,\n")],
        "parameters/power.csv:16: pv can never be used at mare, rim: its availability is 0 in every slice"),
    "max_build": ([(POWER, GAS, GAS + "pv,texas,max_build,GW/yr,0,,,EIA,,,\n")],
        "parameters/power.csv:4: pv can never be built at texas: max_build is 0 in every year"),
    "lead_time": ([(POWER, GAS, GAS + "pv,texas,lead_time,yr,4,,,EIA,,,\n")],
        "parameters/power.csv:4: pv can never be built at texas: ordered in 2031 at the earliest, it is commissioned in 2035, after the horizon ends in 2034"),
    "existing at a body": ([(POWER, GAS, GAS + "pv,moon,existing,MW,5,,,EIA,,,\n")],
        "parameters/power.csv:4: power.pv.existing[moon] counts at each of the 2 sites of pv on moon (mare, rim): 5 MW each, 10 MW in all; "
        "expected a row for each site where the total is meant"),
    "max_build everywhere, by year": ([(COMPUTE, "training,,demand", "gpu,,max_build,GW/yr,,,,EIA,,1,3\ntraining,,demand")],
        "parameters/compute.csv:9: compute.gpu.max_build counts at each of the 2 sites of gpu on moon (mare, rim): 3 GW/yr each, 6 GW/yr in all in 2034;"),
    "growth": ([(POWER, "gas,,growth,%/yr,20", "gas,,growth,1/yr,20")],
        "parameters/power.csv:7: gas may grow by 2000% a year on earth: is its unit % and not 1/yr?"),
    "spares": ([(POWER, GAS, GAS + "gas,,spares,%/yr,2,,,EIA,,,\n")],
        "parameters/power.csv:4: the spares of gas at texas are a share of its mass, and it has none"),
    "survival beyond the lifetime": ([("survival.csv", "gpu,4,0.9,assumption,\n", "gpu,4,0.9,assumption,\ngpu,9,0,assumption,\n")],
        "survival.csv:4: survival.csv states shares of gpu to age 9, and its lifetime is 5 years: none stands after that"),
    "survival without a beginning": ([("survival.csv", "gpu,0,1,assumption,\n", "")],
        "survival.csv:2: the survival of gpu begins at age 4: 0.9 is left of it from the first year on; expected a row of age 0"),
    "failure beside a curve": ([(COMPUTE, "gpu,,lifetime", "gpu,,annual_failure,1/yr,0.05,,,Epoch,,,\ngpu,,lifetime")],
        "parameters/compute.csv:4: survival.csv has a curve of gpu, so that its annual_failure is not used"),
    "discount rate": ([("parameters/finance.csv", "discount_rate,%/yr,7,5,*2", "discount_rate,1/yr,0.7,0.5,*2")],
        "parameters/finance.csv:2: finance.discount_rate is 70% a year: is its unit right?"),
    "wacc without annuities": ([(POWER, GAS, GAS + "gas,,wacc,%/yr,9,,,EIA,,,\n")],
        "parameters/power.csv:4: power.gas.wacc changes nothing: it is used by annuities, and finance.capital is upfront"),
    "annuities_dropped without annuities": ([("instance.toml", 'payments = "end"', 'payments = "end"\nend_of_horizon = "annuities_dropped"')],
        "instance.toml:12: end_of_horizon is annuities_dropped and capital is upfront"),
    "price year": ([("instance.toml", "price_year = 2025", "price_year = 2205"), ("prices.csv", "2025,125,BLS,", "2205,125,BLS,")],
        "instance.toml:10: price_year 2205 is after the horizon, which ends in 2034"),
    "carbon price": ([("parameters/finance.csv", "discount_rate", "carbon_price,USD/t,90,,,assumption\ndiscount_rate")],
        "parameters/finance.csv:2: finance.carbon_price changes nothing: no emission_factor is stated of what may stand anywhere"),
    "fuel without a price": ([(POWER, "gas,,fuel_price,USD/MMBtu,4,,,EIA,,,\n", "")],
        "parameters/power.csv:4: the fuel of gas at texas is free: no power.gas.fuel_price is stated"),
    "a price without fuel": ([(POWER, "gas,,fuel_use,1,2,,,NREL,,,\n", "")],
        "parameters/power.csv:4: gas at texas has a fuel_price and burns nothing: its fuel_use is 0"),
    "an efficiency for a heat rate": ([(POWER, "gas,,fuel_use,1,2", "gas,,fuel_use,1,0.5")],
        "parameters/power.csv:4: gas at texas gives more energy than its fuel has: is fuel_use its efficiency?"),
    "helium-3 that never comes": ([(POWER, GAS, GAS + "gas,,helium3_use,kg/(GW*yr),2,,,x,,,\n"), ("markets.csv", "lab,earth,buy", "lab,moon,sell")],
        "parameters/power.csv:4: gas can never run at texas: no deposit, market or route has helium-3 for it"),
    "a store with one slice": ([("slices.csv", "lunar_day,moon,,\nlunar_night,moon,,", "lunar_day,moon,a,\nlunar_night,moon,b,")],
        "technologies.csv:6: battery carries nothing at mare, rim: each cycle has one slice"),
    "machines without power": ([("technologies.csv", "pv,power,texas moon", "pv,power,texas mare"), ("parameters/industry.csv", "smelter,,lifetime", "smelter,,energy_use,GW/(kt/yr),1,assumption\nsmelter,,lifetime")],
        "parameters/industry.csv:3: smelter draws power and can never run at rim: no plant may stand there"),
    "no demand": ([(COMPUTE, "chat,,demand,EFLOP/s,500", "chat,,demand,EFLOP/s,0")],
        "parameters/compute.csv:11: nothing is asked of chat: its demand is 0 in every year"),
    "worth nothing": ([(COMPUTE, "urgent,,value,USD/yr/(EFLOP/s),1e6", "urgent,,value,USD/yr/(EFLOP/s),0")],
        "parameters/compute.csv:14: leaving urgent unserved costs nothing: its value is 0; without a value it must be served"),
    "a priced workload that no site may serve": ([(COMPUTE, "training,,demand", ",,delay,s,2,,,x,,,\ntraining,,max_delay,s,1,,,x,,,\ntraining,,value,USD/yr/(EFLOP/s),1e6,,,x,,,\ntraining,,demand")],
        "parameters/compute.csv:12: training can be served nowhere, so that all of it is left unserved at its value: mare is 2 s away and it tolerates 1 s (parameters/compute.csv:10); rim"),
    "an unused site": ([("sites.csv", "rim,moon,\n", "rim,moon,\nberlin,earth,\n"), ("technologies.csv", "gas,power,earth", "gas,power,texas"), ("technologies.csv", "gpu,compute,earth moon", "gpu,compute,texas moon")],
        "sites.csv:5: nothing may stand at the site berlin: no technology names it, or its body, in `at`"),
    "an unused body": ([("instance.toml", "[bodies.moon]\n", "[bodies.moon]\n\n[bodies.mars]\n")],
        "instance.toml:19: the body mars has no site, no market and no route that leads there"),
    "slices of nowhere": ([("instance.toml", "[bodies.moon]\n", "[bodies.moon]\n[bodies.mars]\n"), ("slices.csv", "lunar_day", "sol,mars,,\nlunar_day"), (TIME, "day,share,1,0.5", "sol,share,1,1,derived: all\nsol,hours,h,24.7,x\nday,share,1,0.5")],
        "slices.csv:4: the slices of mars are used by nothing: no site is on it"),
    "no users": ([("instance.toml", "users = true\n", ""), (COMPUTE, "training,,demand", "training,,data_rate,bit/MFLOP,1,,,x,,,\ntraining,,demand")],
        "parameters/compute.csv:9: training sends data to users, and no body has any"),
    "slices longer than the year": ([(TIME, "day,hours,h,12,derived: half\nnight,hours,h,12", "day,hours,h,5000,x\nnight,hours,h,5000")],
        "parameters/time.csv:6: the slices day, night of a cycle last 10000 h, more than the 8760 h of their share of the year"),
    "a site and its body": ([("technologies.csv", "laser,link,moon", "laser,link,moon rim")],
        "technologies.csv:3: laser names the site rim and its body moon, which has it already"),
    "burden": ([(LAUNCH, "up,,burden,1,9", "up,,burden,1,0.9")],
        "parameters/launch.csv:5: up delivers more than leaves: its burden is 0.9"),
    "coals to Newcastle": ([("instance.toml", "[bodies.moon]\n", '[bodies.moon]\nsupplies = ["structural"]\n')],
        "routes.csv:2: up carries structural to moon, which supplies that without limit"),
    "coals made in Newcastle": ([("instance.toml", "[bodies.moon]\n", '[bodies.moon]\nsupplies = ["structural"]\n')],
        "technologies.csv:8: smelter makes structural on moon, where that is supplied without limit"),
    "refuelling without propellant": ([("routes.csv", "structural,,", "structural,earth,")],
        "routes.csv:2: up refuels at earth and takes no propellant there: no launch.up.propellant_use is stated"),
    "an empty deposit": ([(HELIUM3, "basin,,tonnage,Gt,1", "basin,,tonnage,Gt,0")],
        "parameters/helium3.csv:5: basin holds no regolith: its tonnage is 0"),
    "a market of no size": ([(HELIUM3, "lab,,size,kg/yr,8", "lab,,size,kg/yr,0")],
        "parameters/helium3.csv:8: lab never trades anything: its size is 0 in every year"),
    "a market that gives away": ([(HELIUM3, "lab,,price,MUSD/kg,20", "lab,,price,MUSD/kg,0")],
        "parameters/helium3.csv:7: lab gives helium-3 away: its price is 0 in every year"),
    "trade that earns": ([("markets.csv", "lab,earth,buy,\n", "lab,earth,buy,\nshop,earth,sell,\n"), (HELIUM3, END_HELIUM3, END_HELIUM3 + "shop,,price,MUSD/kg,20.00001,x\nshop,,size,kg/yr,1,x\n")],
        "parameters/helium3.csv:9: trade on earth earns by itself: in 2030 shop pays 20.00001 GUSD/t for what lab sells at 20 GUSD/t (parameters/helium3.csv:7)"),
    "a lower bound of 0": ([("limits.csv", "GW,,assumption,2032,,0,4", "GW,0,assumption,2032,,,")],
        "limits.csv:3: the lower bound of floor is 0 and changes nothing: power.output is at least 0"),
    "a limit that begins inside a model year": ([("limits.csv", "assumption,2032,,0,4", "assumption,2033,,0,4")],
        "limits.csv:3: floor has first_year 2033, inside a model year: it holds from 2034, the next model year"),
    "a limit that ends inside a model year": ([("limits.csv", "assumption,2032,,0,4", "assumption,2030,2032,0,4")],
        "limits.csv:3: floor has last_year 2032, inside the model year 2032: it holds until 2033"),
    "bounded twice": ([("limits.csv", "floor,", "roof,compute.in_service,,earth,year,upper,GW,7,claim,,,,\nfloor,")],
        "limits.csv:3: roof and ceiling (limits.csv:2) bound the same: only the narrower does anything"),
    "a limit at a site and its body": ([("limits.csv", "floor,power.output,pv,moon", "floor,power.output,pv,moon rim")],
        "limits.csv:3: floor names the site rim and its body moon, which has it already"),
    "a limit called like a number": ([("limits.csv", "ceiling,", "2030,")],
        "limits.csv:2: the limit '2030': programs that read CSV take this name for a number"),
}
# fmt: on


def edited(write: Write, edits: list[tuple[str, str, str]]) -> Path:
    files = dict(FILES)
    for file, old, new in edits:
        assert old in files[file], f"{old} is not in {file}"
        files[file] = files[file].replace(old, new, 1)
    return write(files)


@pytest.mark.parametrize("name", SLIPS)
def test_a_likely_slip_is_a_warning_with_its_row(name: str, write: Write) -> None:
    edits, said = SLIPS[name]
    instance = load(edited(write, edits))
    assert any(str(found).startswith(said) for found in slips(instance)), "\n".join(map(str, slips(instance)))
    assert set(slips(instance)) <= set(instance.warnings)
    assert slips(load(write())) == []


def test_what_is_meant_gives_no_warning(write: Write) -> None:
    """Nothing more may be built of what stands; trade of no size earns nothing; a bound is lifted by a change."""
    standing = edited(write, [(POWER, GAS, GAS + "gas,,max_build,GW/yr,0,,,EIA,,,\n")])
    assert slips(load(standing)) == []
    trade, _ = SLIPS["trade that earns"]
    idle = [(file, old, new.replace("shop,,size,kg/yr,1", "shop,,size,kg/yr,0")) for file, old, new in trade]
    assert not any("earns" in str(found) for found in slips(load(edited(write, idle))))
    assert slips(load(write(), changes=["limits.floor.lower=0"])) == []
    each = edited(write, [(POWER, GAS, GAS + "pv,mare,existing,MW,5,,,EIA,,,\npv,rim,existing,MW,5,,,EIA,,,\n")])
    assert slips(load(each)) == []


@pytest.mark.parametrize("called", ["nan", "null", "inf", "true", "na", "sep1"])
def test_names_that_readers_of_csv_take_for_something_else(called: str, write: Write) -> None:
    files = {file: re.sub(r"\bmoon\b", called, re.sub(r"\bgas\b", f"{called}_2", text)) for file, text in FILES.items()}
    found = [str(warning) for warning in slips(load(write(files)))]
    assert len(found) == 1 and found[0].startswith(
        f"instance.toml:17: the body '{called}': programs that read CSV take this name for "
    )


@pytest.mark.parametrize(("file", "old", "new", "said"), [
    ("routes.csv", "complex structural,,", "complex complex,,", r"routes\.csv:2:22: 'complex' is named twice, expected each good once"),
    ("technologies.csv", "laser,link,moon", "laser,link,moon moon", r"technologies\.csv:3:12: 'moon' is named twice, expected each site or body once"),
    ("limits.csv", "floor,power.output,pv", "floor,power.output,pv pv", r"limits\.csv:3:20: 'pv' is named twice, expected each once"),
    ("instance.toml", '["complex", "structural", "propellant"]', '["complex", "complex"]', r"instance\.toml:15:1: 'complex' is named twice, expected each good once"),
    (POWER, "pv,,availability,1,1,,", "pv,,availability,1,1,,*1.2", r"parameters/power\.csv:11:23: the high end of the range is 1\.2, and power\.availability is at least 0 and at most 1"),
    (POWER, "30,,,assumption", "30,0,*2,assumption", r"parameters/power\.csv:2:18: the low end of the range is 0 yr, and power\.lifetime is a whole number of years above 0"),
    ("limits.csv", FILES["limits.csv"], LOW, r"limits\.csv:2:\d+: the low end of the range is -1, and compute\.in_service is at least 0"),
])  # fmt: skip
def test_what_can_only_be_a_slip_is_refused(file: str, old: str, new: str, said: str, write: Write) -> None:
    assert old in FILES[file]
    text = FILES[file].replace(old, new, 1)
    with pytest.raises(InstanceError) as found:
        load(write({file: text}))
    assert any(re.match(said, str(problem)) for problem in found.value.problems), found.value
