"""What an instance says, as labelled arrays over assets (a technology at a site), sites, model years and slices.

Slices are counted by their position in the cycle of a body; a body with fewer than another has none at the last positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from xarray import DataArray

from planner.instance import Instance

INTO_A_YEAR = {"start": 0.0, "mid": 0.5, "end": 1.0}


class Reading:
    """An instance as arrays. `weight` [yr] by year, `discount` [yr] is D_y; `share` and `hours` by site and slice."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.years = pd.Index(instance.years, name="year")
        self.vintages = self.years.rename("vintage")
        self.sites = pd.Index(list(instance.sites), name="site")
        self.slices = pd.RangeIndex(max(map(len, instance.slices.values())), name="slice")
        self.n = np.array(list(instance.weights.values()))
        self.weight = DataArray(self.n.astype(float), coords=[self.years])
        self.end = int(self.years[-1] + self.n[-1])
        self.rate = instance.numbers["finance.discount_rate"][None]
        falls = INTO_A_YEAR[instance.finance.payments]
        worth = [sum(self.worth(y + j + falls) for j in range(n)) for y, n in zip(self.years, self.n, strict=True)]
        self.discount = DataArray(np.array(worth), coords=[self.years])
        self.share, self.hours = (self._of_slices(f"time.{name}") for name in ("share", "hours"))

    def worth(self, moment: Any) -> Any:
        """What 1 paid at a moment (a calendar year and its part) is worth at the base year."""
        return (1 + self.rate) ** -(moment - self.instance.finance.base_year)

    def table(
        self, key: str, items: Sequence[Any], index: pd.Index, over: pd.Index | None = None, absent: float = np.nan
    ) -> DataArray:
        """The parameter of each item (a label, or a tuple of them), and over years, vintages or slices where `over` is given."""
        numbers = self.instance.numbers[key]
        if over is None:
            return DataArray([numbers.get(item, absent) for item in items], coords=[index], dims=[index.name]).astype(float)
        keys = [item if isinstance(item, tuple) else (item,) for item in items]
        if over.name == "slice":
            rows = [[numbers.get((*key, h), absent) for h in self.slices_at(key[1])] for key in keys]
            rows = [row + [0.0] * (len(over) - len(row)) for row in rows]
        else:
            rows = [[numbers.get((*key, y), absent) for y in over] for key in keys]
        return DataArray(np.array(rows, float).reshape(len(keys), len(over)), coords=[index, over])

    def share_between(self, first: Any, last: Any) -> Any:
        """The share of the calendar years of each model year (last axis) that lie from `first` to `last`."""
        begins = np.maximum(np.asarray(first, float)[..., None], self.years.values)
        ends = np.minimum(np.asarray(last, float)[..., None] + 1, self.years.values + self.n)
        return np.maximum(ends - begins, 0) / self.n

    def open(self, route: str) -> Any:
        """The share of each model year in which a route is flown."""
        dates = (self.instance.numbers[f"launch.{name}"].get(route) for name in ("opens", "closes"))
        opens, closes = (absent if date is None else date for date, absent in zip(dates, (-np.inf, np.inf), strict=True))
        return self.share_between(opens, closes)

    def slices_at(self, site: str) -> tuple[str, ...]:
        """The slices of the body of a site."""
        return self.instance.slices[self.instance.sites[site]]

    def at(self, by_site: DataArray, sites: Sequence[str], index: pd.Index) -> DataArray:
        """What is known by site (and slice), for things that stand at sites."""
        positions = self.sites.get_indexer(list(sites))
        return DataArray(by_site.values[positions], coords=[index, *(by_site.indexes[d] for d in by_site.dims[1:])])

    def _of_slices(self, key: str) -> DataArray:
        numbers = self.instance.numbers[key]
        rows = [[numbers[h] for h in self.slices_at(s)] for s in self.sites]
        rows = [row + [0.0] * (len(self.slices) - len(row)) for row in rows]
        return DataArray(np.array(rows), coords=[self.sites, self.slices])
