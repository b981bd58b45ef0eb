"""A design as JSON and back: what a store keeps of it, so that reading a sweep runs no code of a stranger's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from planner.studies.varying import Law, Varied
from planner.sweeping.points import Design, Factor, Point


def as_dict(design: Design) -> dict[str, Any]:
    """The design as plain values, from which `from_dict` makes an equal one."""
    return {
        "method": design.method, "factors": [asdict(factor) for factor in design.factors],
        "points": [asdict(point) for point in design.points], "quantities": list(design.quantities),
        "seed": design.seed, "settings": dict(design.settings),
    }  # fmt: skip


def from_dict(said: Mapping[str, Any]) -> Design:
    """The design that `as_dict` made these values of. Raises KeyError, TypeError or ValueError for values of anything else."""
    return Design(
        str(said["method"]), tuple(map(_factor, said["factors"])), tuple(map(_point, said["points"])),
        tuple(said["quantities"]), int(said["seed"]), dict(said["settings"]),
    )  # fmt: skip


def _factor(said: Mapping[str, Any]) -> Factor:
    varied = {**said["varied"], "laws": tuple(Law(**law) for law in said["varied"]["laws"])}
    return Factor(**{**said, "varied": Varied(**varied), "levels": tuple(said["levels"])})


def _point(said: Mapping[str, Any]) -> Point:
    changes = tuple((address, operation, number) for address, operation, number in said["changes"])
    return Point(**{**said, "values": tuple(said["values"]), "scenarios": tuple(said["scenarios"]), "changes": changes})
