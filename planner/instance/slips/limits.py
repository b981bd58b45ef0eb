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


def dates_inside_a_step(look: Look) -> Iterator[Finding]:
    """A first or last year that is not that of a model year: a limit holds in whole model years."""
    weights = look.instance.weights
    ends = {y: y + n - 1 for y, n in weights.items()}
    for row in look.instance.limit_rows:
        held = row.own_years(tuple(weights))
        if row.broken or not held:
            continue
        first, last = row.first_year, row.last_year
        if first is not None and look.instance.years[0] < first < held[0] and first not in weights:
            said = f"{row.limit} has first_year {first}, inside a model year: it holds from {held[0]}, the next model year"
            yield finding_at(row, said)
        if last is not None and last < ends[held[-1]]:
            said = f"{row.limit} has last_year {last}, inside the model year {held[-1]}: it holds until {ends[held[-1]]}"
            yield finding_at(row, said)


CHECKS = (dates_inside_a_step, lower_bounds_of_nothing, bounded_twice, twice_at)
