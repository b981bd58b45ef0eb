"""Which row of the instance gave a number: the most specific one, as when the instance was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.declarations import PARAMETERS
from planner.instance.numbers import AT_START

if TYPE_CHECKING:
    from planner.instance.instance import Instance
    from planner.instance.rows import ParameterRow


class Sources:
    """Finds the row behind a number of a parameter."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._body_of_slice = instance.structure.body_of_slice
        self._rows: dict[tuple[str, str, str, str], ParameterRow] = {}
        for row in instance.rows:
            place, _, slice_ = row.at.partition("/")
            where = ("", place) if place in self._body_of_slice and not slice_ else (place, slice_)
            self._rows[f"{row.block}.{row.parameter}", row.item, *where] = row

    def row(self, key: str, *index: Any) -> ParameterRow | None:
        """The row that gave the number of `block.name` at an index (its year may be left out), or None for a default."""
        key = key.removesuffix(AT_START)
        given = dict(zip(PARAMETERS[key].index, index, strict=False))
        site, slice_ = str(given.get("site", "")), str(given.get("slice", "")) if "site" in given else ""
        body = self._instance.sites[site] if site else str(given.get("body", ""))
        kind = PARAMETERS[key].item_kind
        item = str(given[kind]) if kind else ""
        sliced = ((site, slice_), (site, ""), ("", slice_)) if slice_ else ((site, ""),) if site else ()
        for name in dict.fromkeys((item, "")):
            for place in (*sliced, (body, ""), ("", "")):
                found = self._rows.get((key, name, *place))
                if found is not None:
                    return found
        return None

    def place(self, key: str, *index: Any) -> str:
        """`file:line` of the row behind a number, or that it is a default."""
        row = self.row(key, *index)
        return row.place if row else "by default"
