"""A point starts from the optimum of the point that it hangs on, and what a task answered is known to those after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.sweeping.answering import Answerer, Job
from planner.sweeping.children import CHILDREN
from planner.sweeping.ordering import Step
from planner.sweeping.points import Design, Point, instances_of
from planner.sweeping.tasks import Task, pack, run_task
from tests.sweeping.designs import toy, write


@pytest.fixture
def design(tmp_path: Path) -> Design:
    return planner.read_design(write(tmp_path, 8), toy())


def job(design: Design, key: str = "job") -> Job:
    return Job(key, tuple(f.name for f in design.factors), design.quantities, instances_of(design, toy()), {}, 60.0, 0)


def alone(point: Point) -> Step:
    return Step(point.number, None, False)


def again(point: Point) -> Step:
    return Step(point.number, point.number, True)


def test_a_point_starts_where_its_parent_ended(design: Design) -> None:
    answerer = Answerer(job(design))
    answerer.begin({})
    first, second = design.points[:2]
    cold = answerer.answer(first, alone(first))["iterations"]
    assert answerer.answer(first, again(first))["iterations"] == 0 < cold  # from its own optimum
    bases = answerer.bases([first.number, second.number])
    assert list(bases) == [first.number]  # the other was not asked for
    answerer.begin(bases)
    assert answerer.answer(first, again(first))["iterations"] == 0  # known from an earlier task
    answerer.begin({})
    assert answerer.answer(first, again(first))["iterations"] == cold  # forgotten: from the instance, which has no basis here


def test_points_of_a_large_program_start_from_none_that_is_far(design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.highs.COARSE_FROM", 1_000)
    answerer = Answerer(job(design))
    assert answerer.start_of(()) is None  # an instance's own plan is near to no point
    first, second = design.points[:2]
    assert answerer.answer(first, alone(first))["method"] == "coarse-to-fine"
    assert answerer.answer(second, Step(second.number, first.number, False))["method"] == "coarse-to-fine"
    near = answerer.answer(second, Step(second.number, first.number, True))
    assert near["method"] == "simplex"
    monkeypatch.undo()
    assert answerer.start_of(()) is not None


def test_a_point_that_is_not_valid_ends_where_it_started(design: Design) -> None:
    answerer = Answerer(job(design))
    answerer.begin({})
    first, second = design.points[:2]
    answerer.answer(first, alone(first))
    strange = type(second)(second.number, second.values, ("no such scenario",), second.changes, "")
    assert answerer.answer(strange, Step(strange.number, first.number, False))["status"] == "invalid"
    ended = answerer.bases([first.number, second.number])
    assert np.array_equal(ended[second.number].columns, ended[first.number].columns)


def test_a_task_hands_on_the_bases_that_are_wanted(design: Design) -> None:
    packed, (a, b, c) = pack(job(design, "tasks")), design.points[:3]
    try:
        first = run_task(Task(packed, (a, b), (alone(a), Step(b.number, a.number, False)), {}, (b.number,), "/nowhere", "token"))
        assert [row["point"] for row in first.rows] == [a.number, b.number] and list(first.bases) == [b.number]
        warm = run_task(Task(packed, (c,), (Step(c.number, b.number, False),), first.bases, (), "/nowhere", "token"))
        cold = run_task(Task(packed, (c,), (alone(c),), {}, (), "/nowhere", "token"))
    finally:
        CHILDREN.stop("tasks")
    assert warm.rows[0]["iterations"] < cold.rows[0]["iterations"] and not warm.bases
    assert warm.rows[0]["objective"] == pytest.approx(cold.rows[0]["objective"], rel=1e-9)


def test_few_programs_are_kept_at_a_time(design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.sweeping.answering.KEPT", 2)
    instances = {(): toy(), ("a",): toy(), ("b",): toy()}
    answerer = Answerer(replace(job(design), instances=instances))
    answerer.build([(), ("a",), ("b",)])
    assert list(answerer._sessions) == [("a",), ("b",)]
    kept = answerer._session(("a",))
    answerer.build([()])
    assert list(answerer._sessions) == [("a",), ()] and answerer._session(("a",)) is kept
