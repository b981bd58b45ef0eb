"""Patterns of addresses: `compute.*.demand`, where `*` stands for anything, a dot included.

Matching takes time in proportion to the text: each piece between two stars is looked for where the one before it ended, which
finds a match wherever there is one, so that nothing is ever tried again.
"""

from __future__ import annotations

from collections.abc import Iterable

from planner.instance.problems import nearest

#: What stands for anything.
STAR = "*"


def is_pattern(text: str) -> bool:
    """True where a text has a `*`."""
    return STAR in text


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern names a text; without a `*` it names itself alone."""
    first, *pieces = pattern.split(STAR)
    if not pieces:
        return pattern == text
    *middle, last = pieces
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last) or end < len(first):
        return False
    place = len(first)
    for piece in middle:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def named(pattern: str, addresses: Iterable[str]) -> list[str]:
    """The addresses that a pattern names, in their order."""
    return [address for address in addresses if matches(pattern, address)]


def nearest_pattern(pattern: str, addresses: Iterable[str]) -> str:
    """`, did you mean 'x'?` with the nearest pattern of the form block.*.parameter, or address; nothing where none is near."""
    parts = [address.split(".") for address in addresses]
    known = [f"{part[0]}.{STAR}.{part[-1]}" for part in parts if len(part) == 3]
    return nearest(pattern, dict.fromkeys([*known, *(".".join(part) for part in parts)]))
