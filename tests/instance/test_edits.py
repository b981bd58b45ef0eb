"""What scenarios and changes did: each number before and after with its unit, and whether that is within its range."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.instance import load
from planner.instance.edits import printed

Write = Callable[..., Path]


@pytest.mark.parametrize(("change", "said"), [
    ("limits.ceiling.upper=1500 TW", "limits.ceiling.upper: 1 TW -> 1500 TW, outside its range 0.5 to 4 TW (--set)"),
    ("limits.ceiling.upper=2000 GW", "limits.ceiling.upper: 1 TW -> 2 TW, within its range 0.5 to 4 TW (--set)"),
    ("power.gas.capex*=1.2", "power.gas.capex: 1000 USD/kW -> 1200 USD/kW, within its range 800 to 1200 USD/kW (--set)"),
    ("power.gas.capex*=1.2001", "power.gas.capex: 1000 USD/kW -> 1200.1 USD/kW, outside its range 800 to 1200 USD/kW (--set)"),
    ("power.gas.capex=1000.00001", "power.gas.capex: 1000 USD/kW -> 1000.00001 USD/kW, within its range 800 to 1200 USD/kW (--set)"),
    ("finance.discount_rate=15", "finance.discount_rate: 7 %/yr -> 15 %/yr, outside its range 5 to 14 %/yr (--set)"),
    ("compute.gpu.performance*=3", "compute.gpu.performance: 2 in 2030, 6 in 2034 ZFLOP/s/GW -> 6 in 2030, 18 in 2034 ZFLOP/s/GW, outside its range 0.5 to 2 times its numbers (--set)"),
    ("compute.gpu.performance@2032=5", "compute.gpu.performance@2032: 4 ZFLOP/s/GW -> 5 ZFLOP/s/GW, within its range 2 to 8 ZFLOP/s/GW (--set)"),
    ("power.gas.fixed_cost=10 USD/(kW*yr)", "power.gas.fixed_cost: 0 GUSD/yr/GW by default -> 10 USD/(kW*yr) (--set)"),
    ("power.gas.max_build=3 GW/yr", "power.gas.max_build: nothing -> 3 GW/yr (--set)"),
    ("power.pv.lifetime=20", "power.pv.lifetime: nothing -> 20 yr (--set)"),
])  # fmt: skip
def test_a_change_is_echoed_with_unit_and_range(change: str, said: str, write: Write) -> None:
    limits = (
        "limit,quantity,item,at,over,bound,unit,value,low,high,source\n"
        "ceiling,compute.in_service,,earth,year,upper,TW,1,0.5,4,claim\n"
    )
    (edit,) = load(write({"limits.csv": limits}), changes=[change]).edits
    assert str(edit) == said and edit.as_dict()["text"] == said and edit.as_dict()["outside"] == ("outside" in said)


def test_scenarios_and_their_tables_are_echoed_in_turn(write: Write) -> None:
    table = "item,at,parameter,unit,value,source\ngas,,capex,USD/kW,5000,assumption\n"
    folder = write({"scenarios/cheap/parameters/power.csv": table})
    instance = load(folder, ["cheap"], ["launch.rocket.price*=2"])
    assert [str(edit) for edit in instance.edits] == [
        "power.gas.capex: 1000 USD/kW -> 5000 USD/kW, outside its range 800 to 1200 USD/kW (scenarios/cheap/parameters/power.csv:2)",
        "launch.rocket.price: 500 USD/kg -> 200 USD/kg (scenarios/cheap.toml:3)",
        "power.pv.capex: 900 in 2030, 700 in 2034 USD/kW -> 450 in 2030, 350 in 2034 USD/kW (scenarios/cheap.toml:5)",
        "power.pv.capex[moon]: 9000 USD/kW -> 4500 USD/kW (scenarios/cheap.toml:5)",
        "compute.training.demand: 1 in 2030, 9 in 2034 ZFLOP/s -> 2 in 2030, 10 in 2034 ZFLOP/s (scenarios/cheap.toml:7)",
        "launch.rocket.price: 200 USD/kg -> 400 USD/kg (--set)",
    ]
    assert load(folder).edits == ()


def test_many_edits_are_cut_short() -> None:
    assert printed(["a"] * 20) == ["a"] * 20
    assert printed(["a"] * 25)[20:] == ["and 5 more numbers, which --json lists"]
