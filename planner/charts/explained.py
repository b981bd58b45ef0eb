"""Charts of tables that an explanation gives: the stack of the price of compute, and the tornado of what matters most."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.charts.colours import COMPONENTS, PALETTE, spread
from planner.charts.panels import HALF, HEIGHT, NARROW_WHOLE, WHOLE, bars, inline, kind
from planner.charts.theme import needed
from planner.errors import PlannerError

#: The columns that `stack` reads.
STACK_COLUMNS = ("year", "body", "workload", "component", "value", "unit")

#: The columns that `tornado` reads.
TORNADO_COLUMNS = ("address", "low_change", "high_change", "elasticity", "meaning")

#: The colours of the low and the high end of a parameter's range.
ENDS = {"at its low": "#0072B2", "at its high": "#D55E00"}


def stack(frame: pd.DataFrame) -> Any:
    """The price of compute as stacked bars, an altair chart: a panel for each workload on each body; a dot is the sum.

    `frame` has a row for each `year`, `body`, `workload` and `component` (hardware, power, launch, local industry, helium-3,
    scarcity rents, or others), with its `value` and its one `unit`, such as GUSD/yr/(ZFLOP/s). Values may be negative.
    Raises PlannerError where a column is missing, the frame is empty or its units differ.
    """
    _check(frame, STACK_COLUMNS)
    if frame["unit"].nunique() > 1:
        raise PlannerError(f"a stack has one unit, not {', '.join(sorted(map(str, frame['unit'].unique())))}")
    alt = needed("altair")
    others = [name for name in dict.fromkeys(frame["component"]) if name not in COMPONENTS]
    years = sorted(map(int, frame["year"].unique()))
    shown = kind(frame, "component", COMPONENTS | spread(others, PALETTE[6:]), f"price, {frame['unit'].iloc[0]}", years)
    bodies, workloads = list(dict.fromkeys(frame["body"])), list(dict.fromkeys(frame["workload"]))
    return alt.concat(
        *(
            _price(frame[(frame["body"] == body) & (frame["workload"] == workload)], shown).properties(
                width=WHOLE if len(bodies) * len(workloads) == 1 else HALF,
                height=HEIGHT - 60,
                title=alt.TitleParams(f"{workload} on {body}", anchor="start", frame="group", fontSize=12),
            )
            for body in bodies
            for workload in workloads
            if len(frame[(frame["body"] == body) & (frame["workload"] == workload)])
        ),
        columns=2,
        spacing=24,
    )


def _price(rows: pd.DataFrame, shown: Any) -> Any:
    alt = needed("altair")
    sums = rows.groupby("year", as_index=False)["value"].sum().assign(name="price")
    stroke = alt.Shape("name:N", title=None, scale=alt.Scale(domain=["price"], range=["diamond"]))
    dots = alt.Chart(inline(sums)).mark_point(filled=True, size=34, color="black", stroke="white", strokeWidth=0.8, opacity=1)
    return alt.layer(bars(rows, shown), dots.encode(x="year:O", y="value:Q", shape=stroke))


def tornado(frame: pd.DataFrame, most: int = 20, narrow: bool = False) -> Any:
    """What matters most as a tornado, an altair chart: the parameters that swing the total cost most on top, at most so many.

    `frame` has a row for each `address`: `low_change` and `high_change`, the change of the total cost in GUSD where the parameter
    takes the low and the high end of its own range; `elasticity`, the relative change of the cost per relative change of the
    parameter; and its `meaning`. If narrow, the names stand above the bars. Raises PlannerError where a column is missing or the
    frame is empty.
    """
    _check(frame, TORNADO_COLUMNS)
    alt = needed("altair")
    swing = (frame["high_change"] - frame["low_change"]).abs()
    widest = frame.loc[swing.sort_values(ascending=False, kind="stable").index[:most]]
    order = list(widest["address"])
    long = pd.concat(
        [widest.assign(end=end, change=widest[column]) for end, column in zip(ENDS, ("low_change", "high_change"), strict=True)]
    )[["address", "end", "change", "elasticity", "meaning"]]
    width, axis = (NARROW_WHOLE, None) if narrow else (_WIDTH, alt.Axis(labelLimit=320, grid=False, ticks=False))
    apart = alt.Scale(paddingInner=0.55, paddingOuter=0.5) if narrow else alt.Scale()
    rows = alt.Y("address:N", title=None, sort=order, axis=axis, scale=apart)
    base = alt.Chart(inline(long))
    ends = alt.Color(
        "end:N",
        title="parameter",
        legend=alt.Legend(orient="bottom"),
        scale=alt.Scale(domain=list(ENDS), range=list(ENDS.values())),
    )
    changed = base.mark_bar(opacity=0.9).encode(
        x=alt.X("change:Q", title="change of the total cost, GUSD", stack=None, axis=alt.Axis(grid=not narrow)),
        y=rows,
        color=ends,
    )
    line = alt.Chart(inline(pd.DataFrame({"change": [0]}))).mark_rule(strokeWidth=1).encode(x="change:Q")
    nought = [] if narrow else [line]  # it would run through the names
    layers = alt.layer(changed, *nought, *_elasticities(widest, rows, narrow))
    return layers.properties(width=width, height=alt.Step(34 if narrow else 20))


def _elasticities(widest: pd.DataFrame, rows: Any, narrow: bool) -> list[Any]:
    """The elasticity at the end of each row, under a heading; if narrow, above the bar, after the parameter's address."""
    alt = needed("altair")
    pairs = zip(widest["address"], widest["elasticity"], strict=True)
    said = [f"{address}:  elasticity {value:+.2g}" if narrow else f"{value:+.2g}" for address, value in pairs]
    texts = alt.Chart(inline(widest[["address"]].assign(text=said)))
    if narrow:
        above = texts.mark_text(align="left", fontSize=10, baseline="bottom", dy=-9)
        return [above.encode(x=alt.value(0), y=rows, text="text:N")]
    head = alt.Chart(inline(pd.DataFrame({"text": ["elasticity"]}))).mark_text(align="left", fontSize=10, dy=-8)
    return [
        texts.mark_text(align="left", fontSize=10).encode(x=alt.value(_WIDTH + 8), y=rows, text="text:N"),
        head.encode(x=alt.value(_WIDTH + 8), y=alt.value(0), text="text:N"),
    ]


_WIDTH = 420


def _check(frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise PlannerError(f"the table has no column {', '.join(missing)}; a chart needs {', '.join(columns)}")
    if frame.empty:
        raise PlannerError("the table has no rows to draw")
