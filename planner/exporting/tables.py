"""The tables of an export: those of the plan, and what they are, where their numbers come from and how they were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from planner.declarations import QUANTITIES
from planner.instance import LimitRow, ParameterRow
from planner.instance.numerals import written
from planner.instance.writing import inert
from planner.plan import Plan
from planner.prices import PRICES

_MEANINGS = {
    "economics.assets": "what could be ordered: built a year; cost, worth and profit of one unit, present worth at the base year",
    "economics.settlement": "what each kind of row or bound contributes to the dual objective; sums to the objective",
    "ledger": "every cost by year, block, kind, technology and place; `discounted` sums to the objective",
}


def plan_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Every table of the plan by a name that a file may have: `compute.in_service`, `prices.demand`, `ledger`."""
    return {name.replace("/", "."): table for name, table in plan.all_tables.items()}


def about(plan: Plan) -> list[tuple[str, Any]]:
    """What the export is: instance, hash, objective, certificate, solver and versions, as names and values."""
    instance, facts = plan.instance, {name: value for name, value in plan.facts.items() if name not in ("seconds", "out")}
    told = [("title", instance.title), ("description", instance.description)]
    return [(name, value) for name, value in [*told, *_flat(facts)] if value not in ("", None)]


def _flat(facts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def contents(plan: Plan) -> pd.DataFrame:
    """A row a table: its name, rows, units and meaning."""
    money = str(plan.facts["unit"])
    rows = []
    for name, table in plan_tables(plan).items():
        units = ", ".join(dict.fromkeys(table["unit"])) if "unit" in table else ""
        if name == "ledger" or name.startswith("economics."):
            units = f"amounts in {money}" if not units else f"{units}; money in {money} a unit"
        rows.append((name, len(table), units, _meaning(name)))
    return pd.DataFrame(rows, columns=["table", "rows", "unit", "meaning"])


def _meaning(name: str) -> str:
    if name in QUANTITIES:
        return QUANTITIES[name].meaning
    if name.startswith("prices."):
        price = PRICES.get(name.removeprefix("prices."))
        return "worth of one more unit that a constraint of the caller's own allows" if price is None else price.meaning
    return _MEANINGS[name]


def sources(plan: Plan) -> pd.DataFrame:
    """A row a number of the instance: address, value as it was written, unit, range, standing, source and note."""
    rows = [*map(_source, plan.instance.rows), *map(_source, plan.instance.limit_rows)]
    return pd.DataFrame(rows, columns=["address", "value", "unit", "low", "high", "status", "source", "note"], dtype="str")


def _source(row: ParameterRow | LimitRow) -> tuple[str, ...]:
    value = written(row.value) if row.value is not None else "; ".join(f"{year}: {written(number)}" for year, number in row.years)
    low, high = ("" if bound is None else str(bound) for bound in (row.low, row.high))
    return row.address, value, row.unit, low, high, row.status, row.source, row.note


def write_folder(plan: Plan, folder: Path, format: str) -> None:
    """Write the plan as one CSV or Parquet file a table, with `about`, `contents` and `sources` beside them."""
    named = pd.DataFrame([(name, str(value)) for name, value in about(plan)], columns=["what", "value"], dtype="str")
    folder.mkdir()
    for name, table in {"about": named, "contents": contents(plan), "sources": sources(plan), **plan_tables(plan)}.items():
        if format == "parquet":
            table.to_parquet(folder / f"{name}.parquet", index=False)
        else:
            write_csv(table, folder / f"{name}.csv")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV; no cell of text is one that a spreadsheet would compute."""
    safe = table.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = [inert(str(cell)) for cell in safe[column]]
    safe.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
