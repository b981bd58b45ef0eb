"""The program of an instance as a function of one or two numbers, and its optimum, certified, at any of them.

Where every number of the program is linear in each of the varied numbers (found by compiling the instance at the ends of the
ranges and at a point within, and comparing), a program between is put together from those at the ends. Where it is not,
the program is computed at every point from the recorded formulas of the instance's, or built where that cannot be done.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.certificate import Certificate
from planner.errors import Infeasible, NotCertified, PlannerError, SolverError, SolverLimit
from planner.highs import Basis, Optimum, solve_program
from planner.instance import Instance
from planner.lp import LinearProgram
from planner.numerics import check_program
from planner.pipeline import compile_instance, proven
from planner.recorded import record
from planner.studies.varying import Varied

#: Numbers of two programs that differ by less than this share of the larger are the same.
SAME = 1e-9

#: Where within a range the program is held against the one that the ends make; no special point of anything.
WITHIN = 0.381966

_VECTORS = ("cost", "row_lower", "row_upper", "col_lower", "col_upper", "quantity_offset")
_MATRICES = ("matrix", "quantity_matrix")

#: What a number changes in a program, by the array that differs.
_PARTS = {"cost": "cost", "matrix": "coefficients", **dict.fromkeys(_VECTORS[1:5], "right-hand side")}


@dataclass(frozen=True)
class Solved:
    """An optimum at a point, its program and its certificate, which holds."""

    at: tuple[float, ...]
    program: LinearProgram
    optimum: Optimum
    certificate: Certificate

    @property
    def cost(self) -> float:
        """Net present cost in GUSD."""
        return self.certificate.objective


@dataclass
class Programs:
    """The programs of an instance over the ranges of one or two varied things.

    `parts` says what changes in them: `cost`, `right-hand side`, `coefficients`; `linear` whether programs are put together
    from those at the ends. `watch` is told of each build and solve; `solves` counts them.
    """

    instance: Instance
    varied: tuple[Varied, ...]
    watch: Callable[[str], None] = field(default=lambda step: None)
    parts: frozenset[str] = frozenset()
    linear: bool = False
    solves: int = 0

    def __post_init__(self) -> None:
        self._recorded = record(self.instance)
        ends = itertools.product(*((v.low, v.high) for v in self.varied))
        self._corners = [self._program(point) for point in ends]
        self._last: Solved | None = None
        inner = tuple(v.between(v.low, v.high, WITHIN) for v in self.varied)
        built = self._program(inner)
        shapes = {_shape(lp) for lp in (*self._corners, built)}
        whole = any(v.whole for v in self.varied)  # what a whole number changes, it changes in steps
        self.linear = not whole and len(shapes) == 1 and not _differing(self._mixed(inner), built)
        if len(shapes) == 1:
            differing = {name for lp in (*self._corners[1:], built) for name in _differing(self._corners[0], lp)}
            offsets = len({lp.offset for lp in self._corners}) > 1
            self.parts = frozenset({_PARTS[n] for n in differing if n in _PARTS} | ({"cost"} if offsets else set()))
            if not differing and not offsets and not whole:
                raise PlannerError(
                    f"no number of the program hangs on {', '.join(v.name for v in self.varied)}: nothing would change"
                )
        else:
            self.parts = frozenset({"the rows and columns themselves"})

    def instance_at(self, *point: float) -> Instance:
        """The instance at a point."""
        made = self.instance
        for varied, t in zip(self.varied, point, strict=True):
            made = varied.instance_at(made, t)
        return made

    def read_at(self, *point: float) -> Instance:
        """The instance by which quantities are read at a point: the first one, unless shares of the year are varied."""
        times = any(law.address.startswith("time.") for varied in self.varied for law in varied.laws)
        return self.instance_at(*point) if times else self.instance

    def _program(self, point: tuple[float, ...]) -> LinearProgram:
        """The program at a point, from the formulas of the first or built."""
        self.watch(f"build at {self._said(point)}")
        made = self.instance_at(*point)
        program = self._recorded.program_of(made)
        if program is None:
            return compile_instance(made)
        check_program(made, program)
        return program

    def at(self, *point: float) -> LinearProgram:
        """The program at a point."""
        return self._mixed(point) if self.linear else self._program(point)

    def differ_from_built(self, *point: float) -> bool:
        """Whether the program at a point is another than the one that is built there."""
        one, built = self.at(*point), compile_instance(self.instance_at(*point))
        return _shape(one) != _shape(built) or bool(_differing(one, built))

    def solve_at(self, *point: float, start: Solved | None = None) -> Solved | None:
        """The certified optimum at a point, from the basis of `start` or of the last one; None where no plan is possible.

        Raises Unbounded, SolverLimit, SolverError or NotCertified.
        """
        lp = self.at(*point)
        self.watch(f"solve {self.solves + 1} at {self._said(point)}")
        self.solves += 1
        warm = start or self._last
        try:
            optimum, certificate = certified(lp, warm.optimum.basis if warm else None)
        except Infeasible:
            return None
        self._last = Solved(point, lp, optimum, certificate)
        return self._last

    def _mixed(self, point: tuple[float, ...]) -> LinearProgram:
        """The program that the corners make at a point, each as much as the point is near it."""
        shares = [(t - v.low) / (v.high - v.low) for v, t in zip(self.varied, point, strict=True)]
        weights = [math.prod(pair) for pair in itertools.product(*((1 - share, share) for share in shares))]
        parts = [(weight, lp) for weight, lp in zip(weights, self._corners, strict=True) if weight]
        vectors = {name: _mix(parts, name) for name in _VECTORS}
        matrices = {name: sum(weight * getattr(lp, name) for weight, lp in parts).tocsr() for name in _MATRICES}
        for made in matrices.values():
            made.sort_indices()
        return replace(parts[0][1], offset=sum(weight * lp.offset for weight, lp in parts), **vectors, **matrices)

    def _said(self, point: Sequence[float]) -> str:
        return ", ".join(v.said(t) for v, t in zip(self.varied, point, strict=True))


def certified(lp: LinearProgram, start: Basis | None = None) -> tuple[Optimum, Certificate]:
    """An optimum whose certificate holds: warm, else cold by each method. Raises Infeasible, Unbounded or SolverError."""
    failure: SolverError = SolverError("no method was tried")
    for method, basis in (("auto", start), *((("auto", None),) if start is not None else ()), ("ipm", None)):
        try:
            optimum = solve_program(lp, method, start=basis)
        except Infeasible:
            if basis is None:
                raise
            continue
        except SolverLimit:
            raise
        except SolverError as error:
            failure = error
            continue
        optimum, certificate = proven(lp, optimum)
        if certificate.holds:
            return optimum, certificate
        failure = NotCertified(f"the certificate of {optimum.method} fails: {', '.join(certificate.failures)}")
    raise failure


def _shape(lp: LinearProgram) -> tuple[Any, ...]:
    """What two programs must share for their numbers to be compared: names of columns, rows and quantities."""
    families = (*lp.columns, *lp.rows, *(family for some in lp.quantities.values() for family in some))
    infinite = tuple(np.isfinite(getattr(lp, name)).tobytes() for name in _VECTORS)
    return lp.matrix.shape, tuple((family.name, tuple(family.index)) for family in families), infinite


def _mix(parts: list[tuple[float, LinearProgram]], name: str) -> Any:
    first = getattr(parts[0][1], name)
    finite = np.isfinite(first)
    mixed = sum(weight * np.where(finite, getattr(lp, name), 0.0) for weight, lp in parts)
    return np.where(finite, mixed, first)


def _differing(one: LinearProgram, other: LinearProgram) -> list[str]:
    """The arrays in which two programs of one shape differ."""
    found = []
    for name in _VECTORS:
        a, b = getattr(one, name), getattr(other, name)
        finite = np.isfinite(a)
        if not np.allclose(a[finite], b[finite], rtol=SAME, atol=SAME * SAME):
            found.append(name)
    for name in _MATRICES:
        a, b = getattr(one, name), getattr(other, name)
        difference = abs(a - b)
        allowed = SAME * (abs(a) + abs(b))
        if ((difference - allowed) > SAME * SAME).nnz:
            found.append(name)
    return found
