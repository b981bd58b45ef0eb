"""Whether a run folder still holds what was written: before anyone says that its plan is certified.

SHA256SUMS finds a change by accident in whichever file it is. Hashes can be written anew, so nothing rests on them: the program
is built from the copy of the instance, the certificate computed from it and the stored solution, and every table made again.
That costs what building the program costs, a quarter of a solve at most; who explains the plan needs the program anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.certificate import certify
from planner.errors import PlannerError
from planner.lp import LinearProgram
from planner.plan import Frames, Plan

#: Two numbers are one where they differ by no more than this share of the larger, or of 1.
_SAME = 1e-9

#: Columns of prices that a solver finds from the basis; they are not made again.
_RANGES = ("less", "more", "degenerate", "below", "above")

#: So many problems are listed.
_MOST_PROBLEMS = 12


class ChangedRun(PlannerError):
    """A run that is not what was written: `problems` has every difference, each with its file."""

    def __init__(self, run: str, problems: list[str]) -> None:
        self.problems = problems
        shown = problems[:_MOST_PROBLEMS]
        more = [f"and {len(problems) - len(shown)} more"] if len(problems) > len(shown) else []
        lines = "\n".join(f"  {line}" for line in [*shown, *more])
        super().__init__(
            f"{run} was changed since it was solved, or solved by another version of planner, and is not certified:\n{lines}\n"
            "`planner reproduce` solves its instance again and compares"
        )


def check(plan: Plan) -> LinearProgram | None:
    """The program of a plan: the one that it was solved from, or that of its instance, held against all that the plan says.

    None for a plan that was read and whose program was extended: the program is not kept, and only the hash of the instance
    and the sum of the ledger are checked. Raises ChangedRun.
    """
    if plan.frames.program is not None:
        return plan.frames.program
    problems, program = list(_of_instance(plan)), None
    if plan.extended:
        problems += _of_ledger(plan)
    elif not problems:
        from planner.pipeline import compile_instance

        program = compile_instance(plan.instance)
        problems += _of_program(plan, program)
    if problems:
        raise ChangedRun(str(plan.facts.get("out") or plan.instance.name), problems)
    if program is not None:
        plan.frames.keep(program)
    return program


def _of_instance(plan: Plan) -> Iterator[str]:
    recorded = plan.facts.get("instance_hash")
    made = plan.facts.get("provenance", {}).get("instance_hash", recorded)
    for key, value in (("instance_hash", recorded), ("provenance.instance_hash", made)):
        if value != plan.instance.hash:
            yield f"instance/ has the hash {plan.instance.hash}, and summary.json records {value} ({key})"


def _of_ledger(plan: Plan) -> Iterator[str]:
    total = float(plan.ledger["discounted"].sum())
    if not _same(total, plan.objective):
        yield f"ledger.parquet sums to {total:.12g} GUSD, and summary.json records a cost of {plan.objective:.12g}"


def _of_program(plan: Plan, program: LinearProgram) -> Iterator[str]:
    """What a plan says otherwise than the program of its instance, with the plan's own solution."""
    rows, columns, nonzeros = program.shape
    sizes = {"rows": rows, "columns": columns, "nonzeros": nonzeros}
    for name, size in sizes.items():
        if plan.facts.get(name) != size:
            yield f"summary.json records {plan.facts.get(name)} {name}, and the program of instance/ has {size}"
    if (len(plan.optimum.duals), len(plan.optimum.values)) != (rows, columns):
        yield (
            f"solution.npz has {len(plan.optimum.values)} values and {len(plan.optimum.duals)} duals, and the program of "
            f"instance/ {columns} columns and {rows} rows"
        )
        return
    certificate = certify(program, plan.optimum)
    if not certificate.holds:
        failed = ", ".join(name.replace("_", " ") for name in certificate.failures)
        yield f"solution.npz is not optimal for instance/: its certificate fails ({failed})"
    yield from _of_summary(plan, certificate.as_dict(), certificate.objective)
    yield from _of_tables(plan, Frames(plan.instance, program, plan.optimum))


def _of_summary(plan: Plan, certificate: Mapping[str, Any], objective: float) -> Iterator[str]:
    """The cost and the certificate that are recorded, against those of the stored solution."""
    recorded = plan.facts["certificate"]
    facts = {"status": (plan.facts.get("status"), "optimal"), "objective": (plan.facts.get("objective"), objective)}
    facts |= {f"certificate.{name}": (recorded.get(name), certificate[name]) for name in ("holds", "objective", "dual_objective")}
    for name, measure in certificate.items():
        if isinstance(measure, Mapping) and name in recorded:
            facts |= {f"certificate.{name}.{key}": (recorded[name].get(key), measure[key]) for key in ("scaled", "tolerance")}
    for name, (one, other) in facts.items():
        if not _same(one, other):
            yield f"summary.json records {name} {one}, and solution.npz gives {other}"


def _of_tables(plan: Plan, again: Frames) -> Iterator[str]:
    for folder in ("tables", "prices", "economics"):
        one, other = getattr(plan.frames, folder), getattr(again, folder)
        for name in sorted(one.keys() | other.keys()):
            yield from _of_table(f"{folder}/{name}.parquet", one.get(name), other.get(name))
    yield from _of_table("ledger.parquet", plan.ledger, again.ledger)


def _of_table(file: str, table: pd.DataFrame | None, again: pd.DataFrame | None) -> Iterator[str]:
    if table is None or again is None:
        yield f"{file} {'is missing' if table is None else 'is of nothing in the model'}"
        return
    table, again = (one.drop(columns=[name for name in _RANGES if name in one]) for one in (table, again))
    if list(table.columns) != list(again.columns) or len(table) != len(again):
        sizes = [f"{len(one)} rows of {len(one.columns)} columns" for one in (table, again)]
        yield f"{file} has {sizes[0]}, and solution.npz gives {sizes[1]}"
        return
    unlike = np.zeros(len(table), bool)
    for name in table.columns:
        unlike |= ~_alike(table[name], again[name])
    if unlike.any():
        first = int(np.flatnonzero(unlike)[0])
        shown = ", ".join(str(value) for value in table.iloc[first] if str(value))
        yield f"{file} does not follow from solution.npz: {int(unlike.sum())} of {len(table)} rows differ, first {shown}"


def _alike(one: pd.Series, other: pd.Series) -> Any:
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        a, b = one.to_numpy(float), other.to_numpy(float)
        return np.abs(a - b) <= _SAME * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    return one.astype(str).to_numpy() == other.astype(str).to_numpy()


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or not (isinstance(one, int | float) and isinstance(other, int | float)):
        return bool(one == other)
    return bool(one == other or abs(one - other) <= _SAME * max(1.0, abs(one), abs(other)))
