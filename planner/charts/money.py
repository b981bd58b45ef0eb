"""Money: the costs of the ledger by kind, and the prices of power, computing, goods and helium-3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from planner.charts.chart import Chart
from planner.charts.colours import COSTS, colours
from planner.charts.panels import HALF, HEIGHT, bars, each, inline, kind, lines
from planner.charts.theme import needed
from planner.plan import Plan

_NO_PRICES = ("year", "value", "unit")


def _costs(plan: Plan) -> pd.DataFrame:
    """`value` is discounted to the base year and adds up to the objective; `undiscounted` is in the money of the year."""
    table = plan.ledger.groupby(["year", "kind"], as_index=False)[["discounted", "undiscounted"]].sum()
    return table.rename(columns={"discounted": "value"}).assign(unit="GUSD")


def _draw_costs(plan: Plan) -> Any:
    alt = needed("altair")
    table = _costs(plan)
    shown = kind(table, "kind", COSTS, "discounted cost, GUSD", plan.instance.years)
    sums = table.groupby("kind", as_index=False)["value"].sum()
    whole = alt.Chart(inline(sums)).encode(
        x=alt.X("value:Q", title="discounted cost, GUSD"),
        y=alt.Y("kind:N", title=None, sort=list(shown.labels)),
    )
    texts = whole.mark_text(align="left", dx=4).encode(x="end:Q", text=alt.Text("value:Q", format=",.3~r"))
    texts.data = inline(sums.assign(end=sums["value"].clip(lower=0)))
    total = alt.layer(whole.mark_bar().encode(color=shown.colour), texts)
    years = pd.Index(shown.years)
    by_model_year = table.assign(year=years[years.searchsorted(table["year"], side="right") - 1])
    by_model_year = by_model_year.groupby(["year", "kind"], as_index=False)["value"].sum()
    panels = [(total, "over the horizon"), (bars(by_model_year, shown), "by model year")]
    return alt.concat(
        *(
            panel.properties(width=HALF, height=HEIGHT, title=alt.TitleParams(name, anchor="start", frame="group", fontSize=12))
            for panel, name in panels
        ),
        columns=2,
        spacing=24,
    )


def _prices(plan: Plan, name: str) -> pd.DataFrame:
    return plan.prices[name] if name in plan.prices else pd.DataFrame(columns=list(_NO_PRICES))


def _priced(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows of the labels that have a price in some year."""
    if table.empty:
        return table
    return table[table.groupby(by)["value"].transform(lambda v: v.abs().max()) > 1e-9].reset_index(drop=True)


def _power_prices(plan: Plan) -> pd.DataFrame:
    """Prices of the slices, averaged by their shares of the year."""
    table = _prices(plan, "power_balance")
    if table.empty:
        return table
    weighted = table.assign(value=table["value"] * table["slice"].map(plan.instance.numbers["time.share"]))
    return _priced(weighted.groupby(["year", "body", "site", "unit"], as_index=False)["value"].sum(), "site")


def _lines(table: Callable[[Plan], pd.DataFrame], by: str, axis: str) -> Callable[[Plan], Any]:
    """Prices as lines, coloured by a column whose name is a kind of colours; a panel for each body if there are bodies."""

    def draw(plan: Plan) -> Any:
        rows = table(plan)
        shown = kind(rows, by, colours(plan.instance, by), axis, plan.instance.years)
        if "body" not in rows or by == "body":
            return each(rows.assign(of="all bodies"), "of", ["all bodies"], lambda part: lines(part, shown))
        return each(rows, "body", list(plan.instance.bodies), lambda part: lines(part, shown))

    return draw


def _compute_prices(plan: Plan) -> pd.DataFrame:
    return _priced(_prices(plan, "demand"), "workload")


def _goods_prices(plan: Plan) -> pd.DataFrame:
    return _priced(_prices(plan, "goods_balance"), "good")


def _helium3_prices(plan: Plan) -> pd.DataFrame:
    return _priced(_prices(plan, "helium3_balance"), "body")


COSTS_CHART = Chart(
    "costs", "Costs by kind", "GUSD",
    lambda plan: f"Costs of the ledger, discounted to {plan.instance.finance.base_year}; all bars together are the objective, "
    f"{plan.objective:,.6g} GUSD. A model year "
    "bears the costs of all the calendar years that it stands for, which in the table stand in the year of payment; "
    "sales and salvage are below nought.",
    _costs, _draw_costs,
)  # fmt: skip

POWER_PRICES = Chart(
    "power_prices", "Price of power", "USD/MWh",
    lambda plan: "Shadow price of power at each site, averaged over the slices by their shares of the year, "
    "in the money of the year.",
    _power_prices, _lines(_power_prices, "site", "price of power, USD/MWh"),
)  # fmt: skip

COMPUTE_PRICES = Chart(
    "compute_prices", "Price of computing", "GUSD/yr/(ZFLOP/s)",
    lambda plan: "What one more unit of each workload's demand costs, or what leaving it unserved costs, "
    "in the money of the year.",
    _compute_prices, _lines(_compute_prices, "workload", "price of computing, GUSD/yr/(ZFLOP/s)"),
)  # fmt: skip

GOODS_PRICES = Chart(
    "goods_prices", "Price of goods", "USD/kg",
    lambda plan: "What one more kilogram of each good costs where it is used, in the money of the year. "
    "A body that supplies a good without limit has no price for it.",
    _goods_prices, _lines(_goods_prices, "good", "price of goods, USD/kg"),
)  # fmt: skip

HELIUM3_PRICES = Chart(
    "helium3_prices", "Price of helium-3", "MUSD/kg",
    lambda plan: "What one more kilogram of helium-3 in store on each body is worth, in the money of the year.",
    _helium3_prices, _lines(_helium3_prices, "body", "price of helium-3, MUSD/kg"),
)  # fmt: skip
