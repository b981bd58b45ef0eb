"""Which factor decides: a small tree that parts the points of a sweep into boxes, each told in words.

A regression tree (Breiman et al. 1984, by scikit-learn) of a number, or a classification of what happens and what does not. How
far it can be trusted is said beside it: how well it foretells points that it has not seen, and how often points drawn anew
would part at the same factor first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.sweeping.indices import DRAWN, block_size
from planner.sweeping.points import Design, Factor
from planner.sweeping.records import in_json, records
from planner.sweeping.words import figures, said_number

#: A tree asks at most so many questions on the way to a box, and a box holds at least this share of the points.
DEPTH, SMALLEST = 3, 0.05

#: Parts by which a tree is tried on points that it has not seen; the fewest points of a tree.
_PARTS, _FEWEST = 5, 40

#: The fewest points of a box of which one may say where the middle four fifths lie.
_FEWEST_SPREAD = 10


@dataclass(frozen=True)
class Decision:
    """A tree in words.

    `boxes` has a row a box: `box` in words, `points`, `mean` and, of a number at ten points or more, `low` and `high`
    (10 %, 90 %).

    `mean` is the share of points at which it happens where the outcome is no number. `first` is the factor that parts all points
    first, `first_at` where, `agreed` the share of trees of points drawn anew that part by the same; `foretold` the share of the
    variance (or of the points, beside `guessed` by always naming the commoner outcome) that the tree foretells unseen.
    """

    outcome: str
    first: str
    first_at: float
    agreed: float
    foretold: float
    boxes: pd.DataFrame = field(repr=False)
    guessed: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The tree for `--json`, its boxes as records."""
        numbers = {name: in_json(getattr(self, name)) for name in ("first_at", "agreed", "foretold", "guessed")}
        return {"outcome": self.outcome, "first": self.first, **numbers, "boxes": records(self.boxes)}


def decide(design: Design, outcome: str, numbers: NDArray[np.float64], happens: bool = False) -> Decision:
    """The tree of a number at the points of a design, NaN where a point has none; with `happens` the numbers are 0 and 1.

    Raises PlannerError where points are too few, nothing differs or no question parts them, and where scikit-learn is missing.
    """
    values = np.array([point.values for point in design.points]).reshape(len(design.points), -1)
    if not values.size or np.isnan(values).any():
        raise PlannerError("a tree needs points at which every factor has a number")
    known = ~np.isnan(numbers)
    if known.sum() < _FEWEST:
        raise PlannerError(f"{int(known.sum())} points with a number, too few for a tree, which takes {_FEWEST}")
    x, y = _scaled(design, values)[known], numbers[known]
    if np.ptp(y) == 0:
        raise PlannerError("the outcome is the same at every point: no factor decides")
    blocks = (np.arange(len(numbers)) // block_size(design))[known]
    if len(np.unique(blocks)) < 2:
        raise PlannerError("all points with a number were drawn together: no tree can be tried on points that it has not seen")
    tree = _fitted(x, y, happens, design.seed)
    if tree.tree_.node_count == 1:
        raise PlannerError(f"no question parts the points in boxes of {SMALLEST:.0%} of them or more")
    first = design.factors[int(tree.tree_.feature[0])]
    boxes = _boxes(design, tree, x, y, happens)
    guessed = max(float(y.mean()), 1 - float(y.mean())) if happens else None
    return Decision(
        outcome, first.name, _back(first, float(tree.tree_.threshold[0])), _agreed(design, x, y, happens, blocks, tree),
        _foretold(x, y, happens, blocks, design.seed), boxes, guessed,
    )  # fmt: skip


def _trees() -> Any:
    try:
        from sklearn import tree
    except ImportError as error:
        raise PlannerError("which factor decides is found by scikit-learn: pip install 'compute-planner[sweep]'") from error
    return tree


def _fitted(x: NDArray[np.float64], y: NDArray[np.float64], happens: bool, seed: int, depth: int = DEPTH) -> Any:
    """A tree whose questions each pay: one that explains less than a hundredth of the variance is left out."""
    kind = _trees().DecisionTreeClassifier if happens else _trees().DecisionTreeRegressor
    spread = float(np.var(y)) * (2 if happens else 1)  # Gini's impurity of two outcomes is twice their variance
    least = max(2, math.ceil(SMALLEST * len(y)))
    return kind(max_depth=depth, min_samples_leaf=least, min_impurity_decrease=0.01 * spread, random_state=seed).fit(x, y)


def _scaled(design: Design, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values on the scale of each factor, so that a question parts in the middle between two."""
    return np.column_stack([np.log(v) if f.scale == "log" else v for f, v in zip(design.factors, values.T, strict=True)])


def _back(factor: Factor, at: float) -> float:
    return math.exp(at) if factor.scale == "log" else at


def _boxes(design: Design, tree: Any, x: NDArray[np.float64], y: NDArray[np.float64], happens: bool) -> pd.DataFrame:
    """The boxes of a tree, the one with the highest mean first."""
    inner = tree.tree_
    rows: list[dict[str, Any]] = []

    def descend(node: int, limits: dict[int, tuple[float, float]], members: NDArray[np.bool_]) -> None:
        if inner.children_left[node] < 0:
            here = y[members]
            few = happens or len(here) < _FEWEST_SPREAD
            low, high = (math.nan, math.nan) if few else np.percentile(here, [10, 90])
            rows.append({"box": _in_words(design, limits), "points": len(here), "mean": here.mean(), "low": low, "high": high})
            return
        feature, at = int(inner.feature[node]), float(inner.threshold[node])
        low, high = limits.get(feature, (-math.inf, math.inf))
        below = x[:, feature].astype(np.float32) <= at  # the precision in which scikit-learn asks
        descend(inner.children_left[node], {**limits, feature: (low, at)}, members & below)
        descend(inner.children_right[node], {**limits, feature: (at, high)}, members & ~below)

    descend(0, {}, np.ones(len(y), dtype=bool))
    return pd.DataFrame(rows).sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)


def _in_words(design: Design, limits: dict[int, tuple[float, float]]) -> str:
    """`launch price up to 0.8 and worth of computing above 1.1`."""
    said = []
    for feature, (low, high) in limits.items():
        factor = design.factors[feature]
        low, high = (end if math.isinf(end) else _back(factor, end) for end in (low, high))
        if math.isinf(low):
            said.append(f"{factor.name} up to {said_number(factor, high)}")
        elif math.isinf(high):
            said.append(f"{factor.name} above {said_number(factor, low)}")
        else:
            said.append(f"{factor.name} from {figures(low)} to {said_number(factor, high)}")
    return " and ".join(said)


def _agreed(
    design: Design, x: NDArray[np.float64], y: NDArray[np.float64], happens: bool, blocks: NDArray[np.intp], tree: Any
) -> float:
    """The share of trees of blocks drawn anew that ask about the same factor first."""
    random, drawn = np.random.default_rng(design.seed), np.unique(blocks)
    members = {block: np.flatnonzero(blocks == block) for block in drawn}
    same = 0
    for _ in range(DRAWN):
        rows = np.concatenate([members[block] for block in random.choice(drawn, len(drawn))])
        if np.ptp(y[rows]) > 0:
            same += int(_fitted(x[rows], y[rows], happens, design.seed, depth=1).tree_.feature[0] == tree.tree_.feature[0])
    return same / DRAWN


def _foretold(x: NDArray[np.float64], y: NDArray[np.float64], happens: bool, blocks: NDArray[np.intp], seed: int) -> float:
    """How much of what it has not seen a tree foretells, in parts of whole blocks: R2, or the share of points told right."""
    drawn = np.random.default_rng(seed).permutation(np.unique(blocks))
    guessed = np.empty_like(y)
    for part in np.array_split(drawn, min(_PARTS, len(drawn))):
        unseen = np.isin(blocks, part)
        guessed[unseen] = _fitted(x[~unseen], y[~unseen], happens, seed).predict(x[unseen])
    if happens:
        return float((guessed == y).mean())
    return float(1 - ((y - guessed) ** 2).sum() / ((y - y.mean()) ** 2).sum())
