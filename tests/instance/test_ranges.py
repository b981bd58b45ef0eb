"""A number out of its range: the range is said in the unit of the row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.declarations import PARAMETERS
from planner.errors import InstanceError
from planner.instance import load
from tests.instance.small import FILES

Write = Callable[..., Path]


@pytest.mark.parametrize(("change", "said"), [
    ("power.gas.capex=-5", "power.gas.capex is -5 USD/kW, expected at least 0"),
    ("power.gas.capex=-5 GUSD/MW", "power.gas.capex is -5000000 USD/kW, expected at least 0"),
    ("compute.gpu.lifetime=5.5", "compute.gpu.lifetime is 5.5 yr, expected a whole number of years above 0 and at most 600"),
    ("compute.gpu.lifetime=700", "compute.gpu.lifetime is 700 yr, expected a whole number of years above 0 and at most 600"),
    ("power.pv.first_year=203", "power.pv.first_year is 203 yr, expected a calendar year from 1900 to 2500"),
    ("compute.overhead[earth]=0.9", "compute.overhead[earth] is 0.9, expected at least 1"),
    ("compute.urgent.share=120", "compute.urgent.share is 120 %, expected at least 0 and at most 100 %"),
    ("compute.urgent.share=100.00001", "compute.urgent.share is 100.00001 %, expected at least 0 and at most 100 %"),
    ("finance.discount_rate=300", "finance.discount_rate is 300 %/yr, expected at least -50 %/yr and at most 200 %/yr"),
    ("helium3.digger.recovery=0", "helium3.digger.recovery is 0 %, expected above 0 and at most 100 %"),
    ("power.gas.capex=1e-9", "power.gas.capex is 1e-09 USD/kW, expected 0 or a size between 1e-06 and 1e+13 USD/kW, beyond which a solver cannot be trusted"),
    ("power.gas.fuel_use=1e-10", "power.gas.fuel_use is 1e-10, expected 0 or a size between 1e-09 and 1e+10, beyond which a solver cannot be trusted"),
    ("limits.ceiling.upper=1e-13", "'ceiling' is 1e-13 TW, expected 0 or a size between 1e-12 and 10000000 TW, beyond which a solver cannot be trusted"),
])  # fmt: skip
def test_the_range_is_said_in_the_unit_of_the_row(change: str, said: str, write: Write) -> None:
    with pytest.raises(InstanceError) as caught:
        load(write(), changes=[change])
    assert said in [problem.message.partition(" (changes")[0] for problem in caught.value.problems]


def test_a_number_that_is_missing_says_its_unit_as_a_person_would(write: Write) -> None:
    power, compute = FILES["parameters/power.csv"], FILES["parameters/compute.csv"]
    changed = {
        "parameters/power.csv": power.replace("gas,,capex,USD/kW,1000,800,1200,NREL,,,\n", ""),
        "parameters/compute.csv": compute.replace(",earth,overhead,1,1.2,,,assumption,,,\n", ""),
    }
    with pytest.raises(InstanceError) as caught:
        load(write(changed))
    text = str(caught.value)
    assert "(overnight cost of a unit of capacity ordered in that year, GUSD/GW)" in text
    assert "(power drawn by the site per power drawn by its accelerators (PUE), a plain number)" in text


@pytest.mark.parametrize(("old", "new", "said"), [
    ("USD/kW,1000,800,1200", "USD/kWh,1000,800,1200", "unit 'USD/kWh' does not convert into 'GUSD/GW'"),
    ("gas,,fuel_use,1,2", "gas,,fuel_use,kg,2", "unit 'kg' is no plain number, expected 1, %, ppm or ppb"),
    ("gas,,fuel_use,1,2", "gas,,fuel_use,quux,2", "unknown unit 'quux', expected a plain number: 1, %, ppm or ppb"),
    ("gas,,fuel_use,1,2", "gas,,fuel_use,,2", "no unit, expected a plain number: 1, %, ppm or ppb"),
    ("gas,,existing,MW", "gas,,existing,MWh", "unit 'MWh' does not convert into 'GW'"),
])  # fmt: skip
def test_a_unit_that_does_not_fit_is_answered_in_plain_words(old: str, new: str, said: str, write: Write) -> None:
    power = FILES["parameters/power.csv"]
    assert old in power
    with pytest.raises(InstanceError) as caught:
        load(write({"parameters/power.csv": power.replace(old, new)}))
    assert [problem.message for problem in caught.value.problems] == [said]


def test_no_unit_of_the_model_has_needless_brackets() -> None:
    assert not [parameter.unit for parameter in PARAMETERS.values() if "(" in parameter.unit and "/" not in parameter.unit.partition("(")[2]
                and "*" not in parameter.unit.partition("(")[2]]  # fmt: skip


def test_a_number_is_checked_by_itself_where_its_range_or_source_is_wrong_as_well(write: Write) -> None:
    compute = FILES["parameters/compute.csv"]
    (row,) = [line for line in compute.splitlines() if line.startswith("gpu,,lifetime,yr,5")]
    cells = row.split(",")
    changed = compute.replace(row, ",".join([*cells[:4], "-5", "3", "", "", *cells[8:]]))
    with pytest.raises(InstanceError) as caught:
        load(write({"parameters/compute.csv": changed}))
    assert [problem.message for problem in caught.value.problems] == [
        "compute.gpu.lifetime is -5 yr, expected a whole number of years above 0 and at most 600",
        "low is 3, expected no more than the value, -5",
        "no source, expected a reference or the word assumption",
    ]
