"""What a program has beside that of its instance: rows, columns, cost terms and bounds of whoever extended the model.

`planner.build(instance)` may be extended with variables and constraints, terms of the objective, tighter bounds, fixed
variables and deactivated constraints. Everything else must be as the instance states it, or the program is not of that
instance: its tables, its ledger and its hash would be of something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from planner.errors import PlannerError
from planner.instance import Instance
from planner.lp import Family, LinearProgram, Vector

#: Numbers that differ by no more than this share are one: two builds of one model sum in the same order.
_SAME = 1e-12

#: So many names are listed of those of which the same is to be said.
_MOST_NAMES = 5


@dataclass(frozen=True)
class Extension:
    """What was added to the program of an instance, and what was changed or left out of it.

    `rows` and `columns` are the families of the caller's own with their sizes, `bounds` the columns of the instance whose bounds
    are others, `fixed` those that became numbers, `left_out` the rows that were deactivated. `costs` has a vector for each own
    cost: of an own column's family by its name, and of terms on planner's columns as `own terms on FAMILY`; `constant` is the
    own part of the offset. `hash` is of the whole program.
    """

    rows: dict[str, int]
    columns: dict[str, int]
    bounds: dict[str, int]
    fixed: dict[str, int]
    left_out: dict[str, int]
    costs: dict[str, Vector]
    constant: bool
    hash: str

    def facts(self) -> dict[str, Any]:
        """The extension for `summary.json`."""
        parts = {name: getattr(self, name) for name in ("rows", "columns", "bounds", "fixed", "left_out")}
        terms = [*self.costs, *(["constant"] if self.constant else [])]
        return {"words": str(self), **parts, "cost_terms": terms, "hash": self.hash}

    def own_costs(self, values: Vector) -> dict[str, float]:
        """What each own cost is in a plan, in GUSD at the base year."""
        return {name: float(cost @ values) for name, cost in self.costs.items()}

    def __str__(self) -> str:
        said = [
            _counted(self.rows, "own rows"), _counted(self.columns, "own columns"),
            f"own terms of the cost ({', '.join([*self.costs, *(['a constant'] if self.constant else [])])})"
            if self.costs or self.constant else "",
            _counted(self.bounds, "other bounds of"), _counted(self.fixed, "fixed"), _counted(self.left_out, "left out"),
        ]  # fmt: skip
        return "; ".join(part for part in said if part)


def _counted(found: dict[str, int], what: str) -> str:
    return f"{what} {', '.join(f'{name} ({count})' for name, count in found.items())}" if found else ""


def extended(instance: Instance, own: LinearProgram, program: LinearProgram) -> Extension | None:
    """What a program has beside the instance's `own`; None where it has nothing.

    Raises PlannerError where it is not of the instance: one of the instance's quantities or rows is another.
    """
    columns, rows = _Names(own.columns, program.columns), _Names(own.rows, program.rows)
    _refuse_others(instance, own, program, columns, rows)
    bounds = np.array([own.col_lower, own.col_upper])[:, columns.kept] != np.array(
        [program.col_lower, program.col_upper]
    )[:, columns.place[columns.kept]]  # fmt: skip
    found = Extension(
        rows=rows.added(), columns=columns.added(), bounds=columns.counted(columns.kept[bounds.any(axis=0)]),
        fixed=columns.counted(columns.gone), left_out=rows.counted(rows.gone), costs=_costs(own, program, columns),
        constant=_constant(own, program, columns), hash=_hash(program),
    )  # fmt: skip
    plain = not any((found.rows, found.columns, found.bounds, found.fixed, found.left_out, found.costs, found.constant))
    return None if plain else found


class _Names:
    """Where the members of some families are in those of another program, by family and labels.

    `place` has the position of each in the other program, or -1; `kept` and `gone` are the positions of those that have one and
    of the others; `new` those of the other program that are in no family here.
    """

    def __init__(self, own: tuple[Family, ...], other: tuple[Family, ...]) -> None:
        self._own, self._other = own, other
        there = {family.name: family for family in other}
        places: list[int] = []
        for family in own:
            same = there.get(family.name)
            if same is not None and same.index == family.index:
                places += range(same.rows.start, same.rows.stop)
                continue
            found = {} if same is None else {labels: same.start + i for i, labels in enumerate(same.index)}
            places += [found.get(labels, -1) for labels in family.index]
        self.place = np.array(places, int)
        self.kept, self.gone = np.flatnonzero(self.place >= 0), np.flatnonzero(self.place < 0)
        size = sum(len(family.index) for family in other)
        self.new = np.setdiff1d(np.arange(size), self.place)

    def counted(self, positions: Any) -> dict[str, int]:
        """How many of some positions are in each family."""
        return _counts(self._own, positions)

    def added(self) -> dict[str, int]:
        """How many of what is new are in each family of the other program."""
        return _counts(self._other, self.new)

    def named(self, positions: Any) -> str:
        """The names of some positions, the first of them."""
        names = [family.name_of(int(i) - family.start) for family in self._own for i in positions if _has(family, i)]
        return ", ".join(names[:_MOST_NAMES]) + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")


def _has(family: Family, position: Any) -> bool:
    return bool(family.rows.start <= position < family.rows.stop)


def _counts(families: tuple[Family, ...], positions: Any) -> dict[str, int]:
    counts = {family.name: int(((positions >= family.rows.start) & (positions < family.rows.stop)).sum()) for family in families}
    return {name: count for name, count in counts.items() if count}


def _refuse_others(
    instance: Instance, own: LinearProgram, program: LinearProgram, columns: _Names, rows: _Names
) -> None:  # fmt: skip
    """Raise PlannerError where a quantity or a row of the instance is another in the program."""
    if program.instance_hash not in ("", own.instance_hash):
        raise _another(instance, f"its model was built from an instance with another hash, {program.instance_hash}")
    before, after = _listed(own), _listed(program)
    if before != after:
        unlike = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
        raise _another(instance, f"it has other entries of {', '.join(unlike[:_MOST_NAMES]) or 'its quantities'}")
    if not _same(own.quantity_matrix[:, columns.kept], program.quantity_matrix[:, columns.place[columns.kept]]).all():
        differ = ~_same(own.quantity_matrix[:, columns.kept], program.quantity_matrix[:, columns.place[columns.kept]])
        names = [name for name, families in own.quantities.items() if any(differ[family.rows].any() for family in families)]
        raise _another(instance, f"its quantities have other numbers, such as {', '.join(names[:_MOST_NAMES])}")
    mine, theirs = own.matrix[rows.kept], program.matrix[rows.place[rows.kept]]
    differ = ~_same(mine[:, columns.kept], theirs[:, columns.place[columns.kept]])
    moved = np.zeros(len(rows.kept), bool)
    if len(columns.gone):
        moved = np.diff(mine[:, columns.gone].tocsr().indptr) > 0  # a fixed variable moves the bounds of its rows
    for name in ("row_lower", "row_upper"):
        here, there = getattr(own, name)[rows.kept], getattr(program, name)[rows.place[rows.kept]]
        differ |= ~moved & ~np.isclose(here, there, rtol=_SAME, atol=0.0)
    if differ.any():
        raise _another(instance, f"these rows are others: {rows.named(rows.kept[differ])}")


def _listed(lp: LinearProgram) -> dict[str, Any]:
    return {name: [(family.name, list(family.index)) for family in families] for name, families in lp.quantities.items()}


def _another(instance: Instance, why: str) -> PlannerError:
    return PlannerError(
        f"the program is not of the instance {instance.name}: {why}. Expected planner.compile of planner.build(instance), to "
        "which constraints, variables and terms of the cost may be added, and in which variables may be bounded or fixed and "
        "constraints deactivated"
    )


def _same(one: Any, other: Any) -> Any:
    """Which rows of two matrices are the same."""
    apart, size = abs(one - other), abs(one) + abs(other)
    excess = (apart - _SAME * size).tocsr()
    return np.array([not (excess.data[a:b] > 0).any() for a, b in zip(excess.indptr, excess.indptr[1:], strict=False)])


def _costs(own: LinearProgram, program: LinearProgram, columns: _Names) -> dict[str, Vector]:
    """The cost of own columns and of own terms on planner's columns, by what they stand on."""
    left = program.cost.copy()
    kept = columns.place[columns.kept]
    left[kept] -= own.cost[columns.kept]
    left[np.abs(left) <= _SAME * np.abs(program.cost)] = 0.0
    mine = np.zeros(len(left), bool)
    mine[columns.new] = True
    costs = {}
    for family in program.columns:
        part = np.zeros(len(left))
        part[family.rows] = left[family.rows]
        if part.any():
            costs[f"cost of {family.name}" if mine[family.rows].all() else f"own terms on {family.name}"] = part
    return costs


def _constant(own: LinearProgram, program: LinearProgram, columns: _Names) -> bool:
    """Whether the offset has an own part; not to be told where fixed columns have one too."""
    return not len(columns.gone) and not np.isclose(own.offset, program.offset, rtol=_SAME, atol=0.0)


def _hash(lp: LinearProgram) -> str:
    """Of the numbers and names of a program, to twelve digits."""
    digest = sha256()
    for numbers in (lp.cost, lp.matrix.data, lp.row_lower, lp.row_upper, lp.col_lower, lp.col_upper, [lp.offset]):
        digest.update(" ".join(f"{number:.12g}" for number in numbers).encode())
    digest.update("\n".join([*lp.row_names, *lp.column_names]).encode())
    return digest.hexdigest()
