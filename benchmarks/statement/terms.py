"""What the topics share: the model, expressions summed onto sites, bodies and years, quantities, and the costs so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import linopy
import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.goods import Goods
from benchmarks.statement.reading import Reading


class Quantity(NamedTuple):
    """A quantity, or a part of it: `labels` by dimension, along the axis `dim` or (where it is None) along the axis of that name.

    Beside these axes the expression, which is written when a limit asks for it, may have `year` and `slice`.
    """

    expression: Callable[[], Any]
    dim: str | None
    labels: dict[str, Sequence[Any]]


@dataclass
class Statement:
    """The model under construction. `goods`: what they cost; `fleets` by block; `quantities` by name; `costs` are discounted.

    `power_uses` by purpose: power drawn by site, year and slice, and the sites and years where any may be; `served`: computing
    done by workload, site, year and slice, of firm workloads and of flexible ones, `serves_at` where there may be any; `lossy`:
    what becomes of the cargo of routes with an excess.
    """

    model: linopy.Model
    reading: Reading
    goods: Goods
    fleets: dict[str, Any] = field(default_factory=dict)
    quantities: dict[str, list[Quantity]] = field(default_factory=dict)
    costs: list[Any] = field(default_factory=list)
    power_uses: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    served: list[Any] = field(default_factory=list)
    serves_at: DataArray | None = None
    lossy: list[Any] = field(default_factory=list)

    def say(self, name: str, expression: Callable[[], Any], dim: str | None, **labels: Sequence[Any]) -> None:
        """Note a quantity, or a further part of it, for limits to bound."""
        self.quantities.setdefault(name, []).append(Quantity(expression, dim, labels))

    def pay(self, kind: str, cost: Any, dim: str, **labels: Sequence[Any]) -> None:
        """Add a yearly cost, which is a quantity too, to the objective with D_y."""
        self.say(f"cost.{kind}", lambda: cost, dim, **labels)
        if "year" in labels:
            years = self.reading.years.get_indexer(list(labels["year"]))
            discount = DataArray(self.reading.discount.values[years], coords={dim: cost.indexes[dim]}, dims=[dim])
        else:
            discount = self.reading.discount
        self.costs.append((discount * cost).sum())

    def total_cost(self) -> Any:
        """(M1)"""
        return linopy.merge(self.costs)


def gathered(expression: Any, dim: str, onto: dict[str, pd.Index], **labels: Any) -> Any:
    """The expression summed along `dim` by labels of its entries, onto whole axes; nought where nothing falls."""
    if len(labels) == 1:  # as a series: linopy keeps such sums sparse
        ((name, values),) = labels.items()
        groups: Any = pd.Series(np.asarray(values), index=expression.indexes[dim].rename(dim), name=name)
    else:
        groups = list(labels)
        expression = expression.assign_coords({name: (dim, np.asarray(values)) for name, values in labels.items()})
    return expression.groupby(groups).sum().reindex({name: onto[name] for name in labels}).fillna(0)


def picked(variable: Any, dim: str, index: pd.Index, **positions: Any) -> Any:
    """Entries of a variable at positions along its axes, as a variable along a new axis `dim`."""
    found = (1 * variable).isel({name: DataArray(np.asarray(at), coords=[index], dims=[dim]) for name, at in positions.items()})
    return found.drop_vars(list(positions))
