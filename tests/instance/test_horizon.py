"""The horizon: how far it may reach, and what is said of a slip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InstanceError
from planner.instance import load
from tests.instance.small import FILES

Write = Callable[..., Path]
HORIZON = "first = 2030\nlast = 2034\nstep = 2"


@pytest.mark.parametrize(("horizon", "said"), [
    ("first = 2030\nlast = 20340", "instance.toml:6:1: horizon.last is 20340, expected a year from 1900 to 2500"),
    ("first = 203\nlast = 2034", "instance.toml:5:1: horizon.first is 203, expected a year from 1900 to 2500"),
    ("first = 2030\nlast = 2340\nstep = 10", "instance.toml:6:1: `last` is 2340, expected 2329 or earlier: a horizon has at most 300 calendar years"),
    ("years = [2030, 2120, 2210, 2300]\nlast = 2340", "instance.toml:6:1: `last` is 2340, expected 2329 or earlier: a horizon has at most 300 calendar years"),
    ("years = [2030, 2120, 2210, 2300]", "instance.toml:5:1: `last` is 2389, expected 2329 or earlier: a horizon has at most 300 calendar years"),
    ("years = [2030, 2032, 2034]\nlast = 2304", "instance.toml:6:1: `last` is 2304, expected 2133 or earlier: a model year stands for at most 100 calendar years"),
    ("years = [2030, 2131]\nlast = 2131", "instance.toml:5:1: the model year 2030 stands for 101 calendar years, expected at most 100"),
    ('first = "2030"\nlast = 2034', "instance.toml:5:1: horizon.first is '2030', expected a year from 1900 to 2500"),
    ("years = [2030.0, 2032]", "instance.toml:5:1: horizon.years is 2030.0, expected a whole number without a decimal point, did you mean 2030?"),
    ("first = 2030-01-01\nlast = 2034", "instance.toml:5:1: horizon.first is 2030-01-01, expected a year from 1900 to 2500, did you mean 2030?"),
    ("years = []", "instance.toml:5:1: horizon.years is empty, expected one item at least"),
    ("years = [nan]", "instance.toml:5:1: horizon.years is nan, expected a year from 1900 to 2500"),
    ("first = 2030\nlast = 2034\nstep = 2.0", "instance.toml:7:1: horizon.step is 2.0, expected a whole number without a decimal point, did you mean 2?"),
    ("first = true\nlast = 2034", "instance.toml:5:1: horizon.first is true, expected a year from 1900 to 2500"),
    ("first = 2030.5\nlast = 2034", "instance.toml:5:1: horizon.first is 2030.5, expected a year from 1900 to 2500"),
    ("first = 2030\nlast = 2034\nstep = 0", "instance.toml:7:1: horizon.step is 0, expected a whole number from 1 to 100"),
    ("years = [2030, 20340]", "instance.toml:5:1: horizon.years is 20340, expected a year from 1900 to 2500"),
])  # fmt: skip
def test_a_slip_in_the_horizon_is_answered_with_what_was_expected(horizon: str, said: str, write: Write) -> None:
    with pytest.raises(InstanceError) as caught:
        load(write({"instance.toml": FILES["instance.toml"].replace(HORIZON, horizon)}))
    assert str(caught.value.problems[0]) == said and len(caught.value.problems) == 1


def test_the_longest_horizon_is_planned(write: Write) -> None:
    longest = FILES["instance.toml"].replace(HORIZON, "first = 2030\nlast = 2329\nstep = 50")
    assert load(write({"instance.toml": longest})).conventions.horizon.last == 2329


def test_other_settings_say_what_stands_and_what_was_expected(write: Write) -> None:
    toml = (
        FILES["instance.toml"]
        .replace('payments = "end"', 'payments = "ende"\nprice_year = "2025"')
        .replace("price_year = 2025\n", "")
    )
    with pytest.raises(InstanceError) as caught:
        load(write({"instance.toml": toml.replace("users = true", "users = 1")}))
    assert [problem.message for problem in caught.value.problems] == [
        "finance.payments is 'ende', expected start, mid or end", "finance.price_year is '2025', expected a year from 1900 to 2500",
        "bodies.earth.users is 1, expected true or false",
    ]  # fmt: skip


@pytest.mark.parametrize(("year", "fits"), [(1929, False), (1930, True), (2134, True), (2135, False)])
def test_the_base_year_lies_near_the_horizon(year: int, fits: bool, write: Write) -> None:
    toml = FILES["instance.toml"].replace("price_year = 2025", f"price_year = 2025\nbase_year = {year}")
    if fits:
        assert load(write({"instance.toml": toml})).finance.base_year == year
        return
    with pytest.raises(InstanceError) as caught:
        load(write({"instance.toml": toml}))
    said = f"instance.toml:11:1: finance.base_year is {year}, expected one from 1930 to 2134: at most 100 years off the horizon"
    assert [str(problem) for problem in caught.value.problems] == [said]


def test_text_without_quotes_is_told_apart(write: Write) -> None:
    with pytest.raises(InstanceError) as caught:
        load(write({"instance.toml": FILES["instance.toml"].replace('"Small"', "Small")}))
    assert (
        str(caught.value.problems[0]) == "instance.toml:1:9: not TOML: Invalid value (text stands in quotes, a list in brackets)"
    )
