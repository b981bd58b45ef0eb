"""Limits: any quantity may be bounded, at a place, for a technology, each year or over the horizon.

(X1) lower <= sum of the quantity over the rows that the limit selects <= upper
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.blocks.pyomo_units import amount, within
from planner.declarations import QUANTITIES
from planner.instance import limit_unit
from planner.instance.labels import PURPOSES
from planner.instance.tables import GOODS

if TYPE_CHECKING:
    from planner.instance import Instance, Limit

HORIZON = "horizon"


def add_limits(m: pyo.ConcreteModel, instance: Instance) -> None:
    """Add a row for each limit and year, or for each limit over the horizon."""
    rows: dict[tuple[str, str, Any], tuple[Any, list[Any]]] = {}
    for row in instance.limits:
        terms, unit = selected_terms(m, instance, row), limit_unit(row.quantity, row.over)
        for y, value in row.values.items():
            if y is None:
                counted = [m.weight[year] * term for year in row.years for term in terms.get(year, [])]
            else:
                counted = terms.get(y, [])
            rows[row.name, row.bound, HORIZON if y is None else y] = amount(m, value, unit), counted

    @m.Constraint(list(rows), doc="(X1)")
    def limit(m: pyo.ConcreteModel, name: str, bound: str, y: Any) -> Any:
        value, terms = rows[name, bound, y]
        return within(m, None, sum(terms), value) if bound == "upper" else within(m, value, sum(terms), None)


def selected_terms(m: pyo.ConcreteModel, instance: Instance, limit: Limit) -> dict[int, list[Any]]:
    """The entries of the limited quantity that the limit selects, by year; those of slices averaged over the year."""
    index = QUANTITIES[limit.quantity].index
    sliced = index[-1] == "slice"
    year = index.index("year")
    selects = selector(instance, limit)
    terms: dict[int, list[Any]] = {}
    for component in m.quantities[limit.quantity]:
        for key in component:
            if selects(key):
                terms.setdefault(key[year], []).append(m.slice_share[key[-1]] * component[key] if sliced else component[key])
    return terms


def selector(instance: Instance, limit: Limit) -> Callable[[tuple[Any, ...]], bool]:
    """Whether a limit selects an entry of its quantity, told from the labels of the entry."""
    allowed = [_labels(instance, dimension, limit) for dimension in QUANTITIES[limit.quantity].index]
    checked = [(i, labels) for i, labels in enumerate(allowed) if labels is not None]
    return lambda key: all(key[i] in labels for i, labels in checked)


def _labels(instance: Instance, dimension: str, limit: Limit) -> set[str] | None:
    """The labels of a dimension that a limit selects, or None for all."""
    labels = labels_of(instance, dimension)
    named = labels.keys() & set(limit.items)
    placed = {label for label, places in labels.items() if places & set(limit.places)} if limit.places else set()
    has_place = any(labels.values())
    if named and limit.places and has_place:
        return named & placed
    return (named or None) if not (limit.places and has_place) else placed


def labels_of(instance: Instance, dimension: str) -> dict[str, set[str]]:
    """Every label of a dimension, each with the places it is at (a site and its body, a body, a route's destination)."""
    sites = {site: {site, body} for site, body in instance.sites.items()}
    if dimension == "site":
        return sites
    if dimension == "body":
        return {body: {body} for body in instance.bodies}
    if dimension == "route":
        return {name: {route.destination} for name, route in instance.routes.items()}
    if dimension == "deposit":
        return {name: sites[site] for name, site in instance.deposits.items()}
    if dimension == "market":
        return {name: {market.body} for name, market in instance.markets.items()}
    plain: dict[str, Iterable[str]] = {
        "technology": instance.technologies, "workload": instance.workloads, "tier": instance.tiers,
        "good": GOODS, "purpose": PURPOSES,
    }  # fmt: skip
    return {label: set() for label in plain.get(dimension, ())}
