"""How much of a plan's cost rests on which kind of number: each entry of the ledger, by the row that gave its price.

An entry of the ledger is one price times one amount. It is counted under the row of the price: `capex` for capital and
salvage, `fixed_cost`, `variable_cost`, `fuel_price`, `carbon_price`, the `price` of a market for helium-3, the `value` of
computing left unserved. Transport is a price of lift times a burden, and a cost of delivery beside it: it is split as
these two stand to one another. What decides the amounts (demand, efficiencies, growth) is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from planner.diagnosis.sources import Sources
from planner.instance import Instance
from planner.plan import Plan

#: What a price may rest on, the firmest first, and what that means; `default` is a number for which there is no row.
STATUSES = {
    "published": "stated by the source that the row names",
    "derived": "worked out from what its source names",
    "from memory": "written down without the source at hand",
    "assumption": "chosen by whoever wrote the instance",
    "override": "set for this run",
    "default": "the program's own value: no row gives one",
    "extension": "added to the program by whoever extended it",
}

#: What rests on no source at all.
ASSUMED = ("assumption", "override", "default", "extension")

#: The columns of `costs_by_row`; `discounted` is in GUSD at the base year.
COLUMNS = ("address", "status", "kind", "discounted")

_PRICE_OF = {
    "fixed": "fixed_cost", "variable": "variable_cost", "fuel": "fuel_price", "landing": "mass_complex",
}  # fmt: skip


#: What is the capex of a vintage, or of the year, times something.
_OF_CAPEX = ("capital", "salvage", "spares")


class Priced(NamedTuple):
    """A share of an entry of the ledger, and the parameter and labels of the price behind it."""

    share: float
    key: str
    labels: tuple[str, ...]


def costs_by_row(plan: Plan) -> pd.DataFrame:
    """The discounted cost in GUSD by the row of the price and the kind of entry; it sums to the objective.

    A price that no row gives stands at its parameter, `block.name`, with the status `default`.
    """
    sources = Sources(plan.instance)
    entries = []
    for entry in plan.ledger.itertuples(index=False):
        if entry.kind == "own":
            entries.append((entry.item, "extension", entry.kind, entry.discounted))
            continue
        for priced in prices_behind(plan.instance, entry):
            row = sources.row(priced.key, *priced.labels)
            address, status = (row.address, row.status) if row else (priced.key, "default")
            entries.append((address, status, entry.kind, entry.discounted * priced.share))
    table = pd.DataFrame(entries, columns=list(COLUMNS))
    return table.groupby(list(COLUMNS[:3]), as_index=False)["discounted"].sum()


def prices_behind(instance: Instance, entry: Any) -> list[Priced]:
    """The price behind an entry of the ledger; for transport both prices, each with its share of the entry."""
    if entry.kind in _PRICE_OF:
        return [Priced(1.0, f"{entry.block}.{_PRICE_OF[entry.kind]}", (entry.technology, entry.site))]
    if entry.kind in _OF_CAPEX:
        return list(_capex(instance, entry))
    if entry.kind == "transport":
        return _transport(instance, entry)
    key, label = {
        "carbon": ("finance.carbon_price", entry.body),
        "goods": ("goods.price", entry.item),
        "purchases": ("helium3.price", entry.item),
        "sales": ("helium3.price", entry.item),
        "unserved": ("compute.value", entry.item),
    }[entry.kind]
    return [Priced(1.0, key, (label,))]


def _capex(instance: Instance, entry: Any) -> Iterator[Priced]:
    """The capex behind an entry, and against it the price of the structure that it includes."""
    index = (entry.technology, entry.site, int(entry.vintage) if entry.vintage else entry.year)
    capex = instance.numbers[f"{entry.block}.capex"][index]
    price = instance.numbers["goods.price"]["structural", index[2]]
    structure = price * instance.numbers[f"{entry.block}.mass_structural"][index]
    yield Priced(capex / (capex - structure), f"{entry.block}.capex", index[:2])
    if structure:
        yield Priced(-structure / (capex - structure), "goods.price", ("structural",))


def _transport(instance: Instance, entry: Any) -> list[Priced]:
    numbers, route, year = instance.numbers, entry.item, entry.year
    lift = numbers["launch.price"][entry.technology, entry.site, year] * numbers["launch.burden"][route, year]
    delivery = numbers["launch.delivery_cost"][route, year]
    both = (lift, "launch.price", (entry.technology, entry.site)), (delivery, "launch.delivery_cost", (route,))
    return [Priced(cost / (lift + delivery), key, labels) for cost, key, labels in both if cost]


def costs_by_status(costs: pd.DataFrame) -> pd.DataFrame:
    """`costs_by_row` by status: GUSD `paid`, `credited` (what is left, and sales), `net`, and `unserved` of the paid."""
    kinds = {
        "paid": ~costs["kind"].isin(["salvage", "landing", "sales"]),
        "credited": costs["kind"].isin(["salvage", "landing", "sales"]),
        "net": costs["kind"] == costs["kind"],
        "unserved": costs["kind"] == "unserved",
    }
    sums = {name: costs[chosen].groupby("status")["discounted"].sum() for name, chosen in kinds.items()}
    present = [status for status in STATUSES if status in set(costs["status"])]
    return pd.DataFrame(sums).reindex(present).fillna(0.0).rename_axis(index="status").reset_index()


def assumed_share(costs: pd.DataFrame) -> float:
    """The share of what is paid, credits aside, that rests on assumed prices; NaN where nothing is paid."""
    by_status = costs_by_status(costs)
    paid = by_status["paid"].sum()
    return float(by_status.loc[by_status["status"].isin(ASSUMED), "paid"].sum() / paid) if paid else float("nan")
