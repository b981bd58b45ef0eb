"""Patterns of names, in which `*` stands for any text, matched in a time that grows with their length and no faster."""

from __future__ import annotations


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern names a text: each piece between stars is found at the first place where it comes, never tried again.

    >>> fits("compute.*.demand", "compute.training.demand")
    True
    """
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in filter(None, middle):
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return place <= end
