"""What a sweep says, written into its store: sentences, tables and pictures."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.errors import PlannerError
from planner.sweeping.analysis import NoAnalysis, SweepAnalysis
from planner.sweeping.results import Sweep


def get_ready() -> None:
    """Import what an analysis needs and draw once: that takes a second before the first tree and the first picture.

    Whatever fails here fails again, and is said, where it is needed.
    """
    with suppress(Exception):
        from planner.charts import as_svg
        from planner.charts.theme import needed

        import_module("planner.sweeping.pictures")
        import_module("sklearn.tree")
        altair = needed("altair")
        as_svg(altair.Chart(altair.Data(values=[])).mark_point())


def write_analysis(sweep: Sweep, quantities: tuple[str, ...] = (), dark: bool = False) -> SweepAnalysis | NoAnalysis:
    """Write the analysis of a sweep to `analysis/` in its store, in place of an earlier one, and return it.

    A sweep of which nothing can be said is no error: what is returned says why, and nothing is written.
    """
    target = sweep.folder / "analysis"
    try:
        found = sweep.analyse(quantities)
    except PlannerError as error:
        return NoAnalysis(str(error))
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".analysis.", dir=sweep.folder))
        try:
            _write(found, scratch, dark)
            shutil.rmtree(target, ignore_errors=True)
            scratch.chmod(0o755)
            scratch.rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    return found


def _listed(texts: Any) -> str:
    """Texts in a cell; of a point that is not planned yet, none."""
    return "; ".join(texts) if np.ndim(texts) else ""


def _write(found: SweepAnalysis, folder: Path, dark: bool) -> None:
    (folder / "answer.txt").write_text(f"{found}\n", encoding="utf-8")
    results = found.results.assign(**{name: found.results[name].map(_listed) for name in ("scenarios", "changes", "idle")})
    tables: dict[str, pd.DataFrame] = {
        "results": results, "summary": found.summary, "sobol": found.sobol, "morris": found.morris,
        "regression": found.regression,
    }  # fmt: skip
    for name, table in tables.items():
        if len(table):
            table.to_csv(folder / f"{name}.csv", index=False)
    from planner.charts.rendering import save_both

    for name, chart in found.pictures().items():
        save_both(chart, folder / name, dark)
