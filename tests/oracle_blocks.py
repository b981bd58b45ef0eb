"""The equations of each block, for the second statement of the model: fleets, computing, energy, transport, industry, helium-3."""

from __future__ import annotations

from typing import Any

from planner.declarations import QUANTITIES
from planner.instance import Instance
from tests.oracle_program import CONSTANT, Program, Sum, total
from tests.oracle_reading import Reading

BLOCKS = ("compute", "link", "power", "storage", "launch", "industry", "helium3")


class Blocks(Reading):
    """Every column and quantity of the blocks, and the rows that concern one block alone."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.program = Program()
        self.quantities: dict[str, dict[tuple[Any, ...], Sum]] = {name: {} for name in QUANTITIES}
        for block in BLOCKS:
            self._fleet(block)
        self._compute()
        self._energy()
        self._launch()
        self._industry()
        self._helium3()

    # (F)

    def _fleet(self, block: str) -> None:
        p, before = self.program, dict(zip(self.years[1:], self.years, strict=False))
        for _, k, s in self.assets(block):
            build = {
                v: p.add(f"{block}.build", k, s, v, upper=self.most_ordered(block, k, s, v)) for v in self.orders(block, k, s)
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
                    then = total(p.at(f"{block}.installed", k, s, before[y]) for s in sites)
                else:
                    then = total(self.standing_at_start(block, k, s) for s in sites)
                grown, seeded = self.growth_factors(growth, y)
                p.most("(F3)", (k, body, y), now, grown * then + seeded * self.number(f"{block}.seed", k, body))

    def standing_at_start(self, block: str, k: str, s: str) -> float:
        """What stands in the first calendar year, which is stated beside the mean over the first model year where it is another."""
        at_start = self.number(f"{block}.existing_at_start", k, s)
        return float(self.number(f"{block}.existing", k, s, self.years[0]) if at_start is None else at_start)

    def most_ordered(self, block: str, k: str, s: str, v: int) -> float | None:
        """(F4), as an upper bound."""
        most = self.number(f"{block}.max_build", k, s, v)
        return None if most is None else most * self.orderable(block, k, v)

    def in_service(self, block: str, k: str, s: str, y: int) -> Sum:
        """All that is in service of an asset, whatever its vintage."""
        vintages = ("existing", *self.years)
        return (
            total(self.program.at("compute.in_service", k, s, v, y) for v in vintages)
            if block == "compute"
            else self.program.at(f"{block}.in_service", k, s, y)
        )

    # (C)

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
            for y in self.years:
                if self.open(r, y) > 0:
                    q["launch.payload"][r, y] = delivered = total(p.add("launch.flow", r, g, y) for g in route.goods)
                    q["launch.sent"][r, y] = 1 / (1 - self.number("launch.loss", r, y)) * delivered
                    q["helium3.shipped"][r, y] = 1000 * p.at("launch.flow", r, "helium3", y)
        for _, k, s in self.assets("launch"):
            for y in self.years:
                flown = [
                    r
                    for r, route in self.i.routes.items()
                    if (route.carrier, route.origin) == (k, s) and (r, y) in q["launch.payload"]
                ]
                lifted = {r: self.number("launch.burden", r, y) * q["launch.sent"][r, y] for r in flown}
                q["launch.lift"][k, s, y] = lift = total(lifted.values())
                q["emissions.released"][k, s, y] = self.number("launch.emission_factor", k, s) * lift
                most = {
                    h: self.number("launch.availability", k, s, h) * p.at("launch.in_service", k, s, y) for h in self.slices(s)
                }
                p.most("(L1)", (k, s, y), lift, self.average(most.get, s))
                for r in flown:
                    p.most("(L4)", (r, y), lifted[r], self.open(r, y) * self.average(most.get, s))
                if self.number("launch.energy_use", k, s) == 0:
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
