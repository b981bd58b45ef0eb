"""Collecting everything that is wrong with an instance, each problem with its place in a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Protocol

from planner.errors import InstanceError, Problem, printable

#: After so many problems reading stops: a file of another kind would give one for every line of it.
MOST_PROBLEMS = 1_000

#: Longer names are not compared with the known ones.
_LONGEST_NAME = 100


class Source(Protocol):
    """A file that was read, and can say where in it something stands."""

    def position(self, line: int, field: str | int | None) -> tuple[int, int]:
        """Line and column, from 1, of a field of the row or key that begins on `line`."""


class Problems:
    """The problems found so far, and the files in which to look up their positions (only when there is a problem)."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.found: list[Problem] = []
        #: Whether a whole file could not be read, so that missing names would only be its echo.
        self.unreadable = False
        #: Whether something in a TOML file was left out because it is wrong.
        self.settings_broken = False
        #: How many cells of tables were read so far.
        self.cells_read = 0

    def add(self, file: str, line: int, field: str | int | None, message: str) -> None:
        """Add a problem at a field (by column name or number) of the row that begins on a line."""
        source = self.sources.get(file)
        at, column = source.position(line, field) if source else (line, 1)
        self.at(file, at, column, message)

    def at(self, file: str, line: int, column: int, message: str) -> None:
        """Add a problem at a line and column."""
        self.found.append(Problem(printable(file), line, column, printable(message)))
        if len(self.found) >= MOST_PROBLEMS:
            raise InstanceError(self.found, f"{MOST_PROBLEMS} problems found, and reading stopped there")

    def raise_if_any(self) -> None:
        """Raise one `InstanceError` with all problems, if there are any."""
        if self.found:
            number = len(set(self.found))
            raise InstanceError(self.found, f"{number} problem{'s' if number > 1 else ''} found")


def nearest(name: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?` for a misspelt name, or nothing where no known name is near."""
    near = difflib.get_close_matches(name, list(known), 1, 0.6) if len(name) <= _LONGEST_NAME else []
    return f", did you mean '{near[0]}'?" if near else ""


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, the first dozen of them."""
    names = list(names)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
