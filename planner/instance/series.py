"""From the years that a row states to a number for each calendar year or model year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from planner.instance.rows import ParameterRow, Row


def series(row: Row, factor: float, years: Sequence[int]) -> list[float]:
    """The row's number in each calendar year, times `factor`: linear between the years it states, constant outside them."""
    if row.value is not None:
        return [row.value * factor] * len(years)
    stated, values = zip(*row.years, strict=True)
    return [float(value) for value in (np.interp(years, stated, values) * factor).tolist()]


def averages(row: Row, factor: float, weights: Mapping[int, int]) -> list[float]:
    """The row's number in each model year, times `factor`: the mean over the calendar years that it stands for (`weights`)."""
    calendar = [year + j for year, weight in weights.items() for j in range(weight)]
    if row.value is not None or len(calendar) == len(weights):
        return series(row, factor, list(weights))
    numbers, starts = series(row, factor, calendar), np.cumsum([0, *list(weights.values())[:-1]])
    return [float(value) for value in (np.add.reduceat(numbers, starts) / list(weights.values())).tolist()]


def by_model_year(row: Row, factor: float, weights: Mapping[int, int]) -> list[float]:
    """What the row's number is taken to be in each model year (`weights`: calendar years of each), times `factor`.

    A number of vintages is that of the first calendar year; any other is the mean over the calendar years.
    """
    if isinstance(row, ParameterRow) and row.declaration.by_vintage:
        return series(row, factor, list(weights))
    return averages(row, factor, weights)
