"""Recorded arithmetic: values as floats would have them, slopes as differences would, structure noticed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from planner.arithmetic import expm1, log1p
from planner.recording import Number, Recording


def formula(a: Any, b: Any, c: Any) -> Any:
    """Every operation, with numbers on either side."""
    rate = 2.0 - 1.0 / (1 + a) ** 3 + (a - b) * 4.0 / c
    return -expm1(-c * log1p(a)) + rate * b**c + 0.5**a + sum([a, 3.0, b]) / 7 - (1 - b) + abs(b - 10.0)


def recorded(*values: float) -> tuple[Recording, Number]:
    recording = Recording()
    return recording, formula(*(recording.give(name, value) for name, value in zip("abc", values, strict=True)))


def test_values_are_those_of_floats() -> None:
    _, result = recorded(0.3, 1.7, 2.5)
    assert result.value == formula(0.3, 1.7, 2.5)


def test_other_numbers_give_what_floats_would() -> None:
    recording, result = recorded(0.3, 1.7, 2.5)
    formulas = recording.seal()
    values = formulas.evaluate({"a": 0.45, "c": 3.5})
    assert values[result.node] == pytest.approx(formula(0.45, 1.7, 3.5), rel=1e-15)
    assert formulas.holds(values)
    assert formulas.values[result.node] == result.value, "evaluating changes nothing"


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_slopes_are_those_of_differences(name: str) -> None:
    values = {"a": 0.3, "b": 1.7, "c": 2.5}
    recording, result = recorded(*values.values())
    formulas = recording.seal()
    weights = np.zeros(len(formulas.values))
    weights[result.node] = 2.0
    slope = formulas.gradient(weights)[formulas.given[name]]
    up, down = (formula(**{**values, name: values[name] + step}) for step in (1e-6, -1e-6))
    assert slope == pytest.approx(2.0 * (up - down) / 2e-6, rel=1e-8)


def test_a_tangent_is_the_same_slopes_forwards() -> None:
    recording, result = recorded(0.3, 1.7, 2.5)
    formulas = recording.seal()
    weights = np.zeros(len(formulas.values))
    weights[result.node] = 1.0
    slopes = formulas.gradient(weights)
    amounts = {"a": 2.0, "b": -3.0, "c": 0.7}
    told = sum(amount * slopes[formulas.given[name]] for name, amount in amounts.items())
    assert formulas.tangent(amounts)[result.node] == pytest.approx(told, rel=1e-12)
    assert formulas.tangent({"b": 1.0})[result.node] == pytest.approx(slopes[formulas.given["b"]], rel=1e-12)


def test_slopes_of_one_node_are_those_of_the_sweep() -> None:
    recording, result = recorded(0.3, 1.7, 2.5)
    recording.give("d", 4.0)  # hangs on nothing, and nothing hangs on it
    formulas = recording.seal()
    weights = np.zeros(len(formulas.values))
    weights[result.node] = 1.0
    swept, slopes = formulas.gradient(weights), formulas.slopes_of(result.node)
    assert all(slopes[formulas.given[name]] == pytest.approx(swept[formulas.given[name]], rel=1e-12) for name in "abc")
    assert formulas.given["d"] not in slopes and all(swept[node] == 0 for node in range(len(swept)) if node not in slopes)


def test_a_comparison_that_comes_out_otherwise_is_noticed() -> None:
    recording = Recording()
    a = recording.give("a", 0.0)
    _ = (a + 1) if a > 0 else 0
    formulas = recording.seal()
    assert formulas.holds(formulas.evaluate({"a": -3.0}))
    assert not formulas.holds(formulas.evaluate({"a": 0.1}))


def test_what_is_rounded_is_structure() -> None:
    recording = Recording()
    assert round(recording.give("life", 5.0)) == 5
    formulas = recording.seal()
    assert formulas.holds(formulas.evaluate({}))
    assert not formulas.holds(formulas.evaluate({"life": 6.0}))


def test_a_number_cannot_lose_its_record() -> None:
    number = Recording().give("a", 0.5)
    for lose in (float, math.exp, np.float64, lambda n: round(n, 1)):
        with pytest.raises(TypeError):
            lose(number)  # type: ignore[operator]


def test_what_a_number_reaches() -> None:
    recording = Recording()
    a, b = recording.give("a", 1.0), recording.give("b", 2.0)
    end = (a + 1.0) * 3.0
    _ = b * 2.0
    formulas = recording.seal()
    found = formulas.ancestors(np.array([end.node]))
    assert found[formulas.given["a"]] and not found[formulas.given["b"]]


def test_a_key_that_was_never_given_is_an_error() -> None:
    recording, _ = recorded(0.3, 1.7, 2.5)
    with pytest.raises(KeyError):
        recording.seal().evaluate({"z": 1.0})
