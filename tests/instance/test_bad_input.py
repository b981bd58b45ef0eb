"""Every kind of broken instance: where the problem is said to stand, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FILES

from planner.errors import InstanceError
from planner.instance import csv_files, load

COMPUTE, POWER, TIME = "parameters/compute.csv", "parameters/power.csv", "parameters/time.csv"

# file, what stands there, what is put in its place, what the position points at within that, what the message says
CASES = {
    "unknown column": ("sites.csv", "site,body,note", "site,body,notes", "notes", "unknown column 'notes', did you mean 'note'?"),
    "column twice": ("sites.csv", "site,body,note", "site,body,body", "body\ntexas", "column 'body' stands twice"),
    "missing column": ("slices.csv", "slice,body,cycle,note", "slice,cycle,note,x", "slice", "column 'body' is missing"),
    "semicolons": ("sites.csv", "site,body,note", "site;body;note", "site", "cells are separated by semicolons, expected commas"),
    "too many cells": (POWER, "gas,,fuel_use,1,2,,,NREL,,,", "gas,,fuel_use,1,2,5,,,NREL,,,", None, "12 cells, expected 11"),
    "too few cells": (POWER, "gas,,fuel_use,1,2,,,NREL,,,", "gas,,fuel_use,1,2", "2", "5 cells, expected 11"),
    "quote never closed": (COMPUTE, '"Epoch, 2024"', '"Epoch, 2024', '"', "a quote is opened and never closed"),
    "text after quote": (COMPUTE, '"Epoch, 2024"', '"Epoch, 2024"x', "x", "text after a closing quote"),
    "site on no body": ("sites.csv", "mare,moon", "mare,mooon", "mooon", "unknown body 'mooon', did you mean 'moon'?"),
    "slice on no body": ("slices.csv", "day,earth", "day,erth", "erth", "unknown body 'erth', did you mean 'earth'?"),
    "bad name": ("sites.csv", "rim,moon", "Rim-1,moon", "Rim-1", "'Rim-1' is no name"),
    "site named like a body": ("sites.csv", "rim,moon", "moon,moon", "moon,", "'moon' names a body as well"),
    "route named like a technology": (
        "routes.csv",
        "up,rocket",
        "rocket,rocket",
        "rocket,",
        "'rocket' names a technology as well",
    ),
    "second row of a thing": (
        "workloads.csv",
        "chat,firm,",
        "chat,firm,\nchat,firm,again",
        "chat,firm,again",
        "a second row for 'chat', the first is workloads.csv:3",
    ),
    "unknown block": ("technologies.csv", "gas,power", "gas,powre", "powre", "'powre' is no block, did you mean 'power'?"),
    "technology at unknown place": (
        "technologies.csv",
        "texas moon",
        "texass moon",
        "texass",
        "unknown site or body 'texass', did you mean 'texas'?",
    ),
    "technology nowhere": ("technologies.csv", "gas,power,earth,,", "gas,power,,,", ",,\n", "stands nowhere"),
    "factory without good": (
        "technologies.csv",
        "moon,structural,",
        "moon,,",
        ",\n",
        "makes nothing, expected one of complex, structural, propellant",
    ),
    "plant that makes goods": (
        "technologies.csv",
        "gas,power,earth,",
        "gas,power,earth,complex",
        "complex",
        "a technology of block power makes no goods",
    ),
    "kind of workload": ("workloads.csv", "chat,firm", "chat,fixed", "fixed", "'fixed' is no kind"),
    "tier of no workload": ("tiers.csv", "idle,chat", "idle,chats", "chats", "unknown workload 'chats', did you mean 'chat'?"),
    "carrier of another block": (
        "routes.csv",
        "up,rocket",
        "up,gpu",
        "gpu",
        "'gpu' is of block compute, expected a technology of block launch: rocket",
    ),
    "carrier not at origin": (
        "routes.csv",
        "rocket,texas,moon",
        "rocket,mare,earth",
        "mare",
        "'rocket' may not stand at 'mare' (expected one of texas)",
    ),
    "route to where it begins": ("routes.csv", "texas,moon", "texas,earth", "earth", "the origin 'texas' is on 'earth' already"),
    "unknown good": (
        "routes.csv",
        "complex structural",
        "complex structurl",
        "complex",
        "unknown good 'structurl', did you mean 'structural'?",
    ),
    "refuelled nowhere": ("routes.csv", "structural,,", "structural,lagrange,", "lagrange", "unknown body 'lagrange'"),
    "deposit on no site": ("deposits.csv", "basin,mare", "basin,mares", "mares", "unknown site 'mares', did you mean 'mare'?"),
    "side of a market": ("markets.csv", "earth,buy", "earth,by", "by", "'by' is no side, did you mean 'buy'?"),
    "survival that rises": ("survival.csv", "gpu,0,1,", "gpu,0,0.8,", None, "the survival of 'gpu' rises from 0.8 to 0.9"),
    "share of survival": ("survival.csv", "gpu,0,1,", "gpu,0,1.5,", "1.5", "a share of 1.5, expected 0 to 1"),
    "price index of zero": ("prices.csv", "2020,100", "2020,0", "0,BLS", "a price index of 0, expected above 0"),
    "unknown parameter": (
        POWER,
        "gas,,fuel_use",
        "gas,,fuel_usage",
        "fuel_usage",
        "unknown parameter 'fuel_usage', did you mean 'fuel_use'?",
    ),
    "unknown item": (POWER, "gas,,fuel_use", "gaz,,fuel_use", "gaz", "unknown technology 'gaz', did you mean 'gas'?"),
    "item of another block": (
        POWER,
        "gas,,fuel_use",
        "gpu,,fuel_use",
        "gpu",
        "'gpu' is a technology of block compute, expected a technology of block power",
    ),
    "item of another kind": (
        COMPUTE,
        "chat,,demand",
        "urgent,,demand",
        "urgent",
        "'urgent' is a tier, expected a workload for compute.demand",
    ),
    "item where there is none": (
        "parameters/finance.csv",
        "parameter,unit,value,low,high,source\n",
        "item,unit,value,low,high,source,parameter\ngas,%,1,,,x,carbon_price\n",
        "gas",
        "'gas' where finance.carbon_price has no item",
    ),
    "unknown place": (POWER, "pv,moon,capex", "pv,mon,capex", "mon,", "unknown site or body 'mon', did you mean 'moon'?"),
    "unknown slice": (
        POWER,
        "pv,night,",
        "pv,texas/nigth,",
        "texas/nigth",
        "unknown slice 'nigth', did you mean 'night'? in 'texas/nigth'",
    ),
    "place where there is none": (
        COMPUTE,
        "chat,,demand",
        "chat,moon,demand",
        "moon",
        "'moon' where compute.demand is the same everywhere",
    ),
    "unknown unit": (
        POWER,
        "USD/kW,1000",
        "USD/kw,1000",
        "USD/kw",
        "unknown unit 'kw', did you mean 'kW'?, expected a unit that converts into GUSD/(GW)",
    ),
    "unit of another dimension": (
        POWER,
        "USD/kW,1000",
        "USD/kWh,1000",
        "USD/kWh",
        "unit 'USD/kWh' does not convert into 'GUSD/(GW)'",
    ),
    "no unit": (POWER, "gas,,fuel_use,1,", "gas,,fuel_use,,", ",2", "the unit is missing ('1' for a plain number)"),
    "ambiguous unit": (POWER, "USD/kW,1000", "USD/kW yr,1000", "USD/kW yr", "unit 'USD/kW yr' is ambiguous"),
    "money without index": (
        COMPUTE,
        "USD2020/kW",
        "USD2021/kW",
        "USD2021/kW",
        "unit 'USD2021' needs prices.csv to have an index for 2021",
    ),
    "text for a number": (POWER, "USD/kW,1000", "USD/kW,many", "many", "'many' is no number, expected one such as 1234.5"),
    "decimal comma": (
        POWER,
        "gas,,fuel_use,1,2,",
        'gas,,fuel_use,1,"2,5",',
        '"2,5"',
        "'2,5' is no number, expected a decimal point",
    ),
    "nan": (POWER, "USD/kW,1000", "USD/kW,NaN", "NaN", "'NaN' is no number, expected a finite one"),
    "infinity": (POWER, "USD/kW,1000", "USD/kW,-inf", "-inf", "'-inf' is no number, expected a finite one"),
    "too large": (POWER, "USD/kW,1000", "USD/kW,1e400", "1e400", "'1e400' is too large for a number"),
    "negative": (
        POWER,
        "USD/kW,1000,800,1200",
        "USD/kW,-1000,,",
        "-1000",
        "power.gas.capex is -1000 USD/kW, expected at least 0 GUSD/(GW)",
    ),
    "negative lifetime": (
        COMPUTE,
        "gpu,,lifetime,yr,5",
        "gpu,,lifetime,yr,-5",
        "-5",
        "compute.gpu.lifetime is -5 yr, expected above 0 and a whole number yr",
    ),
    "fraction of a year": (
        COMPUTE,
        "gpu,,lifetime,yr,5",
        "gpu,,lifetime,yr,5.5",
        "5.5",
        "compute.gpu.lifetime is 5.5 yr, expected above 0 and a whole number yr",
    ),
    "share above one": (
        COMPUTE,
        "availability,%,80",
        "availability,1,80",
        "80",
        "compute.gpu.availability[mare/lunar_night] is 80 1, expected at least 0 and at most 1",
    ),
    "negative in a year": (
        POWER,
        "NREL,,900,700",
        "NREL,,900,-700",
        "-700",
        "power.pv.capex is -700 USD/kW, expected at least 0",
    ),
    "value and years": (
        POWER,
        "pv,,capex,USD/kW,,,",
        "pv,,capex,USD/kW,5,,",
        "5,",
        "a value and numbers by year, expected one or the other",
    ),
    "no number": (
        POWER,
        "gas,,fuel_use,1,2,",
        "gas,,fuel_use,1,,",
        ",,,NREL",
        "no number, expected one in `value` or in columns of years",
    ),
    "years where it does not vary": (
        POWER,
        "gas,,fuel_use,1,2,,,NREL,,,",
        "gas,,fuel_use,1,,,,NREL,,2,",
        "2,\n",
        "does not vary by year, expected a number in `value`",
    ),
    "low above value": (POWER, "1000,800,1200", "1000,1100,1200", "1100", "low is 1100, expected no more than the value"),
    "high below value": (POWER, "1000,800,1200", "1000,800,*0.9", "*0.9", "high is *0.9, expected no less than the value"),
    "number as low of years": (
        COMPUTE,
        "ZFLOP/s/GW,,*0.5",
        "ZFLOP/s/GW,,1",
        "1,*2",
        "'1' on a row with years, expected a factor such as *0.5",
    ),
    "no source": (POWER, "800,1200,NREL", "800,1200,", ",,,\n", "no source, expected a reference or the word assumption"),
    "second row of an address": (
        POWER,
        "gas,,fuel_use,1,2,,,NREL,,,",
        "gas,,fuel_use,1,2,,,NREL,,,\ngas,,fuel_use,1,3,,,NREL,,,",
        "gas,,fuel_use,1,3",
        "a second row for power.gas.fuel_use, the first is parameters/power.csv:4",
    ),
    "item never there": (
        POWER,
        "pv,moon,capex",
        "gas,moon,capex",
        "moon",
        "nothing uses power.gas.capex[moon]: 'gas' is never at 'moon'",
    ),
    "row that is outdone": (
        POWER,
        "pv,,first_year",
        ",,first_year,yr,2020,,,x,,,\ngas,,first_year,yr,2020,,,x,,,\npv,,first_year",
        "first_year",
        "nothing uses power.first_year: more specific rows win wherever it applies",
    ),
    "rows that meet": (
        POWER,
        "pv,night,",
        "pv,texas,availability,1,0.5,,,x,,,\npv,night,",
        None,
        "power.pv.availability[night] and power.pv.availability[texas] (parameters/power.csv:12) meet at texas/night: expected a row power.pv.availability[texas/night]",
    ),
    "required number missing": (
        POWER,
        "gas,,capex,USD/kW,1000,800,1200,NREL,,,\n",
        "",
        None,
        "power.gas.capex has no number, expected a row in parameters/power.csv",
    ),
    "required number missing somewhere": (
        COMPUTE,
        ",moon,overhead",
        ",rim,overhead",
        None,
        "compute.overhead[mare] has no number",
    ),
    "shares of slices": (
        TIME,
        "day,share,1,0.5",
        "day,share,1,0.4",
        None,
        "the shares of the slices of 'earth' add up to 0.9, expected 1",
    ),
    "hours of a cycle": (
        TIME,
        "lunar_night,hours,day,14.75",
        "lunar_night,hours,day,10",
        "10",
        "'lunar_night' lasts 240 h, expected 354 h from its share",
    ),
    "shares of tiers": (
        COMPUTE,
        "idle,,share,%,70",
        "idle,,share,%,60",
        "60",
        "the shares of the tiers of 'chat' add up to 0.9, expected 1",
    ),
    "existing grows": (POWER, "EIA,,500,100", "EIA,,500,600", "500", "the existing capacity of 'gas' at 'texas' grows in 2032"),
    "seed without growth": (
        POWER,
        "gas,,growth,%/yr,20,,,assumption,,,\n",
        "",
        None,
        "a seed for 'gas', which has no growth that it could start, expected a row power.gas.growth",
    ),
    "first after last year": (
        POWER,
        "last_year,yr,2040",
        "last_year,yr,2030",
        None,
        "first_year of 'pv' is 2031, after its last_year 2030",
    ),
    "unknown quantity": (
        "limits.csv",
        "power.output",
        "power.outptu",
        "power.outptu",
        "unknown quantity 'power.outptu', did you mean 'power.output'?",
    ),
    "limit over what": (
        "limits.csv",
        "earth,year",
        "earth,years",
        "years",
        "'years' is not year or horizon, did you mean 'year'?",
    ),
    "bound of a limit": ("limits.csv", "horizon,upper", "horizon,max", "max", "'max' is not upper or lower"),
    "label of a limit": (
        "limits.csv",
        "power.output,pv",
        "power.output,gpu",
        "gpu",
        "'gpu' is no label of power.output (expected some of gas, pv)",
    ),
    "place of a limit": (
        "limits.csv",
        ",earth,year",
        ",eart,year",
        "eart",
        "compute.in_service is not counted at 'eart', did you mean 'earth'?",
    ),
    "limit that selects nothing": (
        "limits.csv",
        "pv,moon,year,lower",
        "gas,moon,year,lower",
        "moon",
        "selects nothing: no technology gas at moon",
    ),
    "unit of a limit": ("limits.csv", "year,upper,TW", "year,upper,TWh", "TWh", "unit 'TWh' does not convert into 'GW'"),
    "unit of a limit over the horizon": (
        "limits.csv",
        "horizon,upper,kg",
        "horizon,upper,kg/yr",
        "kg/yr",
        "unit 'kg/yr' does not convert into '(t/yr)*yr'",
    ),
    "negative limit": (
        "limits.csv",
        "TW,1,claim",
        "TW,-1,claim",
        "-1",
        "'ceiling' is negative, but compute.in_service is at least 0",
    ),
    "lower above upper": (
        "limits.csv",
        "floor,",
        "floor,power.output,pv,moon,year,upper,GW,1,x,,,,\nfloor,",
        None,
        "the lower bound 2 is above the upper one 1 in 2032 (GW)",
    ),
    "two bounds of different things": (
        "limits.csv",
        "floor,",
        "floor,power.output,gas,,year,upper,GW,1,x,,,,\nfloor,",
        None,
        "the lower bound of 'floor' bounds something else than the upper one (limits.csv:3)",
    ),
    "second row of a limit": (
        "limits.csv",
        "floor,",
        "ceiling,power.output,gas,,year,upper,GW,1,x,,,,\nfloor,",
        "ceiling",
        "a second row for limits.ceiling.upper, the first is limits.csv:2",
    ),
    "years of a limit": (
        "limits.csv",
        "assumption,2031,,",
        "assumption,2040,,",
        "2040",
        "no model year lies between first_year and last_year",
    ),
    "not TOML": ("instance.toml", "last = 2034", "last = = 2034", "= 2034", "not TOML: Invalid value"),
    "unknown key": ("instance.toml", "payments =", "payment =", "payment", "unknown key 'payment', did you mean 'payments'?"),
    "wrong choice": ("instance.toml", '"end"', '"ende"', None, "finance.payments: input should be 'start', 'mid' or 'end'"),
    "text for a year": ("instance.toml", "last = 2034", 'last = "2034"', "last", "horizon.last: input should be a valid integer"),
    "last before first": ("instance.toml", "last = 2034", "last = 2029", "last", "`last` is 2029, expected 2030 or later"),
    "years and first": (
        "instance.toml",
        "last = 2034",
        "years = [2030, 2031]",
        "years",
        "give either `years`, or `first`, `last` and `step`",
    ),
    "years that fall": (
        "instance.toml",
        "first = 2030\nlast = 2034\nstep = 2",
        "years = [2030, 2032, 2031]",
        "years",
        "`years` must rise",
    ),
    "no price year": ("instance.toml", "price_year = 2025\n", "", None, "[finance] lacks `price_year`"),
    "no title": ("instance.toml", 'title = "Small"\n', "", None, "the instance has no `title`"),
    "unit defined anew": ("instance.toml", 'rack = "120 kW"', 'kW = "120 W"', "kW", "unit 'kW' is known already"),
    "unit defined by nothing": ("instance.toml", 'rack = "120 kW"', 'rack = "120 kv"', "rack", "unknown unit 'kv'"),
    "extends nothing": (
        "instance.toml",
        'title = "Small"',
        'title = "Small"\nextends = "../other"',
        "extends",
        "'../other' is no instance",
    ),
    "extends itself": (
        "instance.toml",
        'title = "Small"',
        'title = "Small"\nextends = "../small"',
        "extends",
        "a circle of extends",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_problem_is_found_where_it_stands(name: str, write: Callable[..., Path]) -> None:
    file, old, new, at, message = CASES[name]
    assert FILES[file].count(old) >= 1, "the case no longer fits the small instance"
    broken = FILES[file].replace(old, new, 1)
    with pytest.raises(InstanceError) as caught:
        load(write({file: broken}))
    found = [problem for problem in caught.value.problems if message in problem.message]
    assert len(found) == 1, caught.value
    if at is not None:
        start = broken.index(at, FILES[file].index(old))
        line, column = broken.count("\n", 0, start) + 1, start - broken.rfind("\n", 0, start)
        assert (found[0].file, found[0].line, found[0].column) == (file, line, column), caught.value


#: Where problems stand that are reported elsewhere than where the instance was changed.
ELSEWHERE = {
    "too many cells": ("parameters/power.csv", 4, 30),
    "survival that rises": ("survival.csv", 3, 7),
    "rows that meet": ("parameters/power.csv", 13, 4),
    "required number missing": ("technologies.csv", 4, 1),
    "required number missing somewhere": ("sites.csv", 3, 1),
    "shares of slices": ("parameters/time.csv", 3, 15),
    "seed without growth": ("parameters/power.csv", 7, 6),
    "first after last year": ("parameters/power.csv", 14, 19),
    "lower above upper": ("limits.csv", 4, 33),
    "two bounds of different things": ("limits.csv", 4, 1),
    "wrong choice": ("instance.toml", 11, 1),
    "no price year": ("instance.toml", 9, 2),
    "no title": ("instance.toml", 1, 1),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_place_of_problems_that_stand_elsewhere(name: str, write: Callable[..., Path]) -> None:
    file, old, new, _, message = CASES[name]
    with pytest.raises(InstanceError) as caught:
        load(write({file: FILES[file].replace(old, new, 1)}))
    places = [(problem.file, problem.line, problem.column) for problem in caught.value.problems if message in problem.message]
    assert places == [ELSEWHERE[name]], caught.value


def test_every_case_says_where() -> None:
    silent = {name for name, (_, _, _, at, _) in CASES.items() if at is None}
    assert silent == set(ELSEWHERE)


# files changed, and the only problem that there is to be
FILE_CASES = {
    "no instance.toml": ({"instance.toml": None}, "instance.toml:1:1: there is no instance.toml in 'small'"),
    "missing table": ({"slices.csv": None}, "slices.csv:1:1: the file is missing"),
    "unknown table": ({"site.csv": "site,body\n"}, "site.csv:1:1: unknown file, did you mean 'sites.csv'?"),
    "unknown block": (
        {"parameters/pwer.csv": "item,parameter\n"},
        "parameters/pwer.csv:1:1: unknown file, did you mean 'power.csv'?",
    ),
    "empty table": ({"tiers.csv": ""}, "tiers.csv:1:1: no header with the columns tier, workload, note"),
    "not UTF-8": ({"sites.csv": b"site,body,note\ntexas,earth,caf\xe9\nmare,moon,\nrim,moon,\n"}, "sites.csv:2:16: not UTF-8"),
    "long cell": (
        {"deposits.csv": f"deposit,site,note\nbasin,mare,{'x' * 10_001}\n"},
        "deposits.csv:2:12: a cell of more than 10,000 characters",
    ),
    "folder without scenario": (
        {"scenarios/odd/sites.csv": "site,body\n"},
        "scenarios/odd:1:1: a folder of tables without its scenarios/odd.toml",
    ),
}


@pytest.mark.parametrize("name", FILE_CASES)
def test_problem_of_a_whole_file(name: str, write: Callable[..., Path]) -> None:
    changed, message = FILE_CASES[name]
    with pytest.raises(InstanceError) as caught:
        load(write(changed))
    assert message in str(caught.value)


def test_file_outside_the_folder_is_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text(FILES["sites.csv"])
    folder = write({"sites.csv": None})
    (folder / "sites.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InstanceError, match="sites.csv:1:1: not a file within the folder"):
        load(folder)


def test_large_files_and_many_rows_are_refused(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MOST_ROWS", 2)
    with pytest.raises(InstanceError, match=r"sites.csv:4:1: more than 2 rows"):
        load(write())
    monkeypatch.setattr(csv_files, "LARGEST_FILE", 60)
    with pytest.raises(InstanceError, match=r"slices.csv:1:1: the file is larger than"):
        load(write())


def test_everything_that_is_wrong_is_said_at_once(write: Callable[..., Path]) -> None:
    changed = {
        "instance.toml": FILES["instance.toml"].replace("payments", "payment"),
        "sites.csv": FILES["sites.csv"].replace("rim,moon", "rim,mon"),
        "routes.csv": FILES["routes.csv"].replace("complex structural", "complex steel"),
        "limits.csv": FILES["limits.csv"].replace("TW,1", "TW,one"),
        POWER: FILES[POWER].replace("gas,,fuel_use,1,2", "gas,,fuel_use,kg,-2").replace("NREL,,900,700", ",,900,700"),
        TIME: FILES[TIME].replace("night,share,%,50", "night,share,%,40"),
    }
    with pytest.raises(InstanceError) as caught:
        load(write(changed))
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        ("instance.toml", 11), ("limits.csv", 2), (POWER, 4), (POWER, 9), (TIME, 3), ("routes.csv", 2), ("sites.csv", 4),
    ]  # fmt: skip
    assert str(caught.value).endswith("7 problems found")


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ("2030,2034", ()),
        ("2029,2035", ()),
        ("2028,2029", (2028,)),
        ("2030,2035", ()),
        ("2034,2035", (2035,)),
        ("2035,2036", (2036,)),
        ("2029,2030", (2029,)),
    ],
)
def test_years_off_the_horizon_only_to_draw_a_line_to(columns: str, wrong: tuple[int, ...], write: Callable[..., Path]) -> None:
    folder = write({POWER: FILES[POWER].replace("2030,2034", columns)})
    if not wrong:
        load(folder)
        return
    with pytest.raises(InstanceError) as caught:
        load(folder)
    assert {problem.message.split()[0] for problem in caught.value.problems} == {str(year) for year in wrong}
    assert all("is off the horizon 2030-2034 and changes nothing" in problem.message for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("toml", "place", "message"),
    [
        ('[set]\n"power.pv.capx" = 5\n', "2:1", "'power.pv.capx' names no parameter; did you mean 'power.pv.capex'?"),
        ('[set]\npower.pv.capex = 5\n', "2:1", "an address must stand in quotes"),
        ('[set]\n"power.gaz.capex" = 5\n', "2:1", "unknown technology 'gaz', did you mean 'gas'?"),
        ('[scale]\n  "power.pv.fixed_cost" = 2\n', "2:3", "has no row of its own to scale"),
        ('[scale]\n"power.pv.capex" = "2 USD"\n', "2:1", "expected a factor"),
        ('[shift]\n"power.pv.capex" = "2 USD"\n', "2:1", "unit 'USD' does not convert into 'USD/kW'"),
        ('[set]\n"limits.cieling.upper" = 5\n', "2:1", "names no limit, did you mean 'limits.ceiling.upper'?"),
        ('[set]\n"power.pv.capex" = -5\n', "2:1", "power.pv.capex is -5 USD/kW, expected at least 0"),
        ('extends = "chaep"\n', "1:1", "there is no scenario 'chaep', did you mean 'cheap'?"),
        ('extends = "bad"\n', "1:1", "a circle of extends"),
        ('[horizn]\n', "1:2", "unknown key 'horizn', did you mean 'horizon'?"),
    ],
)  # fmt: skip
def test_problems_of_scenarios(toml: str, place: str, message: str, write: Callable[..., Path]) -> None:
    with pytest.raises(InstanceError) as caught:
        load(write({"scenarios/bad.toml": toml}), scenarios=["bad"])
    assert str(caught.value.problems[0]).startswith(f"scenarios/bad.toml:{place}: ")
    assert message in str(caught.value)


def test_unknown_scenario(write: Callable[..., Path]) -> None:
    with pytest.raises(InstanceError, match="scenarios/chep.toml:1:1: there is no scenario 'chep', did you mean 'cheap'"):
        load(write(), scenarios=["chep"])
    with pytest.raises(InstanceError, match="there is no scenario"):
        load(write(), scenarios=["../cheap"])
