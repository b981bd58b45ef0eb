"""(X1): lower <= sum of a quantity over the entries that a limit selects <= upper, each year or over the horizon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.terms import Quantity, Statement, gathered


def add_limits(st: Statement) -> None:
    """A row for each limit and year, or for each limit over the horizon."""
    r = st.reading
    for limit in st.reading.instance.limits:
        selected = (_selected(st, quantity, limit) for quantity in st.quantities.get(limit.quantity, ()))
        parts = [part for part in selected if part is not None]
        if not parts:
            if limit.bound == "lower" and max(limit.values.values()) > 0:
                raise ValueError(f"nothing can meet the limit {limit.name}")
            continue
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        if limit.over == "horizon":
            counted = total.sel(year=list(limit.years)) * r.weight.sel(year=list(limit.years))
            left, right = counted.sum("year"), limit.values[None]
        else:
            axis = pd.Index(list(limit.values), name="year")
            left, right = total.sel(year=list(axis)), DataArray(list(limit.values.values()), coords=[axis])
        row = left <= right if limit.bound == "upper" else left >= right
        st.model.add_constraints(row, name=f"X1_{limit.name}_{limit.bound}")


def _selected(st: Statement, quantity: Quantity, limit: Any) -> Any:
    """The entries of a quantity that a limit selects, summed by year; those of slices averaged over the year."""
    expression, labels = quantity.expression(), dict(quantity.labels)
    chosen = {quantity.dim or dimension: np.ones(len(values), bool) for dimension, values in labels.items()}
    for dimension, values in labels.items():
        chosen[quantity.dim or dimension] &= _chosen(st, dimension, list(values), limit)
    if not all(where.any() for where in chosen.values()):
        return None
    expression = expression.isel({dim: np.flatnonzero(where) for dim, where in chosen.items()})
    labels = {name: np.asarray(values)[chosen[quantity.dim or name]] for name, values in labels.items()}
    if "slice" in expression.coord_dims:
        sites = labels["site"] if "site" in labels else [st.reading.instance.deposits[d] for d in labels["deposit"]]
        index = expression.indexes[quantity.dim or "site"]
        expression = (st.reading.at(st.reading.share, list(sites), index) * expression).sum("slice")
    if "year" in labels:
        return gathered(expression, quantity.dim or "", {"year": st.reading.years}, year=labels["year"])
    return expression.sum(list(chosen))


def _chosen(st: Statement, dimension: str, labels: list[Any], limit: Any) -> np.ndarray:
    """Which labels of a dimension a limit selects."""
    wanted, where = set(limit.items) & set(_items(st).get(dimension, ())), _places(st).get(dimension)
    named = np.isin(labels, list(wanted)) if wanted else np.ones(len(labels), bool)
    if not limit.places or where is None:
        return named
    return named & np.array([bool(where(label) & set(limit.places)) for label in labels])


def _items(st: Statement) -> dict[str, Any]:
    i = st.reading.instance
    return {
        "technology": i.technologies, "workload": i.workloads, "tier": i.tiers, "route": i.routes, "deposit": i.deposits,
        "market": i.markets, "good": ("complex", "structural", "propellant", "helium3"),
        "purpose": ("compute", "industry", "helium3", "launch"),
    }  # fmt: skip


def _places(st: Statement) -> dict[str, Callable[[str], set[str]]]:
    """Where a label of a dimension is: a site and its body, the destination of a route."""
    i = st.reading.instance
    return {
        "site": lambda s: {s, i.sites[s]},
        "deposit": lambda d: {i.deposits[d], i.sites[i.deposits[d]]},
        "route": lambda n: {i.routes[n].destination},
        "market": lambda n: {i.markets[n].body},
        "body": lambda b: {b},
    }
