"""A world whose every threshold can be worked out by hand: 5 GW of power from a merit order of three plants.

`plant` is unlimited; `first` and `second` are dearer and give at most 2 GW each. There is one model year.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import planner
from tests.worlds import PLANTS, discount, rent, world

CAPEX = {"plant": 3.0, "first": 4.0, "second": 5.0}
VARIABLE = {"plant": 0.23, "first": 0.31, "second": 0.37}
LIFETIME, FIXED, LIMIT = 20, 0.11, 2.0


def unit_cost(name: str, variable: float | None = None) -> float:
    """GUSD of the year for a GW of a plant that runs all year."""
    return rent(CAPEX[name], LIFETIME, FIXED) + (VARIABLE[name] if variable is None else variable)


def level(rival: str) -> float:
    """The variable cost of `plant` at which a rival costs the same."""
    return unit_cost(rival) - rent(CAPEX["plant"], LIFETIME, FIXED)


def merit_order(folder: Path, **parts: Any) -> planner.Instance:
    numbers = {
        f"power.{name}.{parameter}": text
        for name in ("first", "second")
        for parameter, text in {
            "capex": f"{CAPEX[name]} GUSD/GW", "lifetime": f"{LIFETIME} yr", "fixed_cost": f"{FIXED} GUSD/(GW*yr)",
            "variable_cost": f"{VARIABLE[name]} GUSD/(GW*yr)", "max_build": f"{LIMIT} GW/yr",
        }.items()
    }  # fmt: skip
    numbers |= parts.pop("numbers", {})
    technologies = [("first", "power", "grid", ""), ("second", "power", "grid", "")]
    return world(folder, PLANTS, technologies=technologies, numbers=numbers, **parts)


#: What a GUSD of the year is worth at the base year.
WORTH = discount(2030)
