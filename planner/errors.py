"""Every error that planner raises on purpose."""

from __future__ import annotations

from dataclasses import dataclass


class PlannerError(Exception):
    """What all errors of planner have in common: a message for a person, and no traceback on the command line."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with an instance, and where it stands."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class InstanceError(PlannerError):
    """An instance that cannot be used as it stands; carries every problem that was found, in the order of the files."""

    def __init__(self, problems: list[Problem], summary: str = "") -> None:
        self.problems = sorted(set(problems))
        self.summary = summary
        super().__init__("\n".join([*map(str, self.problems), *([summary] if summary else [])]))

    def __reduce__(self) -> tuple[type[InstanceError], tuple[list[Problem], str]]:
        return type(self), (self.problems, self.summary)


class AddressError(PlannerError):
    """An address or a value given to `--set`, a scenario or `Instance.replace` that means nothing in this instance."""


class UnitError(PlannerError):
    """A unit that is not known, cannot be read or does not convert into what was expected."""


class Infeasible(PlannerError):
    """No plan meets every demand and limit."""


class Unbounded(PlannerError):
    """The cost can fall without end: something earns more than it costs and nothing limits it."""


class SolverError(PlannerError):
    """The solver ended without an answer."""


class SolverLimit(SolverError):
    """The solver was stopped by a limit of time or of iterations before it had an optimum."""


class NotCertified(SolverError):
    """The solver called its answer optimal; the certificate does not."""
