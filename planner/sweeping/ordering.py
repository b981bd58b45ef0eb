"""The order in which points are planned: each from the nearest that was planned before it, whose basis is a good start."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.sweeping.points import Design

#: A cell has at most so many points. Of 256 on `accelerated` in steps of five years, cells of 64 took 1,410 iterations a point,
#: cells of 16 1,520, one cell of all 1,480, and walks of eight from neighbour to neighbour 1,630 (costs not perturbed).
LARGEST = 64


#: Points are near up to this distance in the unit cube. From the plan of `accelerated`, one of eight factors moved by a tenth of
#: its range took 2 to 16 s, 7 s in the mean, and by three tenths 3 to 40 s and 18 s; from coarse to fine, without a start, it
#: takes 12 s, however many factors have moved.
NEAR = 0.1


@dataclass(frozen=True)
class Step:
    """A point by its number, and the one from whose optimum it starts; from that of the instance itself where there is none.

    `near` says that the parent is: few iterations lead from its optimum to that of the point.
    """

    point: int
    parent: int | None
    near: bool


def cells(design: Design, fewest: int, missing: Collection[int] | None = None) -> list[list[Step]]:
    """The points of a design, or those that are missing, in cells, all of a cell near one another and under the same scenarios.

    In a cell each point starts from an earlier one. `fewest` cells are wanted; there are more where there are more sets of
    scenarios or more points than `LARGEST` for each, fewer where there are fewer points. Near means the distance in the unit cube
    of the factors.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    left = None if missing is None else set(missing)
    for place, point in enumerate(design.points):
        if left is None or point.number in left:
            groups.setdefault(point.scenarios, []).append(place)
    shares, all_ = unit_shares(design), sum(map(len, groups.values()))
    known = bool(design.factors)
    found: list[list[Step]] = []
    for places in groups.values():
        wanted = max(math.ceil(len(places) / LARGEST), round(fewest * len(places) / all_), 1)
        for cell in _halved(shares, np.array(places), min(wanted, len(places))):
            number = [design.points[place].number for place in cell]
            steps = [
                Step(number[at], None, False)
                if parent < 0
                else Step(number[at], number[parent], known and far <= NEAR * (1 + 1e-9))
                for at, parent, far in _tree(shares[cell])
            ]
            found.append(steps)
    return found


def unit_shares(design: Design) -> NDArray[np.float64]:
    """The points in the unit cube, a row a point; the middle where a factor does not apply."""
    return np.array(
        [
            [0.5 if math.isnan(v) else factor.share(v) for factor, v in zip(design.factors, point.values, strict=True)]
            for point in design.points
        ]
    ).reshape(len(design.points), len(design.factors))


def _halved(shares: NDArray[np.float64], places: NDArray[np.intp], number: int) -> list[NDArray[np.intp]]:
    """The places in so many cells of about the same size, parted across the widest side again and again."""
    if number == 1:
        return [places]
    widest = int(np.argmax(np.ptp(shares[places], axis=0))) if shares.shape[1] else 0
    ranked = places[np.argsort(shares[places, widest], kind="stable")] if shares.shape[1] else places
    first = number // 2
    low, high = np.split(ranked, [round(len(places) * first / number)])
    return [*_halved(shares, low, first), *_halved(shares, high, number - first)]


def _tree(shares: NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """The rows in the order in which a least spanning tree (Prim 1957) takes them in, each with the row it hangs on and how far.

    The tree grows from the middle of the cube, near which the instance itself lies; what hangs on that has -1.
    """
    distance, parent = ((shares - 0.5) ** 2).sum(axis=1), np.full(len(shares), -1)
    left = np.ones(len(shares), bool)
    found = []
    for _ in range(len(shares)):
        at = int(np.argmin(np.where(left, distance, np.inf)))
        found.append((at, int(parent[at]), math.sqrt(distance[at])))
        left[at] = False
        from_here = ((shares - shares[at]) ** 2).sum(axis=1)
        nearer = from_here < distance
        distance[nearer], parent[nearer] = from_here[nearer], at
    return found
