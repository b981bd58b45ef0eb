"""Writing an instance as one flat folder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.instance.numerals import is_number, written
from planner.instance.rows import Bound, Row
from planner.instance.tables import BLOCKS, STRUCTURE

if TYPE_CHECKING:
    from planner.instance.instance import Instance

#: With any of these a cell begins that a spreadsheet computes, in half and in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write_instance(instance: Instance, folder: Path) -> Path:
    """Write every file of the instance; the same instance gives the same bytes. An earlier instance there is replaced.

    Raises FileExistsError where the folder holds files that are no instance's.
    """
    files = {"instance.toml": _toml(instance), **_tables(instance)}
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "instance.toml").is_file():
        raise FileExistsError(f"'{folder.name}' holds other files, expected an empty folder or an instance")
    (folder / "parameters").mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.csv"), *(folder / "parameters").glob("*.csv")):
        old.unlink()
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder


def _toml(instance: Instance) -> str:
    conventions = instance.conventions
    lines = [f"title = {_quoted(conventions.title)}"]
    if conventions.description:
        lines.append(f"description = {_quoted(conventions.description)}")
    lines += [
        "",
        "[horizon]",
        f"years = {list(conventions.horizon.years)}",
        f"last = {conventions.horizon.last}",
        "",
        "[finance]",
    ]
    finance = conventions.finance
    lines += [f'currency = "{finance.currency}"', f"price_year = {finance.price_year}", f"base_year = {finance.base_year}"]
    lines += [f'{key} = "{getattr(finance, key)}"' for key in ("payments", "capital_falls", "capital", "end_of_horizon")]
    for body in conventions.bodies.values():
        lines += [
            "",
            f"[bodies.{body.name}]",
            f"users = {str(body.users).lower()}",
            f"supplies = {json.dumps(list(body.supplies))}",
        ]
    if conventions.units:
        lines += ["", "[units]", *(f"{name} = {_quoted(text)}" for name, text in conventions.units.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _tables(instance: Instance) -> dict[str, str]:
    files = {}
    for name, table in STRUCTURE.items():
        rows = instance.structure.tables[name]
        columns = (*table.required, *table.optional)
        if rows:
            files[f"{name}.csv"] = _csv(columns, ([row.get(column, "") for column in columns] for row in rows))
    for block in BLOCKS:
        block_rows = [row for row in instance.rows if row.block == block]
        if block_rows:
            columns = ("item", "at", "parameter")
            files[f"parameters/{block}.csv"] = _numbers_csv(
                columns, [(row.item, row.at, row.parameter) for row in block_rows], block_rows
            )
    if instance.limit_rows:
        columns = ("limit", "quantity", "item", "at", "over", "bound", "first_year", "last_year")
        first = [
            (row.limit, row.quantity, row.item, row.at, row.over, row.bound, str(row.first_year or ""), str(row.last_year or ""))
            for row in instance.limit_rows
        ]
        files["limits.csv"] = _numbers_csv(columns, first, instance.limit_rows)
    return files


def _numbers_csv(columns: tuple[str, ...], first: Sequence[tuple[str, ...]], rows: Sequence[Row]) -> str:
    years = sorted({year for row in rows for year, _ in row.years})
    header = (*columns, "unit", "value", "low", "high", "source", "note", *map(str, years))
    cells = []
    for beginning, row in zip(first, rows, strict=True):
        by_year = dict(row.years)
        value = "" if row.value is None else written(row.value)
        middle = (row.unit, value, _bound(row.low), _bound(row.high), row.source, row.note)
        cells.append([*beginning, *middle, *(written(by_year[year]) if year in by_year else "" for year in years)])
    return _csv(header, cells)


def _bound(bound: Bound | None) -> str:
    return "" if bound is None else f"{'*' if bound.is_factor else ''}{written(bound.amount)}"


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue()


def inert(cell: str) -> str:
    """The cell as a spreadsheet may open it: behind an apostrophe where it would be taken for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not is_number(cell) else cell
