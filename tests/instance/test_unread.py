"""What is said where a table cannot be read whole: its own problem, and none that is only its echo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from planner.errors import InstanceError
from planner.instance import load
from tests.instance.small import FILES

Write = Callable[..., Path]
COMPUTE, POWER = "parameters/compute.csv", "parameters/power.csv"


def said(folder: Path, scenarios: tuple[str, ...] = (), changes: tuple[str, ...] = ()) -> list[str]:
    """The lines of the error."""
    with pytest.raises(InstanceError) as caught:
        load(folder, scenarios, changes)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(("file", "old", "new", "causes", "unchecked"), [
    ("technologies.csv", "technology,block,at", "technology,blok,at",
     ["technologies.csv:1:1: column 'block' is missing",
      "technologies.csv:1:12: unknown column 'blok', did you mean 'block'? (expected technology, block, at, makes, note)"], "technologies"),
    ("technologies.csv", "gpu,compute,earth moon,,", "gpu,compute,earth moon", ["technologies.csv:2:13: 3 cells, expected 5 as in the header"], "technologies"),
    ("technologies.csv", "gpu,", '"gpu,', ["technologies.csv:2:1: a quote is opened and never closed"], "technologies"),
    ("sites.csv", "mare,moon,", "mare,moon,,,", ["sites.csv:3:12: 5 cells, expected 3 as in the header (a comma within a cell needs quotes around the cell)"], "sites"),
    ("sites.csv", "site,body,note", "site;body;note", ["sites.csv:1:1: cells are separated by semicolons, expected commas"], "sites"),
    ("slices.csv", "slice,body", "slice,bodi", ["slices.csv:1:1: column 'body' is missing",
     "slices.csv:1:7: unknown column 'bodi', did you mean 'body'? (expected slice, body, cycle, note)"], "slices"),
    ("workloads.csv", "chat,firm,", "chat,firm,,", ["workloads.csv:3:12: 4 cells, expected 3 as in the header (a comma within a cell needs quotes around the cell)"], "workloads"),
    ("tiers.csv", "urgent,chat,", "urgent,chat", ["tiers.csv:2:8: 2 cells, expected 3 as in the header"], "tiers"),
    ("routes.csv", "route,carrier", "rout,carrier", ["routes.csv:1:1: column 'route' is missing",
     "routes.csv:1:1: unknown column 'rout', did you mean 'route'? (expected route, carrier, origin, destination, goods, refuel, note)"], "routes"),
    ("deposits.csv", "basin,mare,", "basin,mare", ["deposits.csv:2:7: 2 cells, expected 3 as in the header"], "deposits"),
    ("markets.csv", "lab,earth,buy,", "lab,earth,buy", ["markets.csv:2:11: 3 cells, expected 4 as in the header"], "markets"),
])  # fmt: skip
def test_echoes_of_a_table_are_not_said(file: str, old: str, new: str, causes: list[str], unchecked: str, write: Write) -> None:
    lines = said(write({file: FILES[file].replace(old, new, 1)}))
    assert sorted(lines[:-1]) == sorted(causes)
    assert lines[-1].startswith(f"{len(causes)} problem")
    assert f"could not be looked up, because {unchecked}.csv was not read whole" in lines[-1]


@pytest.mark.parametrize(("file", "old", "new", "cause"), [
    (POWER, "gas,,capex,USD/kW,1000,800,1200,NREL,,,", "gas,,capex,USD/kW,1000", "parameters/power.csv:3:19: 5 cells, expected 11 as in the header"),
    (POWER, "item,at,parameter", "item;at;parameter", "parameters/power.csv:1:1: column 'parameter' is missing"),
    (COMPUTE, "urgent,,share,%,30,", "urgent,,share,%,30,,,,,", "parameters/compute.csv:12:"),
    ("parameters/time.csv", "day,share,1,0.5,derived: half", "day,share,1,0.5", "parameters/time.csv:2:13: 4 cells, expected 5"),
    (POWER, "gas,,growth,%/yr,20,,,assumption,,,", "gas,,growth,%/yr,20", "parameters/power.csv:7:18: 5 cells, expected 11"),
])  # fmt: skip
def test_a_row_that_is_lost_is_not_missed_as_well(file: str, old: str, new: str, cause: str, write: Write) -> None:
    lines = said(write({file: FILES[file].replace(old, new, 1)}))
    assert lines[0].startswith(cause)
    assert not [line for line in lines if "has no number" in line or "add up to" in line or "a seed for" in line]


def test_what_is_wrong_elsewhere_is_still_said(write: Write) -> None:
    lines = said(
        write(
            {
                "technologies.csv": FILES["technologies.csv"].replace("gpu,compute,earth moon,,", "gpu,compute"),
                COMPUTE: FILES[COMPUTE].replace("gpu,,capex,USD2020/kW,20000", "gpu,,capex,USD2020/kW,dear"),
                "parameters/link.csv": FILES["parameters/link.csv"].replace("laser,,capex,MUSD/(Tbit/s),50,assumption\n", ""),
                POWER: FILES[POWER].replace("gas,,fuel_use,", "gas,,fuel_usage,"),
            }
        )
    )
    assert [line.partition(": ")[0] for line in lines[:-1]] == [
        "parameters/compute.csv:2:23", "parameters/power.csv:4:6", "technologies.csv:2:5", "technologies.csv:3:1",
    ]  # fmt: skip
    assert "power.link" not in "\n".join(lines) and "link.laser.capex has no number" in lines[3]


def test_an_empty_list_of_what_is_known_is_not_printed(write: Write) -> None:
    files = {key: text for key, text in FILES.items() if key not in ("routes.csv", "markets.csv", "deposits.csv")}
    lines = said(write({"limits.csv": FILES["limits.csv"].replace("helium3.mined,basin", "helium3.bought,lab")}, files=files))
    assert "parameters/launch.csv:5:1: unknown route 'up' (there is none)" in lines
    assert any("'lab' is no label of helium3.bought (there is none)" in line for line in lines)
    assert "expected one of )" not in "\n".join(lines) and "expected some of )" not in "\n".join(lines)


def test_a_change_that_only_misses_what_was_not_read_is_no_problem_of_its_own(write: Write) -> None:
    folder = write({"technologies.csv": FILES["technologies.csv"].replace("technology,block", "technology,blok")})
    lines = said(folder, changes=("power.gas.capex*=2", "power.gas.capx*=2"))
    assert [line.partition(": ")[0] for line in lines[:-1]] == ["--set:2:1", "technologies.csv:1:1", "technologies.csv:1:12"]
    assert "'power.gas.capx' names no parameter" in lines[0]


def test_a_bad_change_and_a_bad_cell_are_said_together(write: Write) -> None:
    folder = write({POWER: FILES[POWER].replace("USD/kW,1000", "USD/kW,many")})
    lines = said(folder, changes=("power.pv.capx*=2",))
    assert [line.partition(": ")[0] for line in lines] == ["--set:1:1", "parameters/power.csv:3:19", "2 problems found"]


@pytest.mark.parametrize(("file", "old", "new", "cause"), [
    ("prices.csv", "year,index", "yaer,index", "prices.csv:1:1: column 'year' is missing"),
    ("prices.csv", "2020,100,BLS,", "2020,100", "prices.csv:2:6: 2 cells, expected 4 as in the header"),
    ("instance.toml", 'rack = "120 kW"', 'rack = "120 kX"', "instance.toml:20:1: unknown unit 'kX'"),
    ("instance.toml", 'rack = "120 kW"', "rack = 120", "instance.toml:20:1: units.rack is 120, expected text in quotes"),
])  # fmt: skip
def test_units_that_hang_on_what_was_not_read(file: str, old: str, new: str, cause: str, write: Write) -> None:
    power = FILES[POWER].replace("gas,,existing,MW,,,,EIA,,500,100", "gas,,existing,rack,,,,EIA,,500,100")
    lines = said(write({POWER: power, file: (power if file == POWER else FILES[file]).replace(old, new)}))
    assert any(line.startswith(cause) for line in lines)
    assert not [line for line in lines if "parameters/" in line.partition(" ")[0]]
    assert "could not be looked up, because" in lines[-1]


def test_a_body_that_is_lost_is_not_missed_in_every_table(write: Write) -> None:
    lines = said(write({"instance.toml": FILES["instance.toml"].replace("[bodies.moon]", "[bodies.Moon]")}))
    assert len(lines) == 2 and lines[0].startswith("instance.toml:17:2: bodies.Moon is no name, expected lower-case letters")
    assert lines[1].endswith("because instance.toml was not read whole")


def test_a_misspelt_file_is_not_missed_as_well(write: Write) -> None:
    lines = said(write({"routes.csv": None, "route.csv": FILES["routes.csv"]}))
    assert lines[0].startswith("route.csv:1:1: unknown file, did you mean 'routes.csv'?") and len(lines) == 2
    lines = said(write({POWER: None, "parameters/pwer.csv": FILES[POWER]}, "other"))
    assert lines[0].startswith("parameters/pwer.csv:1:1: unknown file, did you mean 'power.csv'?") and len(lines) == 2


@pytest.mark.parametrize("extends", ["../nowhere", "../small"])
def test_what_an_instance_extends_in_vain_is_the_only_problem(extends: str, write: Write) -> None:
    child = {"instance.toml": f'title = "Child"\nextends = "{extends}"\n', POWER: FILES[POWER]}
    lines = said(write(name="small", files=child))
    assert len(lines) == 2 and lines[0].startswith("instance.toml:2:1: ")


def test_a_scenario_that_is_not_there_is_the_only_problem(write: Write) -> None:
    lines = said(write(), ("long", "chep"), ("power.fusion.capex*=2",))
    assert lines[0] == "--scenario:2:1: small has no scenario 'chep', did you mean 'cheap'? (expected one of cheap, long)"
    assert lines[1:] == ["1 problem found; 1 name could not be looked up, because scenario 'chep' was not read whole"]
    none = write({"scenarios/cheap.toml": None, "scenarios/long.toml": None}, "bare")
    assert said(none, ("x",))[0] == "--scenario:1:1: bare has no scenario 'x' (there is none)"


def test_a_file_that_may_not_be_read(write: Write) -> None:
    load(write({}))  # whatever is imported on the way is imported while it may be
    with TemporaryDirectory() as place:
        folder = Path(place) / "small"
        shutil.copytree(write({}, "other"), folder)
        Path(place).chmod(0o755)
        for file in (POWER, "sites.csv"):
            (folder / file).chmod(0)
        superuser = os.geteuid() == 0  # to whom every file is open
        if superuser:
            os.seteuid(65534)
        try:
            lines = said(folder)
        finally:
            if superuser:
                os.seteuid(0)
    assert [line for line in lines if "cannot be read" in line] == [
        f"{POWER}:1:1: cannot be read: Permission denied",
        "sites.csv:1:1: cannot be read: Permission denied",
    ]
