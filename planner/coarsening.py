"""Coarser versions of a plan's program, which tell in little time where building pays: fewer model years, fewer slices."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from planner.instance import Instance
from planner.instance.conventions import Horizon
from planner.instance.instance import assemble
from planner.instance.problems import Problems
from planner.lp import Family, LinearProgram, Vector, canonical

#: Into so many groups like cycles fall, as a summer and a winter, and into so many spells each cycle, as a day and a night: on
#: `world` four slices of a day in place of twenty-four, whose prices differ by a hundredth from those of all; with the same day
#: in every season it is half of a price, and the rest takes twice as long.
_CYCLES, _SPELLS = 2, 2

#: Where more than this share of a body's slices would be left, one cycle stands for all: of the six on `accelerated` two are left
#: in place of four, which takes 5.7 s in place of 8.0, and what follows as long.
_LEFT = 1 / 2


@dataclass(frozen=True)
class Merged:
    """A program with merged slices: the column and the row of it that each fine one is part of, and the row's share of that."""

    program: LinearProgram
    column: NDArray[np.integer]
    row: NDArray[np.integer]
    share: Vector

    def prices(self, duals: Vector) -> Vector:
        """What duals of the merged rows say of those of the fine ones."""
        prices: Vector = self.share * duals[self.row]
        return prices


def fewer_years(instance: Instance, every: int) -> Instance:
    """The instance with every so manieth of its model years, each of which stands for the calendar years up to the next one.

    Raises InstanceError where that breaks a rule, as a rate of growth over too long a step does.
    """
    horizon = Horizon(instance.years[::every], instance.conventions.horizon.last)
    coarse = replace(instance, conventions=replace(instance.conventions, horizon=horizon))
    rows, limit_rows = ({row.key: row for row in kept} for kept in (instance.rows, instance.limit_rows))
    newest = 1 + max((row.layer for row in (*instance.rows, *instance.limit_rows)), default=0)
    return assemble(coarse, rows, limit_rows, newest, Problems())  # type: ignore[arg-type]


def merged_slices(instance: Instance, lp: LinearProgram) -> Merged:
    """The instance's program with the slices of a group as one: their columns are one, their rows the mean by shares of the year.

    Where a body has several cycles of one length (seasons, each a day), cycles that are alike are one, and slices at the same
    place of each; slices of a cycle that follow one another and are alike are one. Without quantities.
    """
    shares = instance.numbers["time.share"]
    groups = _groups(instance)
    columns, of_column, _ = _folded(lp.columns, groups, shares)
    rows, of_row, weights = _folded(lp.rows, groups, shares)
    wide, tall = (sum(len(family.index) for family in families) for families in (columns, rows))
    spread = sparse.csr_array((np.ones(len(of_column)), (np.arange(len(of_column)), of_column)), shape=(len(of_column), wide))
    gather = sparse.csr_array((weights, (of_row, np.arange(len(of_row)))), shape=(tall, len(of_row)))
    program = LinearProgram(
        cost=spread.T @ lp.cost, offset=lp.offset, matrix=canonical(gather @ lp.matrix @ spread),
        row_lower=_means(lp.row_lower, of_row, weights, tall), row_upper=_means(lp.row_upper, of_row, weights, tall),
        col_lower=_most(lp.col_lower, of_column, wide), col_upper=-_most(-lp.col_upper, of_column, wide),
        columns=columns, rows=rows, quantity_matrix=None, quantity_offset=np.zeros(0),
    )  # fmt: skip
    return Merged(program, of_column, of_row, weights)


def _groups(instance: Instance) -> dict[str, str]:
    """The slice that each slice is merged into."""
    merged: dict[str, str] = {}
    profile = _profiles(instance)
    for slices in instance.slices.values():
        rings = _rings(slices, instance.previous)
        shapes = [np.array([profile[name] for name in ring]) for ring in rings]
        if len({len(ring) for ring in rings}) == 1:
            cycles = _CYCLES if _LEFT * len(slices) >= _CYCLES * _SPELLS else 1
            alike = _clusters(np.array([shape.ravel() for shape in shapes]), cycles, ring=False)
            spells = [_clusters(np.mean(shapes, axis=0), _SPELLS, ring=True)] * len(rings)
        else:
            alike = [[number] for number in range(len(rings))]
            spells = [_clusters(shape, _SPELLS, ring=True) for shape in shapes]
        for like in alike:
            for number in like:
                for spell in spells[number]:
                    merged |= {rings[number][place]: rings[like[0]][spell[0]] for place in spell}
    return merged


def _rings(slices: Sequence[str], previous: Mapping[str, str]) -> list[list[str]]:
    """The cycles of a body's slices, each from its first slice on."""
    following = {before: name for name, before in previous.items()}
    rings: list[list[str]] = []
    for name in slices:
        if not any(name in ring for ring in rings):
            rings.append([name])
            while (after := following[rings[-1][-1]]) != name:
                rings[-1].append(after)
    return rings


def _profiles(instance: Instance) -> dict[str, Vector]:
    """What every number that varies by slice is in each, of all slices alike; nought where a slice has none."""
    of_slice: dict[str, dict[Any, float]] = {name: {} for slices in instance.slices.values() for name in slices}
    for address, numbers in instance.numbers.items():
        if address != "time.share":
            for labels, value in numbers.items():
                if isinstance(labels, tuple) and labels and labels[-1] in of_slice:
                    of_slice[labels[-1]][address, *labels[:-1]] = value
    varying = list(dict.fromkeys(key for known in of_slice.values() for key in known))
    return {name: np.array([known.get(key, 0.0) for key in varying]) for name, known in of_slice.items()}


def _clusters(points: Vector, number: int, ring: bool) -> list[list[int]]:
    """The rows of a table in so many clusters; in a ring only neighbours join, so that time stays in order.

    Those join whose squared distances from their mean grow least (Ward, J. Am. Stat. Assoc. 58 (1963) 236-244; of neighbours in
    time: Pineda and Morales, IEEE Trans. Power Syst. 33 (2018) 7162-7170).
    """
    clusters = [[place] for place in range(len(points))]

    def loss(pair: tuple[int, int]) -> float:
        one, other = (points[clusters[side]] for side in pair)
        far = float(((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum())
        return len(one) * len(other) / (len(one) + len(other)) * far

    while len(clusters) > number:
        last = len(clusters) - 1
        pairs = (
            [*((place, place + 1) for place in range(last)), (last, 0)] if ring else itertools.combinations(range(last + 1), 2)
        )
        one, other = min(pairs, key=loss)
        clusters[one] += clusters[other]
        del clusters[other]
    return clusters


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
