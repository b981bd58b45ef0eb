"""What `planner show` finds at an address."""

from __future__ import annotations

import pytest

import planner
from planner.errors import AddressError
from planner.showing import parameters_shown
from tests.conftest import TOY


@pytest.mark.parametrize(("address", "found"), [
    ("power.solar.capex[basin]", ["power.solar.capex[basin]"]),
    ("power.solar.capex", ["power.solar.capex[basin]", "power.solar.capex[plains]"]),
    ("power.solar.capex[moon]", ["power.solar.capex[basin]", "power.solar.capex[plains]"]),
    ("power.solar.capex@2031", ["power.solar.capex[basin]", "power.solar.capex[plains]"]),
    ("power.gas.lifetime[]", ["power.gas.lifetime"]),
    ("compute.rack.availability[basin/night]", ["compute.rack.availability[basin/day]"]),
    ("limits.co2_cap", ["limits.co2_cap.upper"]),
])  # fmt: skip
def test_addresses(address: str, found: list[str]) -> None:
    records, _ = parameters_shown(planner.load(TOY), address)
    assert [record["address"] for record in records] == found


@pytest.mark.parametrize(("address", "said"), [
    ("power.solar.capex[basn]", "no row of toy has the address power.solar.capex[basn]: unknown place 'basn', did you mean 'basin'?"),
    ("compute.rack.availability[basin/dya]", "no row of toy has the address compute.rack.availability[basin/dya]: unknown place 'dya', did you mean 'day'?"),
    ("power.gaz.capex", "no row of toy has the address power.gaz.capex; the nearest is power.gas.capex"),
])  # fmt: skip
def test_addresses_of_nothing(address: str, said: str) -> None:
    with pytest.raises(AddressError) as caught:
        parameters_shown(planner.load(TOY), address)
    assert str(caught.value) == said
