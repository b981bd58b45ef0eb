"""The order in which points are planned: each near the one before, so that its basis is a good start."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from planner.sweeping.points import Design

#: So many points are walked from neighbour to neighbour at a time; the time of a walk grows with their square.
_WALKED = 2_000


def chains(design: Design, number: int) -> list[list[int]]:
    """The numbers of all points in chains in which neighbours are near, all points of a chain under the same scenarios.

    `number` chains of about the same length; more where there are more sets of scenarios than that, fewer where there are fewer
    points. Near means the distance in the unit cube of the factors.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, point in enumerate(design.points):
        groups.setdefault(point.scenarios, []).append(place)
    shares = unit_shares(design)
    found: list[list[int]] = []
    for places in groups.values():
        wanted = max(1, round(number * len(places) / len(design.points)))
        order = np.array(places)[_path(shares[places])]
        found += [[design.points[i].number for i in part] for part in np.array_split(order, min(wanted, len(places)))]
    return found


def unit_shares(design: Design) -> NDArray[np.float64]:
    """The points in the unit cube, a row a point; the middle where a factor does not apply."""
    return np.array(
        [
            [0.5 if math.isnan(v) else factor.share(v) for factor, v in zip(design.factors, point.values, strict=True)]
            for point in design.points
        ]
    ).reshape(len(design.points), len(design.factors))


def _path(shares: NDArray[np.float64]) -> NDArray[np.intp]:
    """An order of the rows in which each is near the one before: in cells of the cube, to the nearest row not yet visited."""
    found: list[int] = []
    at = np.zeros(shares.shape[1])
    for cell in _cells(shares, np.arange(len(shares))):
        found += [int(cell[place]) for place in _walk(shares[cell], at)]
        at = shares[found[-1]]
    return np.array(found, dtype=np.intp)


def _cells(shares: NDArray[np.float64], places: NDArray[np.intp], down: bool = False) -> list[NDArray[np.intp]]:
    """The rows in cells of at most so many, halved across the widest side, neighbours after each other."""
    if len(places) <= _WALKED or shares.shape[1] == 0:
        return [places]
    widest = int(np.argmax(np.ptp(shares[places], axis=0)))
    ranked = places[np.argsort(shares[places, widest], kind="stable")]
    low, high = np.array_split(ranked, 2)
    first, second = (high, low) if down else (low, high)
    return [*_cells(shares, first, False), *_cells(shares, second, True)]


def _walk(shares: NDArray[np.float64], start: NDArray[np.float64]) -> list[int]:
    """From the row nearest to a point always on to the nearest row left."""
    left = np.arange(len(shares))
    found = []
    at = start
    while left.size:
        nearest = int(np.argmin(((shares[left] - at) ** 2).sum(axis=1)))
        found.append(int(left[nearest]))
        at = shares[found[-1]]
        left = np.delete(left, nearest)
    return found
