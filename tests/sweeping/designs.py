"""Designs and sweeps that several files of tests use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import planner
from planner.sweeping.running import _facts

TOY = Path(__file__).parents[2] / "instances" / "toy"

SAMPLE = """\
method = "{method}"
points = {points}
seed = 7
quantities = ["compute.in_service[moon]@2036", "first year of compute.in_service[moon] > 0.1 GW"]
[[factor]]
name = "launch price"
vary = "launch.rocket.price*"
low = 0.3
high = 3
scale = "log"
[[factor]]
name = "demand"
vary = "compute.*.demand"
low = 0.5
high = 2
"""


def write(folder: Path, points: int = 8, method: str = "sobol") -> Path:
    """A design of the toy in a file."""
    path = folder / "design.toml"
    path.write_text(SAMPLE.format(method=method, points=points), encoding="utf-8")
    return path


def toy() -> planner.Instance:
    return planner.load(TOY)


def facts(design: planner.Design) -> dict[str, Any]:
    """What `sweep.json` says of a sweep of the toy."""
    return _facts(toy(), design, 600.0, 50, "auto")
