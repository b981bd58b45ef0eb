"""The section on sources and assumptions: what rests on assumed numbers, and every row that was used."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.instance import Instance
from planner.plan import Plan
from planner.reporting.sources import STATUSES, assumed_share, costs_by_row, costs_by_status
from planner.reporting.tables import Cell, Table, number_text, share_text
from planner.showing import parameters_shown

#: How the cost is counted, for the reader.
HOW_COUNTED = (
    "Every entry of the ledger is one price times one amount, and is counted under the row that gave the price: overnight cost "
    "for capital and salvage, fixed, variable and fuel cost, the carbon price, the price of a market for helium-3, the worth of "
    "computing left unserved; transport is split between the price of lift and the cost of delivery. Shares are shares of what "
    "is paid, before salvage and sales. Not counted is what decides the amounts: demand, efficiencies, growth, limits. A number "
    "counts as derived where its source says so, also where it is derived from an assumption."
)


def reliance_sentences(plan: Plan, costs: pd.DataFrame) -> list[str]:
    """How many rows are published, derived, assumed, and how much of the discounted cost rests on assumed prices."""
    rows = [*plan.instance.rows, *plan.instance.limit_rows]
    counts = {status: sum(row.status == status for row in rows) for status in STATUSES}
    counted = ", ".join(f"{count} {_plural(status)}" for status, count in counts.items() if count)
    unserved = costs_by_status(costs)["unserved"].sum()
    share = share_text(assumed_share(costs))
    without = ""
    if unserved > 0:
        served = share_text(assumed_share(costs[costs["kind"] != "unserved"]))
        without = f", and {served} where the worth of computing left unserved is not counted" if served else ""
    return [
        f"{len(rows)} rows of parameters and limits were used: {counted}.",
        f"{share or 'None'} of the discounted cost, before salvage and sales, rests on assumed prices{without}.",
    ]


def _plural(status: str) -> str:
    return {"assumption": "assumed", "override": "set for this run"}.get(status, status)


def reliance_tables(plan: Plan) -> tuple[list[str], list[Table]]:
    """The sentences, the cost by status, and the prices that carry most of it."""
    costs = costs_by_row(plan)
    by_status = costs_by_status(costs)
    paid = by_status["paid"].sum()
    rows = [
        [
            Cell(_plural(record.status), STATUSES[record.status]),
            *(Cell(number_text(value), number=True) for value in (record.paid, record.credited, record.net)),
            Cell(share_text(record.paid / paid if paid else float("nan")), number=True),
        ]
        for record in by_status.itertuples()
    ]
    sums = by_status[["paid", "credited", "net"]].sum()
    rows.append([Cell("all"), *(Cell(number_text(value), number=True) for value in sums), Cell(share_text(1.0), number=True)])
    units = f"GUSD of {plan.instance.finance.price_year} at {plan.instance.finance.base_year}"
    headings = [Cell("price rests on"), *(Cell(name, number=True) for name in ("paid", "credits", "net", "share of paid"))]
    tables = [Table(f"Discounted cost by what its price rests on, {units}", headings, rows), _dearest(plan, costs, units)]
    return reliance_sentences(plan, costs), tables


def _dearest(plan: Plan, costs: pd.DataFrame, units: str, most: int = 15) -> Table:
    paid = costs[~costs["kind"].isin(["salvage", "landing", "sales"])]
    sums = paid.groupby(["address", "status"], as_index=False)["discounted"].sum()
    sums = sums.sort_values("discounted", ascending=False, kind="stable").head(most)
    total = paid["discounted"].sum()
    rows = [
        [
            Cell(row.address),
            Cell(_plural(row.status)),
            Cell(number_text(row.discounted), number=True),
            Cell(share_text(row.discounted / total), number=True),
        ]
        for row in sums.itertuples()
    ]
    headings = [Cell("price"), Cell("rests on"), Cell("paid", number=True), Cell("share of paid", number=True)]
    return Table(f"The prices that carry most of the cost, {units}", headings, rows)


def source_tables(instance: Instance) -> list[tuple[str, Table]]:
    """Every row of parameters and limits that was used, by block: value, unit, range, status, source and note."""
    records, _ = parameters_shown(instance)
    blocks: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        blocks.setdefault(record["address"].split(".")[0], []).append(record)
    names = ("number", "value", "unit", "low", "high", "rests on", "source and note", "stands in")
    headings = [Cell(name, number=name in ("low", "high")) for name in names]
    return [
        (block, Table(f"{_title(block)}: {len(found)} rows", headings, [_source_row(record) for record in found]))
        for block, found in sorted(blocks.items())
    ]


def _title(block: str) -> str:
    return "Helium-3" if block == "helium3" else block.capitalize()


def _source_row(record: dict[str, Any]) -> list[Cell]:
    years = ", ".join(f"{year}: {value:.10g}" for year, value in record["years"].items())
    unit = "" if record["unit"] == "1" else record["unit"]
    place = f"{record['file']}:{record['line']}" if record["line"] else record["file"]
    return [
        Cell(record["address"], record["meaning"]),
        Cell(years or f"{record['value']:.10g}", number=not years),
        Cell(unit or "-"),
        Cell(_end(record["low"]), number=True),
        Cell(_end(record["high"]), number=True),
        Cell(_plural(record["status"])),
        Cell(record["source"], record["note"]),
        Cell(place, f"changed by {record['changed_by']}" if record["changed_by"] else ""),
    ]


def _end(bound: str | None) -> str:
    """An end of a range; a factor is said to be one."""
    if bound is None:
        return ""
    return f"{bound[1:]} of the value" if bound.startswith("*") else bound
