"""Numbers as people write them in a cell: a decimal point, an exponent if need be, and nothing else."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from numbers import Real
from typing import Any

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_AMOUNT = re.compile(rf"({_NUMBER.pattern})\s*(.*)")
_MORE_DIGITS = re.compile(r"\d(?<!1)|1[\d.eE]")  # after a blank, as between thousands; 1 begins units such as 1/yr
_WITH_COMMA = re.compile(r"[+-]?\d[\d.]*,\d*[\d.,eE+-]*(?:\s|$)")


class NotANumber(ValueError):
    """A cell that is no finite number; the message says what was found and expected."""


def number(text: str) -> float:
    """The number that a cell holds; raises `NotANumber`."""
    if _NUMBER.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise NotANumber(f"'{text}' is too large for a number")
        return value
    if _WITH_COMMA.match(text):
        raise NotANumber(f"'{text}' is no number, expected a decimal point and no separator of thousands, as in 1234.5")
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise NotANumber(f"'{text}' is no number, expected a finite one (leave the cell empty where there is none)")
    raise NotANumber(f"'{text}' is no number, expected one such as 1234.5 or 1.2e3")


def is_number(text: str) -> bool:
    """True where a cell holds a number and nothing else."""
    return _NUMBER.fullmatch(text) is not None


def whole_number(text: str) -> int:
    """The whole number that a cell holds; raises `NotANumber`."""
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise NotANumber(f"'{text}' is no whole number")
    return int(text)


def whole_meant(text: str) -> str:
    """`, did you mean '2030'?` for a whole number that is written with a decimal point, or nothing."""
    whole = is_number(text) and abs(float(text)) < 1e9 and float(text) == round(float(text))
    return f", did you mean '{float(text):.0f}'?" if whole else ""


def amount(text: str) -> tuple[float, str]:
    """The number and the unit (empty: none) of a text such as `200 USD/kg`; raises `NotANumber`."""
    match = _AMOUNT.fullmatch(text.strip())
    if _WITH_COMMA.match(text.strip()):
        return number(text.strip()), ""
    if not match:
        raise NotANumber(f"'{text}' is no number, expected one such as 200 or '200 USD/kg'")
    if _MORE_DIGITS.match(match[2]):
        raise NotANumber(f"'{text}' is no number, expected one without blanks, as in 1234.5")
    return number(match[1]), match[2].strip()


def written(value: float) -> str:
    """The shortest text that is read back as the same number."""
    return f"{value:.0f}" if abs(value) < 1e15 and value == int(value) else repr(value)


def plain(value: Any) -> float | None:
    """A number of any kind (Python, numpy, Decimal, Fraction) as a float; None for what is no finite one, truths included."""
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        found = float(value)
    except (OverflowError, ValueError):  # a whole number of hundreds of digits; a signalling NaN
        return None
    return found if math.isfinite(found) else None


def apart(*values: float, digits: int = 6) -> list[str]:
    """Numbers as texts of at least so many digits, and of enough that no two different ones look alike."""
    different = len(set(values))
    for most in range(digits, 17):
        texts = [_short(value, most) for value in values]
        if len(set(texts)) == different:
            return texts
    return [repr(value) for value in values]


def _short(value: float, digits: int) -> str:
    """A number of so many digits; a whole one as it is written out."""
    return f"{value:.0f}" if abs(value) < 1e12 and value == round(value) else f"{value:.{digits}g}"
