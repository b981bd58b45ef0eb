"""Power plants and storage: (P1) to (P4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.fleets import Fleet, add_fleet, availability, slice_share
from benchmarks.statement.terms import Statement, gathered


def add_power(st: Statement) -> None:
    """Plants, what they generate and what they burn."""
    fleet = add_fleet(st, "power")
    if fleet is None:
        return
    r, m, assets = st.reading, st.model, fleet.lives.assets
    share = slice_share(st, fleet)
    generation = m.add_variables(lower=0, coords=[fleet.index, r.years, r.slices], mask=fleet.standing(share), name="generation")
    m.add_constraints(generation - availability(st, fleet) * fleet.in_service <= 0, name="P1")
    output = (share * generation).sum("slice")
    st.say("power.generation", lambda: 1 * generation, "asset", **fleet.labels)
    st.say("power.output", lambda: output, "asset", **fleet.labels)
    factor = {name: r.table(f"power.{name}", assets, fleet.index) for name in ("fuel_use", "emission_factor", "helium3_use")}
    price = r.table("power.fuel_price", assets, fleet.index, r.years)
    st.say("power.fuel", lambda: factor["fuel_use"] * output, "asset", **fleet.labels)
    st.pay("fuel", factor["fuel_use"] * price * output, "asset", **fleet.labels)
    st.pay("variable", r.table("power.variable_cost", assets, fleet.index, r.years) * output, "asset", **fleet.labels)
    add_emissions(st, fleet, factor["emission_factor"], output)
    burning = np.flatnonzero(factor["helium3_use"].values > 0)
    if len(burning):
        labels = {name: [values[n] for n in burning] for name, values in fleet.labels.items()}
        st.say("helium3.burnt", lambda: (factor["helium3_use"] * output).isel(asset=burning), "asset", **labels)


def add_emissions(st: Statement, fleet: Fleet, factor: DataArray, amount: Any) -> None:
    """Carbon dioxide released, in proportion to an amount by asset and year, and its price on the body."""
    if not factor.any():
        return
    r, i = st.reading, st.reading.instance
    released = factor * amount
    st.say("emissions.released", lambda: released, "asset", **fleet.labels)
    price = r.table("finance.carbon_price", [i.sites[s] for s in fleet.sites], fleet.index, r.years)
    st.pay("carbon", price * released, "asset", **fleet.labels)


def add_storage(st: Statement) -> None:
    """(P2), (P3): storage is cyclic in the rings of the slices of its body."""
    fleet = add_fleet(st, "storage")
    if fleet is None:
        return
    r, m, assets = st.reading, st.model, fleet.lives.assets
    share, hours = slice_share(st, fleet), r.at(r.hours, fleet.sites, fleet.index)
    axes, mask = [fleet.index, r.years, r.slices], fleet.standing(share)
    charge, discharge, level = (
        m.add_variables(lower=0, coords=axes, mask=mask, name=name) for name in ("charge", "discharge", "level")
    )
    p = {
        name: r.table(f"storage.{name}", assets, fleet.index)
        for name in ("loss", "efficiency_in", "efficiency_out", "charge_time", "discharge_time")
    }
    before = _previous(st, fleet, level)
    kept = (1 - p["loss"]) ** hours
    gained = hours * p["efficiency_in"] * charge - hours / p["efficiency_out"] * discharge
    m.add_constraints(level - kept * before - gained == 0, name="P2")
    m.add_constraints(level - fleet.in_service <= 0, name="P3")
    m.add_constraints(p["charge_time"] * charge - fleet.in_service <= 0, name="P3_charge")
    m.add_constraints(p["discharge_time"] * discharge - fleet.in_service <= 0, name="P3_discharge")
    for name, variable in (("charge", charge), ("discharge", discharge), ("level", level)):
        st.say(f"storage.{name}", lambda variable=variable: 1 * variable, "asset", **fleet.labels)
    cost = r.table("storage.variable_cost", assets, fleet.index, r.years)
    st.pay("variable", cost * (share * discharge).sum("slice"), "asset", **fleet.labels)


def _previous(st: Statement, fleet: Fleet, level: Any) -> Any:
    """The level at the end of the slice before, in the ring of each slice."""
    r, i = st.reading, st.reading.instance
    positions = np.tile(np.arange(len(r.slices)), (len(fleet.index), 1))
    for a, s in enumerate(fleet.sites):
        slices = r.slices_at(s)
        positions[a, : len(slices)] = [slices.index(i.previous[h]) for h in slices]
    coords = [fleet.index, r.slices]
    at = DataArray(positions, coords=coords, dims=["asset", "position"])
    own = DataArray(np.arange(len(fleet.index)), coords=[fleet.index], dims=["asset"])
    return (1 * level).isel(asset=own, slice=at).drop_vars("slice").rename(position="slice").assign_coords(slice=r.slices)


def by_site(st: Statement, fleet: Fleet, expression: Any, sites: pd.Index) -> Any:
    """An expression by asset, summed onto sites."""
    return gathered(expression, "asset", {"site": sites}, site=fleet.sites)
