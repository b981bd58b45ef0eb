"""A report on a program's numbers: their ranges by constraint, and the address of the parameter behind each extreme.

Solvers work with 16 digits and tolerances of 1e-9. Coefficients between 1e-4 and 1e4 leave them room; where a program leaves
that range, the report says which number of the instance to look at. It changes nothing: HiGHS scales rows and columns by
powers of two itself, and scaling bounds and costs as well did not help on the shipped instances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.instance import Instance
from planner.lp import LinearProgram, Vector
from planner.numerics import likely_row, member

#: Where coefficients, costs and bounds should lie.
COEFFICIENTS, COSTS, BOUNDS = (1e-4, 1e4), (1e-7, 1e7), (1e-7, 1e7)


@dataclass(frozen=True)
class Range:
    """The smallest and largest size among some numbers that are not nought, where they stand, and the rows likely behind them."""

    what: str
    smallest: float
    largest: float
    smallest_at: str
    largest_at: str
    smallest_address: str
    largest_address: str
    advice: str

    def __str__(self) -> str:
        text = f"{self.what:40} {self.smallest:9.2g} to {self.largest:9.2g}"
        text += f"   {self.smallest_address or '-'} to {self.largest_address or '-'}"
        return text + (f"\n    {self.advice}" if self.advice else "")


def numerics_report(instance: Instance, lp: LinearProgram) -> list[Range]:
    """The ranges of the coefficients of each kind of constraint, of the costs, and of the bounds of rows and columns."""
    report = []
    for family in lp.rows:
        first, last = lp.matrix.indptr[family.start], lp.matrix.indptr[family.start + len(family.index)]
        if last > first:
            rows = np.searchsorted(lp.matrix.indptr, np.arange(first, last), side="right") - 1
            where = list(zip(rows, lp.matrix.indices[first:last], strict=True))
            report.append(_range(instance, lp, f"coefficients of {family.name}", lp.matrix.data[first:last], where, COEFFICIENTS))
    columns: list[tuple[int | None, int | None]] = [(None, j) for j in range(lp.matrix.shape[1])]
    rows_only: list[tuple[int | None, int | None]] = [(i, None) for i in range(lp.matrix.shape[0])]
    for what, values, places, sane in (
        ("costs", lp.cost, columns, COSTS),
        ("lower bounds of rows", lp.row_lower, rows_only, BOUNDS),
        ("upper bounds of rows", lp.row_upper, rows_only, BOUNDS),
        ("upper bounds of columns", lp.col_upper, columns, BOUNDS),
    ):
        if (np.isfinite(values) & (values != 0)).any():
            report.append(_range(instance, lp, what, values, places, sane))
    return report


def _range(
    instance: Instance,
    lp: LinearProgram,
    what: str,
    values: Vector,
    where: list[tuple[int | None, int | None]],
    sane: tuple[float, float],
) -> Range:
    sizes = np.where(np.isfinite(values) & (values != 0), np.abs(values), np.nan)
    ends = [int(np.nanargmin(sizes)), int(np.nanargmax(sizes))]
    names, addresses = zip(*(_place(instance, lp, *where[end]) for end in ends), strict=True)
    smallest, largest = (float(sizes[end]) for end in ends)
    advice = []
    if smallest < sane[0]:
        advice.append(
            f"{smallest:.2g} in {names[0]} is small: look at {addresses[0] or 'the model'}; is it meant, or is it nought?"
        )
    if largest > sane[1]:
        advice.append(f"{largest:.2g} in {names[1]} is large: look at {addresses[1] or 'the model'}; is its unit right?")
    return Range(what, smallest, largest, names[0], names[1], addresses[0], addresses[1], " ".join(advice))


def _place(instance: Instance, lp: LinearProgram, row: int | None, column: int | None) -> tuple[str, str]:
    """The name of the place of a number, and the address of the parameter that is likely behind it."""
    found = [member(families, place) for families, place in ((lp.columns, column), (lp.rows, row)) if place is not None]
    behind = likely_row(instance, set().union(*(labels for _, labels in found)))
    return " in ".join(name for name, _ in found), behind.address if behind is not None else ""
