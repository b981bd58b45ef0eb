"""A linear program whose sites few rows link, and its optimum from prices of these rows.

At given prices of the rows that link sites, what a site does concerns no other: the program falls into parts, each solved in a
fraction of the time. Side by side their optimal bases are a basis of the whole that keeps every row but the linking ones and that
is optimal at the prices, so that the dual simplex method goes on from there, the fewer steps the better the prices
(price-directive decomposition after Dantzig and Wolfe, Operations Research 8 (1960) 101-111, with the simplex method in place of
a master program).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from planner.highs import BASIC, LOWER, UPPER, Basis, Optimum
from planner.lp import Family, LinearProgram, Vector, canonical
from planner.narrowing import Mask, part

#: The rows and columns of a part, by their places in the whole.
Part = tuple[NDArray[np.integer], NDArray[np.integer]]

#: Solves programs that have nothing to do with one another.
SolveEach = Callable[[Sequence[LinearProgram]], Sequence[Optimum]]

#: Goes on with the dual simplex method from a basis that is optimal but for some rows that do not hold.
GoOn = Callable[[LinearProgram, Basis], Optimum]

#: Parts with fewer columns are solved together: each solve has a cost of its own.
_SMALL = 2_000

#: All costs are raised by this share: what just pays for itself at prices could be built without end, or so it looks to a solver
#: that rounds.
_DEARER = 1e-6


def linking_rows(lp: LinearProgram, sites: Iterable[str]) -> Mask:
    """The rows that have columns of two sites or more."""
    rows = lp.matrix.shape[0]
    row = np.repeat(np.arange(rows), np.diff(lp.matrix.indptr))
    site = _site_of_column(lp.columns, len(lp.cost), sites)[lp.matrix.indices]
    least, most = np.full(rows, np.iinfo(np.int64).max), np.full(rows, -1)
    placed = site >= 0
    np.minimum.at(least, row[placed], site[placed])
    np.maximum.at(most, row[placed], site[placed])
    return least < most


def _site_of_column(families: Iterable[Family], columns: int, sites: Iterable[str]) -> NDArray[np.integer]:
    """The number of the site that is the first among the labels of each column, -1 where there is none."""
    number = {site: place for place, site in enumerate(sites)}
    found = np.full(columns, -1)
    for family in families:
        place = next((place for place, label in enumerate(family.index[0]) if label in number), None) if family.index else None
        if place is not None:
            found[family.rows] = [number.get(labels[place], -1) for labels in family.index]
    return found


def parts(lp: LinearProgram, linking: Mask) -> list[Part]:
    """What the linking rows leave unconnected, the largest first, and small parts together.

    Columns that are in linking rows alone are in no part.
    """
    rows, columns = lp.matrix.shape
    within = lp.matrix[~linking].tocoo()
    tied = sparse.coo_array(
        (np.ones(within.nnz, np.int8), (within.row, within.col + within.shape[0])), shape=(rows + columns,) * 2
    )
    labels = connected_components(tied, directed=False)[1]
    of_row, of_column = np.full(rows, -1), labels[within.shape[0] : within.shape[0] + columns]
    of_row[~linking] = labels[: within.shape[0]]
    sizes = np.bincount(of_column, minlength=labels.max() + 1)
    heights = np.bincount(of_row[~linking], minlength=len(sizes))
    together, size = [[]], 0  # type: list[list[int]], int
    for label in np.argsort(-sizes, kind="stable"):
        if sizes[label] and heights[label]:
            if size >= _SMALL:
                together, size = [*together, []], 0
            together[-1].append(int(label))
            size += sizes[label]
    group = np.full(len(sizes), -1)
    for number, members in enumerate(together):
        group[members] = number
    in_group_row, in_group_column = np.where(linking, -1, group[of_row]), group[of_column]
    return [
        (np.flatnonzero(in_group_row == number), np.flatnonzero(in_group_column == number)) for number in range(len(together))
    ]


def linked_basis(lp: LinearProgram, linking: Mask, prices: Vector, solve_each: SolveEach, go_on: GoOn) -> Basis:
    """An optimal basis of the whole program, found from prices of its linking rows (those of other rows are not looked at).

    Raises what `solve_each` and `go_on` raise; Unbounded where a part could earn without end at these prices.
    """
    lp = replace(lp, cost=lp.cost + _DEARER * np.abs(lp.cost))
    price = np.where(linking, prices, 0.0)
    price[(price > 0) & ~np.isfinite(lp.row_lower) | (price < 0) & ~np.isfinite(lp.row_upper)] = 0.0
    cost = lp.cost - lp.matrix.T @ price
    columns = np.where((cost < 0) & np.isfinite(lp.col_upper), UPPER, LOWER).astype(np.int8)
    rows = np.full(len(price), BASIC, np.int8)
    divided = parts(lp, linking)
    for one, found in zip(divided, solve_each([part(lp, *one, cost) for one in divided]), strict=True):
        assert found.basis is not None
        rows[one[0]], columns[one[1]] = found.basis.rows, found.basis.columns
    slack = np.flatnonzero((price != 0) & (lp.row_lower < lp.row_upper))
    found = go_on(_at_prices(lp, price, slack), Basis(np.append(columns, np.full(len(slack), LOWER, np.int8)), rows))
    assert found.basis is not None
    columns, rows = found.basis.columns[: len(columns)], found.basis.rows.copy()
    rows[slack] = np.where(found.basis.columns[len(columns) :] == BASIC, BASIC, rows[slack])
    rows[(rows != BASIC) & (price != 0)] = LOWER
    rows[(rows != BASIC) & (price < 0)] = UPPER
    return Basis(columns, rows)


def _at_prices(lp: LinearProgram, price: Vector, slack: NDArray[np.integer]) -> LinearProgram:
    """The same program with prices in its costs: rows that have one hold with equality, and what is left of them is a column."""
    rows = lp.matrix.shape[0]
    pays = price[slack] > 0
    left = sparse.csr_array((np.where(pays, -1.0, 1.0), (slack, np.arange(len(slack)))), shape=(rows, len(slack)))
    tight = np.where(price > 0, lp.row_lower, lp.row_upper)
    matrix = canonical(sparse.hstack([lp.matrix, left]))
    return replace(
        lp, cost=np.append(lp.cost - lp.matrix.T @ price, np.abs(price[slack])), matrix=matrix,
        offset=lp.offset + float(price @ np.where(price != 0, tight, 0.0)),
        row_lower=np.where(price != 0, tight, lp.row_lower), row_upper=np.where(price != 0, tight, lp.row_upper),
        col_lower=np.append(lp.col_lower, np.zeros(len(slack))),
        col_upper=np.append(lp.col_upper, (lp.row_upper - lp.row_lower)[slack]),
    )  # fmt: skip
