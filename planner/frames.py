"""Tidy data frames: one row an entry, the index in columns, then the value and its unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from planner.declarations import QUANTITIES
from planner.instance import Instance
from planner.lp import Family, LinearProgram, Vector


def frame(instance: Instance, index: Sequence[str], families: Iterable[Family], values: Vector, unit: str) -> pd.DataFrame:
    """The entries of some families as a table: the columns of `index`, `body` after a `site`, `value` and `unit`.

    Years are whole numbers; a vintage is text, since what stood before the horizon is the vintage `existing`.
    """
    entries = [labels for family in families for labels in family.index]
    columns: dict[str, object] = {}
    for name, labels in zip(index, zip(*entries, strict=True) if entries else [()] * len(index), strict=True):
        whole = name == "year"
        columns[name] = np.array(labels, np.int64) if whole else pd.array([str(label) for label in labels], dtype="str")
        if name == "site":
            columns["body"] = pd.array([instance.sites[label] for label in labels], dtype="str")
    columns["value"] = np.asarray(values, float)
    table = pd.DataFrame(columns)
    table["unit"] = pd.array([unit] * len(table), dtype="str")
    return table


def quantity_frames(instance: Instance, lp: LinearProgram, values: Vector) -> dict[str, pd.DataFrame]:
    """Every quantity of a plan, from the values of the columns."""
    computed = lp.quantity_matrix @ values + lp.quantity_offset
    tables = {}
    for name, families in lp.quantities.items():
        quantity = QUANTITIES[name]
        found = np.concatenate([computed[family.rows] for family in families]) if families else np.zeros(0)
        tables[name] = frame(instance, quantity.index, families, found, quantity.unit)
    return tables
