"""Units: what a text is worth in a unit of the model."""

from __future__ import annotations

import pytest

from planner.declarations import PARAMETERS, QUANTITIES
from planner.errors import UnitError
from planner.instance import limit_unit
from planner.units import Units, default_units, units_of

WORTH = [
    ("USD/kW", "GUSD/(GW)", 1e-3),
    ("USD/(kW*yr)", "GUSD/yr/(GW)", 1e-3),
    ("USD/kW/yr", "GUSD/yr/(GW)", 1e-3),
    ("USD/(kW yr)", "GUSD/yr/(GW)", 1e-3),
    ("USD/kW-yr", "GUSD/yr/(GW)", 1e-3),
    ("USD/MWh", "GUSD/(GW*yr)", 8.76e-3),
    ("MW", "MWh/yr", 8760),
    ("yr", "h", 8760),
    ("day", "h", 24),
    ("kWh/kg", "GW/(kt/yr)", 1 / 8760),
    ("lb", "kg", 0.45359237),
    ("ppb", "t/Mt", 1e-3),
    ("ppm", "1", 1e-6),
    ("%/yr", "1/yr", 0.01),
    ("ZFLOP/s", "EFLOP/s", 1000),
    ("TFLOP/J", "ZFLOP/s/GW", 1.0),
    ("B", "bit", 8),
    ("km2", "ha", 100),
    ("km**2", "km2", 1),
    ("m^2/kW", "km2/(GW)", 1),
    ("acre", "m2", 4046.8564224),
    ("MMBtu", "MWh", 0.29307107017),
    ("Wh", "J", 3600),
    ("Mt", "kt", 1000),
    ("1000 kW", "MW", 1),
    ("USD2020", "USD", 1.25),
    ("kUSD2020/kW", "USD/kW", 1250),
    ("USD2025", "USD", 1),
    ("rack", "kW", 120),
    ("krack", "MW", 120),
    ("hall", "rack", 50),
]


@pytest.fixture
def units() -> Units:
    return units_of({"rack": "120 kW", "hall": "50 rack"}, 2025, {2020: 100.0, 2025: 125.0})


@pytest.mark.parametrize(("text", "into", "factor"), WORTH)
def test_factor(text: str, into: str, factor: float, units: Units) -> None:
    assert units.factor(text, into) == pytest.approx(factor, rel=1e-10)
    assert units.factor(text, into) * units.factor(into, text) == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kw", "unknown unit 'kw', did you mean 'kW'?"),
        ("knot", "unknown unit 'knot'"),
        ("Racks", "did you mean 'rack'?"),
        ("USD2021", "needs prices.csv to have an index for 2021"),
        ("MWh", "does not convert into 'MW'"),
        ("MW yr / h s", "is ambiguous"),
        ("", "the unit is missing"),
        ("(MW", "lacks a closing bracket"),
        ("MW)", "a bracket too many"),
        ("MW/", "it ends too early"),
        ("$/MW", "cannot be read at '$/MW'"),
        ("MW**x", "a power must be a whole number"),
        ("MW**10", "a power must be a whole number up to 9"),
        ("0 MW", "is worth 0 of 'MW'"),
        ("1e999 MW", "is worth inf of 'MW'"),
        ("(" * 5000, "is longer than 100 characters"),
        ("nan", "unknown unit 'nan'"),
        ("degC", "unknown unit 'degC'"),
        ("_REGISTRY", "unknown unit"),
    ],
)
def test_texts_that_mean_nothing(text: str, message: str, units: Units) -> None:
    with pytest.raises(UnitError) as caught:
        units.factor(text, "MW")
    assert message in str(caught.value)


@pytest.mark.parametrize(("name", "text"), [("kW", "1 W"), ("yr", "8766 h"), ("a-b", "1 W"), ("loop", "2 loop"), ("none", "0 W")])
def test_definitions_that_are_refused(name: str, text: str) -> None:
    with pytest.raises(UnitError):
        Units({name: text})


def test_every_unit_of_the_model_can_be_read() -> None:
    for parameter in PARAMETERS.values():
        assert default_units().factor(parameter.unit, parameter.unit) == 1
    for quantity in QUANTITIES.values():
        assert default_units().factor(quantity.unit, quantity.unit) == 1
        assert default_units().factor(limit_unit(quantity.name, "horizon"), f"yr*({quantity.unit})") == 1
