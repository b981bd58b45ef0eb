"""Fleets, for every block alike: (F1), (F2), (F3), what is ordered and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from xarray import DataArray

from benchmarks.statement.lives import Lives, read_lives
from benchmarks.statement.losses import add_built, add_spare
from benchmarks.statement.terms import Statement, gathered, picked


@dataclass(frozen=True)
class Fleet:
    """The assets of a block along the axis `index`, their lives, and the variables over asset and year (`build`: vintage)."""

    block: str
    index: pd.Index
    technologies: list[str]
    sites: list[str]
    lives: Lives
    build: Any
    installed: Any
    in_service: Any

    @property
    def labels(self) -> dict[str, list[str]]:
        """The labels of the assets, for quantities."""
        return {"technology": self.technologies, "site": self.sites}

    def standing(self, slices: DataArray) -> DataArray:
        """Where an asset may stand, for each slice that its body has (`slices`: asset x slice)."""
        shape = DataArray(self.lives.standing, coords=[self.index, slices_year(self.build)])
        return shape & (slices > 0)


def slices_year(build: Any) -> pd.Index:
    """The model years as the axis that they are for everything but orders."""
    return build.indexes["vintage"].rename("year")


def add_fleet(st: Statement, block: str, serviced: bool = True) -> Fleet | None:
    """The fleet of a block, or None where the instance has none of its technologies."""
    r, m = st.reading, st.model
    lives = read_lives(r, block)
    if not lives.assets:
        return None
    index = pd.Index([f"{k}@{s}" for k, s in lives.assets], name="asset")
    standing = DataArray(lives.standing, coords=[index, r.years])
    orders = DataArray(lives.orders, coords=[index, r.vintages])
    most = r.table(f"{block}.max_build", lives.assets, index, r.vintages, absent=np.inf)
    most = xr.where(orders > 0, most * orders, np.inf)  # (F4)
    build = m.add_variables(lower=0, upper=most, mask=orders > 0, name=f"{block}_build")
    installed = m.add_variables(lower=0, coords=[index, r.years], mask=standing, name=f"{block}_installed")
    in_service = None
    if serviced:
        in_service = m.add_variables(lower=0, coords=[index, r.years], mask=standing, name=f"{block}_in_service")
        m.add_constraints(in_service - installed <= 0, name=f"{block}_F2")
    technologies, sites = [k for k, _ in lives.assets], [s for _, s in lives.assets]
    fleet = Fleet(block, index, technologies, sites, lives, build, installed, in_service)
    st.fleets[block] = fleet
    _add_standing(st, fleet)
    _add_growth(st, fleet)
    _add_costs(st, fleet)
    return fleet


def _add_standing(st: Statement, fleet: Fleet) -> None:
    r, lives = st.reading, fleet.lives
    changes = lives.changes()
    a, v, y = np.nonzero(changes)
    change = pd.RangeIndex(len(a), name="change")
    amounts = DataArray(changes[a, v, y] * r.n[v], coords=[change])
    axes = {"asset": fleet.index, "year": r.years}
    added = picked(fleet.build, "change", change, asset=a, vintage=v) * amounts
    gained = gathered(added, "change", axes, asset=fleet.index[a], year=r.years[y])
    kept = DataArray(lives.kept, coords=[fleet.index, r.years])
    past = np.zeros_like(lives.existing)
    past[:, 1:] = lives.existing[:, :-1]
    constant = DataArray(lives.existing - lives.kept * past, coords=[fleet.index, r.years])
    before = kept * fleet.installed.shift(year=1).fillna(0)
    st.model.add_constraints(fleet.installed - before - gained == constant, name=f"{fleet.block}_F1")


def _add_growth(st: Statement, fleet: Fleet) -> None:
    r, i = st.reading, st.reading.instance
    held = {key: rate for key, rate in i.numbers[f"{fleet.block}.growth"].items() if key[0] in fleet.technologies}
    if not held:
        return
    bodies = [i.sites[s] for s in fleet.sites]
    index = pd.Index([f"{k}@{b}" for k, b in held], name="held")
    inside = np.array([[(k, b) == key for k, b in zip(fleet.technologies, bodies, strict=True)] for key in held], float)
    onto = DataArray(inside, coords=[index, fleet.index])
    grown, seeded = np.array([growth_factors(rate, r.n) for rate in held.values()]).transpose(1, 0, 2)
    factor = DataArray(grown, coords=[index, r.years])
    now = (onto * fleet.installed.fillna(0)).sum("asset")
    then = (onto * fleet.installed.shift(year=1).fillna(0)).sum("asset")
    first = np.zeros((len(held), len(r.years)))
    at_start = i.numbers[f"{fleet.block}.existing_at_start"]
    means = zip(fleet.lives.assets, fleet.lives.existing[:, 0], strict=True)
    first[:, 0] = inside @ [at_start.get(asset, mean) for asset, mean in means]
    seed = DataArray(seeded, coords=[index, r.years]) * r.table(f"{fleet.block}.seed", list(held), index)
    room = factor * DataArray(first, coords=[index, r.years]) + seed
    stands = DataArray(inside @ fleet.lives.standing > 0, coords=[index, r.years])
    st.model.add_constraints(now - factor * then <= room, mask=stands, name=f"{fleet.block}_F3")


def growth_factors(rate: float, n: NDArray[np.int_]) -> tuple[list[float], list[float]]:
    """(F3): K and S of each model year, from the growth of a calendar year and the calendar years of each model year."""
    longest = int(max(n))
    power = (1 + rate) ** np.arange(longest + 1)
    seeds = np.concatenate([[0.0], np.cumsum(power[:-1])])
    mean = {k: (power[:k].mean(), seeds[:k].mean()) for k in n}
    factors = [(mean[n[0]][0] * power[1], mean[n[0]][0] + mean[n[0]][1])]
    for m, k in pairwise(n):
        start = power[m] / mean[m][0]
        factors.append((mean[k][0] * start, mean[k][0] * (seeds[m] - start * mean[m][1]) + mean[k][1]))
    grown, seeded = zip(*factors, strict=True)
    return list(grown), list(seeded)


def _add_costs(st: Statement, fleet: Fleet) -> None:
    r, block, assets = st.reading, fleet.block, fleet.lives.assets
    onto = [fleet.index, r.vintages]
    worth, content = (DataArray(table(block, fleet.lives), coords=onto) for table in (st.goods.worth, st.goods.content))
    spent, held = worth * fleet.build, content * fleet.build
    credit = DataArray(fleet.lives.credit * r.n, coords=onto)
    st.costs.append((DataArray(fleet.lives.capital * r.n, coords=onto) * spent - credit * held).sum())
    st.say("goods.content", lambda: held.rename(vintage="year"), "asset", **fleet.labels)
    st.say("cost.capital", lambda: spent.rename(vintage="year"), "asset", **fleet.labels)
    st.say(f"{block}.build", lambda: (1 * fleet.build).rename(vintage="year"), "asset", **fleet.labels)
    st.say(f"{block}.installed", lambda: 1 * fleet.installed, "asset", **fleet.labels)
    land = r.table(f"{block}.land", assets, fleet.index)
    if land.any():
        st.say("land.occupied", lambda: land * fleet.installed, "asset", **fleet.labels)
    add_built(st, fleet)
    if fleet.in_service is not None:
        add_spare(st, fleet, fleet.in_service)
        st.say(f"{block}.in_service", lambda: 1 * fleet.in_service, "asset", **fleet.labels)
        fixed = r.table(f"{block}.fixed_cost", assets, fleet.index, r.years)
        st.pay("fixed", fixed * fleet.in_service, "asset", **fleet.labels)
        st.pay("spares", spares_cost(st, fleet) * fleet.in_service, "asset", **fleet.labels)


def spares_cost(st: Statement, fleet: Fleet) -> DataArray:
    """The yearly capital of the parts that a unit in service takes, asset x year."""
    r = st.reading
    spares = r.table(f"{fleet.block}.spares", fleet.lives.assets, fleet.index)
    return spares * DataArray(st.goods.worth(fleet.block, fleet.lives), coords=[fleet.index, r.years])


def slice_share(st: Statement, fleet: Fleet) -> DataArray:
    """The share of the year of each slice where an asset stands, asset x slice; nought where its body has no such slice."""
    return st.reading.at(st.reading.share, fleet.sites, fleet.index)


def availability(st: Statement, fleet: Fleet) -> DataArray:
    """The greatest output per unit in service, asset x slice."""
    return st.reading.table(f"{fleet.block}.availability", fleet.lives.assets, fleet.index, st.reading.slices)
