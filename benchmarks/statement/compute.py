"""Compute: (F2), (C1) to (C4) and (C6). Vintages in service lie along one axis `kept`: technology, site, vintage and year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from xarray import DataArray

from benchmarks.statement.fleets import Fleet, add_fleet, spares_cost
from benchmarks.statement.losses import add_spare
from benchmarks.statement.terms import Statement, gathered, picked

EXISTING = "existing"


def add_compute(st: Statement) -> None:
    """Accelerators, their running, and where demand is met."""
    fleet = add_fleet(st, "compute", serviced=False)
    if fleet is None:
        return
    kept = _Kept(st, fleet)
    run, done = _add_running(st, fleet, kept)
    _add_demand(st, kept, run, done)


class _Kept:
    """The vintages of compute in each year: what stood before the horizon first, then what has been ordered."""

    def __init__(self, st: Statement, fleet: Fleet) -> None:
        r, lives = st.reading, fleet.lives
        old_a, old_y = np.nonzero(lives.existing > 0)
        a, v, y = np.nonzero(lives.alive)
        self.new, self.old = (a, v, y), len(old_a)
        self.asset, self.year = np.concatenate([old_a, a]), np.concatenate([old_y, y])
        self.index = pd.RangeIndex(len(self.asset), name="kept")
        self.technologies, self.sites = np.array(fleet.technologies)[self.asset], np.array(fleet.sites)[self.asset]
        self.years = r.years.values[self.year]
        self.vintages = [EXISTING] * self.old + list(r.years.values[v])
        performance, before = (r.instance.numbers[f"compute.{name}"] for name in ("performance", "existing_performance"))
        self.performance = DataArray(
            [
                performance[k, v] if v != EXISTING else before.get(k, performance[k, r.years[0]])
                for k, v in zip(self.technologies, self.vintages, strict=True)
            ],
            coords=[self.index],
        )
        self.labels = {"technology": self.technologies, "site": self.sites, "vintage": self.vintages, "year": self.years}
        self.axes = {"site": pd.Index(sorted(set(fleet.sites)), name="site"), "year": r.years}

    def onto_places(self, expression: Any) -> Any:
        """The expression summed by site and year."""
        return gathered(expression, "kept", self.axes, site=self.sites, year=self.years)


def _add_running(st: Statement, fleet: Fleet, kept: _Kept) -> tuple[Any, Any]:
    """(F2), (C1): what runs by site, year and slice, and what it computes."""
    r, m, lives = st.reading, st.model, fleet.lives
    in_service = m.add_variables(lower=0, coords=[kept.index], name="compute_in_service")
    a, v, y = kept.new
    new, old = kept.index[kept.old :], kept.index[: kept.old]
    left = DataArray(lives.left[a, v, y] * r.n[v], coords=[new])
    ordered = picked(fleet.build, "kept", new, asset=a, vintage=v)
    m.add_constraints(in_service.sel(kept=new) - left * ordered <= 0, name="compute_F2")
    if kept.old:
        standing = DataArray(lives.existing[kept.asset[: kept.old], kept.year[: kept.old]], coords=[old])
        m.add_constraints(1 * in_service.sel(kept=old) <= standing, name="compute_F2_existing")
    share = r.at(r.share, kept.sites, kept.index)
    run = m.add_variables(lower=0, coords=[kept.index, r.slices], mask=share > 0, name="compute_run")
    assets = [fleet.lives.assets[i] for i in kept.asset]
    available = r.table("compute.availability", assets, kept.index, r.slices)
    m.add_constraints(run - available * in_service <= 0, name="C1")
    st.say("compute.in_service", lambda: 1 * in_service, "kept", **kept.labels)
    st.say("compute.run", lambda: 1 * run, "kept", **kept.labels)
    st.say("compute.capacity", lambda: kept.performance * in_service, "kept", **kept.labels)
    years = list(zip(kept.technologies, kept.sites, kept.years, strict=True))
    fixed = r.table("compute.fixed_cost", years, kept.index)
    st.pay("fixed", fixed * in_service, "kept", **kept.labels)
    by_asset = {"asset": fleet.index, "year": r.years}
    add_spare(st, fleet, gathered(1 * in_service, "kept", by_asset, asset=fleet.index[kept.asset], year=kept.years))
    spares = DataArray(spares_cost(st, fleet).values[kept.asset, kept.year], coords=[kept.index])
    if spares.any():
        st.pay("spares", spares * in_service, "kept", **kept.labels)
    variable = r.table("compute.variable_cost", years, kept.index)
    if variable.any():
        st.pay("variable", variable * (share * run).sum("slice"), "kept", **kept.labels)
    return kept.onto_places(1 * run), kept.onto_places(kept.performance * run)


def _add_demand(st: Statement, kept: _Kept, run: Any, done: Any) -> None:
    r, m, i = st.reading, st.model, st.reading.instance
    sites, workloads = kept.axes["site"], pd.Index(list(i.workloads), name="workload")
    stands = np.zeros((len(sites), len(r.years)), bool)
    stands[sites.get_indexer(list(kept.sites)), kept.year] = True
    place = DataArray(stands, coords=[sites, r.years])
    share = r.at(r.share, list(sites), sites)
    delay = r.table("compute.delay", list(sites), sites)
    near = delay <= r.table("compute.max_delay", list(workloads), workloads, absent=np.inf)
    placed = m.add_variables(
        lower=0, coords=[workloads, sites, r.years], mask=(near & place).transpose("workload", "site", "year"), name="placed"
    )
    flexible = [w for w in workloads if i.workloads[w] == "flexible"]
    firm = [w for w in workloads if i.workloads[w] == "firm"]
    here = share > 0
    served = []  # computing done by workload, site, year and slice
    if firm:
        served.append((1 * placed.sel(workload=firm)).expand_dims(slice=r.slices).where(here & place))
    if flexible:
        where = (near.sel(workload=flexible) & place & here).transpose("workload", "site", "year", "slice")
        axes = [pd.Index(flexible, name="workload"), sites, r.years, r.slices]
        serve = m.add_variables(lower=0, coords=axes, mask=where, name="serve")
        m.add_constraints((share * serve).sum("slice") - placed.sel(workload=flexible) == 0, name="C3")
        served.append(1 * serve)
    total = sum(part.sum("workload") for part in served)
    m.add_constraints(total - done <= 0, mask=place & here, name="C2")
    _add_unserved(st, placed, workloads)
    st.say("compute.placed", lambda: 1 * placed, None, workload=workloads, site=sites)
    for part in served:
        st.say("compute.serve", lambda part=part: part, None, workload=part.indexes["workload"], site=sites)
    overhead = r.table("compute.overhead", list(sites), sites)
    st.power_uses["compute"] = overhead * run, place  # (C6)
    st.served, st.serves_at = served, place & here


def _add_unserved(st: Statement, placed: Any, workloads: pd.Index) -> None:
    """(C4)"""
    r, m, i = st.reading, st.model, st.reading.instance
    tiers = pd.Index(list(i.tiers), name="tier")
    value = r.table("compute.value", list(tiers), tiers, r.years)
    demand = r.table("compute.demand", list(workloads), workloads, r.years)
    asked = DataArray(demand.sel(workload=list(i.tiers.values())).values, coords=[tiers, r.years])
    most = r.table("compute.share", list(tiers), tiers) * asked
    unserved = m.add_variables(lower=0, upper=most, mask=value.notnull(), name="unserved")
    of = gathered(1 * unserved, "tier", {"workload": workloads}, workload=list(i.tiers.values()))
    m.add_constraints(placed.sum("site") + of == demand, name="C4")
    st.say("compute.unserved", lambda: 1 * unserved, "tier", tier=tiers)
    st.pay("unserved", value.fillna(0) * unserved, "tier", tier=tiers)
