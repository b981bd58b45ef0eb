"""How far rows and bounds move with a number that gives: what the names of rows say, against the formulas of the program."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from planner.diagnosis.givens import Given, givens
from planner.instance import Instance
from planner.instance.sources import Sources
from planner.recorded import Key, RecordedProgram, record
from tests.diagnosis.seeds import base

#: Kinds whose numbers move bounds alone, so that the formulas have no coefficient to move with them.
KINDS = {"seed", "max_build", "demand", "market", "deposit", "stock"}


def keys_of(instance: Instance, recorded: RecordedProgram, given: Given) -> list[Key]:
    """The numbers that come from the row of a given, of its year where it has one."""
    sources, found = Sources(instance), []
    for name, index in recorded.formulas.given:
        labels = index if isinstance(index, tuple) else (index,)
        row = None if name == "limits" else sources.row(name, *labels)
        if row is not None and row.address == given.address.removesuffix("[]") and given.year in (None, labels[-1]):
            found.append((name, index))
    return found


@pytest.mark.parametrize("name", ["toy", "mandate"])
def test_rows_and_bounds_move_as_the_formulas_say(name: str) -> None:
    instance = base(name)
    recorded = record(instance)
    compared: Counter[str] = Counter()
    for given in givens(instance, recorded.program):
        if given.kind not in KINDS:
            continue
        change = recorded.change(dict.fromkeys(keys_of(instance, recorded, given), float(given.way)))
        rows = {int(i): change.row_upper[i] or change.row_lower[i] for i in np.flatnonzero(change.row_upper + change.row_lower)}
        columns = {int(i): change.col_upper[i] for i in np.flatnonzero(change.col_upper)}
        assert rows == pytest.approx(given.rows), given.address
        assert columns == pytest.approx({column: by for column, by in given.columns.items() if by}), given.address
        compared[given.kind] += 1
    assert set(compared) >= (KINDS if name == "toy" else {"seed", "demand"})


@pytest.mark.parametrize("name", ["toy", "mandate"])
def test_what_stands_already_gives_as_a_share_of_every_row_that_it_enters(name: str) -> None:
    instance = base(name)
    recorded = record(instance)
    found = [given for given in givens(instance, recorded.program) if given.kind == "existing"]
    assert found
    for given in found:
        keys = keys_of(instance, recorded, given)
        change = recorded.change({key: -instance.numbers[key[0]][key[1]] for key in keys})
        rows = {int(i): change.row_upper[i] for i in np.flatnonzero(change.row_upper)}
        assert rows == pytest.approx(given.rows), given.address
