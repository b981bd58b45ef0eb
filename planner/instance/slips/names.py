"""Names that programs which read CSV take for something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.instance.findings import Finding
from planner.instance.tables import STRUCTURE

if TYPE_CHECKING:
    from planner.instance.slips.look import Look

#: What readers of CSV take for no value, a number, a truth or a date.
_EATEN = {
    "nan": "no number", "null": "no value", "none": "no value", "na": "no value", "inf": "an infinite number",
    "infinity": "an infinite number", "true": "a truth value", "false": "a truth value",
}  # fmt: skip
_DATE = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\d{1,4}")
_NUMBER = re.compile(r"\d+(?:e\d+)?")


def eaten(look: Look) -> Iterator[Finding]:
    """Things that are called nan, null, true, sep1..."""
    places = look.instance.structure.places
    for table, name in places:
        if table in STRUCTURE or table == "bodies":
            kind = STRUCTURE[table].key[0] if table in STRUCTURE else "body"
            if as_what := _taken_for(name):
                yield look.at_table(table, name, f"the {kind} '{name}': programs that read CSV take this name for {as_what}")
    for row in look.instance.limit_rows:
        if as_what := _taken_for(row.limit):
            said = f"the limit '{row.limit}': programs that read CSV take this name for {as_what}"
            yield Finding(row.file, row.line, said)


def _taken_for(name: str) -> str:
    if _DATE.fullmatch(name):
        return "a date"
    return "a number" if _NUMBER.fullmatch(name) else _EATEN.get(name, "")


CHECKS = (eaten,)
