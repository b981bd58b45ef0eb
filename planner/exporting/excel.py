"""A plan as a workbook of Excel: a sheet that says what it is, one of contents, one of sources, and one a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from planner.errors import PlannerError
from planner.exporting.tables import about, contents, plan_tables, sources
from planner.plan import Plan

#: Rows of a sheet, its header included, and characters of its name.
MOST_ROWS = 1_048_576
LONGEST_NAME = 31

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "."))


def write_workbook(plan: Plan, path: Path) -> None:
    """Write every table of a plan. Raises PlannerError where a table is longer than a sheet, or without openpyxl."""
    tables = plan_tables(plan)
    listed = contents(plan)
    names = dict(zip(tables, sheet_names(["about", "contents", "sources", *tables])[3:], strict=True))
    listed.insert(0, "sheet", listed["table"].map(names))
    sheets = {"contents": listed, "sources": sources(plan), **{names[name]: table for name, table in tables.items()}}
    write_sheets(path, sheets, {"about": (("what", "value"), about(plan))})


def sheet_names(names: Sequence[str]) -> list[str]:
    """Names that Excel takes for these: at most 31 characters, none of `[]:*?/\\`, and no two alike but for their case."""
    given: list[str] = []
    taken: set[str] = set()
    for name in names:
        wanted = name.translate(_FORBIDDEN).strip("'") or "sheet"
        fit, number = wanted[:LONGEST_NAME], 1
        while fit.lower() in taken:
            number += 1
            fit = f"{wanted[: LONGEST_NAME - len(str(number)) - 1]}~{number}"
        taken.add(fit.lower())
        given.append(fit)
    return given


def write_sheets(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    first: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] | None = None,
) -> None:
    """Write sheets of rows, then one a table. Raises PlannerError for a table longer than a sheet, or without openpyxl."""
    long = {name: len(table) for name, table in tables.items() if len(table) + 1 > MOST_ROWS}
    if long:
        listed = ", ".join(f"{name} has {rows:,}" for name, rows in long.items())
        raise PlannerError(f"a sheet of Excel holds {MOST_ROWS - 1:,} rows under its header, and {listed}: export csv or parquet")
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise PlannerError("Excel needs openpyxl: pip install 'compute-planner[excel]'") from error
    book = Workbook(write_only=True)
    for name, (header, rows) in (first or {}).items():
        _add_sheet(book, name, header, rows)
    for name, table in tables.items():
        _add_sheet(book, name, list(map(str, table.columns)), zip(*(table[c].tolist() for c in table.columns), strict=True))
    book.save(path)


def _add_sheet(book: Any, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, title in enumerate(header, 1):
        sheet.column_dimensions[get_column_letter(number)].width = max(14, min(len(title) + 2, 40))
    bold = Font(bold=True)
    titles = [WriteOnlyCell(sheet, value=title) for title in header]
    for cell in titles:
        cell.font = bold
    sheet.append(titles)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any) -> Any:
    """A number as a number and text as text, whatever it looks like; what is no number at all is left empty."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "#", "\t", "\r", "\n")):
        return _clean(value) if isinstance(value, str) else value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=_clean(value))
    cell.data_type = "s"
    cell.quotePrefix = True  # it stays text when someone edits it
    return cell


def _clean(text: str) -> str:
    """The text without control characters, which no workbook can hold."""
    return text if text.isprintable() else "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
