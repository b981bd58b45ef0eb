"""What goods cost, by body and year: (G2) to (G4), and what routes take beyond the least."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.statement.lives import Lives, read_lives
from benchmarks.statement.reading import Reading

Array = NDArray[np.float64]

#: What is built is built of these.
BUILDING = ("complex", "structural")

#: Less is rounding.
LEAST_EXCESS = 1e-12


class Goods:
    """What goods cost, body x year: `least` [GUSD/kt] of each (G2), `bought` of complex ones (G3); infinite where none is.

    `excess`: by route, what it takes of complex goods beyond the least in each year, 0 where it takes no more.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.bodies = list(reading.instance.bodies)
        self._factories, self._carriers = read_lives(reading, "industry"), read_lives(reading, "launch")
        one = np.ones(len(reading.years))
        self.price = {good: self._of_year("goods.price", good) for good in ("structural", "propellant")}
        self.least = {good: self._ways(good, self.price.get(good, 0 * one), self._making, self._landing) for good in BUILDING}
        self.bought = self._ways("complex", one, lambda k, s: one, lambda route, at_origin: at_origin / self._kept(route))
        self.excess = {name: self._beyond(route) for name, route in reading.instance.routes.items()}

    def worth(self, block: str, lives: Lives) -> Array:
        """(G4), asset x year of ordering."""
        bought = self.bought[self._at(lives)]
        times = np.where((self._of(f"{block}.mass_complex", lives) > 0) & np.isfinite(bought), bought, 1)
        return np.asarray(times * self.own(block, lives))

    def own(self, block: str, lives: Lives) -> Array:
        """(G4): the capex of a unit less its structure, asset x year of ordering."""
        structure = self.price["structural"] * self._of(f"{block}.mass_structural", lives)
        return np.asarray(self._of(f"{block}.capex", lives) - structure)

    def of_complex(self, block: str, lives: Lives) -> Array:
        """`own` by mass of complex goods, asset x year of ordering; 0 for what is built of none."""
        own, mass = self.own(block, lives), self._of(f"{block}.mass_complex", lives)
        return np.divide(own, mass, out=np.zeros_like(own), where=mass > 0)

    def greatest(self, body: str, year: int) -> float:
        """The greatest of `of_complex` of all that is stated at the sites of a body, 0 at the least."""
        i, numbers, greatest = self.reading.instance, self.reading.instance.numbers, 0.0
        for k, technology in i.technologies.items():
            capex, structural, complex_ = (
                numbers[f"{technology.block}.{name}"] for name in ("capex", "mass_structural", "mass_complex")
            )
            for at in ((k, s, year) for s in technology.sites if i.sites[s] == body):
                if complex_[at] > 0:
                    own = capex[at] - numbers["goods.price"]["structural", year] * structural[at]
                    greatest = max(greatest, own / complex_[at])
        return greatest

    def losing(self, body: str, position: int) -> list[str]:
        """The routes to a body with an excess in a year."""
        routes = self.reading.instance.routes
        return [name for name, excess in self.excess.items() if routes[name].destination == body and excess[position] > 0]

    def content(self, block: str, lives: Lives) -> Array:
        """The least that the goods in a unit cost, asset x year of ordering; 0 for a good that cannot be had."""
        least = {good: self.least[good][self._at(lives)] for good in BUILDING}
        masses = {good: self._of(f"{block}.mass_{good}", lives) for good in BUILDING}
        return np.asarray(sum(masses[good] * np.where(np.isfinite(least[good]), least[good], 0) for good in BUILDING))

    def _ways(
        self, good: str, supplied: Array, making: Callable[[str, str], Array], landing: Callable[[Any, Array], Array]
    ) -> Array:
        """The least of a number over all ways to have a good: supplied, made, or landed from where it can be had."""
        i = self.reading.instance
        found = np.full((len(self.bodies), len(self.reading.years)), np.inf)
        for b, body in enumerate(i.bodies.values()):
            if good in body.supplies:
                found[b] = supplied
        for (k, s), stands in zip(self._factories.assets, self._factories.standing, strict=True):
            if i.technologies[k].makes == good:
                self._note(found, i.sites[s], np.where(stands, making(k, s), np.inf))
        for _ in self.bodies:
            for route in (route for route in i.routes.values() if good in route.goods):
                landed = landing(route, found[self.bodies.index(i.sites[route.origin])])
                self._note(found, route.destination, np.where(self._flown(route), landed, np.inf))
        return found

    def _beyond(self, route: Any) -> Array:
        """The excess of a route; no cargo comes from where there are no complex goods."""
        i = self.reading.instance
        at_origin, here = (self.bought[self.bodies.index(b)] for b in (i.sites[route.origin], route.destination))
        if "complex" not in route.goods or "complex" in i.bodies[route.destination].supplies:
            return np.zeros(len(self.reading.years))
        flown = self._flown(route) & np.isfinite(at_origin)
        beyond = np.where(flown, at_origin, 0) / self._kept(route) - np.where(flown, here, 0)
        return np.where(flown & (beyond >= LEAST_EXCESS), beyond, 0.0)

    def _note(self, found: Array, body: str, number: Array) -> None:
        b = self.bodies.index(body)
        found[b] = np.minimum(found[b], number)

    def _flown(self, route: Any) -> NDArray[np.bool_]:
        carrier = self._carriers.assets.index((route.carrier, route.origin))
        return np.asarray(self._carriers.standing[carrier] & (self.reading.open(route.name) > 0))

    def _making(self, k: str, s: str) -> Array:
        return self._of_year("industry.variable_cost", k, s)

    def _landing(self, route: Any, at_origin: Array) -> Array:
        lift = self._of_year("launch.price", route.carrier, route.origin) * self._of_year("launch.burden", route.name)
        return np.asarray((at_origin + lift + self._of_year("launch.delivery_cost", route.name)) / self._kept(route))

    def _kept(self, route: Any) -> Array:
        return 1 - self._of_year("launch.loss", route.name)

    def _of_year(self, key: str, *index: str) -> Array:
        return np.array([self.reading.instance.numbers[key][(*index, y)] for y in self.reading.years])

    def _of(self, key: str, lives: Lives) -> Array:
        rows = [self._of_year(key, k, s) for k, s in lives.assets]
        return np.array(rows).reshape(len(rows), len(self.reading.years))

    def _at(self, lives: Lives) -> list[int]:
        """Of each asset the position of its body."""
        return [self.bodies.index(self.reading.instance.sites[s]) for _, s in lives.assets]
