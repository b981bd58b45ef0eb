"""What `planner show` finds at an address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner.errors import AddressError
from planner.showing import parameters_shown
from tests.conftest import TOY, Said
from tests.instance.small import FILES


@pytest.mark.parametrize(("address", "found"), [
    ("power.solar.capex[basin]", ["power.solar.capex[basin]"]),
    ("power.solar.capex", ["power.solar.capex[basin]", "power.solar.capex[plains]"]),
    ("power.solar.capex@2031", ["power.solar.capex[basin]@2031", "power.solar.capex[plains]@2031"]),
    ("power.gas.lifetime[]", ["power.gas.lifetime"]),
    ("compute.overhead", ["compute.overhead[basin]", "compute.overhead[plains]"]),
    ("compute.rack.growth[moon]", ["compute.rack.growth[moon]"]),
    ("limits.co2_cap", ["limits.co2_cap.upper"]),
    ("limits.co2_cap.upper", ["limits.co2_cap.upper"]),
    ("finance", ["finance.discount_rate", "finance.carbon_price[earth]"]),
])  # fmt: skip
def test_addresses(address: str, found: list[str]) -> None:
    records, _ = parameters_shown(planner.load(TOY), address)
    assert [record["address"] for record in records] == found


def test_a_prefix_shows_everything_below_it() -> None:
    toy = planner.load(TOY)
    records, _ = parameters_shown(toy, "power.gas")
    assert [record["address"] for record in records] == [row.address for row in toy.rows if row.item == "gas"]


@pytest.mark.parametrize(("address", "value", "said"), [
    ("compute.chat.demand@2030", 20, "compute.chat.demand@2030 = 20 ZFLOP/s"),
    ("compute.chat.demand@2034", 31.25, "compute.chat.demand@2034 = 31.25 ZFLOP/s"),  # the mean of 2034 and 2035
    ("power.gas.capex@2034", 1300, "power.gas.capex@2034 = 1300 USD/kW"),
    ("limits.co2_cap.upper@2032", 9, "limits.co2_cap.upper@2032 = 9 Mt/yr"),
])  # fmt: skip
def test_the_number_in_a_year(address: str, value: float, said: str) -> None:
    (record,), text = parameters_shown(planner.load(TOY), address)
    assert (record["value"], record["years"], record["status"]) == (pytest.approx(value), {}, "assumption")
    assert text.splitlines()[0] == said


@pytest.mark.parametrize(("address", "value", "unit", "source"), [
    ("power.fusion.availability", 1, "1", "default: no row states it"),
    ("power.fusion.availability[]", 1, "1", "default: no row states it"),
    ("power.fusion.availability[basin/night]", 1, "1", "default: no row states it"),
    ("power.gas.variable_cost@2031", 0, "GUSD/(GW*yr)", "default: no row states it"),
    ("power.variable_cost", 0, "GUSD/(GW*yr)", "default: no row states it"),
    ("finance.carbon_price[moon]@2036", 0, "GUSD/Mt", "default: no row states it"),
    ("compute.rack.availability[basin/night]", 1, "1", "default: no row states it"),
    ("compute.rack.availability[moon]", 1, "1", "default: where no row states another number"),
])  # fmt: skip
def test_a_default_is_shown_and_said_to_be_one(address: str, value: float, unit: str, source: str) -> None:
    (record,), text = parameters_shown(planner.load(TOY), address)
    assert (record["address"], record["value"], record["unit"]) == (address, value, unit)
    assert (record["status"], record["source"], record["file"]) == ("default", source, "")
    assert text.splitlines()[0] == f"{address} = {value} {unit}"
    assert text.splitlines()[-1] == f"    {source}"


def test_what_rows_state_in_part_is_shown_with_the_default_of_the_rest() -> None:
    records, _ = parameters_shown(planner.load(TOY), "compute.rack.availability")
    assert [(record["address"], record["value"], record["status"]) for record in records] == [
        ("compute.rack.availability[basin/day]", 0.95, "assumption"), ("compute.rack.availability", 1, "default"),
    ]  # fmt: skip


@pytest.mark.parametrize(("address", "said"), [
    ("power.solar.capex[basn]", "no row of toy has the address power.solar.capex[basn]: unknown place 'basn', did you mean 'basin'?"),
    ("compute.rack.availability[basin/dya]", "no row of toy has the address compute.rack.availability[basin/dya]: unknown place 'dya', did you mean 'day'?"),
    ("power.gaz.capex", "no row of toy has the address power.gaz.capex; the nearest is power.gas.capex"),
    ("compute.rack.growth[earth]", "no row of toy has the address compute.rack.growth[earth]; the nearest is compute.rack.growth[moon]"),
    ("power.solar.capex[]", "no row of toy has the address power.solar.capex[]; the nearest is power.solar.capex[basin]"),
    ("power.solar.capex[moon]", "no row of toy has the address power.solar.capex[moon]; the nearest is power.solar.capex[basin]"),
    ("power.solar.capex[plains]@2031x", "'power.solar.capex[plains]@2031x' is no address, expected block.item.parameter"),
    ("compute.chat.demand@1999", "'compute.chat.demand@1999': 1999 is no model year, expected one of 2030, 2031, 2032, 2033, 2034, 2036"),
    ("compute.chat.demand@2035", "'compute.chat.demand@2035': 2035 is no model year, expected one of 2030, 2031, 2032, 2033, 2034, 2036"),
    ("power.fusion.variable_cost@2035", "'power.fusion.variable_cost@2035': 2035 is no model year, expected one of 2030, 2031"),
    ("limits.co2_cap.upper@2035", "'limits.co2_cap.upper@2035': 2035 is no model year, expected one of 2030, 2031"),
    ("power.gas.lifetime@2031", "'power.gas.lifetime@2031': power.lifetime does not vary by year, expected no @year"),
    ("power.fusion.availability@2031", "'power.fusion.availability@2031': power.availability does not vary by year, expected no @year"),
    ("power.gas@2031", "no row of toy has the address power.gas@2031"),
    ("limits.co2_cap.upper[earth]", "no row of toy has the address limits.co2_cap.upper[earth]; the nearest is limits.co2_cap.upper"),
    ("power.solar.availability[plains]", "no row of toy has the address power.solar.availability[plains]; the nearest is power.solar.availability["),
    ("power.gas.availability[moon]", "no row of toy has the address power.gas.availability[moon]"),
    ("power.fusion.growth", "no row of toy has the address power.fusion.growth"),
])  # fmt: skip
def test_addresses_of_nothing(address: str, said: str) -> None:
    with pytest.raises(AddressError) as caught:
        parameters_shown(planner.load(TOY), address)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(("address", "said"), [
    ("limits.floor.lower@2030", "there is no number in 2030, expected one of 2032, 2034"),
    ("limits.floor.lower@2033", "2033 is no model year, expected one of 2032, 2034"),
    ("limits.fuel.upper@2030", "there is no number in 2030, expected no @year over the horizon"),
])  # fmt: skip
def test_years_of_limits(address: str, said: str, tmp_path: Path) -> None:
    for file, text in FILES.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    small = planner.load(tmp_path)
    with pytest.raises(AddressError, match=f"^'{address}': {said}$"):
        parameters_shown(small, address)
    (record,), _ = parameters_shown(small, "limits.floor.lower@2032")
    assert (record["value"], record["unit"]) == (2.5, "GW")  # the mean of 2032 and 2033


@pytest.mark.parametrize("address", ["compute.rack.growth[earth]", "compute.chat.demand@2035", "power.solar.capex[]"])
def test_an_address_of_nothing_is_bad_usage(address: str, run: Callable[..., Said]) -> None:
    said = run("show", TOY, address)
    assert said.code == 2 and said.out == "" and address in said.err


def test_a_default_is_printed(run: Callable[..., Said]) -> None:
    said = run("show", TOY, "power.fusion.availability")
    assert said.code == 0 and "default: no row states it" in said.out
