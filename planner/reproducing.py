"""Running a run again, from its own copy of the instance and with its own options, and naming what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.errors import PlannerError
from planner.ledger import COLUMNS
from planner.lp import LinearProgram, Vector
from planner.pipeline import Stopwatch, solve
from planner.plan import Plan
from planner.provenance import versions
from planner.store import load_plan

#: Two numbers are one where they differ by no more than this share of the larger, or of 1.
TOLERANCE = 1e-9

#: What of `summary.json` must be the same; seconds, iterations and paths need not.
_FACTS = ("status", "objective", "unit", "instance_hash", "rows", "columns", "nonzeros")
_MEASURES = ("primal_infeasibility", "dual_infeasibility", "complementarity", "gap", "cost_error")
_EXACT_MEASURES = ("primal_infeasibility", "dual_infeasibility", "gap", "cost_error", "objective", "dual_objective", "rounds")


@dataclass(frozen=True)
class Deviation:
    """Something that came out otherwise: the table or fact, its entry, and both values (None: there is none)."""

    where: str
    entry: str
    recorded: Any
    again: Any

    def __str__(self) -> str:
        return f"{self.where}{f'({self.entry})' if self.entry else ''}: recorded {self.recorded}, again {self.again}"


@dataclass(frozen=True)
class Reproduction:
    """What running again showed. `versions` are those that differ: name, recorded, now."""

    run: str
    compared: int
    deviations: tuple[Deviation, ...]
    versions: dict[str, tuple[str | None, str | None]]
    warm_started: bool

    @property
    def same(self) -> bool:
        """True where nothing came out otherwise."""
        return not self.deviations

    def as_dict(self) -> dict[str, Any]:
        """The reproduction as one JSON object."""
        return {"same": self.same, **asdict(self)}

    def __str__(self) -> str:
        head = f"{self.run}: the same in all of {self.compared:,} values." if self.same else (
            f"{self.run}: differs in {len(self.deviations):,} of {self.compared:,} values.")  # fmt: skip
        shown = [f"  {deviation}" for deviation in self.deviations[:20]]
        more = [f"  and {len(self.deviations) - 20:,} more (--json lists them all)"] if len(self.deviations) > 20 else []
        moved = [f"  {name}: recorded {before}, now {now}" for name, (before, now) in self.versions.items()]
        warm = ["The run was started from another plan, which is not kept: among equally good plans it may have found another."]
        moved = ["Versions that differ:", *moved] if moved else []
        return "\n".join([head, *shown, *more, *moved, *(warm if self.warm_started else [])])


def reproduce(
    folder: str | Path,
    tolerance: float = TOLERANCE,
    watch: Callable[[str], None] | None = None,
    program: LinearProgram | None = None,
) -> Reproduction:
    """Run the run of a folder again and compare: objective, certificate, solution, tables, prices, economics and ledger.

    Both certificates are compared, where the run had both; of the solution every value and dual. `program` is the extended
    program of a run that was made with one, which its folder does not keep. Raises PlannerError where the folder holds no
    whole run, one that does not say how it was made, or one of an extended program that is not given.
    """
    recorded = load_plan(folder)
    if recorded.extended and program is None:
        raise PlannerError(
            f"{folder} was made with a program that was extended ({recorded.extended}), and a run folder keeps the instance "
            "alone: extend the model of its instance again and give it, as planner.reproducing.reproduce(RUN, program=PROGRAM)"
        )
    made = recorded.facts.get("provenance")
    if not isinstance(made, dict) or not isinstance(made.get("options"), dict):
        raise PlannerError(f"{folder} does not say how it was made: its summary.json has no provenance")
    options = made["options"]
    again = solve(
        recorded.instance, solver=options["solver"], threads=options["threads"], time_limit=options["time_limit"],
        exact=options.get("exact", False), ranging=options.get("ranging", False), stopwatch=Stopwatch(watch), program=program,
    )  # fmt: skip
    compared, deviations = compare(recorded, again, tolerance)
    before, now = made.get("versions", {}), versions()
    moved = {name: (before.get(name), now.get(name)) for name in sorted({*before, *now}) if before.get(name) != now.get(name)}
    return Reproduction(str(folder), compared, tuple(deviations), moved, bool(options.get("warm_start")))


def compare(recorded: Plan, again: Plan, tolerance: float) -> tuple[int, list[Deviation]]:
    """How many values two plans have, and those that differ."""
    before, after = _facts(recorded), _facts(again)
    unlike = [name for name in before if not _same(before[name], after.get(name), tolerance)]
    deviations = [Deviation(name, "", before[name], after.get(name)) for name in unlike]
    count = len(before)
    for name, a, b, names in _solutions(recorded, again):
        count += max(len(a), len(b))
        deviations += _apart(name, a, b, names, tolerance)
    one, other = _tables(recorded), _tables(again)
    for name in sorted(one.keys() | other.keys()):
        empty = (one.get(name) if name in one else other[name]).iloc[:0]  # type: ignore[union-attr]
        a, b = one.get(name, empty), other.get(name, empty)
        count += max(len(a), len(b))
        deviations += _deviations(name, a, b, tolerance)
    return count, deviations


def _facts(plan: Plan) -> dict[str, Any]:
    certificate, exact = plan.facts["certificate"], plan.facts.get("exact_certificate")
    found = {
        **{name: plan.facts.get(name) for name in _FACTS}, "certificate": certificate["holds"],
        "dual objective": certificate["dual_objective"], "method": plan.facts["solver"]["method"],
        **{f"certificate {name}": certificate.get(name, {}).get("scaled") for name in _MEASURES},
        "exact certificate": None if exact is None else exact["holds"],
    }  # fmt: skip
    if exact is not None:
        found |= {f"exact certificate {name}": exact.get(name) for name in _EXACT_MEASURES}
    return found


def _solutions(recorded: Plan, again: Plan) -> Iterator[tuple[str, Vector, Vector, list[str]]]:
    """Values and duals of both plans, and the names of the columns and rows that they are of."""
    program = again.frames.program
    assert program is not None  # it was solved here
    for name, names in (("values", program.column_names), ("duals", program.row_names)):
        yield f"solution/{name}", getattr(recorded.optimum, name), getattr(again.optimum, name), names


def _apart(name: str, a: Vector, b: Vector, names: list[str], tolerance: float) -> Iterator[Deviation]:
    if len(a) != len(b):
        yield Deviation(name, "how many", len(a), len(b))
        return
    for i in np.flatnonzero(~(np.abs(a - b) <= tolerance * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b))))).tolist():
        yield Deviation(name, names[i], float(a[i]), float(b[i]))


def _tables(plan: Plan) -> dict[str, pd.DataFrame]:
    tables = {f"tables/{name}": table for name, table in plan.tables.items()}
    tables |= {f"prices/{name}": table for name, table in plan.prices.items()}
    tables |= {f"economics/{name}": table for name, table in plan.economics.items()}
    return {**tables, "ledger": plan.ledger[list(COLUMNS)]}


def _deviations(name: str, a: pd.DataFrame, b: pd.DataFrame, tolerance: float) -> Iterator[Deviation]:
    if a.equals(b):
        return
    one, other = _entries(a), _entries(b)
    for entry in dict.fromkeys([*one, *other]):
        for recorded, again in zip(one.get(entry, (None,)), other.get(entry, (None,)), strict=False):
            if not _same(recorded, again, tolerance):
                yield Deviation(name, entry, recorded, again)


def _entries(table: pd.DataFrame) -> dict[str, tuple[Any, ...]]:
    """The values of each entry of a table, by its index in words."""
    values = [column for column in table.columns if table[column].dtype.kind == "f"]
    index = [column for column in table.columns if column not in values]
    keys = zip(*(table[column] for column in index), strict=True)
    words = (", ".join(str(label) for label in key if label != "") for key in keys)
    return dict(zip(words, zip(*(table[column].tolist() for column in values), strict=True), strict=True))


def _same(a: Any, b: Any, tolerance: float) -> bool:
    if isinstance(a, float | int) and isinstance(b, float | int):
        return bool(a == b or abs(a - b) <= tolerance * max(1.0, abs(a), abs(b)))
    return bool(a == b)
