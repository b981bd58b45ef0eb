"""What an instance holds once it is read: structure, numbers in the units of the model, limits, rows."""

from __future__ import annotations

import dataclasses
import pickle
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.declarations import PARAMETERS
from planner.instance import Instance, Route, Technology, load
from tests.instance.small import FILES

Write = Callable[..., Path]
POWER = "parameters/power.csv"


@pytest.fixture
def instance(write: Write) -> Instance:
    return load(write())


def test_structure(instance: Instance) -> None:
    assert instance.name == "small"
    assert instance.title == "Small"
    assert instance.years == (2030, 2032, 2034)
    assert instance.weights == {2030: 2, 2032: 2, 2034: 1}
    assert (instance.finance.base_year, instance.finance.payments, instance.finance.capital) == (2030, "end", "upfront")
    assert instance.bodies["earth"].users
    assert instance.bodies["moon"].supplies == ()
    assert instance.sites == {"texas": "earth", "mare": "moon", "rim": "moon"}
    assert instance.slices == {"earth": ("day", "night"), "moon": ("lunar_day", "lunar_night")}
    assert instance.previous == {"day": "night", "night": "day", "lunar_day": "lunar_night", "lunar_night": "lunar_day"}
    assert instance.technologies["smelter"] == Technology("smelter", "industry", ("mare", "rim"), "structural")
    assert instance.technologies["pv"].sites == ("mare", "rim", "texas")
    assert instance.tiers == {"urgent": "chat", "idle": "chat", "training": "training"}
    assert instance.routes["up"] == Route("up", "rocket", "texas", "moon", ("complex", "structural"), "")
    assert instance.deposits == {"basin": "mare"}
    assert instance.markets["lab"].side == "buy"
    assert instance.survival == {"gpu": ((0.0, 1.0), (4.0, 0.9))}


def test_numbers_in_units_of_the_model(instance: Instance) -> None:
    numbers = instance.numbers
    at_start = {f"{key}_at_start" for key in PARAMETERS if key.endswith(".existing")}  # growth begins with it, (F3)
    assert set(numbers) == set(PARAMETERS) | at_start
    assert numbers["finance.discount_rate"] == {None: pytest.approx(0.07)}
    assert numbers["time.share"] == {"day": 0.5, "night": 0.5, "lunar_day": 0.5, "lunar_night": 0.5}
    assert numbers["time.hours"]["lunar_night"] == 354
    assert numbers["compute.capex"]["gpu", "texas", 2030] == pytest.approx(25)  # 20,000 USD/kW of 2020 at 125/100
    assert numbers["compute.overhead"] == {"texas": 1.2, "mare": 1.1, "rim": 1.1}
    assert numbers["compute.value"] == {("urgent", year): pytest.approx(1.0) for year in instance.years}
    assert numbers["power.growth"] == {("gas", "earth"): pytest.approx(0.2)}
    assert numbers["power.fuel_price"]["gas", "texas", 2032] == pytest.approx(4 / 0.2930710702 * 8.76e-3)
    assert numbers["helium3.grade"] == {"basin": pytest.approx(0.01)}
    assert numbers["finance.carbon_price"]["moon", 2034] == 0
    assert numbers["power.max_build"] == {}
    assert numbers["power.first_year"] == {"pv": 2031}


def test_linear_between_years_and_constant_outside(write: Write) -> None:
    inside = load(write()).numbers["power.capex"]
    assert [inside["pv", "texas", year] for year in (2030, 2032, 2034)] == pytest.approx(
        [0.85, 0.8, 0.7]
    )  # first ordered in 2031
    outside = load(write({POWER: FILES[POWER].replace("2030,2034", "2026,2031")}, "other")).numbers["power.capex"]
    assert [outside["pv", "texas", year] for year in (2030, 2032, 2034)] == pytest.approx([0.7, 0.7, 0.7])


def test_the_most_specific_row_wins(instance: Instance) -> None:
    capex, available = instance.numbers["power.capex"], instance.numbers["power.availability"]
    assert capex["pv", "mare", 2030] == 9  # a body before everywhere
    assert capex["pv", "texas", 2030] == pytest.approx(0.85)
    assert available["pv", "texas", "night"] == 0  # a slice before everywhere
    assert available["pv", "texas", "day"] == 1
    assert instance.numbers["compute.availability"]["gpu", "mare", "lunar_night"] == pytest.approx(0.8)  # site/slice
    assert instance.numbers["compute.availability"]["gpu", "rim", "lunar_night"] == 1
    assert instance.numbers["power.lifetime"]["gas", "texas"] == 30  # no item


LEVELS = [
    ("", ""),
    ("", "moon"),
    ("", "rim"),
    ("", "rim/lunar_day"),
    ("pv", ""),
    ("pv", "moon"),
    ("pv", "lunar_day"),
    ("pv", "rim/lunar_day"),
]


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_each_level_of_specificity(number: int, write: Write) -> None:
    rows = [line for line in FILES[POWER].splitlines() if "availability" not in line]
    rows += [f"{item},{at},availability,%,{10 * level},,,x,,," for level, (item, at) in enumerate(LEVELS[: number + 1], 1)]
    folder = write(
        {
            POWER: "\n".join([*rows, "reactor,,capex,USD/W,9,,,x,,,"]) + "\n",
            "technologies.csv": FILES["technologies.csv"] + "reactor,power,earth moon,,\n",
        }
    )
    found = load(folder).numbers["power.availability"]
    assert found["pv", "rim", "lunar_day"] == pytest.approx(0.1 * (number + 1))
    assert found["reactor", "texas", "day"] == pytest.approx(0.1)


def test_limits(instance: Instance) -> None:
    ceiling, floor, fuel = instance.limits
    assert (ceiling.items, ceiling.places, ceiling.values) == ((), ("earth",), {2030: 1000, 2032: 1000, 2034: 1000})
    assert (floor.items, floor.bound, floor.years, floor.values) == (("pv",), "lower", (2032, 2034), {2032: 2.5, 2034: 4})
    assert (fuel.over, fuel.values) == ("horizon", {None: pytest.approx(1)})
    assert (fuel.file, fuel.line) == ("limits.csv", 4)


def test_rows_keep_where_they_come_from(instance: Instance) -> None:
    rows = {row.address: row for row in instance.rows}
    capex = rows["compute.gpu.capex"]
    assert (capex.file, capex.line, capex.source, capex.status, capex.unit, capex.value) == (
        "parameters/compute.csv", 2, "Epoch, 2024", "published", "USD2020/kW", 20000,
    )  # fmt: skip
    assert capex.low is not None and capex.low.of(20000) == 10000
    assert rows["compute.gpu.capex[moon]"].status == "assumption"
    assert rows["time.day.share"].status == "derived"
    assert rows["compute.training.demand"].note == "two\nlines"
    assert (rows["compute.chat.demand"].line, rows["compute.urgent.share"].line) == (11, 12)
    assert "cost" in capex.meaning


def test_counts(instance: Instance) -> None:
    rows = (
        sum(len(list(filter(None, text.splitlines()))) - 1 for file, text in FILES.items() if file.endswith(".csv")) - 1
    )  # a note of two lines
    assert instance.counts == {"read": rows, "used": rows, "replaced": 0, "added": 0}


def test_is_frozen_and_pickles(instance: Instance) -> None:
    with pytest.raises(AttributeError):
        instance.name = "other"  # type: ignore[misc]
    copy = pickle.loads(pickle.dumps(instance))
    assert copy.hash == instance.hash
    assert copy.replace({"power.gas.capex": 5}).hash == instance.replace({"power.gas.capex": 5}).hash


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("sites.csv", lambda text: "\ufeff" + text),
        ("sites.csv", lambda text: text.replace("\n", "\r\n")),
        ("sites.csv", lambda text: '\n#a comment,"with a quote\n' + text.replace("\nrim", "\n\n,,\nrim")),
        ("sites.csv", lambda text: text.replace("rim,moon", " rim , moon")),
        ("parameters/finance.csv", lambda text: text.replace("%/yr,7,5,*2", "1/yr,0.07,0.05,0.14")),
        (
            "parameters/storage.csv",
            lambda text: (
                text.replace("h,4,NREL", "min,240,NREL, ")
                .replace("value,source", "value,source,note")
                .replace("NREL\n", "NREL,\n")
            ),
        ),
        ("instance.toml", lambda text: text.replace("Small", "Another title").replace("Everything once.", "")),
        ("technologies.csv", lambda text: text.replace("earth moon", "texas moon")),
        ("parameters/launch.csv", lambda text: text + "rocket,,fixed_cost,USD/(t/yr)/yr,0,the default\n"),
    ],
)
def test_hash_is_of_the_meaning(file: str, change: Callable[[str], str], write: Write) -> None:
    assert load(write({file: change(FILES[file])}, "other")).hash == load(write()).hash


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("parameters/power.csv", "USD/kW,1000,", "USD/kW,1000.0001,"),
        ("instance.toml", '"end"', '"mid"'),
        ("instance.toml", "step = 2", "step = 1"),
        ("instance.toml", "[bodies.moon]", "[bodies.moon]\nusers = true"),
        ("limits.csv", "TW,1", "TW,1.1"),
        ("workloads.csv", "flexible", "firm"),
        ("survival.csv", "4,0.9", "5,0.9"),
        ("routes.csv", "complex structural", "complex"),
        ("technologies.csv", "moon,structural", "moon,complex"),
        ("slices.csv", "day,earth,,\nnight,earth,,", "day,earth,a,\nnight,earth,b,"),
    ],
)
def test_hash_sees_every_change_of_meaning(file: str, old: str, new: str, write: Write) -> None:
    assert old in FILES[file]
    assert load(write({file: FILES[file].replace(old, new)}, "other")).hash != load(write()).hash


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(write: Write, chance: random.Random) -> None:
    shuffled = {}
    for file, text in FILES.items():
        if file.endswith(".csv") and file != "slices.csv" and '"two' not in text:
            header, *rows = text.splitlines()
            chance.shuffle(rows)
            shuffled[file] = "\n".join([header, *rows]) + "\n"
    assert load(write(shuffled, "shuffled")).hash == load(write()).hash


def test_horizon_of_a_list_of_years(write: Write) -> None:
    horizon = "years = [2030, 2032, 2034]"
    toml = FILES["instance.toml"].replace("first = 2030\nlast = 2034\nstep = 2", horizon)
    assert load(write({"instance.toml": toml}, "listed")).weights == {2030: 2, 2032: 2, 2034: 2}
    toml = toml.replace(horizon, horizon + "\nlast = 2040")
    assert load(write({"instance.toml": toml}, "longer")).weights == {2030: 2, 2032: 2, 2034: 7}


def test_a_hash_is_of_the_numbers_as_they_are(instance: Instance) -> None:
    key = next(key for key, table in instance.numbers.items() if any(table.values()))
    numbers = {**instance.numbers, key: dict(instance.numbers[key])}
    assert instance.hash == dataclasses.replace(instance, numbers=numbers).hash
    index = next(index for index, value in numbers[key].items() if value)
    numbers[key][index] *= 1 + 1e-9  # in the same table, whose text is kept
    assert dataclasses.replace(instance, numbers=numbers).hash != instance.hash == dataclasses.replace(instance).hash
