"""The whole model a second time, straight from its equations, to hold the planner against.

It shares no code with the planner's model: every equation stands in its longest form (living vintages summed, deposits summed
over the years, every payment discounted by itself), with variables for every index whether or not they can be used.
`oracle_reading.py` has what an instance says, `oracle_blocks.py` the equations of each block; here are the balances, the money
and the limits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from planner.declarations import QUANTITIES
from planner.instance import Instance
from tests.oracle_blocks import BLOCKS, Blocks
from tests.oracle_program import CONSTANT, Row, Sum, total

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
    return Statement(instance).solve()


class Statement(Blocks):
    """Every column, row and quantity of an instance, and its discounted costs by kind."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.costs: dict[str, Sum] = {}
        self._power_balance()
        self._goods_balance()
        self._losses()
        self._helium3_balance()
        self._money()
        for name, entries in self.quantities.items():
            entries.update(self.program.of(name))
        self._limits()

    def solve(self) -> Oracle:
        """The least cost, and all that follows from it."""
        found = self.program.minimise(total(self.costs.values()))
        if found.status != 0:
            return Oracle(STATUS.get(found.status, found.message))
        return self.report(found.x, {index: dual for (label, index), dual in found.duals.items() if label == "(C4)"})

    def report(self, values: Any, duals: dict[Any, float] | None = None) -> Oracle:
        """Everything that follows from values of the columns."""
        costs = {kind: cost.at(values) for kind, cost in self.costs.items()}
        quantities = {
            name: {index: entry.at(values) for index, entry in entries.items()} for name, entries in self.quantities.items()
        }
        named = {key: float(values[column]) for key, column in self.program.columns.items()}
        return Oracle("optimal", math.fsum(costs.values()), named, quantities, costs, duals or {})

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
                            self.number("launch.propellant_use", r, y) * q["launch.sent"].get((r, y), Sum())
                            for r, route in routes.items()
                            if route.refuel == b
                        ]
                    needed = total(self.needs(g, b, y))
                    if g not in body.supplies:
                        p.most("(B2)", (g, b, y), total(gone) + needed, landed + made)
                        self._factories(g, b, y, landed)
                    elif g != "complex":  # (G1)
                        q["cost.goods"][g, b, y] = self.number("goods.price", g, y) * (total(gone) + needed)
                    for name, entry in (("arrived", landed), ("made", made), ("departed", total(gone)), ("needed", needed)):
                        q[f"goods.{name}"][g, b, y] = entry

    def _factories(self, g: str, b: str, y: int, landed: Sum) -> None:
        """(I2): what factories are built of in a year is landed, or made by those that were ordered before."""
        if g == "propellant":
            return
        p, made, wanted = self.program, Sum(), Sum()
        for block, k, s in self.assets("industry"):
            if self.i.sites[s] == b:
                built = p.at("industry.build", k, s, y)
                wanted += self.number(f"industry.mass_{g}", k, s, y) * built
                if self.i.technologies[k].makes == g:
                    old = p.at("industry.installed", k, s, y) - self.left(block, k, s, y, y) * self.weights[y] * built
                    made += self.average(lambda h, k=k, s=s, old=old: self.number("industry.availability", k, s, h) * old, s)
        p.most("(I2)", (g, b, y), wanted, landed + made)

    def losing(self, b: str, y: int) -> list[str]:
        """The routes to a body that take more complex goods than the least."""
        return [r for r, route in self.i.routes.items() if route.destination == b and self.excess(r, y) > 0]

    def _losses(self) -> None:
        """(G5), (G6): what the cargo of the routes with an excess becomes."""
        p, q = self.program, self.quantities
        for y in self.years:
            for block, k, s in self.assets(*BLOCKS):
                mass, spares = self.number(f"{block}.mass_complex", k, s, y), self.number(f"{block}.spares", k, s)
                built, replaced = mass * p.at(f"{block}.build", k, s, y), spares * mass * self.in_service(block, k, s, y)
                for use, most in {"built": built, "spare": replaced}.items():
                    used = [p.add(f"{block}.{use}_by", r, k, s, y) for r in self.losing(self.i.sites[s], y)]
                    p.most(f"(G6) {use}", (k, s, y), total(used), most)
            for b in self.i.bodies:
                here, routes = [asset for asset in self.assets(*BLOCKS) if self.i.sites[asset[2]] == b], self.losing(b, y)
                for r in routes:
                    used = [p.at(f"{block}.{use}_by", r, k, s, y) for block, k, s in here for use in ("built", "spare")]
                    p.most("(G5)", (r, y), p.at("launch.flow", r, "complex", y), total([*used, p.add("launch.rest", r, y)]))
                if routes:
                    left = (
                        total(q[f"goods.{name}"]["complex", b, y] for name in ("arrived", "made"))
                        - q["goods.needed"]["complex", b, y]
                    )
                    p.most("(G5) rest", (b, y), total(p.at("launch.rest", r, y) for r in routes), left)

    def lost(self, use: str, block: str, k: str, s: str, y: int) -> Sum:
        """What is paid for the excess of what is built or replaced."""
        worth = self.of_complex(block, k, s, y)
        came = {r: self.program.at(f"{block}.{use}_by", r, k, s, y) for r in self.losing(self.i.sites[s], y)}
        return Sum() if worth is None else total(self.excess(r, y) * worth * by for r, by in came.items())

    def greatest_worth(self, b: str, y: int) -> float:
        """What a mass of complex goods is worth at the most in what is stated on a body."""
        worths = (self.of_complex(block, k, s, y) for block, k, s in self.assets(*BLOCKS) if self.i.sites[s] == b)
        return max([0.0, *(worth for worth in worths if worth is not None)])

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

    def _money(self) -> None:
        p, q, n = self.program, self.quantities, self.number
        for block, k, s in self.assets(*BLOCKS):
            for y in self.years:
                in_service = self.in_service(block, k, s, y)
                q["cost.fixed"][k, s, y] = n(f"{block}.fixed_cost", k, s, y) * in_service
                parts = n(f"{block}.spares", k, s) * self.capital(block, k, s, y) * in_service
                q["cost.spares"][k, s, y] = parts + self.lost("spare", block, k, s, y)
                if (k, s, y) in q["emissions.released"]:
                    q["cost.carbon"][k, s, y] = n("finance.carbon_price", self.i.sites[s], y) * q["emissions.released"][k, s, y]
                if block not in ("link", "launch"):
                    q["cost.variable"][k, s, y] = n(f"{block}.variable_cost", k, s, y) * self.used_of(block, k, s, y)
                if block == "power":
                    q["cost.fuel"][k, s, y] = n("power.fuel_price", k, s, y) * q["power.fuel"][k, s, y]
            for v in self.orders(block, k, s):
                build = p.at(f"{block}.build", k, s, v)
                q["cost.capital"][k, s, v] = spent = self.capital(block, k, s, v) * build + self.lost("built", block, k, s, v)
                q["goods.content"][k, s, v] = content = self.content(block, k, s, v) * build
                for moment, amount in self.payments(block, k, s, v):
                    self._charge("capital", self.worth(moment) * amount * self.weights[v] * spent)
                end = self.worth(self.end) * self.weights[v]
                self._charge("salvage", -end * self.capital_credit(block, k, s, v) * spent)
                self._charge("landing", -end * self.content_credit(block, k, s, v) * content)
        for r, y in q["launch.payload"]:
            thrown = self.excess(r, y) * self.greatest_worth(self.i.routes[r].destination, y) * p.at("launch.rest", r, y)
            q["cost.transport"][r, y] = self.flight(r, y) * q["launch.sent"][r, y] + thrown
        q["cost.purchases"] = {index: n("helium3.price", *index) * bought for index, bought in p.of("helium3.bought").items()}
        q["cost.sales"] = {index: -n("helium3.price", *index) * sold for index, sold in p.of("helium3.sold").items()}
        q["cost.unserved"] = {
            index: n("compute.value", *index) * unserved for index, unserved in p.of("compute.unserved").items()
        }
        for kind in ("fixed", "spares", "variable", "fuel", "carbon", "transport", "goods", "purchases", "sales", "unserved"):
            self.costs[kind] = total(self.of_a_year(index[-1]) * cost for index, cost in q[f"cost.{kind}"].items())

    def _charge(self, kind: str, cost: Sum) -> None:
        self.costs[kind] = self.costs.get(kind, Sum()) + cost

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
