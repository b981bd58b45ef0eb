"""How much each factor of a sweep matters to a number: Sobol indices, Morris effects, and standardised rank regression.

Sources: Saltelli et al. 2010 (first and total indices) and Campolongo et al. 2007 (mu*), both by SALib; Saltelli and Marivoet
1990 (regression on ranks). Every interval is of 95 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.sweeping.ordering import unit_shares
from planner.sweeping.points import Design
from planner.sweeping.sampling import salib, unit_problem

Values = NDArray[np.float64]

#: Resamples behind an interval; trees of points drawn anew.
RESAMPLES, DRAWN = 500, 100

#: The fewest base points of Sobol indices and trajectories of Morris effects; the fewest points of a regression, and the fewest
#: parts of a sample that were drawn independently. With fewer, resamples are too much alike for their spread to mean anything.
FEWEST_BASE, FEWEST_TRAJECTORIES, FEWEST_POINTS, FEWEST_DRAWN = 16, 4, 10, 4

#: So many ranks of resamples are held at a time.
_TOGETHER = 2_000_000

#: Ranks that spread less than this are the same but for rounding.
_SAME = 1e-6

COLUMNS = ("factor", "measure", "value", "low", "high")


def sobol_indices(design: Design, numbers: Values) -> pd.DataFrame:
    """First and total Sobol indices of a number, one a point in the order of the design: columns as `COLUMNS`.

    Where the design has `second_order`, pairs of factors too, as `one x other`. Raises PlannerError where a point has no number,
    for an index is a mean over the whole cube; where all numbers are the same; where there are too few points, as an index shows
    that lies with its whole interval outside 0 to 1; and where SALib is missing.
    """
    _check(design, numbers, "saltelli", "Sobol indices")
    missing = int(np.isnan(numbers).sum())
    if missing:
        raise PlannerError(
            f"{missing} of {len(numbers)} points have no number, and Sobol indices are means over all of the cube: there are none"
        )
    base = len(numbers) // block_size(design)
    if base < FEWEST_BASE:
        raise PlannerError(f"too few points for Sobol indices: {base} base points, expected at least {FEWEST_BASE}")
    module, names = salib("SALib.analyze.sobol"), [factor.name for factor in design.factors]
    pairs = bool(design.settings.get("second_order"))
    found = module.analyze(
        unit_problem(names), numbers, calc_second_order=pairs, num_resamples=RESAMPLES, seed=design.seed or 1
    )  # fmt: skip
    rows = [
        _row(name, measure, found[key][i], found[f"{key}_conf"][i])
        for measure, key in (("first", "S1"), ("total", "ST"))
        for i, name in enumerate(names)
    ]
    if pairs:
        rows += [
            _row(f"{names[i]} x {names[j]}", "second", found["S2"][i, j], found["S2_conf"][i, j])
            for i in range(len(names))
            for j in range(i + 1, len(names))
        ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    _check_shares(table[table["measure"] != "second"], base)
    return table


def _check_shares(table: pd.DataFrame, base: int) -> None:
    """Raise PlannerError where an index and its interval lie outside of what a share of the variance can be."""
    for row in table[(table["low"] > 1) | (table["high"] < 0)].to_dict("records"):
        found = f"the {row['measure']} index of {row['factor']} is {row['value']:.2g} ({row['low']:.2g} to {row['high']:.2g})"
        raise PlannerError(f"too few points for Sobol indices: from {base} base points {found}, and a share lies between 0 and 1")


def morris_effects(design: Design, numbers: Values) -> pd.DataFrame:
    """Morris effects of a number: `mu*`, the mean size of the change over the whole range of a factor; `mu`, its mean; `sigma`.

    In the unit of the number; only mu* has an interval. A step is more than half of the range of a factor. Trajectories with a
    point without a number are left out. Raises PlannerError where fewer than four are left, where all numbers are the same, and
    where SALib is missing.
    """
    _check(design, numbers, "morris", "Morris effects")
    steps = len(design.factors) + 1
    whole = np.asarray(~np.isnan(numbers.reshape(-1, steps)).any(axis=1))
    if whole.sum() < FEWEST_TRAJECTORIES:
        counted = f"{int(whole.sum())} of {len(whole)} trajectories have a number at every point"
        raise PlannerError(f"too few points for Morris effects: {counted}, expected at least {FEWEST_TRAJECTORIES}")
    kept = np.repeat(whole, steps)
    if np.ptp(numbers[kept]) == 0:
        raise PlannerError("the number is the same at every point of the trajectories that are whole: no factor moves it")
    module, names = salib("SALib.analyze.morris"), [factor.name for factor in design.factors]
    levels = design.settings.get("levels") or 4
    found = module.analyze(
        unit_problem(names), unit_shares(design)[kept], numbers[kept],
        num_levels=levels, num_resamples=RESAMPLES, seed=design.seed,
    )  # fmt: skip
    rows = [_row(name, "mu*", found["mu_star"][i], found["mu_star_conf"][i]) for i, name in enumerate(names)]
    rows += [_row(name, key, found[key][i], np.nan) for key in ("mu", "sigma") for i, name in enumerate(names)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def rank_regression(design: Design, numbers: Values) -> tuple[pd.DataFrame, float]:
    """Standardised coefficients of a linear regression of the ranks of a number on the ranks of the factors, and its R2.

    Near 1 a factor alone raises the number throughout, near -1 it lowers it, near 0 it does not move it, or not in one
    direction: a low R2 says so. Intervals are by bootstrap over what was drawn independently (blocks of Saltelli, trajectories of
    Morris). Points without a number are left out. Raises PlannerError where too few are left or nothing differs.
    """
    names = [factor.name for factor in design.factors]
    if not names or np.isnan([point.values for point in design.points]).any():
        raise PlannerError("a regression needs points at which every factor has a number")
    known = ~np.isnan(numbers)
    if known.any() and np.ptp(numbers[known]) == 0:
        raise PlannerError("the number is the same at every point: no factor moves it")
    fewest, drawn = max(2 * (len(names) + 1), FEWEST_POINTS), np.unique(np.flatnonzero(known) // block_size(design))
    if known.sum() < fewest:
        raise PlannerError(f"too few points for a regression: {int(known.sum())} with a number, expected at least {fewest}")
    if len(drawn) < FEWEST_DRAWN:
        parts = f"those with a number come from {len(drawn)} independent draws"
        raise PlannerError(f"too few points for a regression: {parts}, expected at least {FEWEST_DRAWN}")
    shares, blocks = unit_shares(design)[known], (np.arange(len(numbers)) // block_size(design))[known]
    columns = np.column_stack([shares, numbers[known]])
    coefficients, explained = _standardised(columns, np.ones((1, len(columns))))
    random, (_, block) = np.random.default_rng(design.seed), np.unique(blocks, return_inverse=True)
    together = max(1, _TOGETHER // columns.size)
    resampled = []
    for first in range(0, RESAMPLES, together):
        drawn = random.integers(1 + block.max(), size=(min(together, RESAMPLES - first), 1 + block.max()))
        times = np.array([np.bincount(row, minlength=drawn.shape[1]) for row in drawn], float)
        resampled.append(_standardised(columns, times[:, block])[0])
    low, high = np.nanpercentile(np.concatenate(resampled), [2.5, 97.5], axis=0)
    found = {"factor": names, "measure": "rank coefficient", "value": coefficients[0], "low": low, "high": high}
    return pd.DataFrame(found), float(explained[0])


def block_size(design: Design) -> int:
    """How many points in a row were drawn together; blocks were drawn independently of one another."""
    number = len(design.factors)
    if design.method == "saltelli":
        return 2 * number + 2 if design.settings.get("second_order") else number + 2
    return number + 1 if design.method == "morris" else 1


def _standardised(columns: Values, times: Values) -> tuple[Values, Values]:
    """Coefficients of the ranks of the last column on those of the others, and R2, where each row is there so many `times`.

    A row of `times` is a resample, and so is a row of what is returned; of one in which the last column is the same throughout
    nothing is known.
    """
    ranks = np.stack([_ranks(column, times) for column in columns.T], axis=2)
    number = times.sum(axis=1)[:, None, None]
    centred = ranks - (times[:, None, :] @ ranks) / number
    products = (centred * times[:, :, None]).transpose(0, 2, 1) @ centred / number
    spread = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
    differs = spread > _SAME
    scale = np.where(differs, spread, np.inf)
    correlations = products / scale[:, :, None] / scale[:, None, :]
    among, with_last = correlations[:, :-1, :-1], correlations[:, :-1, -1:]
    coefficients = (np.linalg.pinv(among, hermitian=True) @ with_last)[:, :, 0]
    explained = (coefficients * with_last[:, :, 0]).sum(axis=1)
    known = differs[:, -1]
    return np.where(known[:, None], coefficients, np.nan), np.where(known, explained, np.nan)


def _ranks(column: Values, times: Values) -> Values:
    """The ranks of the numbers of a column, where each is there so many times; equal ones share their mean rank."""
    order = np.argsort(column, kind="stable")
    first = np.flatnonzero(np.diff(column[order], prepend=np.nan) != 0)
    equal = np.add.reduceat(times[:, order], first, axis=1)
    ranks = np.empty_like(times)
    shared = np.cumsum(equal, axis=1) - (equal - 1) / 2
    ranks[:, order] = np.repeat(shared, np.diff(first, append=len(column)), axis=1)
    return ranks


def _check(design: Design, numbers: Values, method: str, what: str) -> None:
    if design.method != method:
        raise PlannerError(f"{what} need a design by {method}, not by {design.method}")
    known = numbers[~np.isnan(numbers)]
    if known.size and np.ptp(known) == 0:
        raise PlannerError("the number is the same at every point: no factor moves it")


def _row(factor: str, measure: str, value: Any, half: Any) -> tuple[str, str, float, float, float]:
    return factor, measure, float(value), float(value - half), float(value + half)


def ranked(table: pd.DataFrame, measure: str) -> Sequence[str]:
    """The factors of a table by the size of a measure, the largest first."""
    rows = table[table["measure"] == measure]
    return list(rows.loc[rows["value"].abs().sort_values(ascending=False, kind="stable").index, "factor"])
