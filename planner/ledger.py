"""The ledger: every cost of a plan with its year, block, technology, site, vintage and kind; it sums to the objective."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from planner.blocks.lives import Lives
from planner.blocks.money import Payment, yearly_discount
from planner.instance import Instance
from planner.parameters import CAPACITY_UNITS

#: The columns of a ledger. `item` is a route, market, tier or good; amounts are in GUSD, `discounted` to the base year.
COLUMNS = ("year", "block", "kind", "technology", "site", "body", "vintage", "item", "undiscounted", "discounted")

_BLOCK_OF = {"transport": "launch", "purchases": "helium3", "sales": "helium3", "unserved": "compute", "goods": "goods"}
#: What is paid or credited by schedules of its own, by the quantity that they multiply.
Schedules = Iterable[tuple[tuple[str, str, int], list[Payment]]]
_SCHEDULED: dict[str, Callable[[Lives, Instance], Schedules]] = {"cost.capital": Lives.payments, "goods.content": Lives.credits}
#: What is left of sums that are the same but for rounding, as a share.
_ROUNDING = 1e-9

_TEXT = [name for name in COLUMNS[1:8]]


def ledger(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The ledger of the tables of quantities; entries of nothing are left out.

    A running year's cost stands in its model year, for all the calendar years that the year stands for. Payments for
    capital stand in the calendar year in which they fall, with the vintage that they pay for, and salvage in the last.
    """
    discount = yearly_discount(instance)
    parts = [
        _running(instance, name.removeprefix("cost."), table, discount)
        for name, table in tables.items()
        if name.startswith("cost.") and name != "cost.capital"
    ]
    parts += [_capital(instance, tables[name], schedules) for name, schedules in _SCHEDULED.items()]
    book = pd.concat(parts, ignore_index=True)
    book = book[book["discounted"] != 0].reindex(columns=list(COLUMNS))
    book[_TEXT] = book[_TEXT].fillna("").astype("str")
    return book.sort_values(list(COLUMNS[:8]), ignore_index=True)


def with_own_costs(instance: Instance, book: pd.DataFrame, own: Mapping[str, float], cost: float) -> pd.DataFrame:
    """A ledger with the costs of a caller's own, of the block and kind `own`; it sums to `cost`, that of the plan.

    They are known at the base year alone and stand in the first model year. What the program has as a constant, and
    neither the ledger nor `own` explains, is an entry of its own.
    """
    left = cost - book["discounted"].sum() - sum(own.values())
    small = _ROUNDING * (abs(cost) + book["discounted"].abs().sum())
    entries = {name: amount for name, amount in own.items() if amount} | ({"own constant": left} if abs(left) > small else {})
    lines = pd.DataFrame(
        [(instance.years[0], "own", "own", name, amount, amount) for name, amount in entries.items()],
        columns=["year", "block", "kind", "item", "undiscounted", "discounted"],
    )
    if lines.empty:
        return book
    whole = pd.concat([book, lines], ignore_index=True).reindex(columns=list(COLUMNS))
    whole[_TEXT] = whole[_TEXT].fillna("").astype("str")
    return whole.sort_values(list(COLUMNS[:8]), ignore_index=True)


def _running(instance: Instance, kind: str, table: pd.DataFrame, discount: dict[int, float]) -> pd.DataFrame:
    years = table["year"]
    entries = table.drop(columns=["value", "unit"]).rename(
        columns={"route": "item", "market": "item", "tier": "item", "good": "item"}
    )
    entries["kind"] = kind
    entries["undiscounted"] = table["value"] * years.map(instance.weights)
    entries["discounted"] = table["value"] * years.map(discount)
    if kind == "transport":
        routes = {name: (route.carrier, route.origin) for name, route in instance.routes.items()}
        entries["technology"] = [routes[r][0] for r in entries["item"]]
        entries["site"] = [routes[r][1] for r in entries["item"]]
        entries["body"] = entries["site"].map(instance.sites)
    blocks = {name: technology.block for name, technology in instance.technologies.items()}
    entries["block"] = _BLOCK_OF[kind] if kind in _BLOCK_OF else entries["technology"].map(blocks)
    return entries


def _capital(instance: Instance, table: pd.DataFrame, schedules: Callable[[Lives, Instance], Schedules]) -> pd.DataFrame:
    """The payments that follow from what is ordered, `table` having the amounts of each vintage that are scheduled."""
    schedule = pd.DataFrame(
        [
            (k, s, v, payment.kind, payment.year, payment.amount, payment.factor, block)
            for block in CAPACITY_UNITS
            for (k, s, v), payments in schedules(Lives(instance, block), instance)
            for payment in payments
        ],
        columns=["technology", "site", "ordered", "kind", "paid", "amount", "factor", "block"],
    )
    entries = table.rename(columns={"year": "ordered"}).merge(schedule, on=["technology", "site", "ordered"])
    entries["undiscounted"] = entries["value"] * entries["ordered"].map(instance.weights) * entries["amount"]
    entries["discounted"] = entries["undiscounted"] * entries["factor"]
    entries["vintage"] = entries["ordered"].astype("str")
    return entries.rename(columns={"paid": "year"}).drop(columns=["value", "unit", "ordered", "amount", "factor"])
