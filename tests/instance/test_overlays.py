"""Setting, scaling and shifting: scenarios, `--set` and `replace` say the same things in three ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.declarations import PARAMETERS
from planner.errors import AddressError, InstanceError, PlannerError
from planner.instance import Instance, load
from planner.instance.numbers import Resolver
from tests.instance.small import FILES
from tests.sweeping.designs import TOY

Write = Callable[..., Path]

# a line of a scenario, a --set, what replace takes
THREE_WAYS = [
    ('[set]\n"launch.rocket.price" = "0.2 kUSD/kg"', "launch.rocket.price=0.2 kUSD/kg", {"launch.rocket.price": "0.2 kUSD/kg"}),
    ('[set]\n"launch.rocket.price" = 200', "launch.rocket.price = 200", {"launch.rocket.price": ("=", 200)}),
    ('[scale]\n"power.pv.capex" = 0.5', "power.pv.capex*=0.5", {"power.pv.capex": ("*", 0.5)}),
    (
        '[shift]\n"compute.training.demand" = "500 EFLOP/s"',
        "compute.training.demand += 0.5",
        {"compute.training.demand": ("+", "0.5 ZFLOP/s")},
    ),
    (
        '[scale]\n"compute.training.demand@2032" = 2',
        "compute.training.demand@2032*=2",
        {"compute.training.demand@2032": ("*", 2)},
    ),
    ('[set]\n"limits.ceiling.upper" = "500 GW"', "limits.ceiling.upper=0.5", {"limits.ceiling.upper": "0.5 TW"}),
    ('[set]\n"power.gas.fixed_cost" = "10 USD/(kW*yr)"', "power.gas.fixed_cost=0.01", {"power.gas.fixed_cost": "10 USD/kW/yr"}),
]


@pytest.fixture
def instance(write: Write) -> Instance:
    return load(write())


@pytest.mark.parametrize(("scenario", "text", "changes"), THREE_WAYS)
def test_three_ways_are_one(scenario: str, text: str, changes: dict[str, Any], write: Write) -> None:
    folder = write({"scenarios/it.toml": scenario + "\n"})
    plain = load(folder)
    hashes = {
        load(folder, ["it"]).hash,
        load(folder, changes=[text]).hash,
        load(folder, changes=changes).hash,
        plain.replace(changes).hash,
    }
    assert len(hashes) == 1
    assert plain.hash not in hashes


def test_values(instance: Instance) -> None:
    demand = instance.replace({"compute.training.demand": ("+", "1000 EFLOP/s")}).numbers["compute.demand"]
    assert [demand["training", year] for year in instance.years] == pytest.approx([3, 7, 10])  # of 1, 3 and 5, 7 and 9
    capex = instance.replace({"power.pv.capex": ("*", 2)}).numbers["power.capex"]
    assert capex["pv", "texas", 2030] == pytest.approx(1.7)  # ordered in 2031
    assert capex["pv", "rim", 2030] == pytest.approx(18)
    assert instance.numbers["power.capex"]["pv", "rim", 2030] == 9, "the instance itself has not changed"


def test_a_place_picks_one_row(instance: Instance) -> None:
    everywhere = instance.replace({"power.pv.capex[]": ("*", 2)}).numbers["power.capex"]
    assert (everywhere["pv", "texas", 2034], everywhere["pv", "rim", 2034]) == (pytest.approx(1.4), 9)
    moon = instance.replace({"power.pv.capex[moon]": ("*", 2)}).numbers["power.capex"]
    assert (moon["pv", "texas", 2034], moon["pv", "rim", 2034]) == (pytest.approx(0.7), 18)


def test_a_year_changes_alone(instance: Instance) -> None:
    demand = instance.replace({"compute.chat.demand@2032": "2 ZFLOP/s"}).numbers["compute.demand"]
    assert [demand["chat", year] for year in instance.years] == pytest.approx([0.5, 2, 0.5])
    training = instance.replace({"compute.training.demand@2030": 7}).numbers["compute.demand"]
    assert [training["training", year] for year in instance.years] == pytest.approx([7, 6, 9])
    ceiling = instance.replace({"limits.ceiling.upper@2034": ("*", 3)}).limits[0]
    assert ceiling.values == {2030: 1000, 2032: 1000, 2034: pytest.approx(3000)}


def test_a_row_that_was_not_there(instance: Instance) -> None:
    more = instance.replace({"power.pv.capex[rim]": "8000 USD/kW"})
    assert more.numbers["power.capex"]["pv", "rim", 2030] == 8
    assert more.numbers["power.capex"]["pv", "mare", 2030] == 9
    row = next(row for row in more.rows if row.address == "power.pv.capex[rim]")
    assert (row.source, row.status, row.file) == ("override: set to 8000 USD/kW", "override", "replace")
    assert more.counts["added"] == 1
    assert more.counts["read"] == more.counts["used"] == instance.counts["read"] + 1 and more.counts["replaced"] == 0
    twice = more.replace({"power.max_build[texas]": 3})
    assert (twice.counts["added"], twice.counts["read"]) == (2, instance.counts["read"] + 2)
    assert instance.replace({"power.max_build[texas]": 3}).numbers["power.max_build"]["gas", "texas", 2030] == 3


def test_a_change_says_so_and_keeps_the_range_that_still_holds(instance: Instance) -> None:
    row = next(row for row in instance.replace({"power.gas.capex": ("*", 0.5)}).rows if row.address == "power.gas.capex")
    assert row.source == "override: scaled by 0.5; before: NREL"
    assert (row.low and row.low.amount, row.high and row.high.amount) == (400, 600)
    row = next(row for row in instance.replace({"power.gas.capex": 700}).rows if row.address == "power.gas.capex")
    assert (row.low, row.high and row.high.amount) == (None, 1200)


def test_overriding_by_itself_changes_nothing(instance: Instance) -> None:
    for row in instance.rows:
        if row.value is not None:
            assert instance.replace({f"{row.address}" if row.at else f"{row.address}[]": row.value}).hash == instance.hash
    assert instance.replace({"power.pv.capex": ("*", 1), "limits.fuel.upper": ("+", 0)}).hash == instance.hash


def test_scenarios_stack(write: Write) -> None:
    folder = write()
    cheap, long = load(folder, ["cheap"]), load(folder, ["long"])
    assert cheap.numbers["launch.price"]["rocket", "texas", 2030] == pytest.approx(0.2)
    assert cheap.years == (2030, 2032, 2034)
    assert long.years == (2030, 2032, 2034, 2036)
    assert long.numbers["launch.price"]["rocket", "texas", 2036] == pytest.approx(0.2)
    assert load(folder, ["cheap", "long"]).hash == long.hash, "a scenario is laid on once"
    assert long.title == "Small"


def test_tables_of_a_scenario(write: Write) -> None:
    folder = write(
        {
            "scenarios/ring.toml": '[bodies.ring]\n[set]\n"power.pv.capex[halo]" = "5 USD/W"\n',
            "scenarios/ring/sites.csv": "site,body\nhalo,ring\n",
            "scenarios/ring/slices.csv": "slice,body\nalways,ring\n",
            "scenarios/ring/technologies.csv": "technology,block,at\npv,power,texas moon ring\n",
            "scenarios/ring/parameters/time.csv": "item,parameter,unit,value,source\nalways,share,1,1,derived: all\nalways,hours,yr,1,derived: all\n",
            "scenarios/ring/parameters/power.csv": "item,at,parameter,unit,value,source\npv,always,availability,1,0.9,assumption\n",
        }
    )
    ring = load(folder, ["ring"])
    assert ring.sites["halo"] == "ring"
    assert ring.technologies["pv"].sites == ("halo", "mare", "rim", "texas")
    assert ring.numbers["power.capex"]["pv", "halo", 2030] == 5
    assert ring.numbers["power.availability"]["pv", "halo", "always"] == pytest.approx(0.9)
    assert "halo" not in load(folder).sites


def test_a_scenario_may_shorten_the_horizon(write: Write) -> None:
    folder = write({"scenarios/short.toml": "[horizon]\nlast = 2031\n"})
    short = load(folder, ["short"])
    assert short.years == (2030,)
    assert [limit.name for limit in short.limits] == ["ceiling", "fuel"]
    assert load(short.write(folder.parent / "written")).hash == short.hash


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("power.pv.capx=5", "'power.pv.capx' names no parameter; did you mean 'power.pv.capex'?"),
        ("powr.pv.capex=5", "did you mean 'power.pv.capex'?"),
        ("power.pvv.capex=5", "unknown technology 'pvv', did you mean 'pv'?"),
        ("power.pv.capex[mon]=5", "unknown site or body 'mon', did you mean 'moon'?"),
        ("power.pv.capex", "changes nothing, expected ADDRESS=VALUE"),
        ("power.pv.capex=", "changes nothing"),
        ("power.pv.capex-=5", "there is no '-='"),
        ("capex=5", "is no address"),
        ("power.pv.capex=cheap", "'cheap' is no number"),
        ("power.pv.capex=nan", "'nan' is no number"),
        ("power.pv.capex=5 USD", "unit 'USD' does not convert into 'USD/kW'"),
        ("power.gas.fixed_cost=5 USD", "unit 'USD' does not convert"),
        ("power.pv.capex*=5 USD", "expected a factor without a unit"),
        ("power.pv.capex@2031=5", "2031 cannot be changed by itself, expected one of 2030, 2032, 2034"),
        ("power.gas.lifetime@2030=5", "power.lifetime does not vary by year"),
        ("power.gas.fixed_cost*=2", "has no row of its own to scale"),
        ("limits.ceiling.lower=2", "names no limit, did you mean"),
        ("limits.fuel.upper@2030=2", "cannot be changed by itself, expected no @year over the horizon"),
        ("power.gas.capex*=1e308", "is no finite number"),
    ],
)
def test_changes_that_mean_nothing(change: str, message: str, write: Write) -> None:
    with pytest.raises(AddressError) as caught:
        load(write(), changes=[change])
    assert message in str(caught.value)


def test_rows_that_a_scenario_makes_are_counted(write: Write) -> None:
    folder = write({"scenarios/it.toml": '[set]\n"power.gas.fixed_cost" = 10\n'})
    plain, changed = load(folder), load(folder, ["it"], ["power.max_build[texas]=3"])
    assert changed.counts["read"] == changed.counts["used"] == plain.counts["read"] + 2
    assert (changed.counts["added"], changed.counts["replaced"]) == (2, 0)


@pytest.mark.parametrize(("year", "near"), [
    (2009, "2010 and 2012"), (2033, "2032 and 2034"), (2051, "2048 and 2050"),
])  # fmt: skip
def test_of_many_model_years_the_nearest_are_named(year: int, near: str, write: Write) -> None:
    folder = write({"instance.toml": FILES["instance.toml"].replace("first = 2030\nlast = 2034", "first = 2010\nlast = 2050")})
    with pytest.raises(AddressError, match=f"{year} cannot be changed by itself, expected a model year, the nearest are {near}$"):
        load(folder, changes=[f"power.gas.capex@{year}=5"])


def test_all_changes_that_mean_nothing_are_named(instance: Instance) -> None:
    with pytest.raises(AddressError) as caught:
        instance.replace({"power.pv.capx": 1, "power.pv.lifetme": 2})
    assert len(str(caught.value).splitlines()) == 2
    with pytest.raises(AddressError):
        instance.replace({"power.pv.capex": ("/", 2)})
    with pytest.raises(AddressError):
        instance.replace({"power.pv.capex": True})


def test_a_change_is_held_to_the_same_rules(instance: Instance, write: Write) -> None:
    with pytest.raises(InstanceError, match=r"replace:1:1: power\.gas\.capex is -5 USD/kW, expected at least 0"):
        instance.replace({"power.gas.capex": -5})
    with pytest.raises(InstanceError, match=r"nothing uses power\.gas\.capex\[moon\]: 'gas' is never at 'moon'"):
        instance.replace({"power.gas.capex[moon]": 5})
    with pytest.raises(InstanceError, match=r"--set:2:1: the shares of the tiers of 'chat' add up to 0\.8"):
        load(write(), changes=["power.gas.capex=5", "compute.idle.share=50"])
    with pytest.raises(InstanceError, match="'ceiling' is negative"):
        instance.replace({"limits.ceiling.upper": -1})


def test_the_small_instance_is_what_the_tests_think() -> None:
    assert "gas,,capex,USD/kW,1000,800,1200,NREL" in FILES["parameters/power.csv"]


def test_numbers_that_no_change_reaches_are_those_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row of the toy changed alone, and a row added: what is kept from before is what finding every number anew gives."""
    toy = load(TOY)
    changes = [{row.address: ("*", 0.99)} for row in toy.rows] + [{"compute.rack.capex[moon]": 7.0}]
    kept = [_replaced(toy, change) for change in changes]
    resolve = Resolver.resolve
    monkeypatch.setattr(Resolver, "resolve", lambda self, *known: resolve(self))
    anew = [_replaced(toy, change) for change in changes]
    for change, one, other in zip(changes, kept, anew, strict=True):
        if isinstance(one, Instance) and isinstance(other, Instance):
            assert (one.numbers, one.rows, one.counts, one.hash) == (other.numbers, other.rows, other.counts, other.hash), change
            assert one.hash != toy.hash or all(row.value == 0 for row in one.rows if row.changed_by), change
            assert sum(one.numbers[key] is not toy.numbers[key] for key in PARAMETERS) == 1, change
        else:
            assert one == other, change
    assert sum(isinstance(one, Instance) for one in kept) > 0.75 * len(kept)  # the others are lifetimes, say, which are whole


def _replaced(instance: Instance, change: dict[str, Any]) -> Instance | str:
    try:
        return instance.replace(change)
    except PlannerError as error:
        return str(error)
