"""The pictures of a sweep: the distribution of each number, what matters to it with intervals, and the boxes of the trees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.charts.colours import OTHER_COLOUR, PALETTE
from planner.charts.panels import HEIGHT, WHOLE, inline
from planner.charts.theme import needed, titled
from planner.sweeping.indices import ranked
from planner.sweeping.words import is_year, number_said, unit_of

if TYPE_CHECKING:
    from planner.sweeping.analysis import SweepAnalysis
    from planner.sweeping.deciding import Decision

#: So many factors are drawn, those that matter most, and bars of a distribution.
MOST, _BARS = 20, 24

#: The colours of measures that stand beside each other.
_COLOURS = {"first": PALETTE[0], "total": PALETTE[4], "mu*": PALETTE[0], "rank coefficient": PALETTE[0]}

#: The measures that are drawn of each table, the one that ranks last; what the axis is called and the title begins with.
_DRAWN = {
    "sobol": (("first", "total"), "share of the variance", "Sobol indices"),
    "morris": (("mu*",), "mean size of the change over the whole range of a factor", "Morris effects"),
    "regression": (("rank coefficient",), "coefficient of the ranks: 1 raises, -1 lowers", "Rank regression"),
}


def pictures(analysis: SweepAnalysis) -> dict[str, Any]:
    """The altair charts of an analysis, by names that files can have; raises PlannerError where altair is missing."""
    found: dict[str, Any] = {}
    for row in analysis.summary.to_dict("records"):
        name = row["quantity"]
        if row["points"]:
            found[f"distribution_{_slug(name)}"] = distribution(analysis, name)
        for kind in _DRAWN:
            table: pd.DataFrame = getattr(analysis, kind)
            if len(rows := table[table["quantity"] == name]):
                found[f"{kind}_{_slug(name)}"] = importance(rows, kind, name, unit_of(analysis, name))
    for decision in analysis.decisions:
        found[f"decides_{_slug(decision.outcome)}"] = boxes(analysis, decision)
    return found


def distribution(analysis: SweepAnalysis, quantity: str) -> Any:
    """How many plans have which number: bars, one a model year where the number is a year, with those in which it never comes."""
    alt = needed("altair")
    planned = analysis.results[analysis.results["status"] == "optimal"]
    numbers = planned[quantity].to_numpy(dtype=float, na_value=np.nan)
    known = numbers[~np.isnan(numbers)]
    title = f"{quantity}, {len(numbers)} plans"
    if is_year(analysis, quantity):
        years, counts = np.unique(known.astype(int), return_counts=True)
        rows = pd.DataFrame({"label": [str(year) for year in years], "plans": counts, "kind": "year"})
        if never := len(numbers) - len(known):
            rows.loc[len(rows)] = ["never", never, "never"]
        x = alt.X("label:N", title="year", sort=list(rows["label"]), axis=alt.Axis(labelAngle=0))
        hue = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=["year", "never"], range=[PALETTE[0], OTHER_COLOUR]))
        drawn = alt.Chart(inline(rows)).mark_bar().encode(x=x, y=alt.Y("plans:Q", title="plans"), color=hue)
        return titled(drawn.properties(width=WHOLE, height=HEIGHT), title)
    known = np.where(np.abs(known) < 1e-9 * np.abs(known).max(), 0.0, known)  # what a solver calls nought begins no bar below it
    counts, edges = np.histogram(known, bins=_BARS if np.ptp(known) > 0 else 1)
    rows = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "plans": counts})
    unit = unit_of(analysis, quantity)
    drawn = (
        alt.Chart(inline(rows))
        .mark_bar(color=PALETTE[0], binSpacing=1)
        .encode(
            x=alt.X(
                "from:Q",
                bin="binned",
                title=quantity + (f", {unit}" if unit else ""),
                scale=alt.Scale(domain=[edges[0], edges[-1]], nice=False, zero=False),
                axis=alt.Axis(grid=False),
            ),
            x2="to:Q",
            y=alt.Y("plans:Q", title="plans"),
        )
    )
    middle = alt.Chart(inline(pd.DataFrame({"at": [float(np.median(known))], "said": ["median"]})))
    line = middle.mark_rule(strokeDash=[4, 3]).encode(x="at:Q")
    text = middle.mark_text(align="left", dx=4, fontSize=10).encode(x="at:Q", y=alt.value(-6), text="said:N")
    return titled((drawn + line + text).properties(width=WHOLE, height=HEIGHT), title)


def importance(table: pd.DataFrame, kind: str, quantity: str, unit: str = "") -> Any:
    """The factors as bars with intervals of 95 %, the one that matters most on top; of Morris effects a tick is sigma.

    `table` has the rows of one quantity of `SweepAnalysis.sobol`, `morris` or `regression`, which `kind` says.
    """
    alt = needed("altair")
    measures, axis, title = _DRAWN[kind]
    order = ranked(table, measures[-1])[:MOST]
    rows = table[table["factor"].isin(order) & table["measure"].isin(measures)]
    y = alt.Y("factor:N", title=None, sort=order, axis=alt.Axis(labelLimit=320, grid=False, ticks=False))
    beside = {"yOffset": alt.YOffset("measure:N", sort=list(measures))} if len(measures) > 1 else {}
    hue = alt.Color(
        "measure:N",
        title=None,
        legend=alt.Legend(orient="bottom") if len(measures) > 1 else None,
        scale=alt.Scale(domain=list(measures), range=[_COLOURS[name] for name in measures]),
    )
    base = alt.Chart(inline(rows))
    named = axis + (f", {unit}" if kind == "morris" and unit else "")
    bars = base.mark_bar(opacity=0.9).encode(x=alt.X("value:Q", title=named, stack=None), y=y, color=hue, **beside)
    intervals = base.mark_rule(strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y, **beside)
    layers = [bars, intervals]
    if kind == "morris":
        sigma = table[table["factor"].isin(order) & (table["measure"] == "sigma")]
        tick = alt.Chart(inline(sigma)).mark_tick(thickness=2, size=14, color=PALETTE[3])
        layers.append(tick.encode(x="value:Q", y=y))
        title = "Morris effects (orange: sigma)"
    left_out = table.loc[table["measure"] == measures[-1], "factor"].nunique() - len(order)
    more = f"; {left_out} more move it less" if left_out else ""
    return titled(alt.layer(*layers).properties(width=WHOLE - 150, height=alt.Step(22)), f"{title}: {quantity}{more}")


def boxes(analysis: SweepAnalysis, decision: Decision) -> Any:
    """The boxes of a tree, each in words beside its mean: a dot, with the span of four fifths of its points; or the share."""
    alt = needed("altair")
    numeric = decision.guessed is None
    said = [
        f"{box} ({points}\u00a0points)" for box, points in zip(decision.boxes["box"], decision.boxes["points"], strict=True)
    ]  # fmt: skip
    told = [number_said(analysis, decision.outcome, m) if numeric else f"{m:.0%}" for m in decision.boxes["mean"]]
    rows = decision.boxes.assign(said=[_broken(text) for text in said], order=range(len(said)), told=told)
    y = alt.Y("order:O", title=None, axis=alt.Axis(labels=False, ticks=False, domain=False, grid=False))
    base = alt.Chart(inline(rows.drop(columns="box")))
    unit = unit_of(analysis, decision.outcome) if numeric else "share of the points"
    scale = alt.Scale(zero=not is_year(analysis, decision.outcome))
    form = alt.Axis(format="d") if is_year(analysis, decision.outcome) else alt.Axis(format="%") if not numeric else alt.Axis()
    title = "mean and four fifths of the points" + (f", {unit}" if unit else "") if numeric else unit
    x = alt.X("mean:Q", title=title, scale=scale, axis=form)
    layers = [base.mark_text(align="left", lineHeight=12, fontSize=10.5).encode(x=alt.value(-_WORDS), y=y, text="said:N")]
    if numeric:
        layers.append(base.mark_rule(strokeWidth=5, opacity=0.35, color=PALETTE[0]).encode(x="low:Q", x2="high:Q", y=y))
    layers.append(base.mark_point(filled=True, size=70, color=PALETTE[0], opacity=1).encode(x=x, y=y))
    layers.append(base.mark_text(dy=-12, fontSize=10).encode(x="mean:Q", y=y, text="told:N"))
    drawn = alt.layer(*layers).properties(width=WHOLE - 170, height=alt.Step(40))
    return titled(drawn, f"{'What decides' if numeric else 'Whether'} {decision.outcome}: {decision.first} first")


#: Pixels for the words of a box.
_WORDS = 340


def _broken(text: str, width: int = 62) -> list[str]:
    """A text in lines, each an array element, as Vega breaks texts."""
    import textwrap

    return textwrap.wrap(text, width)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_")
