"""Helium-3: (H1) to (H3) and (H5). Pits lie along one axis: a miner's technology at a deposit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.fleets import Fleet, add_fleet, availability
from benchmarks.statement.launch import places
from benchmarks.statement.terms import Statement, gathered


def add_helium3(st: Statement) -> None:
    """Miners, deposits and markets."""
    fleet = add_fleet(st, "helium3")
    _add_markets(st)
    if st.reading.instance.deposits:
        _add_mining(st, fleet)


def _add_mining(st: Statement, fleet: Fleet | None) -> None:
    r, m, i = st.reading, st.model, st.reading.instance
    deposits = pd.Index(list(i.deposits), name="deposit")
    remaining = m.add_variables(lower=0, coords=[deposits, r.years], name="remaining")
    tonnage, grade = (r.table(f"helium3.{name}", list(deposits), deposits) for name in ("tonnage", "grade"))
    first = DataArray(np.arange(len(r.years)) == 0, coords=[r.years])
    left = remaining - remaining.shift(year=1).fillna(0)
    st.say("helium3.remaining", lambda: 1 * remaining, "deposit", deposit=deposits)
    st.say("helium3.left", lambda: grade * remaining, "deposit", deposit=deposits)
    pits = [] if fleet is None else [(a, d) for a, s in enumerate(fleet.sites) for d, site in i.deposits.items() if site == s]
    if fleet is not None and pits:
        a, names = [a for a, _ in pits], [d for _, d in pits]
        pit = pd.Index([f"{fleet.technologies[n]}:{d}" for n, d in pits], name="pit")
        share = r.at(r.share, [fleet.sites[n] for n in a], pit)
        stands = DataArray(fleet.lives.standing[a], coords=[pit, r.years])
        dig = m.add_variables(lower=0, coords=[pit, r.years, r.slices], mask=stands & (share > 0), name="dig")
        dug = (share * dig).sum("slice")
        left = left + gathered(r.weight * dug, "pit", {"deposit": deposits}, deposit=names)
        recovery = r.table("helium3.recovery", [fleet.lives.assets[n] for n in a], pit)
        _add_won(st, deposits, names, stands, grade, recovery * dug)
        by_miner = gathered(1 * dig, "pit", {"asset": fleet.index}, asset=fleet.index[a])
        works = fleet.standing(r.at(r.share, fleet.sites, fleet.index)) & DataArray(
            [s in i.deposits.values() for s in fleet.sites], coords=[fleet.index]
        )
        m.add_constraints(by_miner - availability(st, fleet) * fleet.in_service <= 0, mask=works, name="H1")
        use = r.table("helium3.energy_use", [fleet.lives.assets[n] for n in a], pit)
        sites = [fleet.sites[n] for n in a]
        drawn = gathered(use * dig, "pit", {"site": r.sites}, site=sites)
        st.power_uses["helium3"] = drawn, places(st, fleet, works.any("slice"))
        labels = {"technology": [fleet.technologies[n] for n in a], "deposit": names}
        st.say("helium3.dig", lambda: 1 * dig, "pit", **labels)
        cost = r.table("helium3.variable_cost", [fleet.lives.assets[n] for n in a], pit, r.years)
        st.pay("variable", cost * dug, "pit", technology=labels["technology"], site=sites)
    m.add_constraints(left == tonnage * first, name="H2")


def _add_won(st: Statement, deposits: pd.Index, names: list[str], stands: DataArray, grade: DataArray, won: object) -> None:
    """(H3)"""
    r, m = st.reading, st.model
    mined_at = np.zeros((len(deposits), len(r.years)), bool)
    np.logical_or.at(mined_at, deposits.get_indexer(names), stands.values)
    where = DataArray(mined_at, coords=[deposits, r.years])
    mined = m.add_variables(lower=0, coords=[deposits, r.years], mask=where, name="mined")
    m.add_constraints(mined - grade * gathered(won, "pit", {"deposit": deposits}, deposit=names) == 0, name="H3")
    st.say("helium3.mined", lambda: 1 * mined, "deposit", deposit=deposits)


def _add_markets(st: Statement) -> None:
    """(H5) as bounds."""
    r, m, i = st.reading, st.model, st.reading.instance
    for side, name, kind, sign in (("buy", "bought", "purchases", 1), ("sell", "sold", "sales", -1)):
        markets = pd.Index([market for market in i.markets if i.markets[market].side == side], name="market")
        if len(markets) == 0:
            continue
        most = r.table("helium3.size", list(markets), markets, r.years)
        traded = m.add_variables(lower=0, upper=most, name=name)
        st.say(f"helium3.{name}", lambda traded=traded: 1 * traded, "market", market=markets)
        st.pay(kind, sign * r.table("helium3.price", list(markets), markets, r.years) * traded, "market", market=markets)
