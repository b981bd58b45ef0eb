"""Where the blocks meet: (C5) links, (B1) power, (B2) goods, (B3) and (H4) helium-3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.energy import by_site
from benchmarks.statement.fleets import availability, slice_share
from benchmarks.statement.goods import BUILDING
from benchmarks.statement.launch import places
from benchmarks.statement.losses import add_losses
from benchmarks.statement.terms import Statement, gathered

GOODS = ("complex", "structural", "propellant")


def add_balances(st: Statement) -> None:
    """All four."""
    _add_links(st)
    _add_power_balance(st)
    _add_goods_balance(st)
    _add_helium3_balance(st)


def _add_links(st: Statement) -> None:
    """(C5): where no users live on the body, what is computed has to be sent."""
    r, m, i, where = st.reading, st.model, st.reading.instance, st.serves_at
    sites = [] if where is None else where.indexes["site"]
    away = [s for s in sites if not i.bodies[i.sites[s]].users]
    if not away:
        return
    sent, sends = 0, where & False
    for part in st.served:
        names = part.indexes["workload"]
        rate = r.table("compute.data_rate", list(names), names)
        sent = sent + (rate * part.sel(site=away)).sum("workload")
        sends = sends | (where & ((rate > 0) & (~part.isnull())).any("workload"))
    fleet, onto = st.fleets.get("link"), {"site": pd.Index(away, name="site")}
    if fleet is not None:
        at_away = [n for n, s in enumerate(fleet.sites) if s in away]
        available = r.table("link.availability", fleet.lives.assets, fleet.index, r.slices)
        could = (available * fleet.in_service).isel(asset=at_away)
        sent = sent - gathered(could, "asset", onto, site=[fleet.sites[n] for n in at_away])
    m.add_constraints(sent <= 0, mask=sends.sel(site=away), name="C5")


def _add_power_balance(st: Statement) -> None:
    """(B1)"""
    r = st.reading
    surplus: list[Any] = []
    used = DataArray(np.zeros((len(r.sites), len(r.years)), bool), coords=[r.sites, r.years])
    variables = st.model.variables
    for block, name, sign in (("power", "generation", 1), ("storage", "discharge", 1), ("storage", "charge", -1)):
        if block in st.fleets:
            surplus.append(by_site(st, st.fleets[block], sign * variables[name], r.sites))
    if "storage" in st.fleets:
        fleet = st.fleets["storage"]
        used = used | places(st, fleet, DataArray(fleet.lives.standing, coords=[fleet.index, r.years]))
    for purpose, (drawn, where) in st.power_uses.items():
        everywhere = drawn.reindex({"site": r.sites}).fillna(0)
        surplus.append(-1 * everywhere)
        used = used | where.reindex(site=r.sites, fill_value=False)
        sites = where.indexes["site"]
        share = r.at(r.share, list(sites), sites)
        averaged = lambda share=share, drawn=drawn: (share * drawn).sum("slice")
        st.say("power.use", averaged, "site", purpose=[purpose] * len(sites), site=list(sites))
    if surplus:
        st.model.add_constraints(_total(surplus) >= 0, mask=used & (r.share > 0), name="B1")


def _add_goods_balance(st: Statement) -> None:
    """(B2), and (L2): propellant that carriers take on the way."""
    i = st.reading.instance
    bodies = pd.Index(list(i.bodies), name="body")
    for good in GOODS:
        parts = {"arrived": _landed(st, good, bodies), "made": _made(st, good, bodies)}
        parts |= {"departed": _departed(st, good, bodies), "needed": _needed(st, good, bodies)}
        for name, terms in parts.items():
            if terms:
                st.say(f"goods.{name}", lambda terms=terms: _total(terms), "body", good=[good] * len(bodies), body=list(bodies))
        wants = DataArray([good not in i.bodies[b].supplies for b in bodies], coords=[bodies])
        terms = [*parts["arrived"], *parts["made"], *(-1 * term for name in ("departed", "needed") for term in parts[name])]
        if terms and wants.any():
            held = _total(terms).sel(body=bodies[wants.values])
            st.model.add_constraints(held >= 0, name=f"B2_{good}")
        _buy(st, good, [*parts["departed"], *parts["needed"]], bodies[~wants.values])
        if good == "complex" and parts["arrived"]:
            add_losses(st, _total([*parts["arrived"], *parts["made"], *(-1 * term for term in parts["needed"])]))
        if good in BUILDING:
            _hold_factories(st, good, parts["arrived"], bodies[wants.values])


def _buy(st: Statement, good: str, taken: list[Any], bodies: pd.Index) -> None:
    """(G1): bulk goods are bought where they are supplied."""
    if good in st.goods.price and taken and len(bodies):
        price = DataArray(st.goods.price[good], coords=[st.reading.years])
        st.pay("goods", price * _total(taken).sel(body=bodies), "body", good=[good] * len(bodies), body=list(bodies))


def _hold_factories(st: Statement, good: str, landed: list[Any], supplied_not: pd.Index) -> None:
    """(I2): what factories are built of is landed, or made by those that were ordered before."""
    r, i, fleet = st.reading, st.reading.instance, st.fleets.get("industry")
    if fleet is None:
        return
    at = np.array([i.sites[s] for s in fleet.sites])
    makes = np.array([i.technologies[k].makes == good for k in fleet.technologies])
    own = np.diagonal(fleet.lives.left, axis1=1, axis2=2) * r.n  # of what is ordered in a year, what stands in it
    held = np.array([(own[makes & (at == b)] > 0).any(axis=0) for b in supplied_not])
    if not held.any():
        return
    able = DataArray(makes, coords=[fleet.index]) * (slice_share(st, fleet) * availability(st, fleet)).sum("slice")
    build, installed = (1 * fleet.build).rename(vintage="year").fillna(0), (1 * fleet.installed).fillna(0)  # one may be absent
    mass = r.table(f"industry.mass_{good}", fleet.lives.assets, fleet.index, r.years)
    spent = (mass + able * DataArray(own, coords=[fleet.index, r.years])) * build - able * installed
    bodies = pd.Index(list(i.bodies), name="body")
    balance = [gathered(spent, "asset", {"body": bodies}, body=at), *(-1 * term for term in landed)]
    held_at = DataArray(held, coords=[supplied_not, r.years])
    st.model.add_constraints(_total(balance).sel(body=supplied_not) <= 0, mask=held_at, name=f"I2_{good}")


def _cargo(st: Statement, good: str) -> tuple[list[int], list[Any]]:
    """Positions and routes of the cargo of a good."""
    i = st.reading.instance
    cargoes = [(route, name) for route in i.routes.values() for name in route.goods]
    at = [n for n, (_, name) in enumerate(cargoes) if name == good]
    return at, [cargoes[n][0] for n in at]


def _landed(st: Statement, good: str, bodies: pd.Index) -> list[Any]:
    at, routes = _cargo(st, good)
    if not at or "flow" not in st.model.variables:
        return []
    flow = 1 * st.model.variables["flow"].isel(cargo=at)
    return [gathered(flow, "cargo", {"body": bodies}, body=[route.destination for route in routes])]


def _leaving(st: Statement, good: str, bodies: pd.Index) -> list[Any]:
    """What leaves for what is delivered: some of it does not arrive."""
    r, i = st.reading, st.reading.instance
    at, routes = _cargo(st, good)
    if not at or "flow" not in st.model.variables:
        return []
    flow = st.model.variables["flow"].isel(cargo=at)
    loss = r.table("launch.loss", [route.name for route in routes], flow.indexes["cargo"], r.years)
    return [gathered(1 / (1 - loss) * flow, "cargo", {"body": bodies}, body=[i.sites[route.origin] for route in routes])]


def _departed(st: Statement, good: str, bodies: pd.Index) -> list[Any]:
    r, i = st.reading, st.reading.instance
    terms = _leaving(st, good, bodies)
    refuelled = [n for n, route in enumerate(i.routes.values()) if route.refuel]
    if good == "propellant" and refuelled and "launch.sent" in st.quantities:
        sent = st.quantities["launch.sent"][0].expression().isel(route=refuelled)
        names = sent.indexes["route"]
        taken = r.table("launch.propellant_use", list(names), names, r.years) * sent
        terms.append(gathered(taken, "route", {"body": bodies}, body=[i.routes[name].refuel for name in names]))
    return terms


def _made(st: Statement, good: str, bodies: pd.Index) -> list[Any]:
    i, fleet = st.reading.instance, st.fleets.get("industry")
    at = [] if fleet is None else [n for n, k in enumerate(fleet.technologies) if i.technologies[k].makes == good]
    if not at:
        return []
    output = st.quantities["industry.output"][0].expression().isel(asset=at)
    return [gathered(output, "asset", {"body": bodies}, body=[i.sites[fleet.sites[n]] for n in at])]


def _needed(st: Statement, good: str, bodies: pd.Index) -> list[Any]:
    """What is built, and spares of what is in service, which are of the make of the year."""
    if good == "propellant":
        return []
    r, i, terms = st.reading, st.reading.instance, []
    for block, fleet in st.fleets.items():
        mass = r.table(f"{block}.mass_{good}", fleet.lives.assets, fleet.index, r.years)
        spares = r.table(f"{block}.spares", fleet.lives.assets, fleet.index)
        at = [i.sites[s] for s in fleet.sites]
        if not mass.any():
            continue
        built = mass.rename(year="vintage") * fleet.build
        terms.append(gathered(built.rename(vintage="year"), "asset", {"body": bodies}, body=at))
        replaced = spares * mass
        if not replaced.any():
            continue
        if fleet.in_service is not None:
            terms.append(gathered(replaced * fleet.in_service, "asset", {"body": bodies}, body=at))
            continue
        kept = st.quantities["compute.in_service"][0]
        in_service = kept.expression()
        a = fleet.index.get_indexer([f"{k}@{s}" for k, s in zip(kept.labels["technology"], kept.labels["site"], strict=True)])
        y = r.years.get_indexer(list(kept.labels["year"]))
        factor = DataArray(replaced.values[a, y], coords=[in_service.indexes["kept"]])
        axes = {"body": bodies, "year": r.years}
        terms.append(gathered(factor * in_service, "kept", axes, body=np.array(at)[a], year=kept.labels["year"]))
    return terms


def _add_helium3_balance(st: Statement) -> None:
    """(H4) with (B3)"""
    r, m, i = st.reading, st.model, st.reading.instance
    every = pd.Index(list(i.bodies), name="body")
    parts: list[tuple[int, Any, list[str]]] = []
    sources = {"mined": (1, lambda d: i.sites[i.deposits[d]], "deposit"), "bought": (1, lambda n: i.markets[n].body, "market"),
               "sold": (-1, lambda n: i.markets[n].body, "market"), "burnt": (-1, lambda s: i.sites[s], "site")}  # fmt: skip
    for name, (sign, body, label) in sources.items():
        for quantity in st.quantities.get(f"helium3.{name}", ()):
            at = [body(entry) for entry in quantity.labels[label]]
            parts.append((sign, gathered(quantity.expression(), quantity.dim, {"body": every}, body=at), at))
    _, routes = _cargo(st, "helium3")
    if routes and "flow" in m.variables:
        ends = [route.destination for route in routes] + [i.sites[route.origin] for route in routes]
        parts += [(1000, term, ends) for term in _landed(st, "helium3", every)]
        parts += [(-1000, term, ends) for term in _leaving(st, "helium3", every)]
    stock_before = r.table("helium3.initial_stock", list(every), every)
    active = {b for _, _, at in parts for b in at} | {i.sites[s] for s in i.deposits.values()}
    active |= {b for b in every if stock_before.sel(body=b) > 0}
    if not active:
        return
    bodies = pd.Index([b for b in every if b in active], name="body")
    stock = m.add_variables(lower=0, coords=[bodies, r.years], name="stock")
    first = DataArray(np.arange(len(r.years)) == 0, coords=[r.years])
    change = [-sign * r.weight * term.sel(body=bodies) for sign, term, _ in parts]
    kept = stock - stock.shift(year=1).fillna(0)
    m.add_constraints(_total([kept, *change]) == stock_before.sel(body=bodies) * first, name="H4")
    st.say("helium3.stock", lambda: 1 * stock, "body", body=list(bodies))


def _total(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
