"""Why there is no plan, in the user's words: what conflicts, what would mend it, and where the numbers stand.

Its parts are imported when they are asked for: every instance is looked through for slips (`preflight`), and few are diagnosed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.diagnosis.conflict import Conflict
    from planner.diagnosis.infeasible import Diagnosis, diagnose_infeasible, diagnose_unbounded
    from planner.diagnosis.preflight import Finding
    from planner.diagnosis.relaxation import Change

__all__ = ["Change", "Conflict", "Diagnosis", "Finding", "diagnose_infeasible", "diagnose_unbounded"]

_HOMES = {
    "Change": "relaxation", "Conflict": "conflict", "Diagnosis": "infeasible", "diagnose_infeasible": "infeasible",
    "diagnose_unbounded": "infeasible", "Finding": "preflight",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"planner.diagnosis.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
