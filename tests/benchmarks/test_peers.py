"""The benchmarks compare like with like: the same program, the same options, the same optimum."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import linopy
import numpy as np
import pytest

import planner
from benchmarks import peers, tables
from benchmarks.goals import goals
from benchmarks.growth import exponents
from benchmarks.options import options
from benchmarks.processes import Budget, run
from benchmarks.statement import linopy_model
from planner.highs import opened, solve_program
from tests import variants
from tests.conftest import TOY


@pytest.fixture(autouse=True)
def own_semantics() -> Any:
    """linopy's option is one for the whole process: it is put back."""
    before = linopy.options["semantics"]
    yield
    linopy.options["semantics"] = before


#: One of each kind, and a few at random that have a plan.
SAME = [
    variants.toy,
    variants.crossroads,
    variants.stages,
    *(partial(variants.drawn, seed) for seed in (0, 1, 4, 5, 7, 31003, 31011)),
]


@pytest.mark.parametrize("make", SAME)
def test_linopys_statement_is_the_same_program(make: Callable[[], planner.Instance]) -> None:
    instance = make()
    program = planner.compile(planner.build(instance))
    model = linopy_model(instance)
    filled = [np.count_nonzero(abs(matrix).sum(axis=1)) for matrix in (model.matrices.A, program.matrix)]
    assert (filled[0], model.nvars) == (filled[1], program.matrix.shape[1])
    status, _ = model.solve("highs", io_api="direct", output_flag=False, **options("simplex"))
    assert status == "ok"
    assert model.objective.value == pytest.approx(solve_program(program, "simplex").objective, rel=1e-9)


@pytest.mark.parametrize("method", ["simplex", "ipm", "hipo"])
def test_peers_ask_of_highs_what_planner_asks(method: str) -> None:
    program = planner.compile(planner.build(planner.load(TOY)))
    highs = opened(program, method, None, None, None)
    for name, value in options(method).items():
        assert highs.getOptionValue(name)[1] == value, name


def test_one_round_of_the_peers(tmp_path: Any) -> None:
    """The toy through three of them, each a process, as `make bench` runs them."""
    who = ("planner", "highs", "alone")
    found = peers.compare({"toy": "simplex"}, 1, Budget(5), 120, who)["toy"]
    costs = {peer: figures["objective"] for peer, figures in found["figures"].items()}
    assert set(costs) == set(who)
    assert np.ptp(list(costs.values())) < 1e-9 * max(costs.values())
    assert peers.disagreeing("toy", found["figures"]) == []
    found["figures"]["highs"]["objective"] *= 1 + 1e-6
    assert peers.disagreeing("toy", found["figures"]) == ["highs"]
    assert found["figures"]["alone"]["whole ratio"] == [1, 1, 1]
    assert {goal.what for goal in goals({"toy": found})} >= {"peak memory / HiGHS alone", "whole time / Pyomo `highs`"}
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- measured: parts -->\nold\n<!-- end: parts -->\nafter\n", encoding="utf-8")
    tables.write_page({"parts": tables.part_table({"toy": found})}, page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert all(f"| toy | {tables.NAMES[peer]} |" in text for peer in who)


def test_a_run_that_fails_or_hangs_is_told_and_bounded() -> None:
    assert run(["-c", "raise SystemExit('no such thing')"], 60)["failed"] == "exit code 1: no such thing"
    assert run(["-c", "import time; time.sleep(60)"], 0.5)["failed"].startswith("killed after")


def test_exponents_are_those_of_a_power_law() -> None:
    points = {
        size: {
            "rows": 3 * size,
            "nonzeros": 5 * size**2,
            "iterations": 7 * size,
            "build": 0.1,
            "solve": 0.01 * size**2.5,
            "peak": 100 + size,
        }
        for size in (1, 2, 4, 8)
    }
    fitted = exponents(points)
    assert fitted["rows"] == [1, 1] and fitted["nonzeros"] == [2, 1] and fitted["solve"] == [2.5, 1] and fitted["build"][0] == 0
    assert exponents(points, "nonzeros")["solve"] == [1.25, 1]
