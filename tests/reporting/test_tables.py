"""Tables are laid out so that nothing is lost: every number of the frame stands once, under its labels and its unit."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from planner.reporting.tables import cell, number_text, tidy, written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1e-12, "0"),
        (1234.5, "1,234"),
        (999.96, "1,000"),
        (12.3456, "12.35"),
        (-0.00012346, "-0.0001235"),
        (math.nan, ""),
    ],
)
def test_numbers_in_four_figures(value: float, text: str) -> None:
    assert number_text(value) == text


def test_years_have_no_thousands() -> None:
    frame = pd.DataFrame({"year": [2030], "value": [2030.0], "done": [True]})
    assert [cell.text for cell in written(frame, "").rows[0]] == ["2030", "2,030", "yes"]
    assert cell(None).text == cell(pd.NA).text == ""


def _frame(entries: list[tuple[object, ...]], *labels: str) -> pd.DataFrame:
    return pd.DataFrame(entries, columns=[*labels, "value", "unit"])


def test_labels_become_columns_and_the_unit_the_caption() -> None:
    frame = _frame(
        [(2030, "earth", "plains", 1.0, "GW"), (2030, "moon", "basin", 2.0, "GW"), (2031, "earth", "plains", 3.0, "GW")],
        "year", "body", "site",
    )  # fmt: skip
    table = tidy(frame, "Compute")
    assert table.caption == "Compute, GW"
    assert [head.text for head in table.headings] == ["year", "earth, plains", "moon, basin"]
    assert [[cell.text for cell in row] for row in table.rows] == [["2030", "1", "2"], ["2031", "3", ""]]


def test_a_label_that_is_the_same_everywhere_goes_into_the_caption() -> None:
    table = tidy(
        _frame(
            [(2030, "moon", "a", 1.0, "t"), (2030, "moon", "b", 2.0, "t"), (2031, "moon", "a", 3.0, "t")], "year", "body", "good"
        ),
        "Mass",
    )
    assert table.caption == "Mass, t; body: moon"
    assert [head.text for head in table.headings] == ["year", "a", "b"]


def test_units_that_differ_stay_beside_their_numbers() -> None:
    table = tidy(_frame([("a", 2030, 1.0, "GW"), ("b", 2030, 2.0, "kt")], "what", "year"), "Worth")
    texts = [[cell.text for cell in row] for row in table.rows]
    assert any("GW" in row and "1" in row for row in texts) and any("kt" in row and "2" in row for row in texts)


def test_what_would_be_mostly_empty_stays_in_rows() -> None:
    table = tidy(_frame([(2030 + i, f"v{i}", float(i), "GW") for i in range(1, 9)], "year", "vintage"), "Vintages")
    assert len(table.rows) == 8 and len(table.headings) == 3


def test_labels_that_do_not_tell_rows_apart_are_not_laid_out() -> None:
    table = tidy(_frame([(2030, "a", 1.0, "GW"), (2030, "a", 2.0, "GW"), (2031, "b", 3.0, "GW")], "year", "what"), "Twice")
    assert [row[-1].text for row in table.rows] == ["1", "2", "3"]
