"""Designs on the toy, and results that a function of the unit cube gives in place of solves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import planner
from planner.instance import Instance
from planner.sweeping.analysis import SweepAnalysis, analyse_sweep
from planner.sweeping.design import Design, read_design
from planner.sweeping.ordering import unit_shares

TOY = Path(__file__).parents[2] / "instances" / "toy"

#: Three factors of the toy, each of a kind: a value on a logarithmic scale, a value, two rows by one factor.
THREE = """
[[factor]]
name = "launch price"
vary = "launch.rocket.price"
scale = "log"
[[factor]]
name = "rack"
vary = "compute.rack.capex"
[[factor]]
name = "worth of training"
vary = ["compute.training_*.value"]
"""


@cache
def toy_instance() -> Instance:
    return planner.load(TOY)


def design_of(text: str, folder: Path, instance: Instance | None = None) -> Design:
    path = folder / "design.toml"
    path.write_text(text, encoding="utf-8")
    return read_design(path, instance or toy_instance())


def results_of(design: Design, function: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    """Every point planned, its cost a function of where it lies in the unit cube, and so is every quantity."""
    numbers = function(unit_shares(design))
    columns = {"point": [p.number for p in design.points], "status": "optimal", "objective": numbers}
    return pd.DataFrame(columns | dict.fromkeys(design.quantities, numbers))


def analysed(method: str, folder: Path) -> SweepAnalysis:
    """The analysis of 64 points by a method, with a year that never comes at some of them."""
    year = "first year of launch.payload > 1 t/yr"
    text = f'method = "{method}"\npoints = 64\nquantities = ["launch.payload@2036", "{year}"]\n' + THREE
    design = design_of(text, folder)
    results = results_of(design, lambda shares: shares @ [3.0, 1.0, 0.0])
    results[year] = np.where(results["objective"] > 1, 2030 + np.floor(results["objective"]), np.nan)
    return analyse_sweep(design, results)
