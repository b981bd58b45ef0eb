"""From a Pyomo model to a linear program: named columns and rows around a sparse matrix, and the quantities as a matrix too.

Any linear Pyomo model compiles, an extended one as well: a range constraint stays one row, a variable that is used
nowhere stays a column, and an empty row that cannot hold stays a row for the solver to report.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import planner.lean  # noqa: F401 - before scipy

# isort: split
import numpy as np
import pyomo.core as pyo
import scipy.sparse as sparse
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from pyomo.core.base.var import VarData
from pyomo.core.expr.numvalue import native_numeric_types
from pyomo.repn.linear import LinearRepnVisitor
from pyomo.repn.util import VarRecorder

from planner.admissible import check_model, not_of_the_model
from planner.errors import PlannerError

if TYPE_CHECKING:
    from planner.extension import Extension

Vector = NDArray[np.float64]
Plain = Callable[[list[Any]], Vector]

#: A coefficient no larger is nought: what is left of an asset, or of a store, after a very long time.
NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class Family:
    """Columns or rows that share a name and stand next to one another: those of one Pyomo component.

    `index` holds one tuple of labels each; `label` is the label of the equation, as `(B1)`; rows of `start` and on.
    """

    name: str
    label: str
    start: int
    index: Sequence[tuple[Any, ...]]

    @property
    def rows(self) -> slice:
        """Where the family stands among all columns or rows."""
        return slice(self.start, self.start + len(self.index))

    def name_of(self, member: int) -> str:
        """The name of a member, such as `power_balance(pole,2040,night)`."""
        labels = self.index[member]
        return f"{self.name}({','.join(map(str, labels))})" if labels else self.name

    def names(self) -> Iterator[str]:
        """The name of each member."""
        return map(self.name_of, range(len(self.index)))


@dataclass(frozen=True)
class LinearProgram:
    """Minimise cost @ x + offset where row_lower <= matrix @ x <= row_upper and col_lower <= x <= col_upper.

    Shapes: `matrix` rows by columns (CSR); `cost`, `col_*` one a column; `row_*` one a row. Money is in GUSD at the base
    year; every other unit is that of the family's component. `quantities` names the rows of `quantity_matrix`: what
    each quantity is, as a linear expression of the columns plus `quantity_offset`. `instance_hash` is of the instance whose model
    was compiled; `extension` says what the program has beside that instance's own, which `planner.solve` finds out.
    """

    cost: Vector
    offset: float
    matrix: Any
    row_lower: Vector
    row_upper: Vector
    col_lower: Vector
    col_upper: Vector
    columns: tuple[Family, ...]
    rows: tuple[Family, ...]
    quantity_matrix: Any
    quantity_offset: Vector
    quantities: dict[str, tuple[Family, ...]] = field(default_factory=dict)
    instance_hash: str = ""
    extension: Extension | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns and nonzeros."""
        return (*self.matrix.shape, self.matrix.nnz)

    @cached_property
    def column_names(self) -> list[str]:
        """The name of each column."""
        return [name for family in self.columns for name in family.names()]

    @cached_property
    def row_names(self) -> list[str]:
        """The name of each row."""
        return [name for family in self.rows for name in family.names()]

    def row_family(self, name: str) -> Family | None:
        """The rows of one constraint, or None where the model has none of that name."""
        return next((family for family in self.rows if family.name == name), None)


def canonical(matrix: Any) -> Any:
    """A matrix as CSR, its indices in order and in the integers that HiGHS takes."""
    made = sparse.csr_array(matrix)
    made.sort_indices()
    arrays = (made.data, made.indices.astype(np.int32), made.indptr.astype(np.int32))
    return sparse.csr_array(arrays, shape=made.shape)


class _Rows:
    """Linear expressions gathered as the rows of a sparse matrix."""

    def __init__(self, visitor: LinearRepnVisitor, column: dict[int, int]) -> None:
        self._visitor, self._column = visitor, column
        self._starts, self._indices, self._values = [0], [], []  # type: list[int], list[int], list[Any]
        self.offsets: list[Any] = []

    def add(self, expression: Any, name: str) -> None:
        """Append a row; a constant part goes to `offsets`. Raises PlannerError where the expression is not linear."""
        if expression.__class__ in native_numeric_types:
            self.offsets.append(expression)
            self._starts.append(len(self._indices))
            return
        if expression.__class__ is VarData and id(expression) in self._column:
            self._indices.append(self._column[id(expression)])
            self._values.append(1.0)
            self.offsets.append(0.0)
            self._starts.append(len(self._indices))
            return
        repn = self._visitor.walk_expression(expression)
        if repn.nonlinear is not None:
            raise PlannerError(f"{name} is not linear, and only a linear program can be solved")
        if not repn.linear.keys() <= self._column.keys():
            raise not_of_the_model(expression, self._column, name)
        for variable, value in repn.linear.items():
            if abs(value) > NEGLIGIBLE:
                self._indices.append(self._column[variable])
                self._values.append(value)
        self.offsets.append(repn.constant)
        self._starts.append(len(self._indices))

    def matrix(self, columns: int, plain: Plain) -> Any:
        """All rows so far, as CSR with its indices in order."""
        arrays = (plain(self._values), np.array(self._indices, np.int32), np.array(self._starts, np.int32))
        made = sparse.csr_array(arrays, shape=(len(self.offsets), columns))
        made.sort_indices()
        return made


def compile(model: pyo.ConcreteModel) -> LinearProgram:
    """The linear program of a Pyomo model, in the order in which its components were declared.

    Raises PlannerError where the model is not linear or not continuous, has no objective or more than one, or maximises, and
    where a variable stands outside of it or a component of planner's own was replaced.
    """
    program: LinearProgram = compile_with(model, lambda numbers: np.array(numbers, float))
    origin = getattr(model, "origin", None)
    return program if origin is None else replace(program, instance_hash=origin.instance.hash)


def compile_with(model: pyo.ConcreteModel, *plains: Plain) -> Any:
    """As `compile`, for a model whose numbers are not floats: each of `plains` makes an array of floats of a list of them.

    One program where there is one of these, and a tuple of as many alike where there are more: of the values of recorded
    numbers, say, and of their nodes.
    """
    with PauseGC():
        check_model(model)
        columns, variables = _columns(model)
        # Columns must keep their order, so the visitor is told of every variable before it meets one.
        visitor = LinearRepnVisitor({}, var_recorder=VarRecorder({id(v): v for v in variables}, sorter=None))
        column = {id(v): i for i, v in enumerate(variables)}
        rows, objective, quantity_rows = (_Rows(visitor, column) for _ in range(3))
        families, lower, upper = _constraints(model, rows)
        lower, upper = ([b - o for b, o in zip(side, rows.offsets, strict=True)] for side in (lower, upper))
        objective.add(_objective(model).expr, "the objective")
        quantities = _quantities(model, quantity_rows)
        bounds = [_bounds(v) for v in variables]
        programs = [
            LinearProgram(
                cost=objective.matrix(len(variables), plain).toarray()[0],
                offset=float(plain(objective.offsets)[0]),
                matrix=rows.matrix(len(variables), plain),
                row_lower=plain(lower),
                row_upper=plain(upper),
                col_lower=plain([low for low, _ in bounds]),
                col_upper=plain([high for _, high in bounds]),
                columns=columns,
                rows=families,
                quantity_matrix=quantity_rows.matrix(len(variables), plain),
                quantity_offset=plain(quantity_rows.offsets),
                quantities=quantities,
            )
            for plain in plains
        ]
        return programs[0] if len(programs) == 1 else tuple(programs)


def _columns(model: pyo.ConcreteModel) -> tuple[tuple[Family, ...], list[Any]]:
    families, variables = [], []  # type: list[Family], list[Any]
    for component in model.component_objects(pyo.Var, descend_into=True):
        if component.is_reference():
            continue  # another name for variables that are met under their own
        free = [(key, v) for key, v in component.items() if not v.fixed]
        families.append(Family(component.name, "", len(variables), [_labels(key) for key, _ in free]))
        variables += [v for _, v in free]
    return tuple(families), variables


def _constraints(model: pyo.ConcreteModel, rows: _Rows) -> tuple[tuple[Family, ...], list[Any], list[Any]]:
    families, lower, upper = [], [], []  # type: list[Family], list[Any], list[Any]
    for component in model.component_objects(pyo.Constraint, active=True, descend_into=True):
        if component.is_reference():
            continue
        family = Family(component.name, component.doc or "", len(lower), [])
        for key, constraint in component.items():
            if not constraint.active:
                continue
            low, body, high = constraint.to_bounded_expression()
            rows.add(body, family.name)
            lower.append(-math.inf if low is None else pyo.value(low))
            upper.append(math.inf if high is None else pyo.value(high))
            family.index.append(_labels(key))  # type: ignore[attr-defined]
        families.append(family)
    return tuple(families), lower, upper


def _objective(model: pyo.ConcreteModel) -> Any:
    objectives = list(model.component_data_objects(pyo.Objective, active=True, descend_into=True))
    if len(objectives) != 1 or objectives[0].sense != pyo.minimize:
        raise PlannerError("a model needs exactly one active objective, and it must be minimised")
    return objectives[0]


def _quantities(model: pyo.ConcreteModel, rows: _Rows) -> dict[str, tuple[Family, ...]]:
    quantities: dict[str, tuple[Family, ...]] = {}
    for name, components in getattr(model, "quantities", {}).items():
        families = []
        for component in components:
            family = Family(component.name, "", len(rows.offsets), [_labels(key) for key in component])
            families.append(family)
            for entry in component.values():
                rows.add(entry, family.name)
        quantities[name] = tuple(families)
    return quantities


def _bounds(variable: Any) -> tuple[float, float]:
    low, high = variable.bounds
    return -math.inf if low is None else low, math.inf if high is None else high


def _labels(key: Any) -> tuple[Any, ...]:
    return () if key is None else key if isinstance(key, tuple) else (key,)
