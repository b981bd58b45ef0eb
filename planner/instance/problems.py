"""Collecting everything that is wrong with an instance, each problem with its place in a file."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Protocol

from planner.errors import InstanceError, Problem, printable
from planner.instance.rows import Stated

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
        #: The tables that were not read whole, with the names of their files: what seems to be missing may stand in them.
        self.unread: dict[str, str] = {}
        #: What else could not be read, so that anything may seem to be missing.
        self.unreadable = ""
        #: Whether a name is unknown: what nothing uses may be what it should have named.
        self.unknown = False
        #: Parameters (block, name) of which a row was refused: that it gives no number is no problem of its own.
        self.refused: set[tuple[str, str]] = set()
        #: How many names could not be looked up for each of the files that were not read whole.
        self.echoes: dict[str, int] = {}
        #: Whether something in a TOML file was left out because it is wrong.
        self.settings_broken = False
        #: How many cells of tables were read so far.
        self.cells_read = 0

    def add(self, file: str, line: int, field: str | int | None, message: str) -> Problem:
        """Add a problem at a field (by column name or number) of the row that begins on a line."""
        source = self.sources.get(file)
        at, column = source.position(line, field) if source else (line, 1)
        return self.at(file, at, column, message)

    def add_at(self, stated: Stated, field: str, message: str) -> None:
        """Add a problem at a field of a row, or at the change that was made to the row last."""
        file, line = stated.latest
        self.add(file, line, field, message + stated.row_changed)

    def at(self, file: str, line: int, column: int, message: str) -> Problem:
        """Add a problem at a line and column."""
        self.found.append(Problem(printable(file), line, column, printable(message)))
        if len(self.found) >= MOST_PROBLEMS:
            raise InstanceError(self.found, f"{MOST_PROBLEMS} problems found, and reading stopped there")
        return self.found[-1]

    def lose(self, file: str, table: str = "") -> None:
        """Note that something that a file says was not read; `table` where it is not called as the file is."""
        self.unread.setdefault(table or PurePosixPath(file).stem, file)

    def lost(self, *tables: str) -> bool:
        """True where one of these tables was not read whole: what seems to be missing there is no problem of its own."""
        return bool(self.unreadable) or any(table in self.unread for table in tables)

    def echo(self, *tables: str) -> bool:
        """`lost`, for a name that is not found: counted, and told in a line at the end."""
        if self.lost(*tables):
            file = self.unreadable or next(self.unread[table] for table in tables if table in self.unread)
            self.echoes[file] = self.echoes.get(file, 0) + 1
        return self.lost(*tables)

    def unsettled(self, *tables: str) -> bool:
        """True where something was not read whole or a name is unknown, so that it is not sure what is used."""
        return self.unknown or self.lost(*tables)

    def raise_if_any(self) -> None:
        """Raise one `InstanceError` with all problems, if there are any."""
        if self.found:
            number = len(set(self.found))
            raise InstanceError(self.found, "; ".join([f"{number} problem{'s' if number > 1 else ''} found", *self._unchecked()]))

    def _unchecked(self) -> list[str]:
        """What was not looked up, file by file."""
        return [
            f"{number} name{'s' if number > 1 else ''} could not be looked up, because {printable(file)} was not read whole"
            for file, number in self.echoes.items()
        ] + ["rows that nothing uses were not looked for"] * self.unknown


def nearest(name: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?` for a misspelt name, or nothing where no known name is near."""
    near = difflib.get_close_matches(name, list(known), 1, 0.6) if len(name) <= _LONGEST_NAME else []
    return f", did you mean '{near[0]}'?" if near else ""


def one_of(names: Iterable[str], word: str = "one") -> str:
    """` (expected one of a, b)`, or that there is none; `word` is `one` or `some`."""
    known = list(names)
    return f" (expected {word} of {listed(known)})" if known else " (there is none)"


def repeated(names: Iterable[str]) -> list[str]:
    """The names that come more than once, each once."""
    counted = Counter(names)
    return [name for name, number in counted.items() if number > 1]


def in_a_list(name: str) -> str:
    """A word on lists of names, where a name holds a sign that separates names elsewhere."""
    return ", names are separated by blanks" if any(sign in name for sign in ",;|/+&") else ""


def namely(names: Iterable[str]) -> str:
    """`: a, b`, or that there is none."""
    known = list(names)
    return f": {listed(known)}" if known else ", of which there is none"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, the first dozen of them."""
    names = list(names)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
