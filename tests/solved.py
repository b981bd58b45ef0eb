"""What the tests of plans share: instances, plans that are solved once, and the tables of a plan as sums by labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, settings

import planner
from tests import variants

MAKES = {"toy": variants.toy, "crossroads": variants.crossroads}
THOROUGH = settings(
    max_examples=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)


@cache
def solved(make: Callable[[], planner.Instance]) -> planner.Plan:
    return planner.solve(make())


class Tables:
    """The tables of a plan as sums by labels; what a table does not list is nought."""

    def __init__(self, plan: planner.Plan) -> None:
        self.plan = plan

    def __call__(self, quantity: str, *by: str) -> dict[Any, float]:
        table = self.plan[quantity]
        sums: dict[Any, float] = defaultdict(float)
        for key, value in zip(table[list(by)].itertuples(index=False, name=None), table["value"], strict=True):
            sums[key if len(by) > 1 else key[0]] += value
        return sums
