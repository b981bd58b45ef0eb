"""The model: the blocks, and in full every balance and limit in which they meet.

(C5) sum over w of data_rate[w] * serve[w,s,y,h] <= sum over links k of availability[k,s,h] * in_service[k,s,y], away from users
(C6) power used by compute = overhead[s] * sum over k,v of run[k,s,v,y,h]
(B1) generation + discharge - charge >= uses of compute, industry, helium-3 mining and carriers; each site, year, slice
(B2) arrived + made >= departed + needed; each body, year and good that the body does not supply
(I2) mass * build of the factories of a year <= arrived + what factories that stood before can make; each body and good
(B3) helium-3 burnt by power, moved by launch and mined here all enter (H4)
(H4) stock[b,y] = stock[b, year before] + weight[y] * (mined + bought + arrived - burnt - departed - sold) >= 0
(L2) propellant taken on the way departs from the body that refuels
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from planner.admissible import keep_own
from planner.blocks.compute import add_compute, served
from planner.blocks.goods import BUILDING_GOODS, add_purchases
from planner.blocks.helium3 import add_helium3
from planner.blocks.industry import add_industry
from planner.blocks.launch import add_launch
from planner.blocks.link import add_link
from planner.blocks.losses import add_flows
from planner.blocks.money import PARAMETERS as MONEY
from planner.blocks.power import add_power
from planner.blocks.pyomo_units import amount, declare, positive, unit, within
from planner.blocks.storage import add_storage
from planner.blocks.time import add_time
from planner.limits import add_limits
from planner.objective import add_objective, name_quantities
from planner.parameters import CAPACITY_UNITS

if TYPE_CHECKING:
    from planner.instance import Instance

_BUILDERS = {
    "compute": add_compute, "link": add_link, "power": add_power, "storage": add_storage,
    "launch": add_launch, "industry": add_industry, "helium3": add_helium3,
}  # fmt: skip

#: Goods that are balanced in kt on a body; helium-3 has a stock of its own.
GOODS = ("complex", "structural", "propellant")


def build(instance: Instance, units: bool = False) -> pyo.ConcreteModel:
    """The Pyomo model of an instance, to be solved or to be extended with one's own constraints.

    With `units`, every Param is mutable and carries its unit, so that Pyomo can check the units of all expressions; such
    a model has the same numbers and takes several times as long to build.
    """
    with PauseGC():
        m = pyo.ConcreteModel(name=instance.name)
        m.checks_units = units
        m.lives = {}
        for block, add in _BUILDERS.items():
            m.add_component(block, pyo.Block())
            m.lives[block] = add(m.component(block), instance)
        add_time(m, instance)
        declare(m, instance, MONEY)
        m.kt_in_t = pyo.Param(initialize=1000.0, **unit(m, "t/kt"))
        _add_links(m, instance)
        _add_power_balance(m, instance)
        _add_goods_balance(m, instance)
        _add_helium3_balance(m, instance)
        _add_emissions(m, instance)
        m.quantities = name_quantities(m)
        add_limits(m, instance)
        add_objective(m, instance)
        keep_own(m, instance)
    return m


def _add_links(m: pyo.ConcreteModel, instance: Instance) -> None:
    sending = [
        (w, s, y)
        for s, y in m.compute.kept
        if not instance.bodies[instance.sites[s]].users
        for w in m.compute.workloads[s, y]
        if pyo.value(m.compute.data_rate[w]) > 0
    ]
    senders: dict[tuple[str, int], list[str]] = {}
    for w, s, y in sending:
        senders.setdefault((s, y), []).append(w)
    links = _by_place(m.link.in_service)

    @m.Constraint([(s, y, h) for s, y in senders for h in instance.slices[instance.sites[s]]], doc="(C5)")
    def link_capacity(m: pyo.ConcreteModel, s: str, y: int, h: str) -> Any:
        sent = sum(m.compute.data_rate[w] * served(m.compute, w, s, y, h) for w in senders[s, y])
        return sent <= sum(m.link.availability[k, s, h] * m.link.in_service[k, s, y] for k in links.get((s, y), ()))


def _add_power_balance(m: pyo.ConcreteModel, instance: Instance) -> None:
    plants, stores, factories = (_by_place(b.in_service) for b in (m.power, m.storage, m.industry))
    drivers = _by_place({index: None for index in m.launch.lift if index[:2] in m.launch.powered})
    digs: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for k, d, y in dict.fromkeys(index[:3] for index in m.helium3.dig):
        digs.setdefault((instance.deposits[d], y), []).append((k, d))
    hungry = [k for k in factories if any(pyo.value(m.industry.energy_use[f, k[0]]) > 0 for f in factories[k])]
    places = dict.fromkeys([*m.compute.kept, *hungry, *digs, *drivers, *stores])  # stores: nothing is charged from nothing
    slices = {s: instance.slices[instance.sites[s]] for s, _ in places}

    def used_by(purpose: str, s: str, y: int, h: str) -> Any:
        if purpose == "compute":  # (C6)
            return (
                m.compute.overhead[s] * sum(m.compute.run[k, s, v, y, h] for k, v in m.compute.kept[s, y])
                if (s, y) in m.compute.kept
                else 0
            )
        if purpose == "industry":
            return sum(m.industry.energy_use[k, s] * m.industry.make[k, s, y, h] for k in factories.get((s, y), ()))
        if purpose == "helium3":
            return sum(m.helium3.energy_use[k, s] * m.helium3.dig[k, d, y, h] for k, d in digs.get((s, y), ()))
        return sum(m.launch.energy_use[k, s] * m.launch.throw[k, s, y, h] for k in drivers.get((s, y), ()))

    @m.Constraint([(s, y, h) for s, y in places for h in slices[s]], doc="(B1)")
    def power_balance(m: pyo.ConcreteModel, s: str, y: int, h: str) -> Any:
        surplus = (
            sum(m.power.generation[k, s, y, h] for k in plants.get((s, y), ()))
            + sum(m.storage.discharge[k, s, y, h] for k in stores.get((s, y), ()))
            - sum(m.storage.charge[k, s, y, h] for k in stores.get((s, y), ()))
            - used_by("compute", s, y, h)
            - used_by("industry", s, y, h)
            - used_by("helium3", s, y, h)
            - used_by("launch", s, y, h)
        )
        return within(m, 0, surplus, None)

    users = {"compute": m.compute.kept, "industry": dict.fromkeys(hungry), "helium3": digs, "launch": drivers}

    @m.Expression([(purpose, s, y) for purpose, at in users.items() for s, y in at])
    def power_use(m: pyo.ConcreteModel, purpose: str, s: str, y: int) -> Any:
        return sum(m.slice_share[h] * used_by(purpose, s, y, h) for h in slices[s])


def _add_goods_balance(m: pyo.ConcreteModel, instance: Instance) -> None:
    counted = [(g, b, y) for b in instance.bodies for g in GOODS for y in instance.years]
    wanted = [(g, b, y) for g, b, y in counted if g not in instance.bodies[b].supplies]
    landing, leaving, refuelling = _routes_by_end(m, instance)
    made: dict[Any, list[tuple[str, str]]] = {(g, b, y): [] for g, b, y in counted}
    for k, s, y in m.industry.output:
        made.get((instance.technologies[k].makes, instance.sites[s], y), []).append((k, s))
    needs: dict[Any, list[Any]] = {(g, b, y): [] for g, b, y in counted}
    for g, b, y, term in _needs(m, instance):
        if (g, b, y) in needs:
            needs[g, b, y].append(term)
    nothing = amount(m, 0, "kt/yr")

    @m.Expression(counted)
    def goods_arrived(m: pyo.ConcreteModel, g: str, b: str, y: int) -> Any:
        return sum((m.launch.flow[r, g, y] for r in landing.get((g, b, y), ())), nothing)

    @m.Expression(counted)
    def goods_made(m: pyo.ConcreteModel, g: str, b: str, y: int) -> Any:
        return sum((m.industry.output[k, s, y] for k, s in made[g, b, y]), nothing)

    @m.Expression(counted)
    def goods_departed(m: pyo.ConcreteModel, g: str, b: str, y: int) -> Any:
        cargo = sum(_leaving(m, r, g, y) for r in leaving.get((g, b, y), ()))
        taken = sum(m.launch.propellant_taken[r, y] for r in refuelling.get((b, y), ())) if g == "propellant" else 0  # (L2)
        return nothing + cargo + taken

    @m.Expression(counted)
    def goods_needed(m: pyo.ConcreteModel, g: str, b: str, y: int) -> Any:
        return sum(needs[g, b, y], nothing)

    @m.Constraint(wanted, doc="(B2)")
    def goods_balance(m: pyo.ConcreteModel, g: str, b: str, y: int) -> Any:
        return within(
            m, 0, m.goods_arrived[g, b, y] + m.goods_made[g, b, y] - m.goods_departed[g, b, y] - m.goods_needed[g, b, y], None
        )

    _add_makers_goods(m, instance, wanted)
    add_purchases(m, instance)
    add_flows(m, instance, (m.component(block) for block in CAPACITY_UNITS))


def _leaving(m: pyo.ConcreteModel, r: str, g: str, y: int) -> Any:
    """What of a good leaves along a route for what is delivered."""
    flow, loss = m.launch.flow[r, g, y], m.launch.loss[r, y]
    return flow / (1 - loss) if pyo.value(loss) > 0 else flow


def _add_makers_goods(m: pyo.ConcreteModel, instance: Instance, wanted: list[tuple[str, str, int]]) -> None:
    """(I2): no factory ordered in a year has a hand in what factories of that year are built of."""
    b = m.industry
    makers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for k, s in m.lives["industry"].assets:
        makers.setdefault((instance.technologies[k].makes, instance.sites[s]), []).append((k, s))
    new = {(k, s, v): m.lives["industry"].share_left(k, s, v, v) for k, s, v in b.build}
    builders: dict[tuple[str, str, int], list[Any]] = {}
    for good in BUILDING_GOODS:
        for k, s, v in b.build:
            if pyo.value(b.component(f"mass_{good}")[k, s, v]) > 0:
                builders.setdefault((good, instance.sites[s], v), []).append((k, s, v))

    def makes_at_once(g: str, body: str, y: int) -> bool:
        return any(new.get((k, s, y), 0) > 0 for k, s in makers.get((g, body), ()))

    @m.Constraint([index for index in wanted if index in builders and makes_at_once(*index)], doc="(I2)")
    def makers_goods(m: pyo.ConcreteModel, g: str, body: str, y: int) -> Any:
        old = sum(
            sum(m.slice_share[h] * b.availability[k, s, h] for h in instance.slices[body])
            * (b.installed[k, s, y] - (new[k, s, y] * m.weight[y] * b.build[k, s, y] if new.get((k, s, y), 0) > 0 else 0))
            for k, s in makers[g, body]
            if (k, s, y) in b.installed
        )
        needed = sum(b.component(f"mass_{g}")[index] * b.build[index] for index in builders[g, body, y])
        return needed <= m.goods_arrived[g, body, y] + old


def _routes_by_end(
    m: pyo.ConcreteModel, instance: Instance
) -> tuple[dict[Any, list[str]], dict[Any, list[str]], dict[Any, list[str]]]:
    """Routes that land a good on a body, that take one away, and that take propellant there, by year."""
    landing: dict[Any, list[str]] = {}
    leaving: dict[Any, list[str]] = {}
    refuelling: dict[Any, list[str]] = {}
    for r, g, y in m.launch.flow:
        route = instance.routes[r]
        landing.setdefault((g, route.destination, y), []).append(r)
        leaving.setdefault((g, instance.sites[route.origin], y), []).append(r)
    for r, y in m.launch.payload:
        refuel = instance.routes[r].refuel
        if refuel and pyo.value(m.launch.propellant_use[r, y]) > 0:
            refuelling.setdefault((refuel, y), []).append(r)
    return landing, leaving, refuelling


def _needs(m: pyo.ConcreteModel, instance: Instance) -> Any:
    """Terms of what is built and of the spares of what is kept in service, by good, body and year.

    Spares are of the make of the year: a part that fails is replaced by what is made then.
    """
    for block in CAPACITY_UNITS:
        b = m.component(block)
        for good in BUILDING_GOODS:
            mass = b.component(f"mass_{good}")
            for k, s, y in b.build:
                if pyo.value(mass[k, s, y]) > 0:
                    yield good, instance.sites[s], y, mass[k, s, y] * b.build[k, s, y]
            for index in b.in_service:
                k, s, y = index[0], index[1], index[-1]
                if pyo.value(b.spares[k, s]) > 0 and pyo.value(mass[k, s, y]) > 0:
                    yield good, instance.sites[s], y, b.spares[k, s] * mass[k, s, y] * b.in_service[index]


def _add_helium3_balance(m: pyo.ConcreteModel, instance: Instance) -> None:
    h3, before = m.helium3, dict(zip(instance.years[1:], instance.years, strict=False))
    sites = {b: [s for s, body in instance.sites.items() if body == b] for b in instance.bodies}
    routes = {r: route for r, route in instance.routes.items() if "helium3" in route.goods}
    deposits = {b: [d for d, s in instance.deposits.items() if s in sites[b]] for b in instance.bodies}
    active = [
        b
        for b in instance.bodies
        if deposits[b]
        or any(market.body == b for market in instance.markets.values())
        or any(b == instance.sites[r.origin] or b == r.destination for r in routes.values())
        or any(s in sites[b] for _, s, _ in m.power.helium3_burnt)
        or pyo.value(h3.initial_stock[b]) > 0
    ]
    positive(h3, "stock", [(b, y) for b in active for y in instance.years], "t")
    burners: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for k, s, y in m.power.helium3_burnt:
        burners.setdefault((instance.sites[s], y), []).append((k, s))
    markets = {b: [name for name, market in instance.markets.items() if market.body == b] for b in instance.bodies}

    @m.Expression([(r, y) for r, g, y in m.launch.flow if g == "helium3"])
    def helium3_shipped(m: pyo.ConcreteModel, r: str, y: int) -> Any:
        return m.kt_in_t * m.launch.flow[r, "helium3", y]

    @m.Constraint(list(h3.stock.index_set()), doc="(H4)")
    def helium3_balance(m: pyo.ConcreteModel, b: str, y: int) -> Any:
        mined = sum(h3.mined[d, y] for d in deposits[b] if (d, y) in h3.mined)
        bought = sum(h3.bought[name, y] for name in markets[b] if (name, y) in h3.bought)
        sold = sum(h3.sold[name, y] for name in markets[b] if (name, y) in h3.sold)
        arrived = sum(m.helium3_shipped[r, y] for r in routes if routes[r].destination == b and (r, y) in m.helium3_shipped)
        departed = sum(
            m.kt_in_t * _leaving(m, r, "helium3", y)
            for r in routes
            if instance.sites[routes[r].origin] == b and (r, y) in m.helium3_shipped
        )
        burnt = sum(m.power.helium3_burnt[k, s, y] for k, s in burners.get((b, y), ()))  # (B3)
        past = h3.stock[b, before[y]] if y in before else h3.initial_stock[b]
        return h3.stock[b, y] - past - m.weight[y] * (mined + bought + arrived - burnt - departed - sold) == 0


def _add_emissions(m: pyo.ConcreteModel, instance: Instance) -> None:
    sources = {index: b for b in (m.power, m.launch) for index in b.emissions}

    @m.Expression(list(sources))
    def emissions_released(m: pyo.ConcreteModel, k: str, s: str, y: int) -> Any:
        return sources[k, s, y].emissions[k, s, y]

    @m.Expression([index for index in sources if pyo.value(m.carbon_price[instance.sites[index[1]], index[2]]) > 0])
    def cost_carbon(m: pyo.ConcreteModel, k: str, s: str, y: int) -> Any:
        return m.carbon_price[instance.sites[s], y] * m.emissions_released[k, s, y]


def _by_place(component: Any) -> dict[tuple[str, int], list[str]]:
    """The technologies of an index (technology, site, year), by site and year."""
    places: dict[tuple[str, int], list[str]] = {}
    for k, s, y in component:
        places.setdefault((s, y), []).append(k)
    return places
