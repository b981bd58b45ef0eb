"""Why a plan is as it is: what binds, what computing costs and why, why not the rest, and what matters most.

Every part is a function of a plan and its program that gives a table and sentences; each of their figures is a value, a
dual or a reduced cost of the program, or what follows from these by the equations in docs/explain.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.errors import PlannerError
from planner.explaining.words import figures
from planner.instance.problems import nearest

if TYPE_CHECKING:
    from planner.plan import Plan

#: The parts in their order, each with its title. A part is the function of its name in the module of its name: it takes a
#: plan and its program and gives a table and sentences. A module's `shown` makes of the table what is printed of it.
PARTS = {
    "binding": "What binds, and what one more unit is worth",
    "price_stack": "What computing costs, and why",
    "entry": "Why not: what would have to be cheaper to enter",
    "sensitivity": "What matters most",
}

#: So many rows of a table are printed where its part does not say which.
_SHOWN = 20


@dataclass(frozen=True, eq=False)
class Explanation:
    """The tables and the sentences of each part that was asked for, by its name in `PARTS`."""

    tables: dict[str, pd.DataFrame]
    sentences: dict[str, list[str]]

    def __str__(self) -> str:
        return "\n\n".join(self._text(name) for name in self.tables)

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} ({len(table)} rows)" for name, table in self.tables.items())
        return f"<Explanation: {rows}; print it to read it>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the sentences of each part, and of its table what is printed."""
        pieces = []
        for name in self.tables:
            said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences[name])
            table = self._shown(name)
            shown = "" if table.empty else table.to_html(float_format=figures, na_rep="-", index=not _numbered(table))
            pieces.append(f"<h3>{escape(PARTS.get(name, name))}</h3>{said}{shown}")
        return "".join(pieces)

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON: `sentences` and `table` (a list of rows) of each part; what is not a finite number is null."""
        return {name: {"sentences": self.sentences[name], "table": _records(table)} for name, table in self.tables.items()}

    def _text(self, name: str) -> str:
        title, table = PARTS.get(name, name), self._shown(name)
        index = not _numbered(table)
        text = [] if table.empty else ["", table.to_string(index=index, float_format=figures, na_rep="-")]
        return "\n".join([title, "-" * len(title), *self.sentences[name], *text])

    def _shown(self, name: str) -> pd.DataFrame:
        """Of a part's table what is printed."""
        shown = getattr(import_module(f"planner.explaining.{name}"), "shown", None)
        table: pd.DataFrame = self.tables[name].head(_SHOWN) if shown is None else shown(self.tables[name])
        return table


def _numbered(table: pd.DataFrame) -> bool:
    """True where the index only counts the rows."""
    return isinstance(table.index, pd.RangeIndex)


def explain(plan: Plan, parts: Iterable[str] | None = None) -> Explanation:
    """Explain a plan; `parts` are names of `PARTS`, all of them if None.

    The program of the plan's instance is compiled once for all parts. Raises PlannerError where a part is not known, or where the
    program is not the one that the plan was solved with.
    """
    names = list(PARTS) if parts is None else list(dict.fromkeys(parts))
    if unknown := [name for name in names if name not in PARTS]:
        near = nearest(unknown[0], PARTS)
        raise PlannerError(f"no part of an explanation is called {unknown[0]!r}; there are {', '.join(PARTS)}{near}")
    if plan.extended:
        raise PlannerError(f"the plan's program was extended ({plan.extended}), and the instance's own program cannot explain it")
    from planner.integrity import check

    program = check(plan)
    assert program is not None  # only an extended one is not to be had
    if program.matrix.shape != (len(plan.optimum.duals), len(plan.optimum.values)):
        raise PlannerError("the plan was not solved from the program of its instance, and cannot be explained by it")
    tables, sentences = {}, {}
    for name in names:
        part = getattr(import_module(f"planner.explaining.{name}"), name)
        tables[name], sentences[name] = part(plan, program)
    return Explanation(tables, sentences)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in record.items()} for record in table.to_dict("records")]


def _plain(value: Any) -> Any:
    """A value that JSON has: numbers of numpy as Python's, what is absent or not finite as None."""
    if value is None or value is pd.NA:
        return None
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not abs(value) < float("inf") else value
