"""A row that was changed keeps the file and line where its number stands, and says what changed it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import planner
from planner.errors import InstanceError
from planner.instance import Instance, load
from planner.showing import parameters_shown
from tests import variants
from tests.diagnosis.seeds import base

Write = Callable[..., Path]


def place(instance: Instance, address: str) -> str:
    """The place of a row, as errors and diagnoses give it."""
    rows = {row.address: row for row in (*instance.rows, *instance.limit_rows)}
    return rows[address].place


def test_a_row_keeps_its_place_and_says_what_changed_it(write: Write) -> None:
    folder = write()
    by_set = load(folder, changes=["power.gas.capex*=2", "limits.ceiling.upper@2032=5"])
    assert place(by_set, "power.gas.capex") == "parameters/power.csv:3, changed by --set"
    assert place(by_set, "limits.ceiling.upper") == "limits.csv:2, changed by --set"
    assert place(by_set, "power.gas.fuel_use") == "parameters/power.csv:4"
    row = next(row for row in by_set.rows if row.address == "power.gas.capex")
    assert (row.file, row.line, row.latest) == ("parameters/power.csv", 3, ("--set", 1))
    replaced = load(folder).replace({"power.gas.capex": 700})
    assert place(replaced, "power.gas.capex") == "parameters/power.csv:3, changed by replace"
    assert place(pickle.loads(pickle.dumps(replaced)), "power.gas.capex") == "parameters/power.csv:3, changed by replace"


def test_a_scenario_names_its_own_line_too(write: Write) -> None:
    instance = load(write(), ["cheap"])
    assert place(instance, "launch.rocket.price") == "parameters/launch.csv:4, changed by scenarios/cheap.toml:3"
    again = instance.replace({"launch.rocket.price": ("*", 2)}).replace({"launch.rocket.price": ("*", 2)})
    assert place(again, "launch.rocket.price") == "parameters/launch.csv:4, changed by scenarios/cheap.toml:3 and replace"


def test_a_row_that_was_not_there_says_what_added_it(write: Write) -> None:
    instance = load(write(), changes=["power.max_build[texas]=3"])
    assert place(instance, "power.max_build[texas]") == "added by --set"


@pytest.mark.parametrize(("changes", "scenario", "said"), [
    (["power.pv.capex[moon]=5", "power.gas.capex=-5"], "",
     "--set:2:1: power.gas.capex is -5 USD/kW, expected at least 0 (changes parameters/power.csv:3)"),
    ([], '[set]\n"power.gas.capex" = -5\n',
     "scenarios/it.toml:2:1: power.gas.capex is -5 USD/kW, expected at least 0 (changes parameters/power.csv:3)"),
    (["limits.ceiling.upper=-1"], "", "--set:1:1: 'ceiling' is negative, but compute.in_service is at least 0 (changes limits.csv:2)"),
    (["power.pv.capex=5", "compute.idle.share=50"], "", "--set:2:1: the shares of the tiers of 'chat' add up to 0.8, expected 1 (changes parameters/compute.csv:13)"),
    (["power.pv.capex=5", "time.day.share=0.6"], "", "--set:2:1: the shares of the slices of 'earth' add up to 1.1, expected 1 (changes parameters/time.csv:2)"),
    (["power.pv.last_year=2030"], "", "--set:1:1: first_year of 'pv' is 2031, after its last_year 2030 (changes parameters/power.csv:15)"),
    (["power.pv.first_year=2041"], "", "--set:1:1: first_year of 'pv' is 2041, after its last_year 2040 (changes parameters/power.csv:14)"),
    (["launch.up.opens=2033", "launch.up.closes=2032"], "", "--set:2:1: opens of 'up' is 2033, after its closes 2032"),
    (["power.gas.existing[texas]=-1"], "", "--set:1:1: power.gas.existing[texas] is -1 MW, expected at least 0"),
])  # fmt: skip
def test_errors_of_a_change_point_to_it_and_name_the_row(changes: list[str], scenario: str, said: str, write: Write) -> None:
    with pytest.raises(InstanceError) as caught:
        load(write({"scenarios/it.toml": scenario}), ["it"] if scenario else [], changes)
    assert said.replace(" MW,", " GW,") in str(caught.value).splitlines()


def test_a_change_of_what_nothing_uses_is_its_own_error(write: Write) -> None:
    with pytest.raises(InstanceError) as caught:
        load(write(), changes=["power.gas.capex[moon]=5"])
    assert str(caught.value.problems[0]).startswith("--set:1:1: nothing uses power.gas.capex[moon]")


def test_what_is_shown_says_what_changed_it(write: Write) -> None:
    records, text = parameters_shown(load(write(), changes=["power.gas.capex=700"]), "power.gas.capex")
    assert (records[0]["file"], records[0]["line"], records[0]["changed_by"]) == ("parameters/power.csv", 3, "--set")
    assert text.splitlines()[-1].strip() == "parameters/power.csv:3, changed by --set"


def test_a_diagnosis_names_the_row_and_what_changed_it() -> None:
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(base("bound").replace({"limits.co2_cap.upper@2036": "0.05 Mt/yr"}))
    found: Any = raised.value.diagnosis
    assert "(limits.co2_cap.upper, limits.csv:4, changed by replace)" in str(found)
    assert "instead of 0.05 Mt/yr (limits.csv:4, changed by replace)" in str(found)
    assert "replace:1" not in str(found)
    numbers = {number["address"]: number for number in found.as_dict()["conflict"]["numbers"]}
    cap = numbers["limits.co2_cap.upper"]
    assert (cap["file"], cap["line"], cap["changed_by"]) == ("limits.csv", 4, "replace")


def test_findings_and_gains_name_the_row_and_what_changed_it() -> None:
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(base("floors").replace({"limits.racks_standing.upper": "2 GW"}))
    (finding,) = raised.value.diagnosis.findings
    assert str(finding).startswith("limits.csv:9, changed by replace: racks_standing allows 2")
    with pytest.raises(planner.Unbounded) as unbounded:
        planner.solve(variants.earning())
    assert "finance.discount_rate (parameters/finance.csv:2, changed by replace)" in str(unbounded.value)
