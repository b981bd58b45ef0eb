"""Prices: the duals of the balances and limits, undiscounted, per unit and in the money of the year.

A row of a yearly rate is worth D_y of its price in the objective, a row of one slice D_y times the slice's share, and a
row of a stock the average discount of its model year. Limits over the horizon are priced in money of the base year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.blocks.money import yearly_discount
from planner.declarations import QUANTITIES
from planner.frames import frame
from planner.highs import Optimum
from planner.instance import Instance
from planner.limits import HORIZON
from planner.lp import Family, LinearProgram, Vector
from planner.parameters import CAPACITY_UNITS


@dataclass(frozen=True)
class Price:
    """How the duals of a constraint become prices: its index, sign, unit, how many of the unit one GUSD is, and in words."""

    constraint: str
    index: tuple[str, ...]
    sign: int
    unit: str
    per_gusd: float
    kind: str
    meaning: str


_YEAR_HOURS = 8760

#: Every priced balance and limit, by the name under which `plan.prices` gives it.
PRICES: dict[str, Price] = {
    "power_balance": Price("power_balance", ("site", "year", "slice"), 1, "USD/MWh", 1e6 / _YEAR_HOURS / 1e0, "slice",
                           "cost of one more unit of energy used at the site in the slice"),
    "goods_balance": Price("goods_balance", ("good", "body", "year"), 1, "USD/kg", 1e3, "rate",
                           "cost of one more unit of the good used on the body"),
    "helium3_balance": Price("helium3_balance", ("body", "year"), -1, "MUSD/kg", 1.0, "stock",
                             "worth of one more unit of helium-3 in store on the body"),
    "demand": Price("compute.demand_met", ("workload", "year"), 1, "GUSD/yr/(ZFLOP/s)", 1.0, "rate",
                    "cost of one more unit of demand, or what leaving it unserved costs"),
    "computing": Price("compute.computing", ("site", "year", "slice"), -1, "GUSD/yr/(ZFLOP/s)", 1.0, "slice",
                       "worth of one more unit of computing done at the site in the slice"),
    "link": Price("link_capacity", ("site", "year", "slice"), -1, "GUSD/yr/(Tbit/s)", 1.0, "slice",
                  "worth of one more unit of link capacity at the site in the slice"),
    "lift": Price("launch.lift_limit", ("technology", "site", "year"), -1, "USD/kg", 1e3, "rate",
                  "worth of one more unit of lift, above its price"),
    "deposit": Price("helium3.depletion", ("deposit", "year"), 1, "USD/t", 1e3, "stock",
                     "worth of one more unit of regolith in the deposit"),
    "limit": Price("limit", ("limit", "bound", "year"), -1, "", 1.0, "rate",
                   "upper: worth of one more unit allowed; lower: cost of one more unit required, as a negative worth"),
}  # fmt: skip
PRICES |= {
    f"growth.{block}": Price(f"{block}.growth_limit", ("technology", "body", "year"), -1, f"GUSD/({unit})", 1.0, "stock",
                             "worth of one more unit of capacity that growth would allow in the year")
    for block, unit in CAPACITY_UNITS.items()
}  # fmt: skip


def prices(instance: Instance, lp: LinearProgram, optimum: Optimum) -> dict[str, pd.DataFrame]:
    """A tidy frame for every priced constraint: its index, `value`, `unit`."""
    tables = {}
    for name, price in PRICES.items():
        family = lp.row_family(price.constraint)
        if family is None or not len(family.index):
            continue
        value = price.sign * optimum.duals[family.rows] * price.per_gusd / _weights(instance, price, family)
        table = frame(instance, price.index, [family], value, price.unit)
        if name == "limit":
            table["unit"] = [_limit_unit(instance, limit, year) for limit, year in zip(table["limit"], table["year"], strict=True)]
        tables[name] = table
    return tables


def _weights(instance: Instance, price: Price, family: Family) -> Vector:
    """What one unit of a row's price, paid in its year, is worth in the objective."""
    discount = yearly_discount(instance)
    year = price.index.index("year")
    if price.kind == "stock":
        discount = {y: worth / instance.weights[y] for y, worth in discount.items()}
    weights = np.array([discount.get(labels[year], 1.0) for labels in family.index])
    if price.kind == "slice":
        weights *= np.array([instance.numbers["time.share"][labels[-1]] for labels in family.index])
    return weights


def _limit_unit(instance: Instance, name: str, year: str) -> str:
    unit = QUANTITIES[next(limit for limit in instance.limits if limit.name == name).quantity].unit
    return f"GUSD/({unit}*yr)" if year == HORIZON else f"GUSD/yr/({unit})"
