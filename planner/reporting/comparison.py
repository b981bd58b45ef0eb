"""The section that holds several runs side by side: cost, and placement by year."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.plan import Plan
from planner.reporting.tables import Cell, Table, number_text, written


def comparison_sentences(plans: Sequence[Plan], names: Sequence[str]) -> list[str]:
    """Which run costs least and most, and where compute stands in the last year of each; whether costs may be compared."""
    lines = []
    if comparable(plans):
        costs = dict(zip(names, (plan.objective for plan in plans), strict=True))
        least, most = min(costs, key=lambda name: costs[name]), max(costs, key=lambda name: costs[name])
        if costs[most] > costs[least]:
            more = f" and {most} the most, {costs[most]:,.6g} GUSD" if most != least else ""
            lines.append(f"{least} costs the least, {costs[least]:,.6g} GUSD{more}.")
        else:
            lines.append(f"All runs cost the same, {costs[least]:,.6g} GUSD.")
    else:
        lines.append("The runs count in money of different years or over different horizons: their costs are not to be compared.")
    for plan, name in zip(plans, names, strict=True):
        last = plan.placement.iloc[-1]
        standing = [f"{number_text(value)} GW on {body}" for body, value in last.items() if value > 1e-6]
        lines.append(f"{name}, in {last.name}: {', '.join(standing) or 'no compute'}.")
    return lines


def comparable(plans: Sequence[Plan]) -> bool:
    """True where all costs are in the same money, discounted to the same year, over the same calendar years."""
    terms = {
        (p.instance.finance.currency, p.instance.finance.price_year, p.instance.finance.base_year, p.instance.years[0],
         p.instance.conventions.horizon.last)
        for p in plans
    }  # fmt: skip
    return len(terms) == 1


def comparison_tables(plans: Sequence[Plan], names: Sequence[str]) -> list[Table]:
    """What each run costs and where its compute stands: placement by year in GW, a column a run and body."""
    bodies = list(dict.fromkeys(body for plan in plans for body in plan.instance.bodies))
    placed = {
        (body, name): plan.placement[body]
        for body in bodies
        for plan, name in zip(plans, names, strict=True)
        if body in plan.placement
    }
    table = pd.DataFrame({f"{body}, {name}": series for (body, name), series in placed.items()})
    table = table.sort_index().rename_axis(index="year").reset_index()
    return [
        _costs(plans, names),
        written(table, "Compute in service, GW; empty where a run has no such year"),
    ]


def _costs(plans: Sequence[Plan], names: Sequence[str]) -> Table:
    same, first = comparable(plans), plans[0].objective
    titles = ("run", "net present cost", "against the first", "share", "scenarios and changes", "hash of the instance")
    headings = [Cell(text, number=text in titles[1:4]) for text in titles]
    rows = []
    for plan, name in zip(plans, names, strict=True):
        apart, held = plan.objective - first, same and plan is not plans[0]
        made = [*plan.facts["provenance"]["options"]["scenarios"], *plan.facts["provenance"]["options"]["changes"]]
        rows.append([
            Cell(name, plan.instance.title),
            Cell(f"{plan.objective:,.6g}", plan.facts["unit"], number=True),
            Cell(f"{apart:+,.6g}" if held else "-", number=True),
            Cell(f"{apart / first:+.2%}" if held and first else "-", number=True),
            Cell(", ".join(made) or "none"),
            Cell(plan.instance.hash[:16]),
        ])  # fmt: skip
    return Table("Cost of each run", headings, rows)
