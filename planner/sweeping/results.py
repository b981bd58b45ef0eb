"""The results of a sweep: a frame with a row a point, read from the store of a sweep that runs, was stopped or is finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.sweeping.points import Design
from planner.sweeping.store import Store

if TYPE_CHECKING:
    from planner.sweeping.analysis import SweepAnalysis

#: So many reasons why points have no plan are told in words.
_REASONS = 5


@dataclass(frozen=True)
class Sweep:
    """A sweep: `results` has a row for each finished point of the `design`, `facts` what was asked.

    Columns of `results`: `point`, `name`, `scenarios`, `changes` (as `--set` takes them), a column a factor, `status`, `reason`,
    `objective` in GUSD, a column a quantity, `method`, `iterations`, the four measures of the certificate, scaled,
    `cold_objective` where the point was solved cold as well, `attempts`, and seconds by step.
    """

    folder: Path
    design: Design = field(repr=False)
    results: pd.DataFrame = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many points ended in each status, and how many are `missing`."""
        counts = {str(status): int(number) for status, number in self.results["status"].value_counts().items()}
        missing = len(self.design.points) - len(self.results)
        return counts | ({"missing": missing} if missing else {})

    def analyse(self, quantities: tuple[str, ...] = ()) -> SweepAnalysis:
        """What the results say: see `planner.analyse_sweep`, whose errors these are."""
        from planner.sweeping.analysis import analyse_sweep

        return analyse_sweep(self.design, self.results, quantities)

    def as_dict(self) -> dict[str, Any]:
        """The outcome for `--json`."""
        seconds = self.results["seconds"]
        return {
            "status": "ok" if "missing" not in self.counts else "incomplete", "out": str(self.folder), "counts": self.counts,
            "points": len(self.design.points), "instance": self.facts["instance"], "instance_hash": self.facts["instance_hash"],
            "design": self.facts["design"], "checked_cold": int(self.results["cold_objective"].notna().sum()),
            "seconds_a_point": float(seconds.median()) if seconds.notna().any() else None,
        }  # fmt: skip

    def __str__(self) -> str:
        results = self.results
        solved = results[results["status"] == "optimal"]
        ended = ", ".join(f"{number} {status}" for status, number in self.counts.items())
        lines = [f"{len(results)} of {len(self.design.points)} points: {ended}."]
        if len(solved):
            checked = int(solved["cold_objective"].notna().sum())
            cold = f"; {checked} solved cold as well, to the same cost" if checked else ""
            lines.append(f"Every plan is certified (greatest gap {solved['gap'].max():.1e}){cold}.")
            typical, longest = solved["seconds"].median(), solved["seconds"].max()
            lines.append(f"A point took {typical:.2f} s in the median, {longest:.2f} s at most.")
        reasons = _grouped(results[results["status"] != "optimal"])
        lines += [f"{number} {status}: {reason}" for (status, reason), number in reasons.most_common(_REASONS)]
        if len(reasons) > _REASONS:
            lines.append(f"... and {len(reasons) - _REASONS} more reasons, in the column `reason`")
        return "\n".join(lines)


def _grouped(without: pd.DataFrame) -> Counter[tuple[str, str]]:
    """How many points have each status and first line of a reason; what follows it is of a point alone, and parts them all."""
    firsts = [str(reason).strip().partition("\n")[0] if pd.notna(reason) else "" for reason in without["reason"]]
    return Counter((str(s), first or "no reason was given") for s, first in zip(without["status"], firsts, strict=True))


def load_sweep(folder: str | Path) -> Sweep:
    """The sweep of a store, also of one that is still being filled. Raises PlannerError where the folder holds none."""
    store = Store.open(Path(folder))
    return Sweep(Path(folder), store.design, store.results(), store.facts)
