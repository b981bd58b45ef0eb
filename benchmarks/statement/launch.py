"""Launch (L1) to (L4) and industry (I1). Cargo lies along one axis: a good on a route."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.energy import add_emissions, by_site
from benchmarks.statement.fleets import Fleet, add_fleet, availability, slice_share
from benchmarks.statement.terms import Statement, gathered, picked


def add_industry(st: Statement) -> None:
    """Factories and what they make."""
    fleet = add_fleet(st, "industry")
    if fleet is None:
        return
    r, m, assets = st.reading, st.model, fleet.lives.assets
    share = slice_share(st, fleet)
    make = m.add_variables(lower=0, coords=[fleet.index, r.years, r.slices], mask=fleet.standing(share), name="make")
    m.add_constraints(make - availability(st, fleet) * fleet.in_service <= 0, name="I1")
    output = (share * make).sum("slice")
    st.say("industry.make", lambda: 1 * make, "asset", **fleet.labels)
    st.say("industry.output", lambda: output, "asset", **fleet.labels)
    st.pay("variable", r.table("industry.variable_cost", assets, fleet.index, r.years) * output, "asset", **fleet.labels)
    use = r.table("industry.energy_use", assets, fleet.index)
    stands = DataArray(fleet.lives.standing, coords=[fleet.index, r.years]) & (use > 0)
    st.power_uses["industry"] = by_site(st, fleet, use * make, r.sites), places(st, fleet, stands)


def places(st: Statement, fleet: Fleet, stands: DataArray) -> DataArray:
    """Sites and years at which any of a fleet's assets stands."""
    found = np.zeros((len(st.reading.sites), len(st.reading.years)), bool)
    np.logical_or.at(found, st.reading.sites.get_indexer(fleet.sites), stands.values)
    return DataArray(found, coords=[st.reading.sites, st.reading.years])


def add_launch(st: Statement) -> None:
    """Carriers and the flows on their routes."""
    fleet = add_fleet(st, "launch")
    i = st.reading.instance
    if fleet is None or not i.routes:
        return
    r, m = st.reading, st.model
    routes = pd.Index(list(i.routes), name="route")
    carrier = [fleet.lives.assets.index((route.carrier, route.origin)) for route in i.routes.values()]
    opened = DataArray([r.open(name) for name in routes], coords=[routes, r.years])
    flown = DataArray(fleet.lives.standing[carrier], coords=[routes, r.years]) & (opened > 0)
    cargoes = [(name, good) for name, route in i.routes.items() for good in route.goods]
    cargo = pd.Index([f"{name}:{good}" for name, good in cargoes], name="cargo")
    of = routes.get_indexer([name for name, _ in cargoes])
    mask = DataArray(flown.values[of], coords=[cargo, r.years])
    flow = m.add_variables(lower=0, coords=[cargo, r.years], mask=mask, name="flow")
    payload = gathered(1 * flow, "cargo", {"route": routes}, route=[name for name, _ in cargoes])
    burden, loss = (r.table(f"launch.{name}", list(routes), routes, r.years) for name in ("burden", "loss"))
    sent = 1 / (1 - loss) * payload
    lifted = burden * sent
    lift = gathered(lifted, "route", {"asset": fleet.index}, asset=fleet.index[carrier])
    _add_lift_limits(st, fleet, lift, flown, carrier)
    _add_short_years(st, fleet, lifted, opened.where(flown, 0), carrier)
    names = [name for name, _ in cargoes]
    st.say("launch.flow", lambda: 1 * flow, "cargo", route=names, good=[good for _, good in cargoes])
    st.say("launch.payload", lambda: payload, "route", route=routes)
    st.say("launch.sent", lambda: sent, "route", route=routes)
    home = [n for n, (_, good) in enumerate(cargoes) if good == "helium3"]
    if home:
        st.say("helium3.shipped", lambda: 1000 * flow.isel(cargo=home), "cargo", route=[names[n] for n in home])
    st.say("launch.lift", lambda: lift, "asset", **fleet.labels)
    price = r.table("launch.price", [fleet.lives.assets[n] for n in carrier], routes, r.years)
    delivery = r.table("launch.delivery_cost", list(routes), routes, r.years)
    st.pay("transport", (price * burden + delivery) * sent, "route", route=routes)
    add_emissions(st, fleet, r.table("launch.emission_factor", fleet.lives.assets, fleet.index), lift)


def _add_short_years(st: Statement, fleet: Fleet, lifted: Any, opened: DataArray, carrier: list[int]) -> None:
    """(L4): a route that is open for a part of a model year is flown in that part."""
    routes = opened.indexes["route"]
    short = (opened > 0) & (opened < 1)
    if not short.any():
        return
    flying = (slice_share(st, fleet) * availability(st, fleet)).sum("slice")
    able = picked(flying * fleet.in_service, "route", routes, asset=carrier)
    st.model.add_constraints(lifted - opened * able <= 0, mask=short, name="L4")


def _add_lift_limits(st: Statement, fleet: Fleet, lift: Any, flown: DataArray, carrier: list[int]) -> None:
    r, m = st.reading, st.model
    share, use = slice_share(st, fleet), r.table("launch.energy_use", fleet.lives.assets, fleet.index)
    flies = np.zeros((len(fleet.index), len(r.years)), bool)
    np.logical_or.at(flies, carrier, flown.values)
    flies_at = DataArray(flies, coords=[fleet.index, r.years])
    flying = (share * availability(st, fleet)).sum("slice")
    m.add_constraints(lift - flying * fleet.in_service <= 0, mask=flies_at & (use == 0), name="L1")
    powered = flies_at & (use > 0)
    if not powered.any():
        return
    throw = m.add_variables(lower=0, coords=[fleet.index, r.years, r.slices], mask=powered & (share > 0), name="throw")
    m.add_constraints((share * throw).sum("slice") - lift == 0, mask=powered, name="L3")
    m.add_constraints(throw - availability(st, fleet) * fleet.in_service <= 0, name="L3_slices")
    st.say("launch.throw", lambda: 1 * throw, "asset", **fleet.labels)
    st.power_uses["launch"] = by_site(st, fleet, use * throw, r.sites), places(st, fleet, powered)
