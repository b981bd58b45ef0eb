"""What a sweep is made of: factors, the points at which they are put, and the design that says so."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import Any

from planner.errors import AddressError
from planner.instance import Instance, load
from planner.instance.addresses import parse_address
from planner.studies.varying import Varied

#: A change of one address: `=`, `*` or `+`, and the number, in the unit of the row that is changed.
AddressChange = tuple[str, str, float]


@dataclass(frozen=True)
class Factor:
    """What one number of a point moves: an address, or several together; uniform from low to high on its `scale`.

    `levels` are the numbers that a grid takes; other methods have none.
    """

    name: str
    varied: Varied
    scale: str
    levels: tuple[float, ...] = ()

    def at(self, share: float) -> float:
        """The number at a share of the way from low to high; the shares of whole numbers are equal."""
        low, high = self.varied.low, self.varied.high
        if self.varied.whole:
            return low + min(math.floor(share * (high - low + 1)), high - low)
        if self.scale == "log":
            return high if share == 1 else float(low * (high / low) ** share)
        return high if share == 1 else low + share * (high - low)

    def share(self, value: float) -> float:
        """The share of the way from low to high at which a number lies."""
        low, high = self.varied.low, self.varied.high
        return math.log(value / low) / math.log(high / low) if self.scale == "log" else (value - low) / (high - low)

    def changes(self, value: float) -> list[AddressChange]:
        """What putting the factor to a number does to the instance."""
        return [(law.address, *law.at(value)) for law in self.varied.laws]


@dataclass(frozen=True)
class Point:
    """One plan of a sweep: the numbers of the factors (NaN where one does not apply), the scenarios and changes that it takes.

    `scenarios` are laid over the instance that is swept; then `changes` are carried out in turn, an address as often as it comes.
    `name` is that of an entry of a list of scenarios, otherwise empty.
    """

    number: int
    values: tuple[float, ...]
    scenarios: tuple[str, ...]
    changes: tuple[AddressChange, ...]
    name: str = ""

    @property
    def assignments(self) -> list[str]:
        """The changes as `--set` takes them."""
        return [f"{address}{operation.strip('=')}={number!r}" for address, operation, number in self.changes]

    def replacements(self) -> list[dict[str, tuple[str, float]]]:
        """The changes in turn, as `Instance.replace` takes them in one call."""
        return [{address: (operation, number)} for address, operation, number in self.changes]


@dataclass(frozen=True)
class Design:
    """The points of a sweep, the quantities that are asked at each, and what made them.

    `settings` has what else the method was told: `base` points, `levels`, `second_order`, `correlations`; the `units` of the
    quantities; and `left_out`, the rows with a range that `[ranged]` could not vary, each with the reason.
    """

    method: str
    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    quantities: tuple[str, ...]
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 (hex) of what the design means: its factors, points, quantities and method, not how the file was written."""
        factors = [
            (f.name, f.scale, f.levels, f.varied.low, f.varied.high, [astuple(law) for law in f.varied.laws])
            for f in self.factors
        ]
        points = [(p.number, list(map(repr, p.values)), p.scenarios, p.changes, p.name) for p in self.points]
        settings = {name: value for name, value in self.settings.items() if name != "left_out"}
        meant = [self.method, factors, points, self.quantities, self.seed, settings]
        return hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()

    def __str__(self) -> str:
        made = {
            "grid": "a grid", "scenarios": "a list of scenarios", "latin_hypercube": "a Latin hypercube",
            "sobol": "a Sobol sequence", "saltelli": "a sample for Sobol indices", "morris": "Morris trajectories",
        }[self.method]  # fmt: skip
        lines = [f"{len(self.points)} points, {made} in {len(self.factors)} factor{'s' * (len(self.factors) != 1)}"]
        for factor in self.factors:
            low, high = factor.varied.said(factor.varied.low), factor.varied.said(factor.varied.high)
            lines.append(f"  {factor.name}: {low} to {high} ({factor.scale}), {factor.varied.about_range}")
        left = self.settings.get("left_out", {})
        if left:
            lines.append(f"{len(left)} rows with a range are not varied: {'; '.join(f'{a} ({why})' for a, why in left.items())}")
        return "\n".join(lines)


def composed(changes: list[AddressChange]) -> tuple[AddressChange, ...]:
    """The changes of all factors in the order in which they are carried out: set, then scaled, then shifted, as in a scenario.

    What is set for every place or year comes before what is set for one.
    """
    rank = {"=": 0, "*": 1, "+": 2}

    def order(change: AddressChange) -> tuple[int, bool, bool]:
        address = parse_address(change[0])
        one = change[1] == "="
        return rank[change[1]], one and address.at is not None, one and address.year is not None

    return tuple(sorted(changes, key=order))


def with_scenarios(instance: Instance, scenarios: tuple[str, ...]) -> Instance:
    """The instance with further scenarios laid over its folder, under the changes that were made to it.

    Raises InstanceError for a scenario that is not there, AddressError for a change that means nothing under it.
    """
    if not scenarios:
        return instance
    return load(instance.folder, (*instance.scenarios, *scenarios), instance.changes)


def instances_of(design: Design, instance: Instance) -> dict[tuple[str, ...], Instance]:
    """The instance under each of the sets of scenarios that the points of a design take."""
    return {scenarios: with_scenarios(instance, scenarios) for scenarios in dict.fromkeys(p.scenarios for p in design.points)}


def instance_at(instances: Mapping[tuple[str, ...], Instance], point: Point) -> Instance:
    """The instance of a point, from those of `instances_of`.

    Raises AddressError or InstanceError where the numbers of a point are not valid together.
    """
    base = instances.get(point.scenarios)
    if base is None:
        raise AddressError(f"there is no instance under the scenarios {', '.join(point.scenarios)}")
    return base.replace(point.replacements()) if point.changes else base
