"""Numbers as people write them in a cell: a decimal point, an exponent if need be, and nothing else."""

from __future__ import annotations

import math
import re

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
