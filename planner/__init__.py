"""planner: how much compute to place on Earth, the Moon or any other body, each year, at least cost.

    instance = planner.load("instances/accelerated")
    plan = planner.solve(instance)
    plan["compute.in_service"]
"""

from planner.certificate import Certificate, certify
from planner.errors import (
    AddressError,
    Infeasible,
    InstanceError,
    NotCertified,
    PlannerError,
    SolverError,
    SolverLimit,
    Unbounded,
)
from planner.highs import Optimum
from planner.instance import Instance, load
from planner.lp import LinearProgram, compile
from planner.model import build
from planner.pipeline import solve
from planner.plan import Plan
from planner.store import load_plan, save_plan
from planner.summary import summary

__version__ = "0.1.0"

__all__ = [
    "AddressError",
    "Certificate",
    "Infeasible",
    "Instance",
    "InstanceError",
    "LinearProgram",
    "NotCertified",
    "Optimum",
    "Plan",
    "PlannerError",
    "SolverError",
    "SolverLimit",
    "Unbounded",
    "build",
    "certify",
    "compile",
    "load",
    "load_plan",
    "save_plan",
    "solve",
    "summary",
]
