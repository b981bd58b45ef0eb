"""Numbers of `--set`, scenarios and cells as people write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import AddressError, InstanceError
from planner.instance import load

Write = Callable[..., Path]


@pytest.mark.parametrize("written", ["0,5", "0,5 USD/kW", "1,234.5", "1.234,5 USD/kW", "-0,5", "1,5e3"])
def test_a_decimal_comma_is_named(written: str, write: Write) -> None:
    said = f"'{written}' is no number, expected a decimal point and no separator of thousands, as in 1234.5"
    with pytest.raises(AddressError) as caught:
        load(write(), changes=[f"power.gas.capex={written}"])
    assert str(caught.value) == f"'power.gas.capex': {said}"
    with pytest.raises(AddressError):
        load(write()).replace({"power.gas.capex": written})
    with pytest.raises(InstanceError) as of_scenario:
        load(write({"scenarios/it.toml": f'[set]\n"power.gas.capex" = "{written}"\n'}), ["it"])
    assert said in str(of_scenario.value)


@pytest.mark.parametrize(("change", "said"), [
    ("power.gas.capex=5,USD/kW", "'power.gas.capex': unit ',USD/kW' cannot be read at ',USD/kW'"),
    ("power.gas.capex=USD 5", "'power.gas.capex': 'USD 5' is no number, expected one such as 200 or '200 USD/kg'"),
    ("power.gas.capex=5%", "'power.gas.capex': unit '%' does not convert into 'USD/kW'"),
    ("power.gas.capex=+10%", "'power.gas.capex': unit '%' does not convert into 'USD/kW'"),
    ("power.gas.capex*=10%", "'power.gas.capex' is scaled by '10%', expected a factor without a unit"),
    ("power.gas.capex*=0,5", "'power.gas.capex': '0,5' is no number, expected a decimal point and no separator of thousands, as in 1234.5"),
    ("power.gas.capex==5", "'power.gas.capex': '=5' is no number, expected one such as 200 or '200 USD/kg'"),
    ("power.gas.capex=1 000", "'power.gas.capex': '1 000' is no number, expected one without blanks, as in 1234.5"),
    ("power.gas.capex=5 5", "'power.gas.capex': '5 5' is no number, expected one without blanks, as in 1234.5"),
    ("power.gas.capex-=5", "'power.gas.capex-=5': there is no '-=', expected +=-5"),
    ("power.gas.capex/=5", "'power.gas.capex/=5': there is no '/=', expected *= and a factor"),
    ("ceiling=5", "'ceiling' is no address, did you mean 'limits.ceiling.upper'?"),
    ("discount_rate=0.05", "'discount_rate' is no address, did you mean 'finance.discount_rate'?"),
    ("small.power.gas.capex=5", "'small.power.gas.capex' is no address, did you mean 'power.gas.capex'?"),
    ("capex=5", "'capex' is no address, expected block.item.parameter, block.parameter or limits.NAME.upper, then [place] and @year"),
    ("horizon.last=2040", "'horizon.last' names no parameter: [horizon] is set in instance.toml or in a scenario"),
    ("finance.base_year=2030", "'finance.base_year' names no parameter: [finance] is set in instance.toml or in a scenario"),
    ("finance.discont_rate=0.05", "'finance.discont_rate' names no parameter; did you mean 'finance.discount_rate'?"),
    ("power.Gas.capex=5", "'power.Gas.capex': unknown technology 'Gas', did you mean 'gas'? (expected one of gas, pv)"),
    ("power.gas.capex[mars]=5", "'power.gas.capex[mars]': unknown site or body 'mars', did you mean 'mare'? (expected one of mare, rim, texas, earth, moon)"),
    ("power.gas.capex=5 $/kW", "'power.gas.capex': unit '$/kW' cannot be read at '$/kW', did you mean 'USD/kW'?"),
    ("power.gas.capex@30=5", "'power.gas.capex@30' is no address, expected block.item.parameter, block.parameter or limits.NAME.upper, then [place] and @year"),
    ("power.gas.capex[earth=5", "'power.gas.capex[earth' is no address, expected block.item.parameter, block.parameter or limits.NAME.upper, then [place] and @year"),
])  # fmt: skip
def test_odd_changes_are_answered_in_plain_words(change: str, said: str, write: Write) -> None:
    with pytest.raises(AddressError) as caught:
        load(write(), changes=[change])
    assert str(caught.value) == said


def test_every_change_that_is_wrong_is_said_at_once_with_its_number(write: Write) -> None:
    with pytest.raises(AddressError) as caught:
        load(write(), changes=["power.gas.capex", "power.gas.capex=5", "nonsense"])
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [("--set", 1), ("--set", 3)]
    assert len(str(caught.value).splitlines()) == 2
