"""What a study varies: a number of the instance, or several by one law, over a range.

    ADDRESS                 a number in the unit of its row; where it has several rows or years, a factor of them
    ADDRESS*                a factor of whatever the address names
    ADDRESS=A+B*t           a law: the number is A+B*t; *= and += scale and shift by it

Several, joined by `&`, move together: by one factor, or with one t.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from planner.errors import AddressError
from planner.instance import Instance, LimitRow, ParameterRow
from planner.instance.addresses import matching, matching_limit, parse_address
from planner.instance.numerals import apart

#: The range of a factor, or of the share of a number, that has no low and high of its own.
WIDE = (0.1, 10.0)

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_LAW = re.compile(
    rf"(?P<address>[^=*+]+?)\s*(?P<operation>[*+]?)=\s*(?:(?P<base>{_NUMBER})(?=\s*(?:[+-]|$))\s*)?(?:(?P<slope>[+-]?\s*(?:{_NUMBER})?)\s*\*?\s*t)?"
)


@dataclass(frozen=True)
class Law:
    """What is done to an address at t: `operation` is `=`, `*` or `+`, and the number base + slope * t."""

    address: str
    operation: str
    base: float
    slope: float

    def at(self, t: float) -> tuple[str, float]:
        """The change that `Instance.replace` takes."""
        return self.operation, self.base + self.slope * t


@dataclass(frozen=True)
class Varied:
    """What is varied, over which range; `present` is where the instance stands, None where it stands on no point of the law.

    Of a number that is `whole` only whole points are asked.
    """

    name: str
    unit: str
    laws: tuple[Law, ...]
    low: float
    high: float
    present: float | None
    about_range: str
    whole: bool = False

    @property
    def geometric(self) -> bool:
        """Whether the range spans so many sizes that points are spread by their ratio, not by their distance."""
        return self.low > 0 and self.high / self.low >= 10

    def between(self, low: float, high: float, share: float = 0.5) -> float:
        """The point at a share of the way between two others."""
        if share in (0, 1):
            return high if share else low
        if self.geometric:
            found = math.exp(math.log(low) * (1 - share) + math.log(high) * share)
        else:
            found = low + share * (high - low)
        return float(round(found)) if self.whole else found

    def moved(self, t: float, share: float) -> float:
        """The point that lies a share of the range beside another; it may lie outside of the range."""
        found = t * (self.high / self.low) ** share if self.geometric else t + share * (self.high - self.low)
        return float(round(found)) if self.whole else found

    def close(self, below: float, above: float, accuracy: float) -> bool:
        """Whether two points are as near as an accuracy asks: a share of the value or, near nought, that share of the range."""
        if self.whole:
            return above - below <= 1
        return above - below <= accuracy * max(abs(below), abs(above), accuracy * (self.high - self.low))

    def instance_at(self, instance: Instance, t: float) -> Instance:
        """The instance with what is varied put to `t`; raises AddressError or InstanceError where it cannot be."""
        return instance.replace({law.address: law.at(t) for law in self.laws})

    def said(self, t: float) -> str:
        """A point of the range, with its unit."""
        return f"{t:.6g}" + ("" if self.unit in ("", "1") else f" {self.unit}")


def parse_varied(instance: Instance, texts: str | Sequence[str], low: float | None = None, high: float | None = None) -> Varied:
    """What some texts mean, all problems at once; raises AddressError with the nearest address and what was expected."""
    wanted = [part.strip() for text in ([texts] if isinstance(texts, str) else texts) for part in text.split("&")]
    found: list[tuple[Law, Sequence[ParameterRow | LimitRow], bool]] = []
    wrong = []
    for text in wanted:
        try:
            found.append(_parsed(instance, text, len(wanted) > 1))
        except AddressError as error:
            wrong.append(str(error))
    addresses = [law.address for law, _, _ in found]
    wrong += [f"'{address}' is varied twice" for address in sorted(set(addresses)) if addresses.count(address) > 1]
    if wrong or not found:
        raise AddressError("\n".join(wrong) or "nothing is varied, expected an address")
    laws = tuple(law for law, _, _ in found)
    free = any(is_law for _, _, is_law in found)
    rows = [row for _, some, _ in found for row in some]
    value = not free and laws[0].operation == "="
    present = None if free else _value(instance, laws[0].address, rows[0]) if value else 1.0
    own = _range(instance, laws[0], rows, present) if not free else None
    if own is None and (low is None or high is None):
        raise AddressError(f"a law has no range of its own, expected both ends of t for {', '.join(addresses)}")
    begin = low if low is not None else own[0] if own else math.nan
    end = high if high is not None else own[1] if own else math.nan
    given = [f" (the {word} end was given)" for word, bound in (("low", low), ("high", high)) if bound is not None]
    about = "the range that was given" if len(given) == 2 or own is None else own[2] + "".join(given)
    if not (math.isfinite(begin) and math.isfinite(end)) or begin >= end:
        first, last = apart(begin, end)
        raise AddressError(
            f"the range of {', '.join(addresses)} runs from {first} to {last}, expected a low end below a high one"
        )
    name = " and ".join(wanted) if len(wanted) < 4 else f"{wanted[0]} and {len(wanted) - 1} more"
    whole = value and isinstance(rows[0], ParameterRow) and rows[0].declaration.whole
    if whole:
        begin, end = _whole_ends(addresses, begin, end)
    return Varied(name, rows[0].unit if value else "", laws, begin, end, present, about, whole)


def _whole_ends(addresses: Sequence[str], begin: float, end: float) -> tuple[float, float]:
    """The least and the greatest whole number of a range; a range of one, or of none, has no points to go between."""
    least, greatest = float(math.ceil(begin)), float(math.floor(end))
    if least >= greatest:
        raise AddressError(
            f"the range of {', '.join(addresses)} runs from {begin:g} to {end:g}, expected two whole numbers in it at least"
        )
    return least, greatest


def _parsed(instance: Instance, text: str, together: bool) -> tuple[Law, Sequence[ParameterRow | LimitRow], bool]:
    """The law of a text, the rows that it changes, and whether it was written as a law."""
    if "=" in text:
        match = _LAW.fullmatch(text.strip())
        if match is None or (match["base"] is None and match["slope"] is None):
            raise AddressError(
                f"'{text}' is no law, expected ADDRESS=A+B*t, ADDRESS*=A+B*t or ADDRESS+=A+B*t with numbers A and B"
            )
        slope = match["slope"]
        rate = 0.0 if slope is None else float(slope.replace(" ", "") + ("1" if slope.strip() in ("", "+", "-") else ""))
        rows = _rows(instance, match["address"], match["operation"] == "")
        return Law(match["address"].strip(), match["operation"] or "=", float(match["base"] or 0.0), rate), rows, True
    address = text.strip().removesuffix("*").strip()
    rows = _rows(instance, address, False)
    year = parse_address(address).year
    single = len(rows) == 1 and (rows[0].value is not None or year is not None)
    by_factor = together or text.strip().endswith("*") or not single
    return Law(address, "*" if by_factor else "=", 0.0, 1.0), rows, False


def _rows(instance: Instance, text: str, may_be_new: bool) -> Sequence[ParameterRow | LimitRow]:
    """The rows that an address names; a parameter without a row may be set, not varied from where it stands."""
    address = parse_address(text)
    rows = [] if address.block == "limits" else matching(address, instance.rows)
    if not may_be_new and (address.year is not None or not rows):
        instance.replace({text.strip(): ("+", 0.0)})  # refuses what names nothing, with the nearest address, as `--set` does
    if address.block == "limits":
        return [matching_limit(address, instance.limit_rows)]
    return rows


def _value(instance: Instance, address: str, row: ParameterRow | LimitRow) -> float:
    """The number that an address of one row stands at, in the row's unit."""
    year = parse_address(address).year
    if year is None or row.value is not None:
        return float(row.value or 0.0)
    from planner.instance.series import by_model_year

    return by_model_year(row, 1.0, {year: instance.weights[year]})[0]


def _range(
    instance: Instance, law: Law, rows: Sequence[ParameterRow | LimitRow], present: float | None
) -> tuple[float, float, str]:
    """The range that the rows state, in what is varied, and where it is from."""
    if law.operation == "=":
        row, at = rows[0], present or 0.0
        fits = row.value is not None or all(bound is None or bound.is_factor for bound in (row.low, row.high))
        if row.low is not None and row.high is not None and fits:
            return row.low.of(at), row.high.of(at), "the row's own low and high"
        ends = sorted((WIDE[0] * at, WIDE[1] * at))
        return ends[0], ends[1], "0.1 to 10 times the present value: the row states no range"
    ranges = [_factors(row) for row in rows]
    if ranges and all(ranges):
        lows, highs = zip(*(r for r in ranges if r), strict=True)
        if max(lows) < min(highs):
            same = len(set(ranges)) == 1
            return max(lows), min(highs), "the rows' own low and high, as a factor" + ("" if same else ", the narrowest of them")
    return *WIDE, "a factor of 0.1 to 10: the rows state no range that they share"


def _factors(row: ParameterRow | LimitRow) -> tuple[float, float] | None:
    """The range of a row as factors of its value, None where it has none."""
    if row.low is None or row.high is None:
        return None
    if row.low.is_factor and row.high.is_factor:
        return row.low.amount, row.high.amount
    if row.value:
        ends = sorted((row.low.of(row.value) / row.value, row.high.of(row.value) / row.value))
        return ends[0], ends[1]
    return None


_AXIS = re.compile(rf"(?P<what>.+?)(?:=\s*(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER}))?\s*(?::\s*(?P<number>\d+))?\s*")


def parse_axis(instance: Instance, text: str, number: int) -> tuple[Varied, int]:
    """What `ADDRESS=LOW..HIGH:N` means and its N, `number` where none is given; raises AddressError."""
    match = _AXIS.fullmatch(text)
    if match is None or not match["what"].strip():
        raise AddressError(f"'{text}' is no axis, expected ADDRESS=LOW..HIGH:N, such as launch.starship.price*=0.2..4:9")
    low, high = (None if match[end] is None else float(match[end]) for end in ("low", "high"))
    count = int(match["number"] or number)
    if not 2 <= count <= 1_000:
        raise AddressError(f"'{text}' has {count} points, expected 2 to 1000")
    return parse_varied(instance, match["what"], low, high), count
