"""A comparison in words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from planner.errors import printable

if TYPE_CHECKING:
    from planner.comparing import Comparison
    from planner.comparing.attributing import Attribution, Step

#: The quantities that are told, in this order; `Comparison.decisions` has every other too.
TOLD = (
    "compute.in_service", "compute.unserved", "power.output", "launch.payload", "goods.made", "helium3.mined", "helium3.bought",
    "compute.build", "power.build", "storage.build", "link.build", "launch.build", "industry.build", "helium3.build",
)  # fmt: skip

#: So many entries of a quantity are told, so many of all in sentences, and so many inputs are listed.
MOST_ENTRIES = 4
MOST_SENTENCES = 6
MOST_INPUTS = 20

_ORDER = "What a step is given depends on the steps before it"


def tell(found: Comparison) -> str:
    """The comparison as text: costs, inputs, what each makes of the difference, then decisions by year."""
    inputs = [_extended(found), _inputs(found), *_attribution(found)]
    parts = [_costs(found), *inputs, _sentences(found), *_tables(found.decisions)]
    return "\n\n".join("\n".join(printable(line) for line in part) for part in parts if part)


def _costs(found: Comparison) -> list[str]:
    named = [
        f"{mark}: {name}, {cost:.6g} {unit}"
        for mark, name, cost, unit in zip(("a", "b"), (found.a, found.b), found.objectives, found.units, strict=True)
    ]
    if found.unexplained:
        return [*named, f"{found.unexplained[0].upper()}{found.unexplained[1:]}."]
    share = f" ({found.difference / found.objectives[0]:+.3%})" if found.objectives[0] else ""
    against = "less" if found.difference < 0 else "more"
    rows = [(row.kind, (row.a, row.b, row.difference)) for row in found.costs.itertuples() if row.difference]
    table = _aligned(["by kind, GUSD", "a", "b", "difference"], rows) if rows else []
    return [*named, f"b costs {abs(found.difference):.6g} GUSD {against} than a{share}.", *table]


def _extended(found: Comparison) -> list[str]:
    """Whose program is not that of its instance, so that inputs alone do not explain a difference."""
    if not found.extended:
        return []
    return [f"{found.extended[0].upper()}{found.extended[1:]}.", "So the difference in cost is not that of the inputs alone."]


def _inputs(found: Comparison) -> list[str]:
    if not found.inputs:
        return ["No input differs."]
    more = len(found.inputs) - MOST_INPUTS
    listed = [f"  {difference}" for difference in found.inputs[:MOST_INPUTS]]
    return ["Inputs that differ (a -> b):", *listed, *([f"  and {more} more (--json lists them all)"] if more > 0 else [])]


def _attribution(found: Comparison) -> Iterator[list[str]]:
    attribution = found.attribution
    if attribution is None or not attribution.steps:
        return
    means = attribution.means()
    opposite = {step.name: step for step in attribution.opposite}
    header = ["changed in turn, GUSD", "difference", "cost then", *(["opposite order", "mean of both"] if opposite else [])]
    rows = []
    for step in attribution.steps:
        other = [opposite[step.name].difference, means[step.name]] if opposite else []
        rows.append((_label(step), (step.difference, step.cost, *other)))
    total = (found.difference, found.objectives[1])
    rows.append(("all", (*total, *([found.difference] * 2 if opposite else []))))
    troubles = [
        f"  {step.name}: {step.trouble}; the next step with a plan answers for it too"
        for step in attribution.steps
        if step.trouble
    ]
    troubles += [f"  {step.name}, in the opposite order: {step.trouble}" for step in attribution.opposite if step.trouble]
    yield [
        f"What each input makes of the difference in cost, solved again after each (grouped by {attribution.grouping}):",
        *_aligned(header, rows), *troubles, _caution(attribution),
    ]  # fmt: skip


def _label(step: Step) -> str:
    return step.name if len(step.addresses) == 1 else f"{step.name} ({len(step.addresses)} inputs)"


def _caution(attribution: Attribution) -> str:
    if attribution.opposite:
        return f"{_ORDER}: the opposite order stands beside."
    return f"{_ORDER}{'; --reverse solves the opposite order too' if len(attribution.steps) > 1 else ''}."


def _told(decisions: pd.DataFrame) -> pd.DataFrame:
    return decisions[decisions["quantity"].isin(TOLD)]


def _sentences(found: Comparison) -> list[str]:
    """The largest differences, against the largest entry of the quantity that differs, one a quantity and item."""
    if found.years is None:
        return ["The runs have no year in common: no decision can be compared."]
    over = f" from {found.years[0]} to {found.years[1]}, the years that both cover" if found.unexplained else ""
    if found.decisions.empty:
        return [f"No decision differs{over}."]
    told = _told(found.decisions)
    size = told[["a", "b"]].abs().max(axis=1).groupby(told["quantity"]).transform("max")
    ranked = told.assign(share=told["difference"].abs() / size).sort_values("share", ascending=False, kind="stable")
    largest = ranked.drop_duplicates("quantity").head(MOST_SENTENCES)
    lines = [
        f"  {row.quantity}{_of(row.item)}{_at(row.body, row.site)} differs most in {row.year}: {row.a:.4g} in a, "
        f"{row.b:.4g} in b ({row.difference:+.4g} {row.unit})."
        for row in largest.itertuples()
    ]
    return [
        f"Decisions that differ most{over} (of equally good plans one is shown; `-` below: no difference in that year):",
        *lines,
    ]


def _of(item: str) -> str:
    return f" of {item}" if item else ""


def _at(body: str, site: str) -> str:
    return f" at {site} ({body})" if site else f" on {body}" if body else ""


def _tables(decisions: pd.DataFrame) -> Iterator[list[str]]:
    told = _told(decisions)
    for name in (name for name in TOLD if name in set(told["quantity"])):
        own = told[told["quantity"] == name]
        size = (
            own["difference"]
            .abs()
            .groupby([own["item"], own["body"], own["site"]])
            .max()
            .sort_values(ascending=False, kind="stable")
        )
        years = sorted(set(own["year"]))
        rows: list[tuple[str, Sequence[float | None]]] = []
        for item, body, site in size.index[:MOST_ENTRIES]:
            entry = own[(own["item"] == item) & (own["body"] == body) & (own["site"] == site)].set_index("year")
            label = f"{item}{_at(body, site)}".strip()
            for column in ("a", "b", "difference"):
                values = entry[column].reindex(years)
                rows.append((f"{label}: {column}", [None if pd.isna(value) else float(value) for value in values]))
        more = [f"  and {len(size) - MOST_ENTRIES} more (--json lists them all)"] if len(size) > MOST_ENTRIES else []
        yield [*_aligned([f"{name}, {own['unit'].iloc[0]}", *map(str, years)], rows), *more]


def _aligned(header: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None]]]) -> list[str]:
    """A table as lines: names to the left, numbers to six digits to the right, `-` where there is none or nothing differs."""
    cells = [list(header), *([name, *("-" if value is None else f"{value:.6g}" for value in values)] for name, values in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
