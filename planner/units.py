"""Units: any text such as `USD/(kW*yr)` and its factor into a unit of the model.

The registry is our own: a year has 8,760 hours, `kt` is a kilotonne, computing (FLOP), data (bit) and money (USD) are
dimensions, and there is no unit with an offset.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import planner.lean  # noqa: F401 - before pint, which imports scipy

# isort: split
import pint

from planner.errors import UnitError

_PREFIXES = {
    "n": "1e-9",
    "u": "1e-6",
    "m": "1e-3",
    "k": "1e3",
    "M": "1e6",
    "G": "1e9",
    "T": "1e12",
    "P": "1e15",
    "E": "1e18",
    "Z": "1e21",
}

_DEFINITIONS = {
    "g": "[mass]", "t": "1e6 * g", "lb": "453.59237 * g",
    "m": "[length]", "km2": "1e6 * m ** 2", "ha": "1e4 * m ** 2", "acre": "4046.8564224 * m ** 2",
    "s": "[time]", "min": "60 * s", "h": "3600 * s", "day": "86400 * s", "yr": "8760 * h", "year": "8760 * h", "a": "8760 * h",
    "J": "1e3 * g * m ** 2 / s ** 2", "W": "J / s", "Wh": "3600 * J", "Btu": "1055.05585262 * J", "MMBtu": "1e6 * Btu",
    "bit": "[data]", "B": "8 * bit", "byte": "8 * bit", "FLOP": "[computing]", "USD": "[money]",
    "percent": "0.01", "ppm": "1e-6", "ppb": "1e-9",
}  # fmt: skip

#: Whole names to suggest for a misspelt unit: the common prefixes written out.
_FAMILIAR = (
    *_DEFINITIONS, "kg", "kt", "Mt", "km", "kW", "MW", "GW", "TW", "kWh", "MWh", "GWh", "TWh", "MJ", "GJ", "kUSD", "MUSD", "GUSD",
    "EFLOP", "ZFLOP", "PFLOP", "TFLOP", "Gbit", "Tbit", "GB", "TB", "ms", "%",
)  # fmt: skip

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*|%)|(?P<sign>\*\*|[\^*/()-]))"
)
_LONGEST = 100
_POWER_IN_NAME = re.compile(r"(.*m)([23])")
_MONEY_OF_YEAR = re.compile(r".*USD(\d{4})")


def new_registry() -> pint.UnitRegistry[Any]:
    """A fresh pint registry with the units of the planner and no others."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
    for prefix, scale in _PREFIXES.items():
        registry.define(f"{prefix}- = {scale}")
    for name, definition in _DEFINITIONS.items():
        registry.define(f"{name} = {definition}")
    return registry


class Units:
    """The units of one instance: the planner's, its own, and the money of the years that its price index covers.

    `own` maps a name to a text such as `17.1 ZFLOP/s`; `prices` maps a year to its index, and money of that year (`USD2022`)
    is worth `prices[price_year] / prices[2022]` of plain `USD`. Raises `UnitError` for a definition that cannot be read.
    """

    def __init__(
        self, own: Mapping[str, str] | None = None, price_year: int | None = None, prices: Mapping[int, float] | None = None
    ) -> None:
        self.registry = new_registry()
        self.price_year = price_year
        self.prices = dict(prices or {})
        self.own = dict(own or {})
        self._factors: dict[tuple[str, str], float] = {}
        self._names = set(_DEFINITIONS)
        self._define_money()
        for name, text in self.own.items():
            self._define(name, text)

    def factor(self, text: str, into: str) -> float:
        """What a number in unit `text` is multiplied by to be in unit `into`; raises `UnitError`."""
        key = (text, into)
        if key not in self._factors:
            source, target = self.quantity(text), self.quantity(into)
            ratio = (source / target).to_root_units()
            if not ratio.unitless:
                raise UnitError(
                    f"unit '{text}' is no plain number, expected 1, %, ppm or ppb"
                    if into == "1"
                    else f"unit '{text}' does not convert into '{into}'"
                )
            if not 0 < ratio.magnitude < math.inf:
                raise UnitError(f"unit '{text}' is worth {ratio.magnitude:g} of '{into}', expected a finite number above 0")
            self._factors[key] = float(f"{ratio.magnitude:.15g}")
        return self._factors[key]

    def quantity(self, text: str) -> Any:
        """The pint quantity that a unit text stands for: one of that unit; raises `UnitError`."""
        reader = _Reader(text, self)
        try:
            return reader.read()
        except ArithmeticError:
            raise UnitError(f"unit '{text}' is no finite size above 0") from None

    def named(self, name: str) -> Any:
        """One of the unit of that name, prefix included; raises `UnitError` with the nearest name."""
        power = None if name in self.own else _POWER_IN_NAME.fullmatch(name)
        known = power[1] if power else "percent" if name == "%" else name
        # The registry keeps `kW` as a unit of its own once it was read, and would then take `kkW` for a thousand of them.
        if not any(unit in self._names for _, unit, _ in self.registry.parse_unit_name(known)):
            raise UnitError(self._unknown(name))
        return self.registry.Quantity(1.0, known) ** (int(power[2]) if power else 1)

    def _unknown(self, name: str) -> str:
        money = _MONEY_OF_YEAR.fullmatch(name)
        if money and self.price_year is not None and self.price_year not in self.prices:
            return f"unit '{name}' needs prices.csv to have an index for {self.price_year}, the price_year"
        if money and int(money[1]) not in (self.price_year, *self.prices):
            return f"unit '{name}' needs prices.csv to have an index for {money[1]}"
        known = (*self.own, *_FAMILIAR)
        near = [other for other in known if other.lower() == name.lower()] or difflib.get_close_matches(name, known, 1, 0.5)
        return f"unknown unit '{name}'" + (f", did you mean '{near[0]}'?" if near else "")

    def _define_money(self) -> None:
        if self.price_year is None:
            return
        self.registry.define(f"USD{self.price_year} = 1 * USD")
        self._names.add(f"USD{self.price_year}")
        if self.price_year in self.prices:
            for year in self.prices.keys() - {self.price_year}:
                self.registry.define(f"USD{year} = {self.prices[self.price_year] / self.prices[year]!r} * USD")
                self._names.add(f"USD{year}")

    def _define(self, name: str, text: str) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise UnitError(f"unit name '{name}' must be letters, digits and _, beginning with a letter")
        if self.registry.parse_unit_name(name):
            raise UnitError(f"unit '{name}' is known already and cannot be defined anew")
        meaning = self.quantity(text).to_root_units()
        self._names.add(name)
        if not 0 < meaning.magnitude < math.inf:
            raise UnitError(f"unit '{name}' is {text}, expected something finite above 0")
        self.registry.define(
            f"{name} = {meaning.magnitude!r} * {meaning.units:D}" if not meaning.unitless else f"{name} = {meaning.magnitude!r}"
        )


class _Reader:
    """Reads one unit text: products, quotients, whole powers and brackets."""

    def __init__(self, text: str, units: Units) -> None:
        self.text, self.units = text, units
        self.tokens: list[tuple[str, str]] = []
        if len(text) > _LONGEST:
            raise UnitError(f"unit '{text[:20]}...' is longer than {_LONGEST} characters")
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                hint = f", did you mean '{text.replace('$', 'USD')}'?" if "$" in text else ""
                raise UnitError(f"unit '{text}' cannot be read at '{text[position:].strip()[:20]}'{hint}")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self.next = 0

    def read(self) -> Any:
        if not self.tokens:
            raise UnitError("the unit is missing ('1' for a plain number)")
        result = self._product()
        if self.next < len(self.tokens):
            raise UnitError(f"unit '{self.text}' has a bracket too many")
        return result

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.next] if self.next < len(self.tokens) else ("end", "")

    def _product(self) -> Any:
        result, divided = self._hyphenated(), False
        while (token := self._peek())[1] != ")" and token[0] != "end":
            if token[1] == "/":
                self.next += 1
                result, divided = result / self._hyphenated(), True
            elif token[1] == "*":
                self.next += 1
                result = result * self._hyphenated()
            elif divided:
                raise UnitError(
                    f"unit '{self.text}' is ambiguous: put what stands below the line into brackets, as in 'USD/(kW*yr)'"
                )
            else:
                result = result * self._hyphenated()
        return result

    def _hyphenated(self) -> Any:
        result = self._power()
        while self._peek()[1] == "-":
            self.next += 1
            result = result * self._power()
        return result

    def _power(self) -> Any:
        result = self._atom()
        if self._peek()[1] in ("**", "^"):
            self.next += 1
            kind, digits = self._peek()
            if kind != "number" or not digits.isdigit() or int(digits) > 9:
                raise UnitError(f"unit '{self.text}': a power must be a whole number up to 9")
            self.next += 1
            result = result ** int(digits)
        return result

    def _atom(self) -> Any:
        kind, value = self._peek()
        self.next += 1
        if kind == "number":
            return self.units.registry.Quantity(float(value))
        if kind == "name":
            return self.units.named(value)
        if value != "(":
            raise UnitError(f"unit '{self.text}' cannot be read" + (f" at '{value}'" if value else ": it ends too early"))
        result = self._product()
        if self._peek()[1] != ")":
            raise UnitError(f"unit '{self.text}' lacks a closing bracket")
        self.next += 1
        return result


@cache
def _units_of(own: tuple[tuple[str, str], ...], price_year: int | None, prices: tuple[tuple[int, float], ...]) -> Units:
    return Units(dict(own), price_year, dict(prices))


def units_of(own: Mapping[str, str], price_year: int | None, prices: Mapping[int, float]) -> Units:
    """The units of an instance; built once for the same definitions, because a registry costs milliseconds."""
    return _units_of(tuple(own.items()), price_year, tuple(sorted(prices.items())))


def default_units() -> Units:
    """The planner's units alone, in which the model's own unit texts are written; one for the whole process."""
    return _units_of((), None, ())
