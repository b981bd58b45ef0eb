"""What came from an instance is written so that a spreadsheet computes nothing; what a spreadsheet leaves behind is read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InstanceError
from planner.instance import load
from planner.instance.writing import inert
from tests.instance.small import FILES


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-x", "@SUM(A1)", "\t=1", "\r=1", "-2+3", "--1", "\uff1d1"])
def test_formulas_stand_behind_an_apostrophe(cell: str) -> None:
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "x=1", "-5", "+1.5", "-2e-3", "'=1", "*0.5", "1", "a-b"])
def test_numbers_and_other_texts_stay(cell: str) -> None:
    assert inert(cell) == cell


def test_a_copy_holds_no_formula_and_means_the_same(write: Callable[..., Path], tmp_path: Path) -> None:
    poisoned = '=HYPERLINK(""http://example.org"")'
    folder = write({
        "sites.csv": FILES["sites.csv"].replace("mare,moon,", f'mare,moon,"{poisoned}"'),
        "parameters/power.csv": FILES["parameters/power.csv"].replace("NREL", "@SUM(A1)", 1),
        "instance.toml": FILES["instance.toml"].replace('title = "Small"', 'title = "=1+1"'),
    })  # fmt: skip
    instance = load(folder)
    copy = instance.write(tmp_path / "copy")
    for path in copy.rglob("*.csv"):
        with path.open(newline="") as stream:
            assert not [cell for row in csv.reader(stream) for cell in row if cell.startswith(("=", "+", "@"))]
    assert "'=HYPERLINK" in (copy / "sites.csv").read_text()
    again = load(copy)
    assert again.hash == instance.hash == load(write({}, "clean")).hash
    twice = again.write(tmp_path / "twice")
    assert all((twice / path.relative_to(copy)).read_bytes() == path.read_bytes() for path in copy.rglob("*.csv"))


def _wider(text: str, more: str = ",,,") -> str:
    """A table with columns behind its own, as a spreadsheet saves one."""
    return "".join(f"{line}{more}\n" for line in text.splitlines())


def _said(folder: Path) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        load(folder)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("more", [",", ",,,", ", ,\t,"])
def test_empty_columns_behind_a_table_are_nothing(more: str, write: Callable[..., Path]) -> None:
    plain = load(write())
    names = ("sites.csv", "technologies.csv", "limits.csv", "parameters/power.csv")
    wider = load(write({name: _wider(FILES[name], more) for name in names}, "wider"))
    assert (wider.hash, wider.counts) == (plain.hash, plain.counts)


def test_a_row_may_end_before_the_columns_without_a_name(write: Callable[..., Path]) -> None:
    """Some spreadsheets write no commas for the empty cells behind the last full one."""
    text = FILES["sites.csv"].replace("site,body,note\n", "site,body,note,,,\n").replace("rim,moon,", "rim,moon,,")
    assert load(write({"sites.csv": text})).hash == load(write({}, "plain")).hash


def test_a_column_without_a_name_that_holds_something(write: Callable[..., Path]) -> None:
    text = _wider(FILES["sites.csv"]).replace("mare,moon,,,,", "mare,moon,,,x,").replace("rim,moon,,,,", "rim,moon,,y,z,")
    assert _said(write({"sites.csv": text})) == [
        "sites.csv:3:13: a column without a name holds 'x'", "sites.csv:4:11: a column without a name holds 'y'",
    ]  # fmt: skip


def test_a_remark_beside_a_table_is_one_problem(write: Callable[..., Path]) -> None:
    text = _wider(FILES["sites.csv"]) + ",,,,see below,\n"
    assert _said(write({"sites.csv": text})) == ["sites.csv:5:5: a column without a name holds 'see below'"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("rim,moon", "sites.csv:4:5: 2 cells, expected 3 as in the header"),
        ("rim,moon,,,,,", "sites.csv:4:14: 7 cells, expected 6 as in the header"),
    ],
)  # fmt: skip
def test_rows_of_another_length_than_the_header(row: str, said: str, write: Callable[..., Path]) -> None:
    text = _wider(FILES["sites.csv"]).replace("rim,moon,,,,", row)
    assert any(line.startswith(said) for line in _said(write({"sites.csv": text})))


def test_a_column_without_a_name_between_others(write: Callable[..., Path]) -> None:
    text = "".join(line.replace(",", ",,", 1) + "\n" for line in FILES["sites.csv"].splitlines())
    assert any(line.startswith("sites.csv:1:6: unknown column ''") for line in _said(write({"sites.csv": text})))
