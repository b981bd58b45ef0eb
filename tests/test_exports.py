"""Exports hold what the plan holds, are read by what they are for, run no formula, and appear whole or not at all."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import planner
from planner import folders
from planner.exporting import excel, format_of
from planner.exporting.excel import sheet_names, write_sheets
from tests.conftest import TOY, Said
from tests.solved import solved
from tests.variants import toy

FORMULAS = ("=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)")


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return solved(toy)


@pytest.fixture(scope="module")
def hostile(plan: planner.Plan) -> planner.Plan:
    """A plan whose instance was written by a stranger."""
    rows = [
        dataclasses.replace(row, source=text, note=text) for row, text in zip(plan.instance.rows, FORMULAS * 100, strict=False)
    ]
    conventions = dataclasses.replace(plan.instance.conventions, title=FORMULAS[0], description="=a\nb")
    instance = dataclasses.replace(plan.instance, rows=tuple(rows), conventions=conventions)
    return dataclasses.replace(plan, instance=instance, facts={**plan.facts, "instance": "=toy"})


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_folder_holds_every_table_with_its_unit(plan: planner.Plan, tmp_path: Path, format: str) -> None:
    folder = plan.export(tmp_path / "new" / "out", format)
    read = pd.read_csv if format == "csv" else pd.read_parquet
    files = {path.name.removesuffix(f".{format}"): read(path) for path in folder.iterdir()}
    tables = {name.replace("/", "."): table for name, table in plan.all_tables.items()}
    assert files.keys() == tables.keys() | {"about", "contents", "sources"}
    for name, table in tables.items():
        _assert_alike(files[name], table)
    contents = files["contents"].set_index("table")
    assert set(contents.index) == set(tables) and not (contents["unit"] == "").any() and not (contents["meaning"] == "").any()
    assert contents["rows"].to_dict() == {name: len(table) for name, table in tables.items()}
    said = files["about"].set_index("what")["value"]
    assert float(said["objective"]) == plan.objective and said["instance_hash"] == plan.instance.hash
    assert said["certificate.holds"] == "True" and said["provenance.versions.planner"] == planner.__version__


def _assert_alike(read: pd.DataFrame, table: pd.DataFrame, rel: float = 0.0) -> None:
    """The same columns, numbers (to the last bit unless `rel` is given) and text; a reader may call what is empty missing and a year text or not."""
    assert list(read.columns) == list(table.columns) and len(read) == len(table)
    for column in table.columns:
        if table[column].dtype.kind == "f":
            assert read[column].astype(float).tolist() == pytest.approx(table[column].tolist(), rel=rel, abs=0)
        else:
            texts = ["" if pd.isna(cell) else str(cell).removesuffix(".0") for cell in read[column]]
            assert texts == table[column].astype(str).tolist()


def test_sources_name_every_number(plan: planner.Plan, tmp_path: Path) -> None:
    sources = pd.read_csv(plan.export(tmp_path / "out") / "sources.csv").set_index("address")
    assert set(sources.index) == {row.address for row in (*plan.instance.rows, *plan.instance.limit_rows)}
    assert sources.loc["limits.co2_cap.upper", "value"] == "2030: 12; 2036: 3"
    assert set(sources["status"]) <= {"assumption", "derived", "from memory", "override", "published"}


def test_a_workbook_holds_every_table_and_says_what_it_is(plan: planner.Plan, tmp_path: Path) -> None:
    book = pd.read_excel(plan.export(tmp_path / "plan.xlsx"), sheet_name=None)
    assert list(book)[:3] == ["about", "contents", "sources"]
    about = book["about"].set_index("what")["value"]
    assert about["objective"] == plan.objective and about["unit"] == plan.facts["unit"]
    assert about["instance_hash"] == plan.instance.hash and about["certificate.holds"]
    sheets = book["contents"].set_index("table")["sheet"]
    for name, table in plan.all_tables.items():
        sheet = book[sheets[name.replace("/", ".")]]
        _assert_alike(sheet, table, rel=1e-15)  # openpyxl writes sixteen digits


def test_names_of_sheets_are_short_and_unlike() -> None:
    long = "prices." + "x" * 40
    names = sheet_names([long, long + "y", long.upper(), "a/b", "a.b", "A.B"])
    assert all(len(name) <= 31 for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert not set("".join(names)) & set("[]:*?/\\")


def test_text_is_text_in_excel_and_numbers_are_numbers(hostile: planner.Plan, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(hostile.export(tmp_path / "plan.xlsx"))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    sources = [row[6] for row in book["sources"].iter_rows(min_row=2)]
    assert {cell.value for cell in sources} >= set(FORMULAS)
    assert all(cell.quotePrefix for cell in sources if cell.value in FORMULAS)
    assert {cell.data_type for row in book["power.output"].iter_rows(min_row=2, min_col=5, max_col=5) for cell in row} == {"n"}


@pytest.mark.parametrize("path", ["out", "out.iamc.csv"])
def test_no_cell_of_text_is_a_formula_in_csv(hostile: planner.Plan, tmp_path: Path, path: str) -> None:
    written = hostile.export(tmp_path / path)
    files = list(written.iterdir()) if written.is_dir() else [written]
    cells = [str(cell) for file in files for row in pd.read_csv(file, header=None, dtype=str).itertuples() for cell in row[1:]]
    beginning = [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and not _is_number(cell)]
    assert beginning == []
    assert any(cell.startswith("'=") for cell in cells)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) or "inf" in text
    except ValueError:
        return False


def test_what_is_no_number_leaves_a_workbook_that_opens(tmp_path: Path) -> None:
    table = pd.DataFrame({"value": [1.5, math.inf, -math.inf, math.nan], "text": ["#N/A", "a\x07b", "c\nd", "="]})
    write_sheets(tmp_path / "odd.xlsx", {"odd": table})
    rows = list(openpyxl.load_workbook(tmp_path / "odd.xlsx")["odd"].iter_rows(min_row=2, values_only=True))
    assert rows == [(1.5, "#N/A"), ("inf", "ab"), ("-inf", "c\nd"), (None, "=")]


def test_prices_with_ranges_are_exported(tmp_path: Path) -> None:
    ranged = planner.solve(toy(), ranging=True)
    assert len(pd.read_excel(ranged.export(tmp_path / "plan.xlsx"), sheet_name="prices.limit")) == len(ranged.prices["limit"])
    assert (tmp_path / "plan.xlsx").stat().st_size and ranged.export(tmp_path / "plan.iamc.csv").is_file()


def test_a_table_longer_than_a_sheet_is_refused(plan: planner.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 70)
    with pytest.raises(planner.PlannerError, match=r"holds 69 rows under its header, and .*cost\.capital has 80.*parquet"):
        plan.export(tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "format", "expected"),
    [
        ("a.xlsx", None, "excel"), ("A.XLSX", None, "excel"), ("a.iamc.csv", None, "iamc"), ("a.iamc.xlsx", None, "iamc"), ("a", None, "csv"),
        ("v1.2", "parquet", "parquet"), ("a.csv", "iamc", "iamc"), ("a.xlsx", "iamc", "iamc"),
    ],
)  # fmt: skip
def test_the_ending_says_the_format(name: str, format: str | None, expected: str) -> None:
    assert format_of(Path(name), format) == expected


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.csv", None),
        ("a.json", None),
        ("a.csv", "csv"),
        ("a.parquet", "parquet"),
        ("a.csv", "excel"),
        ("a", "iamc"),
        ("a", "json"),
    ],
)
def test_what_does_not_fit_is_refused(plan: planner.Plan, tmp_path: Path, name: str, format: str | None) -> None:
    with pytest.raises(planner.PlannerError):
        planner.export_plan(plan, tmp_path / name, format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.iamc.csv", "plan"])
def test_nothing_is_overwritten_and_nothing_half_written(
    plan: planner.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(planner.PlannerError, match="exists already"):
        plan.export(tmp_path / name)
    assert (tmp_path / name).read_text() == "mine"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / name).unlink()
    monkeypatch.setattr(folders.os, "rename", full)
    with pytest.raises(planner.PlannerError, match="No space left"):
        plan.export(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_command_exports_runs_and_programs(run: Callable[..., Said], plan: planner.Plan, tmp_path: Path) -> None:
    folder = str(planner.save_plan(plan, tmp_path / "run"))
    assert run("export", folder, "--to", str(tmp_path / "plan.iamc.csv")).code == 0
    assert run("export", folder, "--to", str(tmp_path / "out"), "--format", "parquet").code == 0
    assert (tmp_path / "out" / "ledger.parquet").is_file()
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "out" / "power.output.parquet"), plan["power.output"], check_dtype=False
    )
    for wrong in (
        (folder, "--to", str(tmp_path / "plan.txt")), (folder,), (folder, "--to", str(tmp_path / "out")),
        (TOY, "--to", str(tmp_path / "new")), (folder, "--to", str(tmp_path / "new"), "--set", "a=1"),
        (TOY, "--write-model", str(tmp_path / "new.lp"), "--format", "csv"),
        (TOY, "--write-model", str(tmp_path / "new.lp"), "--to", str(tmp_path / "new")),
    ):  # fmt: skip
        said = run("export", *wrong)
        assert said.code == 2 and said.err.startswith("planner: ") and "Traceback" not in said.err, wrong
    assert not (tmp_path / "new").exists() and not (tmp_path / "new.lp").exists()
