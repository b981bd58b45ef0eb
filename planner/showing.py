"""What `planner show` shows: an instance's parameters, and the quantities of the model."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import Any

from planner.declarations import QUANTITIES
from planner.errors import AddressError
from planner.instance import Instance


def parameters_shown(instance: Instance, address: str | None = None) -> tuple[list[dict[str, Any]], str]:
    """The rows of parameters at an address (all of them where none is given), as records and as text.

    An address without a place shows every place. Raises AddressError, with the nearest address, where there is none.
    """
    rows = [row for row in instance.rows if address is None or row.address == address or row.address.split("[")[0] == address]
    if not rows:
        near = difflib.get_close_matches(str(address), [row.address for row in instance.rows], 1, 0.3)
        hint = f"; the nearest is {near[0]}" if near else ""
        raise AddressError(f"no row of {instance.name} has the address {address}{hint}")
    blocks = []
    for row in rows:
        value = ", ".join(f"{year}: {x:g}" for year, x in row.years.items()) if row.years else f"{row.value:g}"
        span = f"  range {row.low:g} to {row.high:g}" if row.low is not None and row.high is not None else ""
        blocks.append(
            f"{row.address} = {value} {row.unit}{span}\n    {row.meaning}\n    {row.status}: {row.source}"
            + (f"\n    {row.note}" if row.note else "") + f"\n    {row.file}:{row.line}"
        )  # fmt: skip
    return [asdict(row) for row in rows], "\n".join(blocks)


def quantities_shown() -> tuple[list[dict[str, Any]], str]:
    """Every quantity that a limit may bound, as records and as text."""
    wide = max(len(name) for name in QUANTITIES)
    lines = [f"{q.name:{wide}}  {q.unit:10}  by {', '.join(q.index)}: {q.meaning}" for q in QUANTITIES.values()]
    return [asdict(q) for q in QUANTITIES.values()], "\n".join(lines)
