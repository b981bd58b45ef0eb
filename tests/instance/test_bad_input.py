"""Every kind of broken instance: where the problem is said to stand, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.errors import InstanceError
from planner.instance import csv_files, load, sizes
from tests.instance.broken import CASES, ELSEWHERE, POWER, TIME
from tests.instance.small import FILES


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
    with pytest.raises(InstanceError, match=r"sites\.csv:1:1: not a file within the folder"):
        load(folder)


def test_large_files_and_many_rows_are_refused(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "MOST_THINGS", 2)
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
    assert "\n7 problems found; " in str(caught.value)


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
        ('extends = "chaep"\n', "1:1", "has no scenario 'chaep', did you mean 'cheap'?"),
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
    with pytest.raises(InstanceError, match=r"--scenario:1:1: small has no scenario 'chep', did you mean 'cheap'"):
        load(write(), scenarios=["chep"])
    with pytest.raises(InstanceError, match="has no scenario"):
        load(write(), scenarios=["../cheap"])


SCRAPS = (
    "",
    "0",
    "-1",
    "nan",
    "moon",
    "gas",
    "gpu",
    "lunar_night",
    "texas/night",
    "kW",
    '"',
    "\n",
    ",",
    "#",
    "*0.5",
    "2034",
    "capex",
    "[",
    "]",
    "=",
    "up",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_broken_is_an_instance_error(write: Callable[..., Path], data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(FILES)))
    text = FILES[file]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 8, len(text))))
    try:
        load(write({file: text[:start] + data.draw(st.sampled_from(SCRAPS)) + text[end:]}, "scraps"), ["long"])
    except InstanceError as error:
        assert error.problems


def test_a_year_far_off_the_horizon_is_a_slip(write: Callable[..., Path]) -> None:
    """A line may be drawn to a year off the horizon, but not to one that is only a misspelt year within it."""
    table = "item,at,parameter,unit,value,source,2030,{}\ngas,,variable_cost,USD/MWh,,assumption,20,30\n"
    for year, far in (("2084", False), ("2085", True), ("2304", True)):
        folder = write(
            {"scenarios/slip.toml": 'title = "Slip"\n', "scenarios/slip/parameters/power.csv": table.format(year)},
            name=f"small{year}",
        )
        with pytest.raises(InstanceError) if far else nullcontext() as caught:
            load(folder, scenarios=("slip",))
        if far:
            assert "parameters/power.csv:2:" in str(caught.value) and f"{year} is far off the horizon 2030-2034" in str(
                caught.value
            )
