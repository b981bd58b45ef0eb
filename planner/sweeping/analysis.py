"""What a sweep says: how each number that was asked is distributed, how much each factor matters to it, and which one decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.sweeping.deciding import Decision, decide
from planner.sweeping.indices import morris_effects, rank_regression, sobol_indices
from planner.sweeping.points import Design
from planner.sweeping.records import in_json, records

#: The status of a point that has a plan, those of points that cannot have one, and the column of the cost.
OPTIMAL, NO_PLAN, OBJECTIVE = "optimal", ("infeasible", "unbounded"), "objective"

#: The fewest numbers of which one may say where the middle four fifths lie.
FEWEST_SPREAD = 10

#: An outcome is asked about by a tree where at least this share of the points have it, and this share have it not.
_RARE = 0.05

_R = TypeVar("_R")


@dataclass(frozen=True)
class SweepAnalysis:
    """The tables of an analysis; `str()` is the answer in sentences.

    `results` has a row for each point of the design, in its order. `summary` has a row a quantity: `points` with a number,
    `mean`, `least`, `p10`, `median`, `p90`, `most` (`p10`, `median` and `p90` of ten numbers or more), and `never`, the
    plans in which a year never comes or a share is of nothing.
    `sobol`, `morris` and `regression` have `quantity`, `factor`, `measure`, `value` and its interval of 95 %, `low` and `high`;
    `explained` is the R2 of each regression. `decisions` are the trees; `notes` say what could not be found, and why.
    """

    design: Design
    results: pd.DataFrame = field(repr=False)
    summary: pd.DataFrame = field(repr=False)
    sobol: pd.DataFrame = field(repr=False)
    morris: pd.DataFrame = field(repr=False)
    regression: pd.DataFrame = field(repr=False)
    explained: dict[str, float] = field(repr=False)
    decisions: tuple[Decision, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        from planner.sweeping.words import analysis_said

        return analysis_said(self)

    def as_dict(self) -> dict[str, Any]:
        """The analysis for `--json`: tables as lists of records; what is no number in them is None, for JSON has no NaN."""
        return {
            **{name: records(getattr(self, name)) for name in ("summary", "sobol", "morris", "regression")},
            "explained": {name: in_json(share) for name, share in self.explained.items()},
            "decisions": [decision.as_dict() for decision in self.decisions], "notes": list(self.notes),
        }  # fmt: skip

    def pictures(self) -> dict[str, Any]:
        """The altair charts by name; raises PlannerError where altair is missing."""
        from planner.sweeping.pictures import pictures

        return pictures(self)

    def save_pictures(self, folder: str | Path, ending: str = ".svg", dark: bool = False) -> list[Path]:
        """Write every picture as NAME.svg or NAME.png into a folder; returns the paths. Errors as `planner.charts.save_chart`."""
        from planner.charts import save_chart

        return [save_chart(chart, Path(folder) / f"{name}{ending}", dark) for name, chart in self.pictures().items()]


@dataclass(frozen=True)
class NoAnalysis:
    """What stands in the place of an analysis where nothing can be said, and why; `str()` is the reason."""

    reason: str

    def __str__(self) -> str:
        return self.reason

    def as_dict(self) -> dict[str, Any]:
        """The parts of an analysis for `--json`: none, and a note that says why."""
        parts = ("summary", "sobol", "morris", "regression", "explained", "decisions")
        return {**dict.fromkeys(parts), "notes": [self.reason]}


def analyse_sweep(design: Design, results: pd.DataFrame, quantities: Sequence[str] = ()) -> SweepAnalysis:
    """The analysis of the results of a design.

    `results` has a row a point: `point`, `status` (`optimal` where there is a plan), `objective` in GUSD, and a column a
    quantity; `quantities` are those to analyse, all of the design's and the objective if none are named. A point that has no row
    counts as one without a plan. Raises PlannerError for results that are not of this design, or have no plan at all.
    """
    asked = tuple(quantities) or (*design.quantities, OBJECTIVE)
    missing = [name for name in ("point", "status", *asked) if name not in results]
    if missing:
        raise PlannerError(f"the results have no column {', '.join(missing)}")
    if unfit := [name for name in asked if not pd.api.types.is_numeric_dtype(results[name])]:
        raise PlannerError(f"{', '.join(unfit)}: no column of numbers")
    strange = set(results["point"]) - {point.number for point in design.points}
    if strange or results["point"].duplicated().any():
        what = f"a point {min(strange)} that the design has not" if strange else "a point twice"
        raise PlannerError(f"the results have {what}: they are of another design")
    aligned = results.set_index("point").reindex([point.number for point in design.points])
    planned = (aligned["status"] == OPTIMAL).to_numpy()
    if not planned.any():
        raise PlannerError("no point has a plan: there is nothing to analyse")
    notes = _gaps(aligned, planned)
    numbers = {name: np.where(planned, aligned[name].to_numpy(dtype=float, na_value=np.nan), np.nan) for name in asked}
    tables: dict[str, list[pd.DataFrame]] = {"sobol": [], "morris": [], "regression": []}
    explained: dict[str, float] = {}
    decisions = _decisions(design, numbers, aligned["status"], notes)
    for name, values in numbers.items():
        for kind, method, of in (("sobol", "saltelli", sobol_indices), ("morris", "morris", morris_effects)):
            if design.method == method and (table := _tried(notes, name, of, design, values)) is not None:
                tables[kind].append(table.assign(quantity=name))
        if (found := _tried(notes, name, rank_regression, design, values)) is not None:
            tables["regression"].append(found[0].assign(quantity=name))
            explained[name] = found[1]
    sobol, morris, regression = (_joined(found) for found in tables.values())
    summary, in_order = _summary(numbers, planned), aligned.reset_index()
    return SweepAnalysis(design, in_order, summary, sobol, morris, regression, explained, decisions, tuple(notes))


def _gaps(aligned: pd.DataFrame, planned: NDArray[np.bool_]) -> list[str]:
    """What is said of the points that have no plan."""
    if planned.all():
        return []
    kinds = aligned["status"].fillna("not planned yet")[~planned].value_counts()
    listed = ", ".join(f"{number} {status}" for status, number in kinds.items())
    return [
        f"{int((~planned).sum())} of {len(planned)} points have no plan ({listed}). They are left out of distributions, "
        "regressions and trees, which therefore hold for the points with a plan, not for the whole ranges."
    ]  # fmt: skip


def _decisions(
    design: Design, numbers: dict[str, NDArray[np.float64]], status: pd.Series[Any], notes: list[str]
) -> tuple[Decision, ...]:
    """The trees: whether there is a plan (of points that did not fail otherwise), whether a year comes at all, and numbers."""
    found: list[Decision | None] = []
    planned = (status == OPTIMAL).to_numpy()
    exists = np.where(planned, 1.0, np.where(status.isin(NO_PLAN), 0.0, np.nan))
    if _RARE <= np.nanmean(exists) <= 1 - _RARE:
        outcome = "there is a plan"
        found.append(_tried(notes, outcome, decide, design, outcome, exists, True))
    for name, values in numbers.items():
        comes = np.where(planned, ~np.isnan(values), np.nan)
        if _RARE <= np.nanmean(comes) <= 1 - _RARE:
            outcome = f"there is a {name}"
            found.append(_tried(notes, outcome, decide, design, outcome, comes, True))
        found.append(_tried(notes, name, decide, design, name, values))
    return tuple(decision for decision in found if decision is not None)


def _tried(notes: list[str], name: str, find: Callable[..., _R], *arguments: Any) -> _R | None:
    """What is found, or None and a note that says why it is not."""
    try:
        return find(*arguments)
    except PlannerError as error:
        note = f"{name}: {error}."
        if note not in notes:
            notes.append(note)
        return None


def _summary(numbers: dict[str, NDArray[np.float64]], planned: NDArray[np.bool_]) -> pd.DataFrame:
    rows = []
    for name, values in numbers.items():
        known = values[~np.isnan(values)]
        five = np.percentile(known, [0, 10, 50, 90, 100]) if known.size else np.full(5, np.nan)
        if known.size < FEWEST_SPREAD:
            five[1:4] = np.nan
        mean = known.mean() if known.size else np.nan
        rows.append((name, len(known), mean, *five, int(planned.sum() - len(known))))
    return pd.DataFrame(rows, columns=["quantity", "points", "mean", "least", "p10", "median", "p90", "most", "never"])


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["quantity", "factor", "measure", "value", "low", "high"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
