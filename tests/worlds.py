"""Small worlds whose best plan can be worked out by hand, and the few formulas of money that this takes.

The hands' formulas are written anew here and share no code with `planner.blocks.money`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planner
from tests.folders import write_instance

#: USD/MWh in one GUSD/(GW*yr), and USD/kg in one GUSD/kt.
PER_MWH = 1e9 / (1e3 * 8760)
PER_KG = 1e9 / 1e6

ALL_GOODS = ["complex", "structural", "propellant"]

#: The discount rate of the worlds, unless a test says another.
RATE = 0.07


def exactly(value: float) -> Any:
    """Equal up to what a solver of tolerance 1e-9 and the arithmetic may differ."""
    return pytest.approx(value, rel=1e-7, abs=1e-9)


def world(folder: Path, base: Mapping[str, Any], **parts: Any) -> planner.Instance:
    """The base with parts replaced: mappings are laid over its mappings (None takes a number out), lists are added."""
    merged = dict(base)
    for name, part in parts.items():
        below = merged.get(name)
        if isinstance(part, Mapping) and isinstance(below, Mapping):
            merged[name] = {key: value for key, value in {**below, **part}.items() if value is not None}
        elif isinstance(part, list) and isinstance(below, list) and name != "years":
            merged[name] = [*below, *part]
        else:
            merged[name] = part
    return planner.load(write_instance(folder, **merged))


#: One site on Earth where accelerators stand already, one GW for each ZFLOP/s, and only power plants are to be built:
#: the power needed is 1.25 times the demand.
PLANTS = {
    "years": [2030],
    "bodies": {"earth": {"users": True, "supplies": ALL_GOODS}},
    "sites": {"grid": "earth"},
    "slices": {"all": ("earth", 1, 8760)},
    "technologies": [("chip", "compute", "grid", ""), ("plant", "power", "grid", "")],
    "workloads": {"work": "firm"},
    "numbers": {
        "finance.discount_rate": f"{RATE} 1/yr",
        "compute.chip.capex": "1 GUSD/GW", "compute.chip.lifetime": "1 yr", "compute.chip.last_year": "2000 yr",
        "compute.chip.existing": "100 GW", "compute.chip.performance": "1 ZFLOP/s/GW",
        "compute.overhead": "1.25 1", "compute.work.demand": "4 ZFLOP/s",
        "power.plant.capex": "3 GUSD/GW", "power.plant.lifetime": "20 yr",
        "power.plant.fixed_cost": "0.11 GUSD/(GW*yr)", "power.plant.variable_cost": "0.23 GUSD/(GW*yr)",
    },
}  # fmt: skip

#: One site on Earth where accelerators are to be built, with power from plants that stand already.
CHIPS = {
    **PLANTS,
    "numbers": {
        "finance.discount_rate": f"{RATE} 1/yr",
        "compute.chip.capex": "20 GUSD/GW", "compute.chip.lifetime": "4 yr", "compute.chip.performance": "2.5 ZFLOP/s/GW",
        "compute.chip.fixed_cost": "0.7 GUSD/(GW*yr)", "compute.chip.variable_cost": "0.3 GUSD/(GW*yr)",
        "compute.overhead": "1.25 1", "compute.work.demand": "10 ZFLOP/s",
        "power.plant.capex": "3 GUSD/GW", "power.plant.lifetime": "20 yr", "power.plant.last_year": "2000 yr",
        "power.plant.existing": "100 GW", "power.plant.fixed_cost": "0.11 GUSD/(GW*yr)", "power.plant.variable_cost": "0.23 GUSD/(GW*yr)",
    },
}  # fmt: skip


def discount(year: int, weight: int = 1, *, base: int = 2030, rate: float = RATE, moment: float = 0.5) -> float:
    """What 1 a year is worth at the base year, paid in each calendar year that a model year stands for."""
    return sum((1 + rate) ** -(year + j - base + moment) for j in range(weight))


def worth(
    year: int,
    lifetime: int,
    end: int,
    *,
    lead: int = 0,
    failure: float = 0.0,
    base: int = 2030,
    rate: float = RATE,
    salvage: bool = True,
) -> float:
    """What 1 of capital is worth, paid at the start of the year of ordering (or of each year of the lead time), less
    straight-line salvage of what stands when the horizon ends, at the start of the calendar year `end`, of its cost with
    the interest up to commissioning."""
    used = end - year - lead
    spread = max(lead, 1)
    paid = sum((1 + rate) ** -(year + j - base) / spread for j in range(spread))
    cost = sum((1 + rate) ** (lead - j) / spread for j in range(spread))
    return paid - salvage * cost * max(1 - used / lifetime, 0) * (1 - failure) ** used * (1 + rate) ** -(end - base)


def content_credit(
    year: int, lifetime: int, end: int, *, lead: int = 0, failure: float = 0.0, base: int = 2030, rate: float = RATE
) -> float:
    """What 1 spent in the middle of the year of ordering, on landing or making the goods of a thing, is credited at the end:
    the straight-line share left of what stands, with the interest up to commissioning."""
    used = end - year - lead
    left = max(1 - used / lifetime, 0) * (1 - failure) ** used
    return left * (1 + rate) ** (lead - 0.5) * (1 + rate) ** -(end - base)


def rent(capex: float, lifetime: int, fixed_cost: float = 0.0, salvage: bool = True) -> float:
    """The cost of a unit of capacity for the one year of a horizon of one year, in money of that year."""
    return capex * worth(2030, lifetime, 2031, salvage=salvage) / discount(2030) + fixed_cost


def rows(table: pd.DataFrame, **labels: Any) -> pd.DataFrame:
    """The rows of a table that bear these labels."""
    chosen = table
    for column, label in labels.items():
        chosen = chosen[chosen[column] == label]
    return chosen


def value(table: pd.DataFrame, **labels: Any) -> float:
    """The value of the one row that bears these labels."""
    chosen = rows(table, **labels)
    assert len(chosen) == 1, f"{len(chosen)} rows bear {labels} in\n{table}"
    return float(chosen["value"].iloc[0])


def total(table: pd.DataFrame, **labels: Any) -> float:
    """The sum of the rows that bear these labels."""
    return float(rows(table, **labels)["value"].sum())


def by(table: pd.DataFrame, *columns: str) -> dict[Any, float]:
    """The values of a table by some of its columns."""
    sums = table.groupby(list(columns) if len(columns) > 1 else columns[0])["value"].sum()
    return {key: float(number) for key, number in sums.items()}
