"""Slips that read like something else, or like nothing: each is a problem with its place and not a silent other meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import AddressError, InstanceError, UnitError
from planner.instance import load
from planner.units import units_of
from tests.instance.small import FILES

Write = Callable[..., Path]

LIMITS, LAUNCH = FILES["limits.csv"], FILES["parameters/launch.csv"]


def refused(folder: Path, *expected: str) -> None:
    with pytest.raises(InstanceError) as found:
        load(folder)
    for said in expected:
        assert re.search(said, str(found.value)), f"{said}\n--\n{found.value}"


@pytest.mark.parametrize(
    ("read", "doubled"), [("kW", "kkW"), ("Mt", "MMt"), ("USD", "MkUSD"), ("krack", "kkrack"), ("kUSD2020", "MkUSD2020")]
)
def test_no_prefix_stands_before_another(read: str, doubled: str) -> None:
    """Also where the unit with one prefix was read before, which pint then keeps as a unit of its own."""
    units = units_of({"rack": "120 kW"}, 2025, {2020: 100.0, 2025: 125.0})
    for _ in range(2):
        with pytest.raises(UnitError, match=f"unknown unit '{doubled}'"):
            units.quantity(doubled)
        assert units.quantity(read).magnitude == 1.0


def test_a_unit_of_ones_own_may_end_like_a_power() -> None:
    units = units_of({"prem": "1.5", "prem2": "3", "panel_m2": "2 m2"}, 2025, {2025: 1.0})
    assert units.factor("prem2", "1") == 3 and units.factor("panel_m2", "m2") == pytest.approx(2)
    assert units.factor("km2", "m2") == pytest.approx(1e6)


@pytest.mark.parametrize("text", ["12 500 USD/kW", "1 200 USD/kW", "1 1e3 USD/kW"])
def test_a_blank_between_thousands_is_no_product(text: str, write: Write) -> None:
    with pytest.raises(AddressError, match=r"expected one without blanks, as in 1234\.5"):
        load(write(), changes=[f"power.gas.capex={text}"])


def test_a_unit_may_begin_with_one(write: Write) -> None:
    assert load(write(), changes=["finance.discount_rate=0.06 1/yr"]).numbers["finance.discount_rate"][None] == 0.06


def test_the_ending_of_a_table_is_in_small_letters(write: Write) -> None:
    refused(write({"limits.csv": None, "limits.CSV": LIMITS}), r"limits\.CSV:1:1: unknown file, did you mean 'limits\.csv'\?")


def test_years_of_an_upper_layer_leave_the_last_year_that_is_covered(write: Write) -> None:
    write()
    child = write(
        name="child", files={"instance.toml": 'title = "Child"\nextends = "../small"\n[horizon]\nyears = [2030, 2031]\n'}
    )
    assert [load(folder).conventions.horizon.last for folder in (write(), child)] == [2034, 2034]


@pytest.mark.parametrize("year", [2030, 2035])
def test_a_limit_cannot_be_changed_in_a_year_that_is_not_its_own(year: int, write: Write) -> None:
    with pytest.raises(AddressError, match=rf"{year} cannot be changed by itself, expected one of 2032, 2034"):
        load(write(), changes=[f"limits.floor.lower@{year}=1"])
    assert load(write(), changes=["limits.floor.lower@2032=1"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x,helium3.sold,lab,,year,upper,kg/yr,1,assumption,,,,", "'lab' is no label of helium3.sold"),
        ("x,emissions.released,smelter,,year,upper,t/yr,1,assumption,,,,", "'smelter' is no label of emissions.released"),
        ("x,helium3.shipped,up,,year,upper,t/yr,1,assumption,,,,", "'up' is no label of helium3.shipped"),
        ("x,launch.flow,up helium3,,year,upper,kt/yr,1,assumption,,,,", "selects nothing: up carries no helium3"),
        ("x,launch.flow,helium3,,year,upper,kt/yr,1,assumption,,,,", "selects nothing: up carries no helium3"),
        ("x,launch.flow,complex,,year,upper,kt/yr,1,assumption,0,,,", "the year 0, expected one from 1900 to 2500"),
    ],
)
def test_a_limit_that_can_count_nothing(line: str, said: str, write: Write) -> None:
    refused(write({"limits.csv": f"{LIMITS}{line}\n"}), rf"limits\.csv:5:\d+: {re.escape(said)}")


def test_propellant_is_taken_where_a_route_says(write: Write) -> None:
    refused(
        write({"parameters/launch.csv": f"{LAUNCH}up,,propellant_use,1,3,assumption\n"}),
        r"parameters/launch\.csv:6:\d+: 'up' has no body in the column refuel of routes\.csv",
    )
    routes = FILES["routes.csv"].replace("structural,,", "structural,earth,")
    assert load(write({"parameters/launch.csv": f"{LAUNCH}up,,propellant_use,1,3,assumption\n", "routes.csv": routes}))


def test_a_seed_is_of_the_body_that_grows(write: Write) -> None:
    power = FILES["parameters/power.csv"].replace("gas,,growth", "gas,earth,growth")
    assert load(write({"parameters/power.csv": power.replace("gas,,seed", "gas,earth,seed")}))
    pv = power + "pv,moon,growth,%/yr,20,,,assumption,,,\npv,earth,seed,GW,1,,,assumption,,,\n"
    refused(write({"parameters/power.csv": pv}), "a seed for 'pv', which has no growth that it could start")


@pytest.mark.parametrize("change", ["power.gas.capex=1e308 GUSD/W", "power.gas.lifetime=1e308 Gyr"])
def test_a_number_that_its_unit_makes_too_large(change: str, write: Write) -> None:
    with pytest.raises((AddressError, InstanceError), match=r"is too large for a number in|is 1e\+308 Gyr, expected"):
        load(write(), changes=[change])


def test_a_number_that_is_too_large_in_a_cell(write: Write) -> None:
    power = FILES["parameters/power.csv"] + "gas,,lifetime,Gyr,1e308,,,assumption,,,\n"
    refused(
        write({"parameters/power.csv": power}), r"parameters/power\.csv:16:\d+: power\.gas\.lifetime is 1e\+308 Gyr, expected"
    )


@pytest.mark.parametrize(
    ("file", "line"), [("survival.csv", "gpu,4.0,0.1,assumption,"), ("prices.csv", "+2020,50,BLS,")]
)  # fmt: skip
def test_a_key_in_another_writing_is_the_same(file: str, line: str, write: Write) -> None:
    refused(write({file: f"{FILES[file]}{line}\n"}), rf"{file}:4:\d+: a second row for")


def test_a_scenario_may_be_called_like_an_instance(write: Write) -> None:
    folder = write({"scenarios/my_instance.toml": 'title = "Other"\n[scale]\n"power.gas.capex" = 2\n'})
    assert load(folder, ["my_instance"]).title == "Small"


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        ("scale", '"launch.rocket.price" = "50 %"', "'launch.rocket.price' is '50 %', expected a factor"),
        ("scale", "launch.rocket.price = 0.5", "an address must stand in quotes, because of its dots"),
        ("set", "launch.rocket.price = 50", "an address must stand in quotes, because of its dots"),
        ("shift", '"launch.rocket.price" = true', "'launch.rocket.price' is true, expected a number, or text such as"),
        ("set", '"launch.rocket.price" = [1, 2]', r"'launch.rocket.price' is \[1, 2\], expected a number, or text such as"),
    ],
)  # fmt: skip
def test_a_slip_in_a_scenario_is_told_once(section: str, line: str, said: str, write: Write) -> None:
    folder = write({"scenarios/it.toml": f"[{section}]\n{line}\n"})
    with pytest.raises(InstanceError) as found:
        load(folder, ["it"])
    (problem,) = found.value.problems
    assert re.match(rf"scenarios/it\.toml:2:1: {said}", str(problem))


def test_two_slips_in_a_scenario_are_both_told(write: Write) -> None:
    folder = write({"scenarios/it.toml": '[scale]\n"launch.rocket.price" = "50 %"\n"power.gas.capex" = "half"\n'})
    with pytest.raises(InstanceError) as found:
        load(folder, ["it"])
    assert [(problem.line, "expected a factor" in problem.message) for problem in found.value.problems] == [(2, True), (3, True)]
