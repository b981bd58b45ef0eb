"""The economics of a plan: what each asset earns at the plan's own prices, and who pays for everything.

At an optimum, what is built earns exactly what it costs, what is not built would earn less, and the duals of all demands,
limits and stocks, each times its amount, add up to the cost of the plan. These tables let a reader check that.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.frames import frame
from planner.highs import Optimum
from planner.instance import Instance
from planner.lp import LinearProgram, Vector
from planner.parameters import CAPACITY_UNITS

#: The columns of `assets`.
ASSETS = ("block", "technology", "site", "body", "year", "built", "unit", "cost", "worth", "profit", "at_most")


def economics(instance: Instance, lp: LinearProgram, optimum: Optimum) -> dict[str, pd.DataFrame]:
    """`assets` and `settlement` as tidy frames, in GUSD at the base year.

    `assets` has a row for everything that could be ordered: `built` a year; `cost`, the present worth of its payments
    less salvage;
    `worth`, what the duals say a unit is worth, goods and upkeep deducted; `profit`, the difference: nought for what is
    built, negative for what is not, and positive only where the most that may be ordered is ordered (`at_most`).
    `settlement` has what each kind of row or bound contributes to the dual objective: demand pays, scarce things are paid.
    """
    worth = lp.matrix.T @ optimum.duals
    found = list(_assets(instance, lp, optimum, worth))
    assets = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(ASSETS))
    parts = [*_rows(lp, optimum), *_bounds(lp, optimum, lp.cost - worth), ("constant", "", lp.offset)]
    settlement = pd.DataFrame(parts, columns=["source", "label", "discounted"])
    return {"assets": assets, "settlement": settlement[settlement["discounted"] != 0].reset_index(drop=True)}


def _assets(instance: Instance, lp: LinearProgram, optimum: Optimum, worth: Vector) -> Iterator[pd.DataFrame]:
    for block, unit in CAPACITY_UNITS.items():
        family = next((columns for columns in lp.columns if columns.name == f"{block}.build"), None)
        if family is None or not len(family.index):
            continue
        own = family.rows
        table = frame(instance, ("technology", "site", "year"), [family], optimum.values[own], f"{unit}/yr")
        table = table.rename(columns={"value": "built"})
        table["cost"], table["worth"] = lp.cost[own], worth[own]
        table["profit"] = table["worth"] - table["cost"]
        table["at_most"] = optimum.values[own] >= lp.col_upper[own] - 1e-9
        table.insert(0, "block", block)
        yield table


def _rows(lp: LinearProgram, optimum: Optimum) -> Iterator[tuple[str, str, float]]:
    bound = np.where(optimum.duals > 0, lp.row_lower, lp.row_upper)
    paid = np.where(optimum.duals != 0, optimum.duals * np.where(np.isfinite(bound), bound, 0.0), 0.0)
    for family in lp.rows:
        yield family.name, family.label, float(paid[family.rows].sum())


def _bounds(lp: LinearProgram, optimum: Optimum, reduced: Vector) -> Iterator[tuple[str, str, float]]:
    bound = np.where(reduced > 0, lp.col_lower, lp.col_upper)
    paid = np.where(reduced != 0, reduced * np.where(np.isfinite(bound), bound, 0.0), 0.0)
    for family in lp.columns:
        yield f"most of {family.name}", "", float(paid[family.rows].sum())
