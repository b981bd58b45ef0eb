"""Every error that planner raises on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class PlannerError(Exception):
    """What all errors of planner have in common: a message for a person, and no traceback on the command line.

    `facts` is what `--json` prints of the run that ended so, where a command has gathered it.
    """

    facts: dict[str, Any] | None = None


#: Longer lines of a message are cut.
_LONGEST_LINE = 1_500

#: So many lines of a file of which the same is said are listed one by one.
_MOST_LINES = 4


def printable(text: str) -> str:
    """Text for a terminal: what is not printable written as an escape, what is endless cut short."""
    if len(text) > _LONGEST_LINE:
        text = f"{text[: _LONGEST_LINE // 2]} ... {text[-_LONGEST_LINE // 2 :]}"
    return escaped(text)


def escaped(text: str) -> str:
    """A line with everything that is not printable written as an escape: nothing in it moves a cursor or turns a direction."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with an instance, and where it stands."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


def _folded(problems: list[Problem]) -> list[str]:
    """The problems as lines; what is said of several lines of a file is said once."""
    lines: dict[tuple[str, str], list[int]] = {}
    for problem in problems:
        lines.setdefault((problem.file, problem.message), []).append(problem.line)
    first = {(problem.file, problem.message): problem for problem in reversed(problems)}
    return [f"{first[key]}{_likewise(sorted(set(on) - {on[0]}))}" for key, on in lines.items()]


def _likewise(lines: list[int]) -> str:
    if not lines:
        return ""
    if len(lines) == 1:
        return f" (likewise on line {lines[0]})"
    if lines == list(range(lines[0], lines[-1] + 1)) and len(lines) > 2:
        return f" (likewise on lines {lines[0]} to {lines[-1]})"
    if len(lines) <= _MOST_LINES:
        return f" (likewise on lines {', '.join(map(str, lines[:-1]))} and {lines[-1]})"
    return f" (likewise on {len(lines)} more lines up to {lines[-1]})"


class InstanceError(PlannerError):
    """An instance that cannot be used as it stands; carries every problem that was found, in the order of the files."""

    def __init__(self, problems: list[Problem], summary: str = "") -> None:
        self.problems = sorted(set(problems))
        self.summary = summary
        super().__init__("\n".join([*_folded(self.problems), *([summary] if summary else [])]))

    def __reduce__(self) -> tuple[type[InstanceError], tuple[list[Problem], str]]:
        return type(self), (self.problems, self.summary)


class AddressError(PlannerError):
    """An address or a value given to `--set` or `Instance.replace` that means nothing in this instance.

    `problems` has every one, at the file `--set` or `replace` and the number of the change as its line.
    """

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


class UnknownName(PlannerError, KeyError):
    """A name, such as that of a table of a plan, that there is not; the message has the nearest one."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would put it in quotes


class UnitError(PlannerError):
    """A unit that is not known, cannot be read or does not convert into what was expected."""


class NoPlan(PlannerError):
    """No plan can be found, however long one looks; `diagnosis` (a `planner.diagnosis.Diagnosis`, or None) says why."""

    def __init__(self, message: str, diagnosis: Any = None) -> None:
        super().__init__(message, diagnosis)
        self.diagnosis = diagnosis

    def __str__(self) -> str:
        return str(self.args[0]) if self.diagnosis is None else f"{self.args[0]}\n{self.diagnosis}"


class Infeasible(NoPlan):
    """No plan meets every demand and limit."""


class Unbounded(NoPlan):
    """The cost can fall without end: something earns more than it costs and nothing limits it."""


class SolverError(PlannerError):
    """The solver ended without an answer."""


class SolverLimit(SolverError):
    """The solver was stopped, by a limit of time or of iterations or by an interrupt, before it had an optimum.

    `known` says what there is to know: the reason, seconds, iterations, and a cost or a lower bound where there is one.
    """

    def __init__(self, message: str, known: dict[str, Any] | None = None) -> None:
        super().__init__(message, known)
        self.known = dict(known or {})

    @property
    def interrupted(self) -> bool:
        """True where it was no limit, but someone who stopped it."""
        return self.known.get("reason") == "interrupt"

    def __str__(self) -> str:
        return str(self.args[0])


class NotCertified(SolverError):
    """The solver called its answer optimal; the certificate does not."""
