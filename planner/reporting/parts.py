"""What the page says of one plan, in the order in which it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.charts import available
from planner.digest import binding, by_year, key_figures, sentences
from planner.integrity import check
from planner.plan import Plan
from planner.reporting.assumptions import HOW_COUNTED, reliance_tables, source_tables
from planner.reporting.explained import Section, explained
from planner.reporting.figures import Figure, chart_figure
from planner.reporting.proof import proof_sentences, proof_tables
from planner.reporting.sources import assumed_share, costs_by_row
from planner.reporting.tables import Cell, Table, share_text

#: The chart that stands in the section on what binds, and not among the others.
_ELSEWHERE = ("binding",)


@dataclass(frozen=True)
class KeyFigure:
    """A figure that stands large: its label, its text, and what there is to know of it."""

    label: str
    text: str
    note: str


@dataclass(frozen=True)
class Part:
    """One plan as the page shows it; `anchor` begins the address of each of its sections."""

    anchor: str
    name: str
    title: str
    description: list[str]
    key_figures: list[KeyFigure]
    sentences: list[str]
    binding: list[str]
    by_year: Table
    changed: list[str]
    warnings: list[str]
    figures: list[Figure]
    explained: list[Section]
    reliance: list[str]
    how_counted: str
    reliance_tables: list[Table]
    sources: Sequence[tuple[str, Table]]
    proof: list[str]
    proof_tables: list[Table]


def part_of(plan: Plan, anchor: str, name: str, tell: Callable[[str], None]) -> Part:
    """Everything that the page says of a plan; `tell` hears each step, for some take long."""
    tell(f"{name}: check")
    check(plan)
    tell(f"{name}: explain")
    found = [] if plan.extended else explained(plan)
    tell(f"{name}: draw")
    figures = [chart_figure(plan, chart) for chart in available(plan) if chart not in _ELSEWHERE]
    tell(f"{name}: write")
    reliance, tables = reliance_tables(plan)
    return Part(
        anchor,
        name,
        plan.instance.title,
        [" ".join(lines.split()) for lines in re.split(r"\n\s*\n", plan.instance.description) if lines.strip()],
        [*(KeyFigure(*figure) for figure in key_figures(plan)), _assumed(plan)],
        sentences(plan),
        binding(plan),
        _by_year(plan),
        [str(edit["text"]) for edit in plan.facts.get("changed", ())],
        [str(warning) for warning in plan.facts.get("warnings", ())],
        figures,
        found,
        reliance,
        HOW_COUNTED,
        tables,
        source_tables(plan.instance),
        proof_sentences(plan),
        proof_tables(plan),
    )


def _assumed(plan: Plan) -> KeyFigure:
    share = share_text(assumed_share(costs_by_row(plan)))
    return KeyFigure("Cost that rests on assumed prices", share or "none", "of what is paid, discounted")


def _by_year(plan: Plan) -> Table:
    table = by_year(plan)
    headings = [Cell("in the model year"), *(Cell(str(year), number=True) for year in table.columns)]
    rows = [[Cell(str(name)), *(Cell(str(text), number=True) for text in row)] for name, *row in table.itertuples(name=None)]
    some = (
        f": {len(table.columns)} of {len(plan.instance.years)} model years"
        if len(table.columns) < len(plan.instance.years)
        else ""
    )
    return Table(f"The plan by year{some}", headings, rows)
