"""What the analysis of a sweep says in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.parameters import with_unit
from planner.sweeping.indices import ranked

if TYPE_CHECKING:
    from planner.sweeping.analysis import SweepAnalysis
    from planner.sweeping.deciding import Decision

#: So many factors are told of each number, those that matter most.
_TOLD = 5

#: How the measures are told: the table, the measure that ranks, and what it is.
_MEASURES = (
    ("sobol", "total", "share of its variance that a factor has a part in (total Sobol index, 95 %)"),
    ("morris", "mu*", "mean change over the whole range of a factor (Morris mu*, 95 %)"),
    ("regression", "rank coefficient", "rank regression coefficient (95 %)"),
)


def unit_of(analysis: SweepAnalysis, quantity: str) -> str:
    """The unit of a number that was asked, empty where it has none."""
    unit = "GUSD" if quantity == "objective" else analysis.design.settings.get("units", {}).get(quantity, "")
    return "" if unit == "1" else str(unit)


def is_year(analysis: SweepAnalysis, quantity: str) -> bool:
    """Whether a number is a model year."""
    return unit_of(analysis, quantity) == "year"


def number_said(analysis: SweepAnalysis, quantity: str, number: float) -> str:
    """A number that was asked, as far as a sample can know it, with its unit; a year as a year."""
    if is_year(analysis, quantity):
        return f"{number:.0f}"
    return with_unit(f"{number:.3g}" if abs(number) < 1000 else f"{number:.0f}", unit_of(analysis, quantity))


def analysis_said(analysis: SweepAnalysis) -> str:
    """The whole answer: points, gaps, then each number with what moves it and what decides."""
    lines = [f"{len(analysis.results)} points ({analysis.design.method}), {int(analysis.summary['points'].max())} with a plan."]
    lines += [note for note in analysis.notes if "have no plan" in note]
    for row in analysis.summary.to_dict("records"):
        lines += [_spread_said(analysis, row), *_factors_said(analysis, row["quantity"])]
    for decision in analysis.decisions:
        lines += decision_said(analysis, decision)
    lines += [note for note in analysis.notes if "have no plan" not in note]
    return "\n".join(lines)


def _spread_said(analysis: SweepAnalysis, row: dict[Any, Any]) -> str:
    name = row["quantity"]
    if not row["points"]:
        return f"{name}: of no plan is there such a number."
    least, low, middle, high, most = (
        number_said(analysis, name, row[end]) for end in ("least", "p10", "median", "p90", "most")
    )  # fmt: skip
    never = f"; never in {row['never']} of {row['points'] + row['never']} plans" if row["never"] else ""
    return f"{name}: median {middle}, {low} to {high} in four fifths of the plans, {least} to {most} in all{never}."


def _factors_said(analysis: SweepAnalysis, quantity: str) -> Iterator[str]:
    """The factors that matter most, by each measure that there is."""
    for kind, measure, meaning in _MEASURES:
        table: pd.DataFrame = getattr(analysis, kind)
        rows = table[table["quantity"] == quantity]
        if rows.empty:
            continue
        by_factor = rows[rows["measure"] == measure].set_index("factor")
        told = [
            f"{name} {by_factor.at[name, 'value']:.2g} ({by_factor.at[name, 'low']:.2g} to {by_factor.at[name, 'high']:.2g})"
            for name in ranked(rows, measure)[:_TOLD]
        ]
        fit = f", R2 {analysis.explained[quantity]:.2f}" if kind == "regression" else ""
        unit = f" in {unit_of(analysis, quantity)}" if kind == "morris" and unit_of(analysis, quantity) else ""
        yield f"  {meaning}{unit}{fit}: {', '.join(told)}."


def decision_said(analysis: SweepAnalysis, decision: Decision) -> list[str]:
    """A tree in words: what decides first, how sure that is, and the boxes."""
    from planner.sweeping.deciding import said_number

    factor = next(factor for factor in analysis.design.factors if factor.name == decision.first)
    if decision.guessed is None:
        trust = f"the tree foretells {max(decision.foretold, 0.0):.0%} of the variance of points that it has not seen"
    else:
        trust = f"the tree foretells {decision.foretold:.0%} of points that it has not seen, a guess {decision.guessed:.0%}"
    lines = [
        f"Of {decision.outcome}, {decision.first} decides first, at {said_number(factor, decision.first_at)} "
        f"({decision.agreed:.0%} of {_drawn()} trees of points drawn anew agree; {trust})."
    ]
    for box in decision.boxes.to_dict("records"):
        if decision.guessed is not None:
            what = f"in {box['mean']:.0%}"
        else:
            mean, low, high = (number_said(analysis, decision.outcome, box[end]) for end in ("mean", "low", "high"))
            what = f"mean {mean}, {low} to {high} in four fifths"
        lines.append(f"  {box['box']}: {what} ({box['points']} points)")
    return lines


def _drawn() -> int:
    from planner.sweeping.deciding import DRAWN

    return DRAWN
