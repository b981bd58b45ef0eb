"""One slip is answered with a line or two, not with one for every row that it touches."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InstanceError, Problem
from planner.instance import load
from tests.instance.small import FILES

Write = Callable[..., Path]
POWER = "parameters/power.csv"


def said(folder: Path) -> list[str]:
    """The lines of the error."""
    with pytest.raises(InstanceError) as caught:
        load(folder)
    return str(caught.value).splitlines()


def test_one_slip_in_many_rows_of_a_file_is_one_line(write: Write) -> None:
    folder = write({POWER: FILES[POWER].replace("gas,", "Gas,")})
    with pytest.raises(InstanceError) as caught:
        load(folder)
    lines = str(caught.value).splitlines()
    assert (
        lines[0]
        == "parameters/power.csv:3:1: unknown technology 'Gas', did you mean 'gas'? (expected one of gas, pv) (likewise on lines 4 to 8)"
    )
    assert len([line for line in lines if "unknown technology" in line]) == 1
    assert len([problem for problem in caught.value.problems if "unknown technology" in problem.message]) == 6
    assert lines[-1].startswith("6 problems found")


def test_lines_are_folded_only_where_file_and_message_are_the_same() -> None:
    problems = [Problem("a.csv", line, 1, "x") for line in (2, 3, 4, 7, 9)] + [
        Problem("a.csv", 5, 1, "y"),
        Problem("b.csv", 2, 1, "x"),
    ]
    assert str(InstanceError(problems)).splitlines() == [
        "a.csv:2:1: x (likewise on lines 3, 4, 7 and 9)", "a.csv:5:1: y", "b.csv:2:1: x",
    ]  # fmt: skip
    assert str(InstanceError([Problem("a.csv", 2, 1, "x"), Problem("a.csv", 3, 1, "x")])) == "a.csv:2:1: x (likewise on line 3)"
    many = [Problem("a.csv", line, 1, "x") for line in range(2, 60, 3)]
    assert str(InstanceError(many)) == "a.csv:2:1: x (likewise on 19 more lines up to 59)"


def test_what_nothing_uses_is_not_looked_for_while_a_name_is_unknown(write: Write) -> None:
    lines = said(write({"sites.csv": FILES["sites.csv"].replace("mare,moon,\nrim,moon,\n", "rin,moon,\n")}))
    assert not [line for line in lines[:-1] if "nothing uses" in line]
    assert lines[0].startswith("deposits.csv:2:7: unknown site 'mare'")
    assert lines[-1].endswith("rows that nothing uses were not looked for")
    assert not [line for line in lines if "has no growth" in line]


def test_a_row_that_nothing_uses_is_named_where_every_name_is_known(write: Write) -> None:
    lines = said(write({POWER: FILES[POWER].replace("pv,moon,capex", "gas,moon,capex").replace("NREL,,900,700", "NREL,,900,x")}))
    assert lines[0].startswith("parameters/power.csv:9:") and "nothing uses power.gas.capex[moon]" in lines[1]


def test_without_the_folder_of_parameters_that_is_the_problem(write: Write) -> None:
    folder = write()
    shutil.rmtree(folder / "parameters")
    lines = said(folder)
    assert len(lines) == 2 and lines[0].startswith("parameters:1:1: the folder is missing, expected one file a block: ")
    (folder / "parameters").mkdir()
    assert said(folder) == lines


def test_shares_of_tiers_that_no_row_gives(write: Write) -> None:
    compute = "".join(line for line in FILES["parameters/compute.csv"].splitlines(keepends=True) if ",share," not in line)
    lines = said(write({"parameters/compute.csv": compute}))
    assert (
        lines[0]
        == "tiers.csv:2:1: the shares of the tiers of 'chat' add up to 2, expected 1 (a tier without a row compute.TIER.share has all of it)"
    )


@pytest.mark.parametrize(("path", "message"), [
    ("nowhere", "there is no folder 'nowhere', expected the folder of an instance"),
    ("small/sites.csv", "'sites.csv' is a file, expected the folder of an instance"),
    ("small/instance.toml", "'instance.toml' is a file, expected the folder that it is in"),
    ("small/parameters", "there is no instance.toml in 'parameters', expected the folder of an instance"),
])  # fmt: skip
def test_what_is_no_folder_of_an_instance(path: str, message: str, write: Write, tmp_path: Path) -> None:
    write()
    assert said(tmp_path / path)[0] == f"instance.toml:1:1: {message}"


@pytest.mark.parametrize("cell", ["55%", "5 GW", "5GW", "$5"])
def test_a_unit_behind_a_number(cell: str, write: Write) -> None:
    lines = said(write({"limits.csv": FILES["limits.csv"].replace("TW,1,", f"TW,{cell},")}))
    assert (
        lines[0]
        == f"limits.csv:2:49: '{cell}' is no number, expected one such as 1234.5 or 1.2e3; units stand in the column 'unit'"
    )


def test_a_limit_that_selects_nothing_for_want_of_a_body_is_no_problem_of_its_own(write: Write) -> None:
    lines = said(write({"sites.csv": FILES["sites.csv"].replace("texas,earth", "texas,erth")}))
    assert not [line for line in lines if "selects nothing" in line]
    assert any(line.startswith("sites.csv:2:7: unknown body 'erth', did you mean 'earth'?") for line in lines)


def test_a_line_that_has_a_problem_twice_is_counted_once() -> None:
    problems = [Problem("a.csv", line, column, "x") for line in (2, 3) for column in (1, 9)]
    assert str(InstanceError(problems)) == "a.csv:2:1: x (likewise on line 3)"


def test_kinds_of_places_read_as_a_sentence(write: Write) -> None:
    lines = said(write({POWER: FILES[POWER].replace("pv,night,availability", "pv,nigth,availability")}))
    assert lines[0].startswith("parameters/power.csv:12:4: unknown site, body or slice 'nigth', did you mean 'night'?")


@pytest.mark.parametrize(("file", "old", "new", "first"), [
    ("technologies.csv", "gpu,compute", "gpu,Compute", "technologies.csv:2:5: 'Compute' is no block, did you mean 'compute'?"),
    ("routes.csv", "up,rocket", "going up,rocket", "routes.csv:2:1: 'going up' is no name"),
    ("technologies.csv", "gpu,", "GPU,", "technologies.csv:2:1: 'GPU' is no name"),
    ("parameters/compute.csv", "gpu,,lifetime", "gpu,,lifetme", "parameters/compute.csv:4:6: unknown parameter 'lifetme', did you mean 'lifetime'?"),
    ("parameters/finance.csv", "parameter,unit,value,low,high,source\n", "item,unit,value,low,high,source,parameter\nfinance,%/yr,7,5,*2,x,discount_rate\n#",
     "parameters/finance.csv:2:1: 'finance' where finance.discount_rate has no item, expected an empty cell"),
    ("technologies.csv", "texas moon", "texas;moon",
     "technologies.csv:5:10: unknown site or body 'texas;moon', did you mean 'texas'?, names are separated by blanks"),
    ("routes.csv", "complex structural", '"complex, structural"', "routes.csv:2:22: unknown good 'complex,', did you mean 'complex'?, names are separated by blanks"),
])  # fmt: skip
def test_a_slip_has_one_problem(file: str, old: str, new: str, first: str, write: Write) -> None:
    lines = said(write({file: FILES[file].replace(old, new, 1)}))
    assert lines[0].startswith(first) and lines[1].startswith("1 problem found")


@pytest.mark.parametrize(("old", "new", "key"), [("[bodies.moon]", "[body.moon]", "body"), ("[units]", "[unit]", "unit")])
def test_a_misspelt_section_is_not_missed_in_every_table(old: str, new: str, key: str, write: Write) -> None:
    power = FILES[POWER].replace("gas,,existing,MW,,,,EIA,,500,100", "gas,,existing,rack,,,,EIA,,500,100")
    lines = said(write({POWER: power, "instance.toml": FILES["instance.toml"].replace(old, new)}))
    place = "17:2" if key == "body" else "19:2"
    assert len(lines) == 2 and lines[0].startswith(f"instance.toml:{place}: unknown key '{key}', did you mean")
    assert lines[1].endswith("because instance.toml was not read whole")
