"""From the years that a row states to a number for each model year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.instance.rows import Row


def series(row: Row, factor: float, years: Sequence[int]) -> list[float]:
    """The row's number in each year, times `factor`: linear between the years it states, constant outside them."""
    if row.value is not None:
        return [row.value * factor] * len(years)
    stated, values = zip(*row.years, strict=True)
    return [float(value) for value in (np.interp(years, stated, values) * factor).tolist()]
