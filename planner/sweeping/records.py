"""Tables of a sweep as JSON has them: lists of records, in which what is no number is null."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


def in_json(value: Any) -> Any:
    """A value as JSON has it: what is not finite is None, and numbers are Python's own."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A row of a table after the other, by the names of its columns."""
    return [{str(name): in_json(value) for name, value in row.items()} for row in table.to_dict("records")]
