"""The diagnosis of an instance without a plan, or without a least cost: every part of it in turn, and what they say together."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from planner.diagnosis.conflict import Conflict, find_conflict
from planner.diagnosis.factors import mending_factors
from planner.diagnosis.givens import Given, givens
from planner.diagnosis.preflight import Finding, preflight
from planner.diagnosis.relaxation import (
    Change,
    Deadline,
    Elastic,
    changes,
    distance,
    make_elastic,
    mends_alone,
    relax,
    unless_interrupted,
)
from planner.diagnosis.shapes import mending_shapes
from planner.diagnosis.unbounded import Gain, gains
from planner.diagnosis.words import conflict_in_words, gains_in_words, remedies_in_words
from planner.errors import Infeasible, SolverError, SolverLimit
from planner.highs import Optimum, primal_ray
from planner.instance import Instance
from planner.lp import LinearProgram
from planner.recorded import record

#: Rows of the instance that are tried alone, those first that would do most.
_TRIED_ALONE = 24


@dataclass(frozen=True)
class Diagnosis:
    """Why there is no plan.

    `relaxation` holds the changes that together make a plan possible with the least movement; each entry of `alone` the
    changes of one row of the instance that do so by themselves, those first that change least; each of `jointly` changes
    of a few rows that shape the program, of which none can be spared. `conflict` names numbers,
    and rows of the program, that cannot hold together. `gains` is what earns more than it costs where the cost is
    unbounded. `findings` are what is wrong with the instance at first sight. `complete` is False where time ran out;
    `sentences` say it all.
    """

    kind: str
    sentences: tuple[str, ...]
    relaxation: tuple[Change, ...] = ()
    alone: tuple[tuple[Change, ...], ...] = ()
    conflict: Conflict | None = None
    gains: tuple[Gain, ...] = ()
    findings: tuple[Finding, ...] = ()
    complete: bool = True
    jointly: tuple[tuple[Change, ...], ...] = ()

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    @property
    def addresses(self) -> list[str]:
        """Every address of which a change is proposed, or that takes part in the conflict."""
        named = [change.address for part in (self.relaxation, *self.alone, *self.jointly) for change in part]
        named += [given.address for given in self.conflict.givens] if self.conflict else []
        named += [address for gain in self.gains for address in gain.addresses]
        return list(dict.fromkeys(address.removesuffix("[]") for address in named))

    def as_dict(self) -> dict[str, Any]:
        """The diagnosis for `diagnosis.json`."""
        conflict = self.conflict and {
            "irreducible": self.conflict.irreducible, "rows": list(self.conflict.rows),
            "numbers": [_number(given) for given in self.conflict.givens],
        }  # fmt: skip
        return {
            "kind": self.kind, "complete": self.complete, "sentences": list(self.sentences),
            "relaxation": [_change(change) for change in self.relaxation],
            "alone": [[_change(change) for change in part] for part in self.alone],
            "jointly": [[_change(change) for change in part] for part in self.jointly], "conflict": conflict or None,
            "gains": [asdict(gain) for gain in self.gains], "findings": [asdict(finding) for finding in self.findings],
        }  # fmt: skip


def diagnose_infeasible(instance: Instance, lp: LinearProgram, seconds: float = 60.0) -> Diagnosis:
    """Why no plan meets every demand and limit; what is known after `seconds` is said. Raises SolverLimit on Ctrl-C."""
    began = time.perf_counter()
    try:
        return _diagnosed(instance, lp, Deadline(seconds))
    except (KeyboardInterrupt, SolverLimit) as error:
        known = {"reason": "interrupt", "step": "diagnose", "feasible": False, "seconds": time.perf_counter() - began}
        said = f"no plan meets every demand and limit; interrupted after {known['seconds']:.1f} s of looking for the reason"
        raise SolverLimit(said, known) from error


def _diagnosed(instance: Instance, lp: LinearProgram, deadline: Deadline) -> Diagnosis:
    findings = tuple(preflight(instance))
    recorded = record(instance)
    elastic = make_elastic(lp, givens(instance, lp, recorded))
    try:
        least = relax(elastic, deadline)
    except Infeasible:
        said = "No change of limits, demand, growth, orders, markets or deposits makes a plan possible: see your own equations"
        return Diagnosis("infeasible", (*_first_sight(findings), said), findings=findings)
    except SolverError as error:
        unless_interrupted(error)
        said = f"What would make a plan possible was not found: {error}"
        return Diagnosis("infeasible", (*_first_sight(findings), said), findings=findings, complete=False)
    joint = tuple(changes(elastic, least, deadline))
    conflict = find_conflict(elastic, least, deadline)
    given, tried_givens = _givens_alone(elastic, least, [change.address for change in joint], conflict, deadline)
    factors, tried_factors = mending_factors(instance, elastic, least, recorded, deadline)
    shapes, tried_shapes = mending_shapes(instance, elastic, least, recorded, deadline)
    needed = min([*given, joint], key=distance)
    single = [part for part in shapes if len(part) == 1]
    alone = tuple(sorted([*given, *factors, *single], key=lambda part: max(change.distance for change in part)))
    jointly = tuple(part for part in shapes if len(part) > 1)
    reasons, remedies = conflict_in_words(instance, conflict, alone), remedies_in_words(instance, needed, alone, jointly)
    sentences = (*_first_sight(findings), *reasons, *remedies)
    complete = conflict.irreducible and tried_givens and tried_factors and tried_shapes
    return Diagnosis("infeasible", sentences, needed, alone, conflict, (), findings, complete, jointly)


def diagnose_unbounded(instance: Instance, lp: LinearProgram) -> Diagnosis:
    """What earns more than it costs, and lacks a bound."""
    ray = primal_ray(lp)
    found = tuple(gains(instance, lp, ray)) if ray is not None else ()
    return Diagnosis("unbounded", gains_in_words(instance, found), gains=found, complete=bool(found))


def _first_sight(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(str(finding) for finding in findings if finding.hopeless)


def _givens_alone(
    elastic: Elastic, least: Optimum, needed: list[str], conflict: Conflict, deadline: Deadline
) -> tuple[list[tuple[Change, ...]], bool]:
    """The rows of givens each of which would do by itself, and whether there was time to try all that might."""
    worth = _worth(elastic, least)
    likely = [given.address for given in conflict.givens] + sorted(worth, key=lambda address: -worth[address])
    found: list[tuple[Change, ...]] = []
    for address in list(dict.fromkeys([*needed, *likely]))[:_TRIED_ALONE]:
        try:
            part = mends_alone(elastic, address, deadline, least)
        except SolverLimit as error:
            unless_interrupted(error)
            return found, False
        except SolverError:
            continue
        if part:
            found.append(tuple(part))
    return found, True


def _worth(elastic: Elastic, least: Optimum) -> dict[str, float]:
    """How much of the least movement a row of the instance would spare if its numbers moved by a share of themselves."""
    matrix = elastic.program.matrix.T.tocsr()
    spared = np.asarray(matrix[elastic.columns :] @ least.duals)
    worth: dict[str, float] = {}
    for given, by, size in zip(elastic.givens, spared[elastic.first_pieces], elastic.sizes, strict=True):
        if by > 1e-9:
            worth[given.address] = worth.get(given.address, 0.0) + float(by * size)
    return worth


def _change(change: Change) -> dict[str, Any]:
    return {**asdict(change), "set": f"{change.target}{'*=' if change.operation == '*' else '='}{change.after:.12g}"}


def _number(given: Given) -> dict[str, Any]:
    return {name: getattr(given, name) for name in ("address", "year", "value", "unit", "file", "line", "changed_by")}
