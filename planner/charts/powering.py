"""Power: what generates it over the years, and how one cycle of light and dark at a site is lived through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from planner.charts.chart import Chart
from planner.charts.colours import colours
from planner.charts.panels import HALF, HEIGHT, WHOLE, areas, each, grouped, inline, kind, summed
from planner.charts.theme import needed
from planner.errors import PlannerError
from planner.plan import Plan

#: What the dispatch chart says of the line across it.
_RUN = "accelerators run"


def _power(plan: Plan) -> pd.DataFrame:
    return summed(plan["power.output"], ["year", "body", "technology"])


def _draw_power(plan: Plan) -> Any:
    table = grouped(_power(plan), "technology", most=9)
    shown = kind(table, "technology", colours(plan.instance, "technology"), "power, GW on average", plan.instance.years)
    return each(table, "body", list(plan.instance.bodies), lambda rows: areas(rows, shown))


def power_panel(plan: Plan) -> Any:
    """Power by technology on all bodies together."""
    table = grouped(_power(plan).groupby(["year", "technology"], as_index=False)["value"].sum(), "technology", most=9)
    shown = kind(table, "technology", colours(plan.instance, "technology"), "power generated, GW on average", plan.instance.years)
    return areas(table, shown)


def _place(plan: Plan, site: str | None, year: int | None) -> tuple[str, int] | None:
    """The site and year to show: if not given, where most is generated away from users, else anywhere; None where nothing is."""
    output = plan["power.output"]
    unknown = [
        str(given) for given, known in ((site, plan.instance.sites), (year, plan.instance.years)) if given and given not in known
    ]
    if unknown:
        raise PlannerError(f"the instance has no site or model year {', '.join(unknown)}")
    chosen = output[(output["site"] == site) if site else output["value"] > 1e-9]
    chosen = chosen[chosen["year"] == year] if year else chosen
    away = chosen[~chosen["body"].map(lambda body: plan.instance.bodies[body].users)]
    sums = (away if len(away) and not site else chosen).groupby(["site", "year"])["value"].sum()
    return None if sums.empty else sums.idxmax()


def _occurrences(plan: Plan, site: str) -> Iterator[tuple[int, str, float, float]]:
    """Cycle, slice, and the hours at which it begins and ends, from the beginning of its cycle."""
    slices, before = plan.instance.slices[plan.instance.sites[site]], plan.instance.previous
    follows = {earlier: later for later, earlier in before.items()}
    left = list(slices)
    for cycle in range(len(slices)):
        now, hour = next(iter(left), None), 0.0
        while now in left:
            end = hour + plan.instance.numbers["time.hours"][now]
            yield cycle, now, hour, end
            left.remove(now)
            now, hour = follows[now], end


def _dispatch(plan: Plan, site: str | None = None, year: int | None = None) -> pd.DataFrame:
    """Flows by slice; all are counted as positive, also what is charged."""
    place = _place(plan, site, year)
    names = ["cycle", "slice", "begin", "end", "flow", "technology", "site", "body", "year", "value", "unit"]
    if place is None:
        return pd.DataFrame(columns=names)
    sources = {
        "generated": "power.generation",
        "discharged": "storage.discharge",
        "charged": "storage.charge",
        _RUN: "compute.run",
    }
    parts = [plan[quantity].assign(flow=flow) for flow, quantity in sources.items()]
    flows = pd.concat([part[(part["site"] == place[0]) & (part["year"] == place[1])] for part in parts], ignore_index=True)
    flows = summed(flows, ["flow", "technology", "site", "body", "year", "slice"])
    hours = pd.DataFrame(_occurrences(plan, place[0]), columns=["cycle", "slice", "begin", "end"])
    return hours.merge(flows, on="slice")[names]


def _draw_dispatch(plan: Plan, site: str | None = None, year: int | None = None) -> Any:
    alt = needed("altair")
    table = _dispatch(plan, site, year)
    if table.empty:
        raise PlannerError("nothing is generated at that site in that year")
    flows = table[table["flow"] != _RUN]
    shown = kind(flows, "technology", colours(plan.instance, "technology"), "power, GW", plan.instance.years)
    place = f"{table['site'].iloc[0]} ({table['body'].iloc[0]}), {table['year'].iloc[0]}"
    cycles = list(table["cycle"].unique())
    panels = [
        _cycle(table[table["cycle"] == cycle], shown).properties(
            width=WHOLE if len(cycles) == 1 else HALF,
            height=HEIGHT + 30,
            title=alt.TitleParams(place if cycle == cycles[0] else "", anchor="start", frame="group", fontSize=12),
        )
        for cycle in cycles
    ]
    return alt.concat(*panels, columns=2, spacing=24).resolve_scale(y="shared")


def _cycle(table: pd.DataFrame, shown: Any) -> Any:
    """One cycle: blocks of power stacked over the hours of its slices, what is charged below nought, what accelerators draw."""
    alt = needed("altair")
    ends = sorted({*table["begin"], *table["end"]})
    axis = alt.Axis(values=ends, grid=True, labelAngle=0)
    hours = alt.X(
        "begin:Q", title="hours since the cycle began", axis=axis, scale=alt.Scale(domain=[ends[0], ends[-1]], nice=False)
    )
    blocks = (
        alt.Chart(inline(_stacked(table[table["flow"] != _RUN], shown)))
        .mark_rect(stroke="white", strokeWidth=0.4)
        .encode(x=hours, x2="end", y=alt.Y("low:Q", title=shown.axis), y2="high", color=shown.stacked)
    )
    run = table[table["flow"] == _RUN].groupby(["slice", "begin", "end", "flow"], as_index=False)["value"].sum()
    dashes = alt.StrokeDash(
        "flow:N", title=None, legend=alt.Legend(symbolType="stroke"), scale=alt.Scale(domain=[_RUN], range=[[5, 3]])
    )
    line = alt.Chart(inline(run)).mark_rule(strokeWidth=2.5).encode(x=hours, x2="end", y="value:Q", strokeDash=dashes)
    named = table.drop_duplicates("slice").assign(middle=lambda t: (t["begin"] + t["end"]) / 2)
    names = alt.Chart(inline(named)).mark_text(baseline="bottom", dy=-2).encode(x="middle:Q", y=alt.value(0), text="slice:N")
    return alt.layer(blocks, line, names)


def _stacked(table: pd.DataFrame, shown: Any) -> pd.DataFrame:
    """Where each block begins and ends: sources up from nought in the order of the legend, what is charged down from it."""
    signed = shown.ranked(table).sort_values("rank")
    signed["signed"] = signed["value"].where(signed["flow"] != "charged", -signed["value"])
    signed["high"] = signed.groupby(["slice", signed["flow"] == "charged"])["signed"].cumsum()
    return signed.assign(low=signed["high"] - signed["signed"])


def _told(plan: Plan) -> str:
    table = _dispatch(plan)
    where = f" at {table['site'].iloc[0]} in {table['year'].iloc[0]}" if len(table) else ""
    return (
        f"Power{where} over the hours of one cycle of light and dark: generated and discharged above nought, "
        "charged below it. The dashed line is what the accelerators draw, before cooling and whatever else the site runs."
    )


POWER = Chart(
    "power", "Power by source", "GW",
    lambda plan: "Power generated by each technology, averaged over the year. The bodies have axes of their own.",
    _power, _draw_power,
)  # fmt: skip

DISPATCH = Chart("dispatch", "A day and a night of dispatch", "GW", _told, _dispatch, _draw_dispatch)
