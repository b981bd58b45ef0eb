"""The numerics report: ranges by constraint, and the address behind an extreme."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import planner
from planner.conditioning import numerics_report
from planner.pipeline import compile_instance

ROOT = Path(__file__).parents[1]


def test_ranges_are_those_of_the_program() -> None:
    instance = planner.load(ROOT / "instances" / "baseline")
    program = compile_instance(instance)
    report = {found.what: found for found in numerics_report(instance, program)}
    coefficients = [found for what, found in report.items() if what.startswith("coefficients")]
    assert min(found.smallest for found in coefficients) == np.abs(program.matrix.data).min()
    assert max(found.largest for found in coefficients) == np.abs(program.matrix.data).max()
    assert report["costs"].largest == np.abs(program.cost).max()
    assert not any(found.advice for found in coefficients)


def test_the_parameter_behind_an_extreme_is_named() -> None:
    instance = planner.load(ROOT / "instances" / "toy").replace({"power.fusion.helium3_use": ("*", 1e-6)})
    report = numerics_report(instance, compile_instance(instance))
    found = next(found for found in report if found.what == "coefficients of helium3_balance")
    assert found.smallest < 1e-4
    assert found.smallest_address.startswith("power.fusion.helium3_use")
    assert found.smallest_address in found.advice
