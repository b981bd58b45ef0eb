"""Patterns of addresses: what they match, in time that does not depend on how many stars they have, and what they change."""

from __future__ import annotations

import fnmatch
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import AddressError, InstanceError
from planner.instance import load
from planner.instance.patterns import matches

Write = Callable[..., Path]


def test_a_pattern_matches_as_a_regular_expression_does() -> None:
    chance = random.Random(1)
    seen = set()
    for _ in range(5_000):
        pattern = "".join(chance.choices("ab*", k=chance.randint(0, 7)))
        text = "".join(chance.choices("ab", k=chance.randint(0, 8)))
        expected = re.fullmatch(fnmatch.translate(pattern), text) is not None
        assert matches(pattern, text) == expected, (pattern, text)
        seen.add(expected)
    assert seen == {True, False}


def test_many_stars_take_no_longer_than_few() -> None:
    """By a regular expression this takes longer than the age of the universe; here the text is read once a star."""
    assert not matches("*a" * 2_000 + "b", "a" * 20_000)
    assert matches("*a" * 2_000, "a" * 20_000)


def test_set_scenario_and_replace_take_patterns(write: Write) -> None:
    folder = write({"scenarios/twice.toml": '[scale]\n"compute.*.demand" = 2\n'})
    plain = load(folder)
    twice = [load(folder, "twice"), load(folder, changes=["compute.*.demand*=2"]), plain.replace({"compute.*.demand": ("*", 2)})]
    by_name = plain.replace({"compute.training.demand": ("*", 2), "compute.chat.demand": ("*", 2)})
    assert {instance.hash for instance in twice} == {by_name.hash} != {plain.hash}
    named = [{edit.address for edit in instance.edits} for instance in twice]
    assert named == [{"compute.training.demand", "compute.chat.demand"}] * 3


def test_a_pattern_names_rows_at_every_place_as_an_address_does(write: Write) -> None:
    instance = load(write())
    assert {edit.address for edit in instance.replace({"power.*.capex": ("*", 2)}).edits} == {
        "power.gas.capex", "power.pv.capex", "power.pv.capex[moon]"
    }  # fmt: skip
    assert [edit.address for edit in instance.replace({"power.*.capex[moon]": ("*", 2)}).edits] == ["power.pv.capex[moon]"]
    assert [edit.address for edit in instance.replace({"power.*.capex[]": ("*", 2)}).edits] == [
        "power.gas.capex",
        "power.pv.capex",
    ]
    changed = instance.replace({"compute.*.demand@2032": ("*", 2)})
    assert changed.numbers["compute.demand"]["training", 2032] == 2 * instance.numbers["compute.demand"]["training", 2032]
    assert changed.numbers["compute.demand"]["training", 2034] == instance.numbers["compute.demand"]["training", 2034]
    assert load(write(), changes=["limits.*.upper *= 2"]).edits[0].address == "limits.ceiling.upper"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("compute.*.demnd=1", r"'compute\.\*\.demnd' names no row, did you mean 'compute\.\*\.demand'\?"),
        ("compute.*.demand[earth]*=2", r"'compute\.\*\.demand\[earth\]' names no row"),
        ("power.gas.*=2", r"'power\.gas\.\*=2': expected a blank before = "),
        ("power.gas.capex[earth]*=2", r"has no row of its own to scale, shift or change in one year \(there is power\.gas\.capex\), expected a row"),
        ("power.* = 3 USD/kW", r"'power\.lifetime\[\]': unit 'USD/kW' does not convert into 'yr'"),
    ],
)  # fmt: skip
def test_a_change_that_matches_nothing_is_refused_with_the_nearest(change: str, said: str, write: Write) -> None:
    with pytest.raises(AddressError, match=said):
        load(write(), changes=[change])


def test_a_pattern_that_cannot_change_one_row_changes_none(write: Write) -> None:
    instance = load(write())
    with pytest.raises(AddressError):
        instance.replace({"power.gas.* ": 3.0, "power.*": "3 USD/kW"})
    assert instance.hash == load(write()).hash


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("compute.chat.demand", "compute.chat.demand[]", True),
        ("compute.chat.demand[]", "compute.chat.demand", True),
        ("compute.chat.demand@2032", "compute.chat.demand", True),
        ("compute.chat.demand", "compute.chat.demand@2032", False),
        ("power.pv.capex", "power.pv.capex[moon]", False),
        ("compute.*.demand", "compute.chat.demand", False),
    ],
)
def test_one_number_in_two_writings(first: str, second: str, refused: bool, write: Write) -> None:
    folder = write({"scenarios/both.toml": f'[set]\n"{first}" = 1\n"{second}" = 2\n'})
    instance = load(write())
    for attempt, error in (
        (lambda: load(folder, "both"), InstanceError),
        (lambda: instance.replace({first: 1, second: 2}), AddressError),
    ):
        if not refused:
            attempt()
            continue
        with pytest.raises(error, match=re.escape(f"'{second}' sets the same as '{first}', expected one of them")):
            attempt()
    assert instance.replace([{first: 1}, {second: 2}]).edits, "one after the other is meant"
