"""What the analysis of a sweep says in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.parameters import with_unit
from planner.sweeping.indices import DRAWN, ranked

if TYPE_CHECKING:
    from planner.sweeping.analysis import SweepAnalysis
    from planner.sweeping.deciding import Decision
    from planner.sweeping.points import Factor

#: So many factors are told of each number, those that matter most.
_TOLD = 5

#: How the measures are told: the table, the measure that ranks, and what it is.
_MEASURES = (
    ("sobol", "first", "share of its variance that a factor has alone (first Sobol index, 95 %)"),
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
    return with_unit(_beside_the_most(analysis, quantity, number), unit_of(analysis, quantity))


def span_said(analysis: SweepAnalysis, quantity: str, low: float, high: float) -> str:
    """`719 to 1410 GW`."""
    first = f"{low:.0f}" if is_year(analysis, quantity) else _beside_the_most(analysis, quantity, low)
    return f"{first} to {number_said(analysis, quantity, high)}"


def _beside_the_most(analysis: SweepAnalysis, quantity: str, number: float) -> str:
    """A number in three figures, nought where it is less than a hundred-thousandth of the largest of all plans."""
    row = analysis.summary.set_index("quantity").loc[quantity]
    largest = max(abs(row["least"]), abs(row["most"]))
    return "0" if abs(number) < 1e-5 * largest else figures(number)


def said_number(factor: Factor, number: float) -> str:
    """A number of a factor, as far as a sample can know it, with its unit."""
    unit = factor.varied.unit
    return with_unit(figures(number), "" if unit == "1" else unit)


def figures(number: float) -> str:
    """A number in three figures, its other digits nought."""
    return f"{float(f'{number:.3g}'):.10g}"


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
    outer = span_said(analysis, name, row["least"], row["most"])
    never = f"; never in {row['never']} of {row['points'] + row['never']} plans" if row["never"] else ""
    if pd.isna(row["median"]):
        return f"{name}: {outer} in all{never}; too few points for a median: {row['points']} with a number."
    middle, inner = number_said(analysis, name, row["median"]), span_said(analysis, name, row["p10"], row["p90"])
    return f"{name}: median {middle}, {inner} in four fifths of the plans, {outer} in all{never}."


def _factors_said(analysis: SweepAnalysis, quantity: str) -> Iterator[str]:
    """The factors that matter most, by each measure that there is."""
    for kind, measure, meaning in _MEASURES:
        table: pd.DataFrame = getattr(analysis, kind)
        rows = table[table["quantity"] == quantity]
        if rows.empty:
            continue
        by_factor = rows[rows["measure"] == measure].set_index("factor")
        told = [f"{name} {_with_interval(by_factor, name)}" for name in ranked(rows, measure)[:_TOLD]]
        fit = f", R2 {analysis.explained[quantity]:.2f}" if kind == "regression" else ""
        unit = f" in {unit_of(analysis, quantity)}" if kind == "morris" and unit_of(analysis, quantity) else ""
        yield f"  {meaning}{unit}{fit}: {', '.join(told)}."


def _with_interval(by_factor: pd.DataFrame, factor: str) -> str:
    value, low, high = (f"{float(f'{by_factor.at[factor, end]:.2g}'):.10g}" for end in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def decision_said(analysis: SweepAnalysis, decision: Decision) -> list[str]:
    """A tree in words: what decides first, how sure that is, and the boxes."""
    factor = next(factor for factor in analysis.design.factors if factor.name == decision.first)
    if decision.guessed is None:
        trust = f"the tree foretells {max(decision.foretold, 0.0):.0%} of the variance of points that it has not seen"
    else:
        trust = f"the tree foretells {decision.foretold:.0%} of points that it has not seen, a guess {decision.guessed:.0%}"
    lines = [
        f"{'' if decision.guessed is None else 'Whether '}{decision.outcome}: {decision.first} decides first, at "
        f"{said_number(factor, decision.first_at)} "
        f"({decision.agreed:.0%} of {DRAWN} trees of points drawn anew agree; {trust})."
    ]
    for box in decision.boxes.to_dict("records"):
        if decision.guessed is not None:
            what = f"in {box['mean']:.0%}"
        else:
            what = f"mean {number_said(analysis, decision.outcome, box['mean'])}"
            if not pd.isna(box["low"]):
                what += f", {span_said(analysis, decision.outcome, box['low'], box['high'])} in four fifths"
        lines.append(f"  {box['box']}: {what} ({box['points']} points)")
    return lines
