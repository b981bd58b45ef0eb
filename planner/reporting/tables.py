"""Tables of the page: frames laid out for reading, numbers written out, units in the headings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

#: So many columns at most are made of labels, and so much of the table must be filled.
_MOST_COLUMNS, _LEAST_FILLED = 14, 0.5

#: Numbers below this are nought to a reader.
_NOUGHT = 1e-9


@dataclass(frozen=True)
class Cell:
    """A cell: its text, a second line in small print, and whether it is a number."""

    text: str
    small: str = ""
    number: bool = False


@dataclass(frozen=True)
class Table:
    """A table of the page: a caption, headings, and rows of which the first `headers` cells head the row."""

    caption: str
    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    headers: int = 1


def number_text(value: float) -> str:
    """A number in four figures, without an exponent where a reader can do without; empty for what is no number."""
    if math.isnan(value):
        return ""
    if abs(value) < _NOUGHT:
        return "0"
    if abs(value) >= 999.95:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def share_text(value: float) -> str:
    """A share in per cent, one decimal place."""
    return "" if math.isnan(value) else f"{value:.1%}"


def cell(value: Any) -> Cell:
    """The cell of a value of a frame; years and counts stay whole, nothing is left empty."""
    if value is None or value is pd.NA or value is pd.NaT:
        return Cell("")
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return Cell("yes" if value else "no")
    if isinstance(value, int) or (hasattr(value, "dtype") and value.dtype.kind in "iu"):
        return Cell(str(value), number=True)
    if isinstance(value, float):
        return Cell(number_text(float(value)), number=True)
    return Cell(str(value))


def written(frame: pd.DataFrame, caption: str, headers: int = 1) -> Table:
    """A frame as it stands, a row a row; underlines in its columns' names are read as spaces."""
    names = [heading(str(name)) for name in frame.columns]
    numeric = [dtype.kind in "iuf" and name != "year" for name, dtype in zip(frame.columns, frame.dtypes, strict=True)]
    rows = [[cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    return Table(caption, [Cell(name, number=n) for name, n in zip(names, numeric, strict=True)], rows, headers)


def heading(name: str) -> str:
    """The name of a column as a heading."""
    return name.replace("_", " ")


def tidy(frame: pd.DataFrame, caption: str) -> Table:
    """A tidy frame (labels, `value`, `unit`), with those labels laid out in columns that make it shortest.

    Where all rows have one unit it stands in the caption, else in a column. Labels that are the same in all rows stand in the
    caption too. Columns beside labels, `value` and `unit` keep the frame as it is.
    """
    labels = [name for name in frame.columns if name not in ("value", "unit")]
    if "value" not in frame.columns or frame.empty or any(frame[name].dtype.kind == "f" for name in labels):
        return written(frame, caption)
    units = list(dict.fromkeys(frame["unit"])) if "unit" in frame.columns else []
    if len(units) == 1:
        caption, frame = f"{caption}, {units[0]}", frame.drop(columns="unit")
    elif units:
        labels.append("unit")
    alone = [name for name in labels if frame[name].nunique(dropna=False) == 1 and len(labels) > 1 and name != "year"]
    for name in alone[: len(labels) - 1]:
        caption = f"{caption}; {heading(name)}: {frame[name].iloc[0]}"
        labels.remove(name)
    across = _across(frame, labels)
    down = [name for name in labels if name not in across]
    wide = _wide(frame, down, across) if across else frame[[*labels, "value"]]
    return written(wide, caption, len(down))


def _across(frame: pd.DataFrame, labels: Sequence[str]) -> list[str]:
    """The labels to lay out in columns: those that leave the fewest rows, among what is narrow and full enough; years last."""
    if frame.duplicated(list(labels)).any():
        return []
    movable = [name for name in labels if name not in ("year", "slice", "unit")]
    choices = [list(some) for size in range(1, len(movable) + 1) for some in itertools.combinations(movable, size)]
    for tried in (choices, [["year"]] if "year" in labels else []):
        found = []
        for across in tried:
            down = [name for name in labels if name not in across]
            width, length = (len(frame[names].drop_duplicates()) for names in (across, down))
            if down and 1 < width <= _MOST_COLUMNS and len(frame) >= _LEAST_FILLED * width * length:
                found.append((length, width, across))
        if found:
            return min(found)[2]
    return []


def _wide(frame: pd.DataFrame, down: Sequence[str], across: Sequence[str]) -> pd.DataFrame:
    """A row for each entry of `down`, a column for each of `across`, both in the order in which they come."""
    keys = pd.Series([", ".join(map(_label, labels)) for labels in frame[list(across)].itertuples(index=False)], frame.index)
    rows = frame[list(down)].drop_duplicates()
    wide = frame.assign(across_=keys).pivot(index=list(down), columns="across_", values="value")[list(dict.fromkeys(keys))]
    wide = wide.reset_index()
    wide.columns = pd.Index([*down, *dict.fromkeys(keys)])
    return rows.merge(wide, on=list(down), how="left")


def _label(value: Any) -> str:
    """A label as part of a heading. A limit over the horizon has no year, and pandas keeps its <NA> through `astype(str)`."""
    return "horizon" if pd.isna(value) else str(value)


def keyed(pairs: Iterable[tuple[str, str]], caption: str, headings: tuple[str, str]) -> Table:
    """A table of two columns of text."""
    return Table(caption, [Cell(text) for text in headings], [[Cell(key), Cell(value)] for key, value in pairs])
