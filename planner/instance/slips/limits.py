"""Slips in limits: bounds that do nothing, and the same bounded twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planner.instance.findings import Finding, finding_at

if TYPE_CHECKING:
    from planner.instance.limits import Limit
    from planner.instance.slips.look import Look


def lower_bounds_of_nothing(look: Look) -> Iterator[Finding]:
    """A lower bound of 0 in every year, which everything is above; a change may mean it, to lift the bound."""
    for limit in look.instance.limits:
        needless = limit.bound == "lower" and not any(limit.values.values()) and not limit.quantity.startswith("cost.")
        if needless and not limit.changed_by:
            yield finding_at(limit, f"the lower bound of {limit.name} is 0 and changes nothing: {limit.quantity} is at least 0")


def bounded_twice(look: Look) -> Iterator[Finding]:
    """Two limits of one bound on the same in the same years."""
    seen: dict[tuple[Any, ...], Limit] = {}
    for limit in look.instance.limits:
        key = (limit.quantity, limit.items, limit.places, limit.over, limit.bound, limit.years)
        if key in seen:
            said = f"{limit.name} and {seen[key].name} ({seen[key].place}) bound the same: only the narrower does anything"
            yield finding_at(limit, said)
        seen.setdefault(key, limit)


def twice_at(look: Look) -> Iterator[Finding]:
    """A limit at a site and at its body."""
    for limit in look.instance.limits:
        for place in limit.places:
            body = look.instance.sites.get(place)
            if body in limit.places:
                yield finding_at(limit, f"{limit.name} names the site {place} and its body {body}, which has it already")


CHECKS = (lower_bounds_of_nothing, bounded_twice, twice_at)
