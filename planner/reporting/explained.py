"""The sections that explain a plan: what binds, the price of computing, why not the rest, what matters most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from planner.charts import available, stack, tornado
from planner.explaining import PARTS, Explanation, explain
from planner.explaining.binding import shown as binding_lines
from planner.explaining.price_stack import components
from planner.explaining.sensitivity import with_factors
from planner.plan import Plan
from planner.reporting.figures import Figure, chart_figure, drawn_figure
from planner.reporting.tables import Cell, Table, cell, heading, share_text, tidy

#: So many rows of what matters most, and of why not, stand in the page.
_MOST_ROWS = 60


_HOW_TO_ENTER = (
    "For everything that is not ordered, in the year in which it is nearest to it: the overnight cost at which it would enter, "
    "all else as it is, and the share by which its cost would have to fall, its mass to fall, or its output to rise instead. "
    "Above 100 % it would have to be paid for; empty where that alone is not enough."
)

#: Reasons as a cell has them, by how they begin.
_IN_SHORT = {"it would do": "does as well", "at no price": "at no price"}


@dataclass(frozen=True)
class Section:
    """A part of an explanation: name, heading, sentences, figures, tables, how to read these, and what the page leaves out."""

    name: str
    title: str
    sentences: list[str]
    figures: list[Figure]
    tables: list[Table]
    note: str = ""
    left_out: str = ""


def explained(plan: Plan) -> list[Section]:
    """A section for each part of `planner.explain(plan)`; raises PlannerError as it does."""
    found = explain(plan)
    return [_SECTIONS[name](plan, found) for name in PARTS if name in found.tables]


def _binding(plan: Plan, found: Explanation) -> Section:
    figures = [chart_figure(plan, "binding")] if "binding" in available(plan) else []
    table = found.tables["binding"]
    lines = _table(binding_lines(table), "What binds, by what is paid for it") if len(table) else None
    return _section("binding", found, figures, [lines] if lines else [])


def _price_stack(plan: Plan, found: Explanation) -> Section:
    title = "The price of computing and its stack"
    parts = components(found.tables["price_stack"])
    if parts.empty:
        return _section("price_stack", found, [], [])
    caption = (
        "Bars are what the price of a workload's computing on a body is made of; the dot is the price. "
        "Over the sites of a body the values are averaged by what is placed there."
    )
    figure = drawn_figure(lambda narrow: stack(parts), "stack", title, caption, [tidy(parts, title)])
    return _section("price_stack", found, [figure], [])


def _entry(plan: Plan, found: Explanation) -> Section:
    table = found.tables["entry"]
    nearest = table[table["exact"].astype(bool)].drop_duplicates(["technology", "site"]).head(_MOST_ROWS)
    rest = len(table) - len(nearest)
    kept = nearest[["technology", "site", "year", "capex", "entry_capex", "unit", "cheaper", "lighter", "better", "reason"]]
    kept = kept.assign(reason=[_IN_SHORT.get(reason[:11], reason) for reason in kept["reason"]])
    shares = ("cheaper", "lighter", "better")
    tables = [_table(kept, "What would have to be cheaper, lighter or better, and by how much", shares, 2)] if len(kept) else []
    left_out = "" if not rest else f"{rest} more rows, of other years and of what is farther off, are not in this page"
    return _section("entry", found, [], tables, left_out, _HOW_TO_ENTER if tables else "")


def _sensitivity(plan: Plan, found: Explanation) -> Section:
    table = found.tables["sensitivity"]
    title = "What moves the total cost most"
    caption = (
        "The change of the total cost in GUSD where a number takes the low or the high end of its own range: its exact "
        "derivative times the distance, an estimate far off, since a plan adapts. Elasticity: per cent of the cost per cent of "
        "the number. Where a row states years, its ends are factors of them, such as x 0.4."
    )
    known = table.dropna(subset=["low_change", "high_change"])
    kept = with_factors(table.dropna(subset=["elasticity"]).head(_MOST_ROWS))
    columns = ["address", "value", "unit", "low", "high", "status", "derivative", "elasticity", "low_change", "high_change"]
    tables = [_table(kept[columns], f"{title}: derivative in GUSD per unit, changes in GUSD")] if len(kept) else []
    figures = []
    if len(known):
        figures = [drawn_figure(lambda narrow: tornado(known, narrow=narrow), "tornado", title, caption, tables)]
    rest = len(table) - len(kept)
    left_out = f"{rest} more numbers are not in this page" if rest else ""
    return _section("sensitivity", found, figures, [] if figures else tables, left_out)


_SECTIONS: dict[str, Callable[[Plan, Explanation], Section]] = {
    "binding": _binding, "price_stack": _price_stack, "entry": _entry, "sensitivity": _sensitivity,
}  # fmt: skip


def _section(
    name: str, found: Explanation, figures: list[Figure], tables: list[Table], left_out: str = "", note: str = ""
) -> Section:
    said = f"{left_out}; `planner explain RUN --part {name} --out FOLDER` writes all." if left_out else ""
    return Section(name, PARTS[name], found.sentences[name], figures, tables, note, said)


def _table(frame: pd.DataFrame, caption: str, shares: tuple[str, ...] = (), headers: int = 1) -> Table:
    numeric = [frame[name].dtype.kind == "f" or name in shares for name in frame.columns]
    rows = [
        [
            Cell("" if pd.isna(value) else share_text(float(value)), number=True) if name in shares else cell(value)
            for name, value in zip(frame.columns, row, strict=True)
        ]
        for row in frame.itertuples(index=False, name=None)
    ]
    return Table(
        caption, [Cell(heading(n), number=right) for n, right in zip(frame.columns, numeric, strict=True)], rows, headers
    )
