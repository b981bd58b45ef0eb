"""What binds: the limits, growth rates and scarce things that have a price, year by year."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from planner.charts.chart import Chart
from planner.charts.panels import NARROW_WHOLE, inline, named_years
from planner.charts.theme import needed
from planner.plan import Plan

#: Prices below this share of the greatest of their row are taken for nought, and so are all below the second number.
_NOUGHT, _NOTHING = 1e-7, 1e-9

#: So many rows are drawn, those that bind in most years; the table has all.
MOST_ROWS = 36

#: The tables of `plan.prices` that are read, the columns that make the name of a row, and what is said before it.
_READ = {
    "limit": (["limit", "bound"], "limit"),
    "limit_over_horizon": (["limit", "bound"], "limit"),
    "lift": (["technology", "site"], "lift"),
    "link": (["site"], "link"),
    "deposit": (["deposit"], "deposit"),
    "goods_balance": (["good", "body"], "goods"),
    "helium3_balance": (["body"], "helium-3"),
    "power_balance": (["site"], "power"),
    "demand": (["workload"], "demand"),
}

_COLUMNS = ["kind", "what", "year", "value", "unit", "share"]


def _binding(plan: Plan) -> pd.DataFrame:
    """A row for each thing and year in which it has a price: `kind`, `what`, `year`, `value`, `unit`, `share` of its greatest.

    The price of what has one in each slice is the average by the slices' shares. A limit over the horizon has no `year` (NA).
    """
    read = {**_READ, **{name: (["technology", "body"], "growth") for name in plan.prices if name.startswith("growth.")}}
    parts = [_rows(plan, table, by, said) for name, (by, said) in read.items() if (table := plan.prices.get(name)) is not None]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS[:-1])
    greatest = found.groupby(["kind", "what", "unit"])["value"].transform(lambda values: values.abs().max())
    bound = found["value"].abs() > (greatest * _NOUGHT).clip(lower=_NOTHING)
    return found.assign(share=found["value"].abs() / greatest)[bound].reset_index(drop=True)


def _rows(plan: Plan, table: pd.DataFrame, by: list[str], said: str) -> pd.DataFrame:
    rows = table.assign(
        kind=said,
        what=table[by[0]].str.cat([table[name] for name in by[1:]], sep=" ").str.removesuffix(" upper").str.replace("_", " "),
    )
    if "slice" in rows:
        rows["value"] *= rows["slice"].map(plan.instance.numbers["time.share"])
        rows = rows.groupby(["kind", "what", "year", "unit"], as_index=False)["value"].sum()
    rows["year"] = rows["year"].astype("Int64") if "year" in rows else pd.array([pd.NA] * len(rows), "Int64")
    return rows[_COLUMNS[:-1]]


def _draw_binding(plan: Plan, narrow: bool = False) -> Any:
    alt = needed("altair")
    table = _shown(plan)
    order = list(dict.fromkeys(table["row"]))
    years = list(plan.instance.years)
    width, ticks = (NARROW_WHOLE, named_years(years, 6)) if narrow else (_WIDTH, named_years(years, 12))
    axis = None if narrow else alt.Axis(labelLimit=280, grid=False, ticks=False, domain=False)
    apart = alt.Scale(paddingInner=0.5, paddingOuter=0.5) if narrow else alt.Scale()
    rows = alt.Y("row:N", title=None, sort=order, axis=axis, scale=apart)
    below = alt.Legend(orient="bottom", direction="horizontal", gradientLength=220, titleLimit=400, format=".0%")
    cells = (
        alt.Chart(inline(table[["row", "year", "share"]]))
        .mark_rect(stroke="#8C8C8C", strokeWidth=0.3)
        .encode(
            x=alt.X("year:O", title="year", axis=alt.Axis(values=ticks, labelAngle=0), scale=alt.Scale(domain=years)),
            y=rows,
            color=alt.Color(
                "share:Q", title="price, as share of the greatest of its row", legend=below, scale=alt.Scale(domain=[0, 1])
            ),
        )
    )
    greatest = table.loc[table.groupby("row")["share"].idxmax()]
    pairs = zip(greatest["row"], greatest["value"], greatest["unit"], strict=True)
    said = [f"{row + ':  ' if narrow else ''}{_short(value)} {_plain(unit)}" for row, value, unit in pairs]
    texts = alt.Chart(inline(greatest.assign(text=said)[["row", "text"]])).mark_text(
        align="left", fontSize=10, **({"baseline": "bottom", "dy": -9} if narrow else {})
    ).encode(x=alt.value(0 if narrow else width + 8), y=rows, text="text:N")  # fmt: skip
    return alt.layer(cells, texts).properties(width=width, height=alt.Step(30 if narrow else 17))


_WIDTH = 420


def _plain(unit: str) -> str:
    """A unit without brackets around what is a single unit."""
    return re.sub(r"\((\w+)\)", r"\1", unit)


def _short(value: float) -> str:
    return f"{value:,.3g}" if abs(value) < 999.5 else f"{value:,.0f}"


def _shown(plan: Plan) -> pd.DataFrame:
    """The rows that are drawn, with a limit over the horizon in every year, kind after kind in the order of the table."""
    table = _binding(plan)
    everywhere = (
        table[table["year"].isna()].drop(columns="year").merge(pd.DataFrame({"year": list(plan.instance.years)}), how="cross")
    )
    drawn = pd.concat([table[table["year"].notna()], everywhere], ignore_index=True)
    drawn["row"] = drawn["kind"] + ": " + drawn["what"]
    often = drawn.groupby("row")["year"].nunique().sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
    kinds = ["limit", "growth", "lift", "link", "deposit", "goods", "helium-3", "power", "demand"]
    drawn = drawn[drawn["row"].isin(often)].assign(
        rank=lambda t: t["kind"].map(kinds.index), year=lambda t: t["year"].astype(int)
    )
    return drawn.sort_values(["rank", "row", "year"], ignore_index=True)


def _told(plan: Plan) -> str:
    rows = _binding(plan)[["kind", "what"]].drop_duplicates()
    more = (
        f" The {MOST_ROWS} of {len(rows)} rows that bind in most years are drawn; the table has all."
        if len(rows) > MOST_ROWS
        else ""
    )
    return (
        "A cell is filled in the years in which a limit, growth rate or balance has a shadow price; its colour is the price as a "
        f"share of the greatest of its row, which stands at the end of the row, in the money of its year.{more}"
    )


BINDING = Chart("binding", "What binds", "", _told, _binding, _draw_binding, lambda plan: _draw_binding(plan, narrow=True))
