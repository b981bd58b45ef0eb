"""Vectors of whole numbers, each standing for itself times a power of two: sums and products of them are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError

#: A vector of Python's whole numbers; its scale, the bits after the point, is kept beside it.
Whole = NDArray[np.object_]


class WholeMatrix:
    """A sparse matrix in whole numbers at a scale of 2^-bits."""

    def __init__(self, matrix: Any, bits: int) -> None:
        self._starts, self._indices, self._rows = matrix.indptr, matrix.indices, matrix.shape[0]
        self._data = whole(matrix.data, bits)

    def times(self, vector: Whole) -> Whole:
        """The product with a vector, exactly; its scale is the product of both."""
        sums: Whole = np.full(self._rows, 0, dtype=object)
        filled = np.diff(self._starts) > 0
        if filled.any():
            sums[filled] = np.add.reduceat(self._data * vector[self._indices], self._starts[:-1][filled])
        return sums


def bits_needed(values: Any) -> int:
    """The bits after the point with which every number is whole; at least one."""
    _, exponents = np.frexp(values[values != 0])
    return max(int(53 - exponents.min()), 1) if len(exponents) else 1


def whole(values: Any, bits: int) -> Whole:
    """Floating-point numbers as whole numbers at a scale of 2^-bits, exactly; raises PlannerError where one is too small."""
    mantissas, exponents = np.frexp(values)
    found = [(int(m), int(e) + bits) for m, e in zip(np.ldexp(mantissas, 53), exponents - 53, strict=True)]
    if any(m and e < 0 and m & ((1 << -e) - 1) for m, e in found):
        raise PlannerError("a number of the program is too small to be held exactly")
    return np.array([m << e if e >= 0 else m >> -e for m, e in found] or [], dtype=object)


def rounded(values: Any, bits: int) -> Whole:
    """Floating-point numbers times 2^bits, to the nearest whole number below."""
    mantissas, exponents = np.frexp(values)
    found = zip(np.ldexp(mantissas, 53), exponents - 53 + bits, strict=True)
    return np.array([int(m) << e if e >= 0 else int(m) >> -e for m, e in ((m, int(e)) for m, e in found)], dtype=object)


def floats(values: Whole, bits: int) -> NDArray[np.float64]:
    """Whole numbers at a scale of 2^-bits as the nearest floating-point numbers; `bits` below nought multiply."""
    if bits < 0:
        values, bits = values << -bits, 0
    unit = 1 << bits
    return np.array([int(value) / unit for value in values], float)
