"""The whole model a second time, straight from its equations, to hold the planner against.

It shares no code with the planner's model: every equation stands in its longest form (living vintages summed, deposits summed
over the years, every payment discounted by itself), with variables for every index whether or not they can be used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.declarations import QUANTITIES
from planner.instance import Instance
from tests.oracle_program import CONSTANT, Program, Row, Sum, total

BLOCKS = ("compute", "link", "power", "storage", "launch", "industry", "helium3")
INTO_A_YEAR = {"start": 0.0, "mid": 0.5, "end": 1.0}
STATUS = {0: "optimal", 2: "infeasible", 3: "unbounded"}


@dataclass(frozen=True)
class Oracle:
    """An optimum: the objective, the columns by name and index, the quantities, discounted costs by kind, and duals of demand."""

    status: str
    objective: float = math.nan
    values: dict[tuple[str, tuple[Any, ...]], float] = field(default_factory=dict)
    quantities: dict[str, dict[tuple[Any, ...], float]] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    demand_duals: dict[tuple[str, int], float] = field(default_factory=dict)


def solve(instance: Instance) -> Oracle:
    """The least cost of an instance."""
    statement = Statement(instance)
    found = statement.program.minimise(total(statement.costs.values()))
    if found.status != 0:
        return Oracle(STATUS.get(found.status, found.message))
    duals = {index: dual for (label, index), dual in found.duals.items() if label == "(C4)"}
    return statement.report(found.x, duals)


class Statement:
    """Every column, row and quantity of an instance, and its discounted costs by kind."""

    def __init__(self, instance: Instance) -> None:
        self.i, self.program = instance, Program()
        self.years, self.weights = instance.years, instance.weights
        self.end = self.years[-1] + self.weights[self.years[-1]]
        self.rate: float = instance.numbers["finance.discount_rate"][None]
        self.quantities: dict[str, dict[tuple[Any, ...], Sum]] = {name: {} for name in QUANTITIES}
        self.costs: dict[str, Sum] = {}
        for block in BLOCKS:
            self._fleet(block)
        self._compute()
        self._energy()
        self._launch()
        self._industry()
        self._helium3()
        self._power_balance()
        self._goods_balance()
        self._helium3_balance()
        self._money()
        for name, entries in self.quantities.items():
            entries.update(self.program.of(name))
        self._limits()

    def report(self, values: Any, duals: dict[Any, float] | None = None) -> Oracle:
        """Everything that follows from values of the columns."""
        costs = {kind: cost.at(values) for kind, cost in self.costs.items()}
        quantities = {
            name: {index: entry.at(values) for index, entry in entries.items()} for name, entries in self.quantities.items()
        }
        named = {key: float(values[column]) for key, column in self.program.columns.items()}
        return Oracle("optimal", math.fsum(costs.values()), named, quantities, costs, duals or {})

    # What an instance says

    def number(self, name: str, *index: Any) -> Any:
        """The parameter at an index, None where it is absent."""
        return self.i.numbers[name].get(index if len(index) > 1 else index[0])

    def slices(self, s: str) -> tuple[str, ...]:
        return self.i.slices[self.i.sites[s]]

    def assets(self, *blocks: str) -> Iterator[tuple[str, str, str]]:
        """Block, technology and site of whatever may stand."""
        return ((t.block, k, s) for k, t in self.i.technologies.items() if t.block in blocks for s in t.sites)

    def standing_at(self, block: str, s: str) -> list[str]:
        return [k for _, k, site in self.assets(block) if site == s]

    def average(self, entry: Any, s: str) -> Sum:
        """The mean over the year of what `entry` gives for each slice."""
        return total(self.number("time.share", h) * entry(h) for h in self.slices(s))

    # (F) and the life of a vintage

    def commissioned(self, block: str, k: str, s: str, v: int) -> int:
        return v + int(self.number(f"{block}.lead_time", k, s))

    def surviving(self, block: str, k: str, s: str, age: int) -> float:
        if k in self.i.survival:
            ages, shares = zip(*self.i.survival[k], strict=True)
            return float(np.interp(age, ages, shares))
        return float((1 - self.number(f"{block}.annual_failure", k, s)) ** age)

    def left(self, block: str, k: str, s: str, v: int, y: int) -> float:
        """Share of what was ordered in v that stands in y, averaged over its calendar years; nought before it is commissioned and after its life."""
        start, life = self.commissioned(block, k, s, v), self.number(f"{block}.lifetime", k, s)
        calendar = range(y, y + self.weights[y])
        return sum(self.surviving(block, k, s, year - start) for year in calendar if start <= year < start + life) / len(calendar)

    def alive(self, block: str, k: str, s: str, v: int, y: int) -> bool:
        start, life = self.commissioned(block, k, s, v), self.number(f"{block}.lifetime", k, s)
        return any(start <= year < start + life for year in range(y, y + self.weights[y]))

    def orders(self, block: str, k: str, s: str) -> list[int]:
        """Vintages within the years of ordering that are alive in some model year."""
        first, last = (self.number(f"{block}.{end}_year", k) for end in ("first", "last"))
        within = [v for v in self.years if (first is None or first <= v) and (last is None or v <= last)]
        return [v for v in within if any(self.alive(block, k, s, v, y) for y in self.years)]

    def _fleet(self, block: str) -> None:
        p, before = self.program, dict(zip(self.years[1:], self.years, strict=False))
        for _, k, s in self.assets(block):
            build = {
                v: p.add(f"{block}.build", k, s, v, upper=self.number(f"{block}.max_build", k, s, v))
                for v in self.orders(block, k, s)
            }
            for y in self.years:
                installed, existing = p.add(f"{block}.installed", k, s, y), self.number(f"{block}.existing", k, s, y)
                stands = {v: self.left(block, k, s, v, y) * self.weights[v] * built for v, built in build.items()}
                p.equal("(F1)", (k, s, y), installed, total(stands.values()) + existing)
                self.quantities["land.occupied"][k, s, y] = self.number(f"{block}.land", k, s) * installed
                if block != "compute":
                    p.most("(F2)", (k, s, y), p.add(f"{block}.in_service", k, s, y), installed)
                    continue
                for v, most in {
                    "existing": Sum({CONSTANT: existing}),
                    **{v: m for v, m in stands.items() if self.alive(block, k, s, v, y)},
                }.items():
                    p.most("(F2)", (k, s, v, y), p.add("compute.in_service", k, s, v, y), most)
        for (k, body), growth in self.i.numbers[f"{block}.growth"].items():
            sites = [s for _, j, s in self.assets(block) if j == k and self.i.sites[s] == body]
            for y in self.years:
                now = total(p.at(f"{block}.installed", k, s, y) for s in sites)
                if y in before:
                    then, step = total(p.at(f"{block}.installed", k, s, before[y]) for s in sites), y - before[y]
                else:
                    then, step = total(self.number(f"{block}.existing", k, s, y) for s in sites), 1
                p.most("(F3)", (k, body, y), now, (1 + growth) ** step * then + self.number(f"{block}.seed", k, body))

    def in_service(self, block: str, k: str, s: str, y: int) -> Sum:
        """All that is in service of an asset, whatever its vintage."""
        vintages = ("existing", *self.years)
        return (
            total(self.program.at("compute.in_service", k, s, v, y) for v in vintages)
            if block == "compute"
            else self.program.at(f"{block}.in_service", k, s, y)
        )

    # (C)

    def performance(self, k: str, v: Any) -> float:
        if v == "existing":
            old = self.number("compute.existing_performance", k)
            return float(self.number("compute.performance", k, self.years[0]) if old is None else old)
        return float(self.number("compute.performance", k, v))

    def served(self, w: str, s: str, y: int, h: str) -> Sum:
        return (
            self.program.at("compute.placed", w, s, y)
            if self.i.workloads[w] == "firm"
            else self.program.at("compute.serve", w, s, y, h)
        )

    def _compute(self) -> None:
        p, q, vintages = self.program, self.quantities, ("existing", *self.years)
        for (k, s, v, y), in_service in p.of("compute.in_service").items():
            for h in self.slices(s):
                p.most(
                    "(C1)",
                    (k, s, v, y, h),
                    p.add("compute.run", k, s, v, y, h),
                    self.number("compute.availability", k, s, h) * in_service,
                )
        for _, k, s in self.assets("compute"):
            for y in self.years:
                q["compute.capacity"][k, s, y] = total(
                    self.performance(k, v) * p.at("compute.in_service", k, s, v, y) for v in vintages
                )
        sites = list(dict.fromkeys(s for _, _, s in self.assets("compute")))
        for w, kind in self.i.workloads.items():
            most = self.number("compute.max_delay", w)
            near = [s for s in sites if most is None or self.number("compute.delay", s) <= most]
            for y in self.years:
                demand = self.number("compute.demand", w, y)
                placed = {s: p.add("compute.placed", w, s, y) for s in near}
                if kind == "flexible":
                    for s in near:
                        serve = {h: p.add("compute.serve", w, s, y, h) for h in self.slices(s)}
                        p.equal("(C3)", (w, s, y), self.average(serve.get, s), placed[s])
                else:
                    q["compute.serve"].update({(w, s, y, h): placed[s] for s in near for h in self.slices(s)})
                tiers = [t for t, of in self.i.tiers.items() if of == w and self.number("compute.value", t, y) is not None]
                unserved = [p.add("compute.unserved", t, y, upper=self.number("compute.share", t) * demand) for t in tiers]
                p.equal("(C4)", (w, y), total([*placed.values(), *unserved]), demand)
        for s in sites:
            for y in self.years:
                for h in self.slices(s):
                    done = total(
                        self.performance(k, v) * p.at("compute.run", k, s, v, y, h)
                        for k in self.standing_at("compute", s)
                        for v in vintages
                    )
                    p.most("(C2)", (s, y, h), total(self.served(w, s, y, h) for w in self.i.workloads), done)
                    if not self.i.bodies[self.i.sites[s]].users:
                        sent = total(self.number("compute.data_rate", w) * self.served(w, s, y, h) for w in self.i.workloads)
                        links = self.standing_at("link", s)
                        p.most(
                            "(C5)",
                            (s, y, h),
                            sent,
                            total(self.number("link.availability", k, s, h) * p.at("link.in_service", k, s, y) for k in links),
                        )

    # (P)

    def _energy(self) -> None:
        p, q = self.program, self.quantities
        for _, k, s in self.assets("power"):
            for y in self.years:
                made = {h: p.add("power.generation", k, s, y, h) for h in self.slices(s)}
                for h in made:
                    p.most(
                        "(P1)",
                        (k, s, y, h),
                        made[h],
                        self.number("power.availability", k, s, h) * p.at("power.in_service", k, s, y),
                    )
                q["power.output"][k, s, y] = output = self.average(made.get, s)
                q["power.fuel"][k, s, y] = self.number("power.fuel_use", k, s) * output
                q["helium3.burnt"][k, s, y] = self.number("power.helium3_use", k, s) * output
                q["emissions.released"][k, s, y] = self.number("power.emission_factor", k, s) * output
        for _, k, s in self.assets("storage"):
            for y in self.years:
                level, charge, discharge = (
                    {h: p.add(f"storage.{name}", k, s, y, h) for h in self.slices(s)} for name in ("level", "charge", "discharge")
                )
                capacity = p.at("storage.in_service", k, s, y)
                for h in level:
                    hours, loss = self.number("time.hours", h), self.number("storage.loss", k, s)
                    stored = hours * self.number("storage.efficiency_in", k, s) * charge[h]
                    taken = hours / self.number("storage.efficiency_out", k, s) * discharge[h]
                    p.equal("(P2)", (k, s, y, h), level[h], (1 - loss) ** hours * level[self.i.previous[h]] + stored - taken)
                    p.most("(P3)", (k, s, y, h, "level"), level[h], capacity)
                    p.most("(P3)", (k, s, y, h, "charge"), charge[h], 1 / self.number("storage.charge_time", k, s) * capacity)
                    p.most(
                        "(P3)",
                        (k, s, y, h, "discharge"),
                        discharge[h],
                        1 / self.number("storage.discharge_time", k, s) * capacity,
                    )

    # (L), (I), (H)

    def _launch(self) -> None:
        p, q = self.program, self.quantities
        for r, route in self.i.routes.items():
            opens, closes = self.number("launch.opens", r), self.number("launch.closes", r)
            for y in self.years:
                if (opens is None or opens <= y) and (closes is None or y <= closes):
                    q["launch.payload"][r, y] = total(p.add("launch.flow", r, g, y) for g in route.goods)
                    q["helium3.shipped"][r, y] = 1000 * p.at("launch.flow", r, "helium3", y)
        for _, k, s in self.assets("launch"):
            for y in self.years:
                flown = [
                    r
                    for r, route in self.i.routes.items()
                    if (route.carrier, route.origin) == (k, s) and (r, y) in q["launch.payload"]
                ]
                q["launch.lift"][k, s, y] = lift = total(
                    self.number("launch.burden", r, y) * q["launch.payload"][r, y] for r in flown
                )
                q["emissions.released"][k, s, y] = self.number("launch.emission_factor", k, s) * lift
                most = {
                    h: self.number("launch.availability", k, s, h) * p.at("launch.in_service", k, s, y) for h in self.slices(s)
                }
                if self.number("launch.energy_use", k, s) == 0:
                    p.most("(L1)", (k, s, y), lift, self.average(most.get, s))
                    continue
                throw = {h: p.add("launch.throw", k, s, y, h) for h in most}
                p.equal("(L3)", (k, s, y), self.average(throw.get, s), lift)
                for h in most:
                    p.most("(L3)", (k, s, y, h), throw[h], most[h])

    def _industry(self) -> None:
        p = self.program
        for _, k, s in self.assets("industry"):
            for y in self.years:
                make = {h: p.add("industry.make", k, s, y, h) for h in self.slices(s)}
                for h in make:
                    p.most(
                        "(I1)",
                        (k, s, y, h),
                        make[h],
                        self.number("industry.availability", k, s, h) * p.at("industry.in_service", k, s, y),
                    )
                self.quantities["industry.output"][k, s, y] = self.average(make.get, s)

    def dug(self, k: str, d: str, y: int) -> Sum:
        return self.average(lambda h: self.program.at("helium3.dig", k, d, y, h), self.i.deposits[d])

    def _helium3(self) -> None:
        p, q = self.program, self.quantities
        for _, k, s in self.assets("helium3"):
            for y in self.years:
                for h in self.slices(s):
                    dig = total(p.add("helium3.dig", k, d, y, h) for d, site in self.i.deposits.items() if site == s)
                    p.most(
                        "(H1)",
                        (k, s, y, h),
                        dig,
                        self.number("helium3.availability", k, s, h) * p.at("helium3.in_service", k, s, y),
                    )
        for d, s in self.i.deposits.items():
            grade, tonnage, miners = (
                self.number("helium3.grade", d),
                self.number("helium3.tonnage", d),
                self.standing_at("helium3", s),
            )
            for y in self.years:
                so_far = total(self.weights[z] * self.dug(k, d, z) for k in miners for z in self.years if z <= y)
                p.most("(H2)", (d, y), so_far, tonnage)
                q["helium3.remaining"][d, y] = -1 * (so_far - tonnage)
                q["helium3.left"][d, y] = grade * q["helium3.remaining"][d, y]
                q["helium3.mined"][d, y] = total(
                    grade * self.number("helium3.recovery", k, s) * self.dug(k, d, y) for k in miners
                )
        for m, market in self.i.markets.items():
            for y in self.years:
                p.add("helium3.bought" if market.side == "buy" else "helium3.sold", m, y, upper=self.number("helium3.size", m, y))

    # (B)

    def used(self, purpose: str, s: str, y: int, h: str) -> Sum:
        """Power drawn at a site in a slice."""
        p, at = self.program, self.standing_at(purpose, s)
        if purpose == "compute":
            running = [p.at("compute.run", k, s, v, y, h) for k in at for v in ("existing", *self.years)]
            return self.number("compute.overhead", s) * total(running) if at else Sum()
        if purpose == "helium3":
            local = [d for d, site in self.i.deposits.items() if site == s]
            return total(self.number("helium3.energy_use", k, s) * p.at("helium3.dig", k, d, y, h) for k in at for d in local)
        name = {"industry": "industry.make", "launch": "launch.throw"}[purpose]
        return total(self.number(f"{purpose}.energy_use", k, s) * p.at(name, k, s, y, h) for k in at)

    def _power_balance(self) -> None:
        p, purposes = self.program, ("compute", "industry", "helium3", "launch")
        for s in self.i.sites:
            plants, stores = self.standing_at("power", s), self.standing_at("storage", s)
            for y in self.years:
                for h in self.slices(s):
                    supplied = total(
                        [p.at("power.generation", k, s, y, h) for k in plants]
                        + [p.at("storage.discharge", k, s, y, h) for k in stores]
                    )
                    charged = total(p.at("storage.charge", k, s, y, h) for k in stores)
                    p.most("(B1)", (s, y, h), total(self.used(purpose, s, y, h) for purpose in purposes) + charged, supplied)
                for purpose in purposes:
                    self.quantities["power.use"][purpose, s, y] = self.average(
                        lambda h, a=purpose, s=s, y=y: self.used(a, s, y, h), s
                    )

    def departing(self, r: str, g: str, y: int) -> Sum:
        """What must leave for what is delivered."""
        return 1 / (1 - self.number("launch.loss", r, y)) * self.program.at("launch.flow", r, g, y)

    def needs(self, g: str, b: str, y: int) -> Iterator[Sum]:
        for block, k, s in self.assets(*BLOCKS):
            if self.i.sites[s] == b and g in ("complex", "structural"):
                mass = self.number(f"{block}.mass_{g}", k, s, y)
                yield mass * self.program.at(f"{block}.build", k, s, y)
                yield mass * self.number(f"{block}.spares", k, s) * self.in_service(block, k, s, y)

    def _goods_balance(self) -> None:
        p, q, routes = self.program, self.quantities, self.i.routes
        for b, body in self.i.bodies.items():
            for g in ("complex", "structural", "propellant"):
                for y in self.years:
                    landed = total(p.at("launch.flow", r, g, y) for r, route in routes.items() if route.destination == b)
                    made = total(
                        q["industry.output"][k, s, y]
                        for _, k, s in self.assets("industry")
                        if self.i.technologies[k].makes == g and self.i.sites[s] == b
                    )
                    gone = [self.departing(r, g, y) for r, route in routes.items() if self.i.sites[route.origin] == b]
                    if g == "propellant":
                        gone += [
                            self.number("launch.propellant_use", r, y) * q["launch.payload"].get((r, y), Sum())
                            for r, route in routes.items()
                            if route.refuel == b
                        ]
                    needed = total(self.needs(g, b, y))
                    if g not in body.supplies:
                        p.most("(B2)", (g, b, y), total(gone) + needed, landed + made)
                    for name, entry in (("arrived", landed), ("made", made), ("departed", total(gone)), ("needed", needed)):
                        q[f"goods.{name}"][g, b, y] = entry

    def _helium3_balance(self) -> None:
        p, q, before = self.program, self.quantities, dict(zip(self.years[1:], self.years, strict=False))
        for b in self.i.bodies:
            here = {s for s, body in self.i.sites.items() if body == b}
            for y in self.years:
                won = [q["helium3.mined"][d, y] for d, s in self.i.deposits.items() if s in here]
                won += [p.at("helium3.bought", m, y) for m, market in self.i.markets.items() if market.body == b]
                won += [
                    1000 * p.at("launch.flow", r, "helium3", y) for r, route in self.i.routes.items() if route.destination == b
                ]
                lost = [q["helium3.burnt"][k, s, y] for _, k, s in self.assets("power") if s in here]
                lost += [p.at("helium3.sold", m, y) for m, market in self.i.markets.items() if market.body == b]
                lost += [1000 * self.departing(r, "helium3", y) for r, route in self.i.routes.items() if route.origin in here]
                past = p.at("helium3.stock", b, before[y]) if y in before else self.number("helium3.initial_stock", b)
                p.equal("(H4)", (b, y), p.add("helium3.stock", b, y), self.weights[y] * (total(won) - total(lost)) + past)

    # (M)

    def worth(self, moment: float) -> float:
        """What 1 paid at a moment is worth at the base year."""
        return float((1 + self.rate) ** -(moment - self.i.finance.base_year))

    def of_a_year(self, y: int) -> float:
        """What 1 paid in each calendar year that a model year stands for is worth."""
        return math.fsum(self.worth(c + INTO_A_YEAR[self.i.finance.payments]) for c in range(y, y + self.weights[y]))

    def payments(self, block: str, k: str, s: str, v: int) -> Iterator[tuple[str, float, float]]:
        """Kind, moment and amount of every payment for 1 of overnight cost."""
        conventions, life, start = self.i.finance, int(self.number(f"{block}.lifetime", k, s)), self.commissioned(block, k, s, v)
        falls, used = INTO_A_YEAR[conventions.capital_falls], self.end - start
        if conventions.capital == "upfront":
            years = range(v, max(start, v + 1))
            yield from (("capital", c + falls, 1 / len(years)) for c in years)
        else:
            wacc = self.number(f"{block}.wacc", k, s)
            rate = self.rate if wacc is None else wacc
            level = 1 / math.fsum((1 + rate) ** -(j + falls) for j in range(life))
            paid = [c for c in range(start, start + life) if c < self.end or conventions.end_of_horizon != "annuities_dropped"]
            yield from (("capital", c + falls, level) for c in paid)
        if used < life and conventions.end_of_horizon in ("straight_line", "sinking_fund"):
            put_by = [1.0 if conventions.end_of_horizon == "straight_line" else (1 + self.rate) ** j for j in range(life)]
            yield "salvage", self.end, -sum(put_by[used:]) / sum(put_by) * self.surviving(block, k, s, used)

    def _money(self) -> None:
        p, q, n = self.program, self.quantities, self.number
        for block, k, s in self.assets(*BLOCKS):
            for y in self.years:
                q["cost.fixed"][k, s, y] = n(f"{block}.fixed_cost", k, s, y) * self.in_service(block, k, s, y)
                if (k, s, y) in q["emissions.released"]:
                    q["cost.carbon"][k, s, y] = n("finance.carbon_price", self.i.sites[s], y) * q["emissions.released"][k, s, y]
                if block not in ("link", "launch"):
                    q["cost.variable"][k, s, y] = n(f"{block}.variable_cost", k, s, y) * self.used_of(block, k, s, y)
                if block == "power":
                    q["cost.fuel"][k, s, y] = n("power.fuel_price", k, s, y) * q["power.fuel"][k, s, y]
            for v in self.orders(block, k, s):
                q["cost.capital"][k, s, v] = spent = n(f"{block}.capex", k, s, v) * p.at(f"{block}.build", k, s, v)
                for kind, moment, amount in self.payments(block, k, s, v):
                    self.costs[kind] = total([self.costs.get(kind, Sum()), self.worth(moment) * amount * self.weights[v] * spent])
        for r, y in q["launch.payload"]:
            route = self.i.routes[r]
            price = n("launch.price", route.carrier, route.origin, y) * n("launch.burden", r, y) + n("launch.delivery_cost", r, y)
            q["cost.transport"][r, y] = price * q["launch.payload"][r, y]
        q["cost.purchases"] = {index: n("helium3.price", *index) * bought for index, bought in p.of("helium3.bought").items()}
        q["cost.sales"] = {index: -n("helium3.price", *index) * sold for index, sold in p.of("helium3.sold").items()}
        q["cost.unserved"] = {
            index: n("compute.value", *index) * unserved for index, unserved in p.of("compute.unserved").items()
        }
        for kind in ("fixed", "variable", "fuel", "carbon", "transport", "purchases", "sales", "unserved"):
            self.costs[kind] = total(self.of_a_year(index[-1]) * cost for index, cost in q[f"cost.{kind}"].items())

    def used_of(self, block: str, k: str, s: str, y: int) -> Sum:
        """What a variable cost is paid on, averaged over the year."""
        p = self.program
        if block == "compute":
            return self.average(lambda h: total(p.at("compute.run", k, s, v, y, h) for v in ("existing", *self.years)), s)
        if block == "helium3":
            return total(self.dug(k, d, y) for d, site in self.i.deposits.items() if site == s)
        return self.average(
            lambda h: p.at(
                {"power": "power.generation", "storage": "storage.discharge", "industry": "industry.make"}[block], k, s, y, h
            ),
            s,
        )

    # (X)

    def places(self, dimension: str, label: Any) -> set[str]:
        """Where a label of a dimension is."""
        i = self.i
        if dimension in ("site", "deposit"):
            site = label if dimension == "site" else i.deposits[label]
            return {site, i.sites[site]}
        if dimension == "route":
            return {i.routes[label].destination}
        if dimension == "market":
            return {i.markets[label].body}
        return {label} if dimension == "body" else set()

    def _limits(self) -> None:
        i = self.i
        kinds = {"technology": i.technologies, "workload": i.workloads, "tier": i.tiers, "route": i.routes, "deposit": i.deposits, "market": i.markets,
                 "good": ("complex", "structural", "propellant", "helium3"), "purpose": ("compute", "industry", "helium3", "launch")}  # fmt: skip
        for limit in i.limits:
            dimensions = QUANTITIES[limit.quantity].index
            wanted = {dimension: {item for item in limit.items if item in kinds.get(dimension, ())} for dimension in dimensions}

            def selects(index: tuple[Any, ...], limit: Any = limit, dimensions: Any = dimensions, wanted: Any = wanted) -> bool:
                for dimension, label in zip(dimensions, index, strict=True):
                    if wanted[dimension] and label not in wanted[dimension]:
                        return False
                    where = self.places(dimension, label)
                    if limit.places and where and not where & set(limit.places):
                        return False
                return True

            shares = {
                index: self.number("time.share", index[-1]) if "slice" in dimensions else 1.0
                for index in self.quantities[limit.quantity]
            }
            chosen = [(index[dimensions.index("year")], shares[index] * entry)
                      for index, entry in self.quantities[limit.quantity].items() if selects(index)]  # fmt: skip
            for year, bound in limit.values.items():
                counted = limit.years if year is None else (year,)
                amount = total((self.weights[y] if year is None else 1.0) * entry for y, entry in chosen if y in counted)
                low, high = (bound, math.inf) if limit.bound == "lower" else (-math.inf, bound)
                constant = amount.pop(CONSTANT, 0.0)
                self.program.rows.append(Row("(X1)", (limit.name, limit.bound, year), amount, low - constant, high - constant))
