"""What is wrong with an instance that can be read: where it stands, and whether it leaves a plan."""

from __future__ import annotations

from dataclasses import dataclass

from planner.instance.rows import Stated, place_in_words


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong, and where it stands; a warning, or `hopeless` where it leaves no plan."""

    file: str
    line: int
    message: str
    hopeless: bool = False
    changed_by: str = ""

    def __str__(self) -> str:
        return f"{place_in_words(self.file, self.line, self.changed_by)}: {self.message}"


def finding_at(stated: Stated, message: str, hopeless: bool = False) -> Finding:
    """A finding at the row of a parameter or of a limit."""
    return Finding(stated.file, stated.line, message, hopeless, stated.changed_by)
