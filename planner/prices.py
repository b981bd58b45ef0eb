"""Prices: the duals of the balances and limits, undiscounted, per unit and in the money of the year.

A row of a yearly rate is worth D_y of its price in the objective, a row of one slice D_y times the slice's share, and a
row of a stock the average discount of its model year. Limits over the horizon are priced in money of the base year.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

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
from planner.ranges import Ranges, kinked


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

#: The unit of the price of a constraint of the caller's own, whose unit is not known.
OWN_UNIT = "GUSD/(unit of the row)"

#: Every priced balance and limit, by the name under which `plan.prices` gives it.
PRICES: dict[str, Price] = {
    "power_balance": Price("power_balance", ("site", "year", "slice"), 1, "USD/MWh", 1e6 / _YEAR_HOURS, "slice",
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
    "makers_goods": Price("makers_goods", ("good", "body", "year"), -1, "USD/kg", 1e3, "rate",
                          "worth of one more unit of the good that new factories can be built of, above its price"),
    "years_flown": Price("launch.years_flown", ("route", "year"), -1, "USD/kg", 1e3, "rate",
                         "worth of one more unit of lift in the years in which the route is flown, above its price"),
    "deposit": Price("helium3.depletion", ("deposit", "year"), 1, "USD/t", 1e3, "stock",
                     "worth of one more unit of regolith in the deposit"),
    "limit": Price("limit", ("limit", "bound", "year"), -1, "GUSD/yr/({unit})", 1.0, "rate",
                   "upper: worth of one more unit allowed; lower: cost of one more unit required, as a negative worth"),
    "limit_over_horizon": Price("limit", ("limit", "bound"), -1, "GUSD/({unit}*yr)", 1.0, "base",
                                "the same for limits over the horizon, in money of the base year"),
}  # fmt: skip
PRICES |= {
    f"growth.{block}": Price(f"{block}.growth_limit", ("technology", "body", "year"), -1, f"GUSD/({unit})", 1.0, "stock",
                             "worth of one more unit of capacity that growth would allow in the year")
    for block, unit in CAPACITY_UNITS.items()
}  # fmt: skip


def prices(
    instance: Instance, lp: LinearProgram, optimum: Optimum, ranges: Ranges | None = None
) -> dict[str, pd.DataFrame]:
    """A tidy frame for every priced constraint: its index, `value`, `unit`; for those of the caller's own see `own_prices`.

    With `ranges` also `less` and `more`, how far the bound of the row may fall and rise, in the row's own unit, while the basis
    holds; `below` and `above`, the price as the bound falls and as it rises; and `degenerate`: the two are not the same, or one
    is not known, and the price is one of several between them. Infinite is the price on a side where no plan follows.
    """
    tables = {}
    for name, price in PRICES.items():
        family = lp.row_family(price.constraint)
        if family is None or not len(family.index):
            continue
        own = np.array([over_horizon(family, labels) == (price.kind == "base") for labels in family.index])
        priced = Family(
            family.name, family.label, 0, [labels[: len(price.index)] for labels in itertools.compress(family.index, own)]
        )
        if priced.index:
            factor = price.sign * price.per_gusd / _weights(instance, price, priced)
            value = optimum.duals[family.rows][own] * factor
            tables[name] = frame(instance, price.index, [priced], value, price.unit)
            if ranges is not None:
                sides = _sides(ranges, family, own, factor)
                if price.constraint == "helium3.depletion":  # the row bounds what is taken out, below by the tonnage
                    sides = {name: sides[_OTHER_SIDE[name]] for name in sides}
                tables[name] = _ranged(tables[name], sides)
            if "{unit}" in price.unit:
                tables[name]["unit"] = [_unit_of_limit(instance, price, limit) for limit in tables[name]["limit"]]
    return tables | own_prices(lp, optimum, ranges)


def own_prices(lp: LinearProgram, optimum: Optimum, ranges: Ranges | None = None) -> dict[str, pd.DataFrame]:
    """A frame for every constraint that the caller added to the model, by its name.

    `entry` has the labels, `bound` which one binds, `value` the worth in GUSD at the base year of one more unit that the row
    allows: negative where one more unit is required, as for limits.
    """
    tables = {}
    for family in lp.rows:
        if lp.extension is None or family.name not in lp.extension.rows:
            continue
        duals = optimum.duals[family.rows]
        bound = np.where(duals > 0, "lower", np.where(duals < 0, "upper", ""))
        equal = lp.row_lower[family.rows] == lp.row_upper[family.rows]
        columns: dict[str, Any] = {
            "entry": pd.array([", ".join(map(str, labels)) for labels in family.index], dtype="str"),
            "bound": pd.array(np.where(equal, "equal", bound).tolist(), dtype="str"),
            "value": -duals + 0.0,
            "unit": pd.array([OWN_UNIT] * len(duals), dtype="str"),
        }
        table = pd.DataFrame(columns)
        every = np.ones(len(duals), bool)
        tables[own_name(family.name)] = table if ranges is None else _ranged(table, _sides(ranges, family, every, -1.0))
    return tables


#: What is what on the other side of a bound.
_OTHER_SIDE = {"less": "more", "more": "less", "below": "above", "above": "below"}


def _sides(ranges: Ranges, family: Family, own: Any, factor: Any) -> dict[str, Vector]:
    """How far the prices of a family hold, and what they are, on either side of its bounds."""
    distances = {name: getattr(ranges, name)[family.rows][own] for name in ("less", "more")}
    return distances | {name: getattr(ranges, name)[family.rows][own] * factor + 0.0 for name in ("below", "above")}


def _ranged(table: pd.DataFrame, sides: dict[str, Vector]) -> pd.DataFrame:
    unknown = np.isnan(sides["below"]) | np.isnan(sides["above"])
    return table.assign(**sides, degenerate=unknown | kinked(sides["below"], sides["above"]))


def priced_rows(lp: LinearProgram) -> list[Family]:
    """The families of rows that have prices."""
    own = set() if lp.extension is None else set(lp.extension.rows)
    return [family for family in lp.rows if family.name in own | {price.constraint for price in PRICES.values()}]


def own_name(constraint: str) -> str:
    """The name of the prices of a caller's own constraint: its own, unless planner's prices have it."""
    return f"own.{constraint}" if constraint in PRICES else constraint


def over_horizon(family: Family, labels: tuple[Any, ...]) -> bool:
    """Whether a row is a limit over the horizon, and not one of a year; a limit or a slice may be called so too."""
    return family.name == "limit" and labels[-1] == HORIZON


def _weights(instance: Instance, price: Price, family: Family) -> Vector:
    """What one unit of a row's price, paid in its year, is worth in the objective."""
    if price.kind == "base":
        return np.ones(len(family.index))
    discount = yearly_discount(instance)
    year = price.index.index("year")
    if price.kind == "stock":
        discount = {y: worth / instance.weights[y] for y, worth in discount.items()}
    weights = np.array([discount[labels[year]] for labels in family.index])
    if price.kind == "slice":
        weights *= np.array([instance.numbers["time.share"][labels[-1]] for labels in family.index])
    return weights


def _unit_of_limit(instance: Instance, price: Price, name: str) -> str:
    limited = next(limit for limit in instance.limits if limit.name == name)
    return price.unit.replace("{unit}", QUANTITIES[limited.quantity].unit)
