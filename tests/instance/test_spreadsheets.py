"""What came from an instance is written so that a spreadsheet computes nothing, and reads back the same."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

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
