"""Where the simplex method stalls on what no plan meets, `auto` goes on to an interior point, and a diagnosis comes of it."""

from __future__ import annotations

import pytest

import planner
from planner import pipeline
from tests.diagnosis.seeds import base


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_PATIENCE", (1.0, 0.0))


def test_an_interior_point_sees_what_the_simplex_method_does_not(impatient: None) -> None:
    heavy = base("mandate").replace({"launch.earth_moon.burden": "2000 1"})
    with pytest.raises(planner.SolverLimit):
        planner.solve(heavy, solver="simplex", time_limit=3)
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(heavy)
    assert "launch.earth_moon.burden" in raised.value.diagnosis.addresses


def test_a_limit_of_time_that_the_user_set_is_kept(impatient: None) -> None:
    heavy = base("mandate").replace({"launch.earth_moon.burden": "2000 1"})
    with pytest.raises(planner.SolverLimit) as raised:
        planner.solve(heavy, time_limit=0.5)
    assert raised.value.known["reason"] == "time limit"
