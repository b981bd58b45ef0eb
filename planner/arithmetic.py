"""Functions of plain and of recorded numbers alike: the maths of the blocks works on either (see `planner.recording`)."""

from __future__ import annotations

import math
from typing import Any


def expm1(x: Any) -> Any:
    """exp(x) - 1, exact for small x."""
    return math.expm1(x) if isinstance(x, (int, float)) else x.expm1()


def log1p(x: Any) -> Any:
    """log(1 + x), exact for small x."""
    return math.log1p(x) if isinstance(x, (int, float)) else x.log1p()


def least(x: Any, y: Any) -> Any:
    """The lesser of two numbers, without asking which it is: other numbers may make it the other."""
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        return min(x, y)
    return y.least(x) if isinstance(x, (int, float)) else x.least(y)
