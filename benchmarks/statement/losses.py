"""(G5), (G6): what the cargo of routes becomes that take more complex goods than the least.

Each use of it lies along an axis of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.terms import Statement, gathered, picked

if TYPE_CHECKING:
    from benchmarks.statement.fleets import Fleet


class Use(NamedTuple):
    """What comes by routes with an excess for one use in a block: the variable along `dim`, route and year of each entry."""

    came: Any
    dim: str
    routes: list[str]
    years: list[int]


def add_built(st: Statement, fleet: Fleet) -> None:
    """What is built of it, which is paid as capital."""
    r, lives = st.reading, fleet.lives
    mass = r.table(f"{fleet.block}.mass_complex", lives.assets, fleet.index, r.years)
    build = (1 * fleet.build).rename(vintage="year")
    used = _add_use(st, fleet, "built", mass * build, (mass.values > 0) & (lives.orders > 0))
    if used is not None:
        cost, a, y, labels = used
        paid = DataArray(lives.capital[a, y] * r.n[y], coords=[cost.indexes[f"{fleet.block}_built"]])
        st.costs.append((paid * cost).sum())
        st.say("cost.capital", lambda: cost, f"{fleet.block}_built", **labels)


def add_spare(st: Statement, fleet: Fleet, in_service: Any) -> None:
    """What becomes spare parts of it, of what is in service by asset and year."""
    r, lives = st.reading, fleet.lives
    mass = r.table(f"{fleet.block}.mass_complex", lives.assets, fleet.index, r.years)
    taken = r.table(f"{fleet.block}.spares", lives.assets, fleet.index) * mass
    used = _add_use(st, fleet, "spare", taken * in_service, (taken.values > 0) & lives.standing)
    if used is not None:
        cost, _, _, labels = used
        st.pay("spares", cost, f"{fleet.block}_spare", **labels)


def _add_use(st: Statement, fleet: Fleet, use: str, most: Any, where: Any) -> tuple[Any, Any, Any, dict[str, Any]] | None:
    """(G6); the cost of the excess, the assets and years of its entries, and their labels; None where there are no entries."""
    r, i, dim = st.reading, st.reading.instance, f"{fleet.block}_{use}"
    bodies = [i.sites[s] for s in fleet.sites]
    entries = [(name, a, y) for a, y in np.argwhere(where) for name in st.goods.losing(bodies[a], y)]
    if not entries:
        return None
    routes, a, y = [name for name, _, _ in entries], np.array([e[1] for e in entries]), np.array([e[2] for e in entries])
    index = pd.RangeIndex(len(entries), name=dim)
    came = st.model.add_variables(lower=0, coords=[index], name=f"{dim}_by")
    onto = gathered(1 * came, dim, {"asset": fleet.index, "year": r.years}, asset=fleet.index[a], year=r.years[y])
    rows = np.zeros(where.shape, bool)
    rows[a, y] = True
    st.model.add_constraints(onto - most <= 0, mask=DataArray(rows, coords=[fleet.index, r.years]), name=f"G6_{dim}")
    years = list(r.years[y])
    st.lossy.append(Use(came, dim, routes, years))
    excess = np.array([st.goods.excess[name][year] for name, _, year in entries])
    cost = DataArray(excess * st.goods.of_complex(fleet.block, fleet.lives)[a, y], coords=[index]) * came
    labels = {"technology": np.array(fleet.technologies)[a], "site": np.array(fleet.sites)[a], "year": years}
    return cost, a, y, labels


def add_losses(st: Statement, left: Any) -> None:
    """(G5): flows become something or are the rest, of which there is no more on a body than is `left` (by body and year)."""
    r, m, i, goods = st.reading, st.model, st.reading.instance, st.goods
    found = [(name, y) for name, excess in goods.excess.items() for y in np.flatnonzero(excess)]
    if not found:
        return
    index = pd.RangeIndex(len(found), name="losing")
    position = {(name, r.years[y]): n for n, (name, y) in enumerate(found)}
    routes, years = [name for name, _ in found], [y for _, y in found]
    rest = m.add_variables(lower=0, coords=[index], name="rest")
    flow = m.variables["flow"]
    cargo = flow.indexes["cargo"].get_indexer([f"{name}:complex" for name in routes])
    balance = picked(flow, "losing", index, cargo=cargo, year=years) - rest
    for came, dim, of, at in st.lossy:
        places = [position[key] for key in zip(of, at, strict=True)]
        balance = balance - gathered(1 * came, dim, {"losing": index}, losing=places)
    m.add_constraints(balance <= 0, name="G5")
    bodies, labels = [i.routes[name].destination for name in routes], list(r.years[years])
    every = pd.Index(list(i.bodies), name="body")
    onto = gathered(1 * rest, "losing", {"body": every, "year": r.years}, body=bodies, year=labels)
    rows = DataArray(np.zeros((len(every), len(r.years)), bool), coords=[every, r.years])
    rows.values[every.get_indexer(bodies), years] = True
    m.add_constraints(onto - left <= 0, mask=rows, name="G5_rest")
    worth = [goods.excess[name][y] * goods.greatest(b, r.years[y]) for (name, y), b in zip(found, bodies, strict=True)]
    st.pay("transport", DataArray(worth, coords=[index]) * rest, "losing", route=routes, year=labels)
