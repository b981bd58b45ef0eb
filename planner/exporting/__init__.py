"""A plan written for other programs: CSV, Parquet, Excel, and the IAMC format that pyam reads."""

from __future__ import annotations

from pathlib import Path

from planner.errors import PlannerError
from planner.exporting.excel import write_workbook
from planner.exporting.iamc import write_iamc
from planner.exporting.tables import write_folder
from planner.folders import NOTHING_OVER, placed, refuse_existing
from planner.integrity import check
from planner.plan import Plan

__all__ = ["FORMATS", "export_plan", "format_of"]

#: What a plan can be written as.
FORMATS = ("csv", "parquet", "excel", "iamc")

_EXPECTED = "FILE.xlsx (Excel), FILE.iamc.csv or FILE.iamc.xlsx (IAMC), or a folder with the format csv or parquet"
_FILES = (".csv", ".xlsx", ".xls", ".parquet")


def export_plan(plan: Plan, path: str | Path, format: str | None = None) -> Path:
    """Write a plan for other programs and return the path.

    `format` is csv or parquet (a folder, one file a table), excel (a workbook, one sheet a table) or iamc (one wide table, .csv
    or .xlsx); without it the ending decides, and a path without one is a folder of CSV. Nothing is overwritten, and what is
    written appears whole or not at all. Raises PlannerError for an ending or format that is not known, a path that exists or
    cannot be written, a table too long for a sheet, or where openpyxl (`pip install 'compute-planner[excel]'`) is missing.
    """
    target = Path(path)
    chosen = format_of(target, format)
    refuse_existing(target, NOTHING_OVER)
    check(plan)
    with placed(target, NOTHING_OVER) as scratch:
        if chosen == "iamc":
            write_iamc(plan, scratch)
        elif chosen == "excel":
            write_workbook(plan, scratch)
        else:
            write_folder(plan, scratch, chosen)
    return target


def format_of(target: Path, format: str | None = None) -> str:
    """The format in which a path is written; raises PlannerError where path and format do not fit."""
    name = target.name.lower()
    if format is None:
        if name.endswith((".iamc.csv", ".iamc.xlsx")):
            return "iamc"
        if name.endswith(".xlsx"):
            return "excel"
        if not target.suffix:
            return "csv"
        raise PlannerError(f"{target.name}: an export of this ending is not known, expected {_EXPECTED}")
    if format not in FORMATS:
        raise PlannerError(f"'{format}' is no format of an export, expected {', '.join(FORMATS)}")
    if format in ("csv", "parquet") and name.endswith(_FILES):
        raise PlannerError(f"{target.name}: a plan is many tables, as {format} they go into a folder; expected {_EXPECTED}")
    if format == "excel" and not name.endswith(".xlsx"):
        raise PlannerError(f"{target.name}: a workbook of Excel ends in .xlsx")
    if format == "iamc" and not name.endswith((".csv", ".xlsx")):
        raise PlannerError(f"{target.name}: a file in the IAMC format ends in .csv or .xlsx")
    return format
