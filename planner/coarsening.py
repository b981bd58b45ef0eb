"""Coarser versions of a plan's program, which tell in little time where building pays: fewer model years, fewer slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from planner.instance import Instance
from planner.instance.conventions import Horizon
from planner.instance.instance import assemble
from planner.instance.problems import Problems
from planner.lp import Family, LinearProgram, Vector, canonical

#: Into so many slices a cycle is cut.
_CYCLE = 6


def fewer_years(instance: Instance, every: int) -> Instance:
    """The instance with every so manieth of its model years, each of which stands for the calendar years up to the next one.

    Raises InstanceError where that breaks a rule, as a rate of growth over too long a step does.
    """
    horizon = Horizon(instance.years[::every], instance.conventions.horizon.last)
    coarse = replace(instance, conventions=replace(instance.conventions, horizon=horizon))
    rows, limit_rows = ({row.key: row for row in kept} for kept in (instance.rows, instance.limit_rows))
    newest = 1 + max((row.layer for row in (*instance.rows, *instance.limit_rows)), default=0)
    return assemble(coarse, rows, limit_rows, newest, Problems())  # type: ignore[arg-type]


def merged_slices(instance: Instance, lp: LinearProgram) -> LinearProgram:
    """The instance's program with the slices of a group as one: their columns are one, their rows the mean by shares of the year.

    Where a body has several cycles of one length (seasons, each a day), slices at the same place of each are a group, and else
    those that follow one another. Without quantities.
    """
    shares = instance.numbers["time.share"]
    groups = _groups(instance)
    columns, of_column, _ = _folded(lp.columns, groups, shares)
    rows, of_row, weights = _folded(lp.rows, groups, shares)
    wide, tall = (sum(len(family.index) for family in families) for families in (columns, rows))
    spread = sparse.csr_array((np.ones(len(of_column)), (np.arange(len(of_column)), of_column)), shape=(len(of_column), wide))
    gather = sparse.csr_array((weights, (of_row, np.arange(len(of_row)))), shape=(tall, len(of_row)))
    return LinearProgram(
        cost=spread.T @ lp.cost, offset=lp.offset, matrix=canonical(gather @ lp.matrix @ spread),
        row_lower=_means(lp.row_lower, of_row, weights, tall), row_upper=_means(lp.row_upper, of_row, weights, tall),
        col_lower=_most(lp.col_lower, of_column, wide), col_upper=-_most(-lp.col_upper, of_column, wide),
        columns=columns, rows=rows, quantity_matrix=None, quantity_offset=np.zeros(0),
    )  # fmt: skip


def _groups(instance: Instance) -> dict[str, str]:
    """The slice that each slice is merged into."""
    following = {before: name for name, before in instance.previous.items()}
    merged: dict[str, str] = {}
    for slices in instance.slices.values():
        rings: list[list[str]] = []
        for name in slices:
            if not any(name in ring for ring in rings):
                rings.append([name])
                while (after := following[rings[-1][-1]]) != name:
                    rings[-1].append(after)
        if len(rings) > 1 and len({len(ring) for ring in rings}) == 1:
            merged |= {name: rings[0][place] for ring in rings for place, name in enumerate(ring)}
        else:
            for ring in rings:
                long = max(1, len(ring) // _CYCLE)
                merged |= {name: ring[place - place % long] for place, name in enumerate(ring)}
    return merged


def _folded(
    families: Sequence[Family], groups: dict[Any, str], shares: dict[Any, float]
) -> tuple[tuple[Family, ...], NDArray[np.integer], Vector]:
    """The families with merged members, where each member went, and its weight among those that went there."""
    whole: dict[str, float] = {}
    for name, group in groups.items():
        whole[group] = whole.get(group, 0.0) + shares[name]
    made: list[Family] = []
    places, weights, start = [], [], 0  # type: list[int], list[float], int
    for family in families:
        known: dict[tuple[Any, ...], int] = {}
        for labels in family.index:
            name = labels[-1] if labels else None
            merged = name in groups
            places.append(known.setdefault((*labels[:-1], groups[name]) if merged else labels, start + len(known)))
            weights.append(shares[name] / whole[groups[name]] if merged else 1.0)
        made.append(Family(family.name, family.label, start, list(known)))
        start += len(known)
    return tuple(made), np.array(places), np.array(weights)


def _means(bounds: Vector, places: NDArray[np.integer], weights: Vector, number: int) -> Vector:
    """The means of the bounds that went to each place; infinite where one of them is."""
    finite = np.isfinite(bounds)
    means: Vector = np.bincount(places, np.where(finite, bounds, 0.0) * weights, number).astype(float)
    means[places[~finite]] = bounds[~finite]
    return means


def _most(bounds: Vector, places: NDArray[np.integer], number: int) -> Vector:
    """The greatest of the bounds that went to each place."""
    most = np.full(number, -np.inf)
    np.maximum.at(most, places, bounds)
    return most
