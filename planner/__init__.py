"""planner: how much compute to place on Earth, the Moon or any other body, each year, at least cost.

    instance = planner.load("instances/accelerated")
    plan = planner.solve(instance)
    plan["compute.in_service"]

What a name needs is imported when the name is first used: `import planner` alone costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner import highs as highs
    from planner.certificate import Certificate, certify
    from planner.comparing import Comparison, compare
    from planner.digest import summary
    from planner.errors import (
        AddressError,
        Infeasible,
        InstanceError,
        NotCertified,
        PlannerError,
        SolverError,
        SolverLimit,
        Unbounded,
        UnitError,
    )
    from planner.exact import ExactCertificate, certify_exactly
    from planner.explaining import Explanation, explain
    from planner.exporting import export_plan
    from planner.highs import Optimum
    from planner.instance import Instance, load
    from planner.lp import LinearProgram, compile
    from planner.model import build
    from planner.pipeline import solve
    from planner.plan import Plan
    from planner.refinement import Refined, refine
    from planner.reporting import report
    from planner.session import Session
    from planner.store import load_plan, save_plan
    from planner.studies.breakeven import Breakeven, breakeven
    from planner.studies.frontier import Frontier, frontier
    from planner.studies.pareto import Pareto, pareto
    from planner.studies.value_function import ValueFunction, value_function
    from planner.sweeping.analysis import SweepAnalysis, analyse_sweep
    from planner.sweeping.design import Design, read_design
    from planner.sweeping.results import Sweep, load_sweep
    from planner.sweeping.running import sweep

__version__ = "0.1.0"

__all__ = [
    "AddressError",
    "Breakeven",
    "Certificate",
    "Comparison",
    "Design",
    "ExactCertificate",
    "Explanation",
    "Frontier",
    "Infeasible",
    "Instance",
    "InstanceError",
    "LinearProgram",
    "NotCertified",
    "Optimum",
    "Pareto",
    "Plan",
    "PlannerError",
    "Refined",
    "Session",
    "SolverError",
    "SolverLimit",
    "Sweep",
    "SweepAnalysis",
    "Unbounded",
    "UnitError",
    "ValueFunction",
    "analyse_sweep",
    "breakeven",
    "build",
    "certify",
    "certify_exactly",
    "compare",
    "compile",
    "explain",
    "export_plan",
    "frontier",
    "load",
    "load_plan",
    "load_sweep",
    "pareto",
    "read_design",
    "refine",
    "report",
    "save_plan",
    "solve",
    "summary",
    "sweep",
    "value_function",
]

_HOMES = {
    "planner.certificate": ("Certificate", "certify"),
    "planner.comparing": ("Comparison", "compare"),
    "planner.errors": (
        "AddressError", "Infeasible", "InstanceError", "NotCertified", "PlannerError", "SolverError", "SolverLimit",
        "Unbounded", "UnitError",
    ),
    "planner.exact": ("ExactCertificate", "certify_exactly"),
    "planner.refinement": ("Refined", "refine"),
    "planner.exporting": ("export_plan",),
    "planner.explaining": ("Explanation", "explain"),
    "planner.highs": ("Optimum",),
    "planner.instance": ("Instance", "load"),
    "planner.lp": ("LinearProgram", "compile"),
    "planner.model": ("build",),
    "planner.pipeline": ("solve",),
    "planner.plan": ("Plan",),
    "planner.reporting": ("report",),
    "planner.session": ("Session",),
    "planner.store": ("load_plan", "save_plan"),
    "planner.digest": ("summary",),
    "planner.studies.breakeven": ("Breakeven", "breakeven"),
    "planner.studies.frontier": ("Frontier", "frontier"),
    "planner.studies.pareto": ("Pareto", "pareto"),
    "planner.studies.value_function": ("ValueFunction", "value_function"),
    "planner.sweeping.analysis": ("SweepAnalysis", "analyse_sweep"),
    "planner.sweeping.design": ("Design", "read_design"),
    "planner.sweeping.results": ("Sweep", "load_sweep"),
    "planner.sweeping.running": ("sweep",),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, or a module such as `planner.highs`, imported when it is first used."""
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif not name.startswith("_") and find_spec(f"planner.{name}") is not None:
        value = import_module(f"planner.{name}")
    else:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    if isinstance(value, FunctionType):
        from planner.arguments import checked

        value = checked(value, __name__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
