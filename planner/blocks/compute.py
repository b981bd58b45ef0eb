"""Compute: accelerators run, workloads are placed and served.

(F2) in_service[k,s,v,y] <= what is left in y of weight[v] * build[k,s,v]
(C1) run[k,s,v,y,h] <= availability[k,s,h] * in_service[k,s,v,y]
(C2) sum over w of serve[w,s,y,h] <= sum over k,v of performance[k,v] * run[k,s,v,y,h]
(C3) sum over h of share[h] * serve[w,s,y,h] = placed[w,s,y] for a flexible workload; a firm one is served as placed in every slice
(C4) sum over s of placed[w,s,y] + unserved of the tiers of w in y = demand[w,y]; unserved of a tier <= its share of the demand

Equation (C5), where compute and links meet, and (C6), the power that running takes, stand in `model.py`. A workload is
not placed on a site whose delay is longer than the greatest that it tolerates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.blocks import fleet
from planner.blocks.lives import EXISTING, Lives
from planner.blocks.pyomo_units import declare, positive, within
from planner.parameters import Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance

# fmt: off
PARAMETERS = (
    *fleet.parameters("compute"),
    Parameter("compute", "performance", ("technology", "vintage"), "ZFLOP/s/GW", "computing done per unit of power drawn by the accelerators of a vintage",
              required=True, open_below=True),
    Parameter("compute", "existing_performance", ("technology",), "ZFLOP/s/GW", "performance of what stood before the horizon (default: the first year's)",
              open_below=True),
    Parameter("compute", "availability", ("technology", "site", "slice"), "1", "greatest share of the accelerators in service that can run",
              default=1.0, upper=1.0),
    Parameter("compute", "variable_cost", ("technology", "site", "year"), "GUSD/(GW*yr)", "cost of running, beside power", default=0.0),
    Parameter("compute", "overhead", ("site",), "1", "power drawn by the site per power drawn by its accelerators (PUE)", required=True, lower=1.0),
    Parameter("compute", "delay", ("site",), "s", "one-way delay from the site to its users", default=0.0),
    Parameter("compute", "demand", ("workload", "year"), "ZFLOP/s", "computing asked for", required=True, gives="less"),
    Parameter("compute", "data_rate", ("workload",), "Tbit/ZFLOP", "data sent to users per computing done", default=0.0),
    Parameter("compute", "max_delay", ("workload",), "s", "greatest one-way delay tolerated; absent: any"),
    Parameter("compute", "value", ("tier", "year"), "GUSD/yr/(ZFLOP/s)", "worth of computing to those who ask: the price of leaving it unserved; absent: must be served"),
    Parameter("compute", "share", ("tier",), "1", "share of the workload's demand in the tier", default=1.0, upper=1.0),
)

QUANTITIES = (
    *fleet.quantities("compute", in_service=("technology", "site", "vintage", "year")),
    Quantity("compute.run", ("technology", "site", "vintage", "year", "slice"), "GW", "power drawn by the accelerators that run"),
    Quantity("compute.capacity", ("technology", "site", "year"), "ZFLOP/s", "computing that the accelerators in service can do"),
    Quantity("compute.placed", ("workload", "site", "year"), "ZFLOP/s", "demand met at a site, averaged over the year"),
    Quantity("compute.serve", ("workload", "site", "year", "slice"), "ZFLOP/s", "computing done for a workload in a slice"),
    Quantity("compute.unserved", ("tier", "year"), "ZFLOP/s", "demand left unserved"),
)
# fmt: on


def add_compute(b: pyo.Block, instance: Instance) -> Lives:
    """Add accelerators, their running, and the workloads placed on sites."""
    lives = fleet.add_fleet(b, instance, "compute", serviced=False)
    declare(b, instance, fleet.own(PARAMETERS))
    _add_accelerators(b, instance, lives)
    _add_workloads(b, instance)
    return lives


def _add_accelerators(b: pyo.Block, instance: Instance, lives: Lives) -> None:
    """Vintages in service and their running: an old accelerator does less for its power, so each vintage is run on its own."""
    slices = {s: instance.slices[instance.sites[s]] for _, s in lives.assets}
    old = [(k, s, EXISTING, y) for k, s, y in lives.standing if pyo.value(b.existing[k, s, y]) > 0]
    kept = [*old, *((k, s, v, y) for (k, s, v), years in lives.alive.items() for y in years)]
    at: dict[tuple[str, int], list[tuple[str, Any]]] = {}
    for k, s, v, y in kept:
        at.setdefault((s, y), []).append((k, v))
    b.kept = at

    positive(b, "in_service", kept, "GW")
    positive(b, "run", [(*index, h) for index in kept for h in slices[index[1]]], "GW")

    @b.Constraint(kept, doc="(F2)")
    def kept_in_service(b: pyo.Block, k: str, s: str, v: Any, y: int) -> Any:
        if v == EXISTING:
            return b.in_service[k, s, v, y] <= b.existing[k, s, y]
        return b.in_service[k, s, v, y] <= lives.share_left(k, s, v, y) * b.weight[v] * b.build[k, s, v]

    @b.Constraint(list(b.run.index_set()), doc="(C1)")
    def run_limit(b: pyo.Block, k: str, s: str, v: Any, y: int, h: str) -> Any:
        return b.run[k, s, v, y, h] <= b.availability[k, s, h] * b.in_service[k, s, v, y]

    @b.Expression([(k, s, y) for s, y in b.kept for k in dict.fromkeys(k for k, _ in b.kept[s, y])])
    def capacity(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return sum(performance(b, instance, k, v) * b.in_service[k, s, v, y] for j, v in b.kept[s, y] if j == k)

    @b.Expression([(k, s, y) for k, s, y in b.capacity if pyo.value(b.fixed_cost[k, s, y]) > 0])
    def cost_fixed(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.fixed_cost[k, s, y] * sum(b.in_service[k, s, v, y] for j, v in b.kept[s, y] if j == k)

    fleet.add_spares(
        b, lives, {(k, s, y): sum(b.in_service[k, s, v, y] for j, v in b.kept[s, y] if j == k) for k, s, y in b.capacity}
    )

    @b.Expression([(k, s, y) for k, s, y in b.capacity if pyo.value(b.variable_cost[k, s, y]) > 0])
    def cost_variable(b: pyo.Block, k: str, s: str, y: int) -> Any:
        vintages = [v for j, v in b.kept[s, y] if j == k]
        return b.variable_cost[k, s, y] * sum(b.slice_share[h] * b.run[k, s, v, y, h] for v in vintages for h in slices[s])


def performance(b: pyo.Block, instance: Instance, k: str, v: Any) -> Any:
    """Computing per unit of power of a vintage; what stood before the horizon has its own, or the first year's."""
    if v != EXISTING:
        return b.performance[k, v]
    return b.existing_performance[k] if k in b.existing_performance else b.performance[k, instance.years[0]]


def _add_workloads(b: pyo.Block, instance: Instance) -> None:
    """Where demand is met, and what of it is not."""
    slices = {s: instance.slices[instance.sites[s]] for s, _ in b.kept}
    placed = [
        (w, s, y)
        for w in instance.workloads
        for s, y in b.kept
        if w not in b.max_delay or pyo.value(b.delay[s]) <= pyo.value(b.max_delay[w])
    ]
    flexible = [(w, s, y) for w, s, y in placed if instance.workloads[w] == "flexible"]
    at: dict[tuple[str, int], list[str]] = {place: [] for place in b.kept}
    for w, s, y in placed:
        at[s, y].append(w)
    b.workloads = at
    priced = [(tier, y) for tier, w in instance.tiers.items() for y in instance.years if (tier, y) in b.value]

    positive(b, "placed", placed, "ZFLOP/s")
    positive(b, "serve", [(*index, h) for index in flexible for h in slices[index[1]]], "ZFLOP/s")
    positive(
        b,
        "unserved",
        priced,
        "ZFLOP/s",
        bounds=lambda b, tier, y: (0, pyo.value(b.share[tier] * b.demand[instance.tiers[tier], y])),
    )

    @b.Constraint([(s, y, h) for s, y in b.kept for h in slices[s]], doc="(C2)")
    def computing(b: pyo.Block, s: str, y: int, h: str) -> Any:
        done = sum(performance(b, instance, k, v) * b.run[k, s, v, y, h] for k, v in b.kept[s, y])
        return sum(served(b, w, s, y, h) for w in b.workloads[s, y]) <= done

    @b.Constraint(flexible, doc="(C3)")
    def flexible_placement(b: pyo.Block, w: str, s: str, y: int) -> Any:
        return sum(b.slice_share[h] * b.serve[w, s, y, h] for h in slices[s]) == b.placed[w, s, y]

    @b.Expression([(*index, h) for index in placed for h in slices[index[1]]])
    def computed(b: pyo.Block, w: str, s: str, y: int, h: str) -> Any:
        return served(b, w, s, y, h)

    sites: dict[tuple[str, int], list[str]] = {}
    for w, s, y in placed:
        sites.setdefault((w, y), []).append(s)

    @b.Constraint([(w, y) for w in instance.workloads for y in instance.years], doc="(C4)")
    def demand_met(b: pyo.Block, w: str, y: int) -> Any:
        unserved = sum(b.unserved[tier, y] for tier, of in instance.tiers.items() if of == w and (tier, y) in b.unserved)
        return within(b, b.demand[w, y], sum(b.placed[w, s, y] for s in sites.get((w, y), ())) + unserved, b.demand[w, y])

    @b.Expression(priced)
    def cost_unserved(b: pyo.Block, tier: str, y: int) -> Any:
        return b.value[tier, y] * b.unserved[tier, y]


def served(b: pyo.Block, w: str, s: str, y: int, h: str) -> Any:
    """Computing done for a workload in a slice: what is placed, of a firm one (C3); what is dispatched, of a flexible one."""
    return b.serve[w, s, y, h] if (w, s, y, h) in b.serve else b.placed[w, s, y]
