"""Twenty infeasible instances: each diagnosis names the very number that was changed, and what it proposes mends."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest

import planner
from planner.diagnosis import Change, Diagnosis, diagnose_infeasible
from planner.diagnosis.givens import givens
from planner.diagnosis.relaxation import NOUGHT, Deadline, make_elastic, solve_elastic
from planner.recorded import record
from tests.diagnosis.seeds import SEEDS, base

#: Seconds that a diagnosis may take here, so that a slow machine changes none of its answers.
PATIENT = 600.0


@cache
def broken(number: int) -> planner.Instance:
    name, address, value = SEEDS[number]
    return base(name).replace({address: value})


@cache
def diagnosis(number: int) -> Diagnosis:
    instance = broken(number)
    return diagnose_infeasible(instance, planner.compile(planner.build(instance)), PATIENT)


def has_plan(instance: planner.Instance) -> bool:
    """Whether an instance has a plan, at whatever cost; what the least relaxation says is shown by the program itself.

    A plan by its rows; that there is none, of columns up to a thousand times as large as here, by prices of rows at which no
    columns between their bounds are worth what the rows ask.
    """
    recorded = record(instance)
    program = planner.compile(planner.build(instance))
    elastic = make_elastic(program, givens(instance, program, recorded))
    found = solve_elastic(elastic.with_costs(1 / elastic.sizes), Deadline(PATIENT))
    if found.objective <= NOUGHT:
        used = program.matrix @ found.values[: elastic.columns]
        missed = np.maximum(program.row_lower - used, used - program.row_upper)
        assert (missed <= 1e-5 * (1 + abs(program.matrix) @ found.values[: elastic.columns])).all()
        return True
    prices = found.duals[: len(program.row_lower)]
    asked = np.where(prices > 0, program.row_lower, program.row_upper)
    prices[np.isinf(asked)] = 0.0  # any prices may prove it: these are rounding
    worth = program.matrix.T @ prices
    largest = 1e3 * np.abs(found.values[: elastic.columns]).max()
    most = np.where(worth > 0, np.minimum(program.col_upper, largest), program.col_lower)
    assert worth @ most < prices[prices != 0] @ asked[prices != 0]
    return False


def mends(number: int, changed: Iterable[Change]) -> bool:
    return has_plan(broken(number).replace({change.target: (change.operation, change.after) for change in changed}))


def own(number: int) -> tuple[Change, ...]:
    """What the diagnosis proposes for the number that was changed."""
    address = SEEDS[number][1].split("@")[0]
    return next(part for part in diagnosis(number).alone if part[0].address.removesuffix("[]") == address)


def test_there_are_twenty_of_many_kinds() -> None:
    assert len(SEEDS) == len({(name, address) for name, address, _ in SEEDS}) == 20
    assert len({address.split("@")[0].rpartition(".")[2].partition("[")[0] for _, address, _ in SEEDS}) >= 15


@pytest.mark.parametrize("name", sorted({name for name, _, _ in SEEDS}))
def test_what_is_shipped_has_a_plan(name: str) -> None:
    assert has_plan(base(name))


@pytest.mark.parametrize("number", range(len(SEEDS)), ids=[address for _, address, _ in SEEDS])
def test_a_diagnosis_names_the_very_number_and_every_remedy_mends(number: int) -> None:
    """The issue asks for the number, or one that mends it, in eighteen of twenty."""
    assert not has_plan(broken(number))
    found, address = diagnosis(number), SEEDS[number][1].split("@")[0]
    assert found.complete and found.relaxation and found.conflict is not None and found.conflict.irreducible
    assert address in found.addresses and own(number)
    assert mends(number, found.relaxation)
    assert all(len({change.address for change in part}) == 1 for part in found.alone)
    for part in dict.fromkeys([own(number), *found.alone[number % 4 :: 4]]):  # another fourth of them with each seed
        assert mends(number, part), part[0].address


@pytest.mark.parametrize("number", (0, 10, 18))
def test_half_of_what_is_proposed_does_not_mend(number: int) -> None:
    halved = [dataclasses.replace(change, after=_halfway(change)) for change in own(number)]
    assert not mends(number, halved)


def _halfway(change: Change) -> float:
    return round((change.before + change.after) / 2) if change.is_date else (change.before + change.after) / 2


def test_a_diagnosis_does_not_lean_on_what_was_changed_last(tmp_path: object) -> None:
    """The same broken instance as a folder, in which nothing says what was changed."""
    folder = broken(6).write(f"{tmp_path}/copy")
    instance = planner.load(folder)
    assert not any(row.changed_by for row in (*instance.rows, *instance.limit_rows))
    found = diagnose_infeasible(instance, planner.compile(planner.build(instance)), PATIENT)
    assert found.addresses == diagnosis(6).addresses
