"""The kinds of panel that charts are made of: stacked areas, stacked bars and lines over the model years, one a body."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.charts.colours import OTHER, OTHER_COLOUR
from planner.charts.theme import needed

#: Labels that never come to this share of the greatest of a table are drawn together as `other`, and so are all beyond so many.
_SMALL, MOST = 0.005, 10

#: Pixels of one panel of two that stand beside each other, and of one that stands alone.
HALF, WHOLE, HEIGHT = 300, 560, 230


@dataclass(frozen=True)
class Kind:
    """What a panel shows: the column that colours tell apart, the colours, the words and unit of the axis, and the model years."""

    by: str
    colours: Mapping[str, str]
    axis: str
    years: Sequence[int]

    def scale(self, labels: Sequence[str]) -> Any:
        """The colours of these labels."""
        domain = list(labels)
        return needed("altair").Scale(domain=domain, range=[self.colours.get(label, OTHER_COLOUR) for label in domain])

    def in_order(self, labels: Sequence[str]) -> list[str]:
        """The labels as the colours list them, those without a colour of their own last."""
        ranked = {label: place for place, label in enumerate(self.colours)}
        return sorted(dict.fromkeys(labels), key=lambda label: ranked.get(label, len(ranked)))


def summed(table: pd.DataFrame, by: Sequence[str], value: str = "value") -> pd.DataFrame:
    """A quantity's table added up over all but some columns; labels that are nought throughout are left out, the unit is kept."""
    found = table.groupby(list(by), as_index=False, sort=False)[value].sum()
    labels = [name for name in by if name != "year"]
    if labels and len(found):
        found = found[found.groupby(labels)[value].transform(lambda values: values.abs().max()) > 1e-9]
    if "unit" in table:
        found["unit"] = table["unit"].iloc[0] if len(table) else ""
    return found.sort_values(list(by), ignore_index=True)


def grouped(table: pd.DataFrame, by: str, most: int = MOST) -> pd.DataFrame:
    """The table with its small labels together as `other`, added up where labels fell together."""
    others = [name for name in table.columns if name not in ("value", "unit", by)]
    greatest = table.groupby([by, *others])["value"].sum().abs().groupby(by).max().sort_values(ascending=False)
    kept = set(greatest[greatest > _SMALL * greatest.max()].index[:most])
    if len(greatest) - len(kept) <= 1:  # a single small label may as well keep its name
        return table
    named = table.assign(**{by: table[by].where(table[by].isin(kept), OTHER)})
    return named.groupby([*others, by], as_index=False, sort=False)["value"].sum()


def inline(table: pd.DataFrame) -> Any:
    """The rows as the data of a chart, however many."""
    return needed("altair").InlineData(values=table.to_dict(orient="records"))


def year_axis(kind: Kind) -> Any:
    """The horizontal axis of the model years."""
    alt = needed("altair")
    years = list(kind.years)
    ticks = years if len(years) <= 7 else [y for y in range(years[0], years[-1] + 1) if y % 5 == 0]
    scale = alt.Scale(nice=False, domain=[years[0], years[-1]])
    return alt.X("year:Q", title="year", axis=alt.Axis(format="d", values=ticks, grid=False), scale=scale)


def areas(table: pd.DataFrame, kind: Kind) -> Any:
    """Stacked areas over the years; bars where there is one model year, of which an area would have no width."""
    alt = needed("altair")
    if len(kind.years) == 1:
        return bars(table, kind)
    filled = _filled(table, kind)
    labels = kind.in_order(list(filled[kind.by]))
    return (
        alt.Chart(inline(_ranked(filled, kind.by, labels)))
        .mark_area(line=False, strokeWidth=0.4, stroke="white", strokeOpacity=0.6)
        .encode(
            x=year_axis(kind),
            y=alt.Y("value:Q", title=kind.axis, stack="zero"),
            color=alt.Color(f"{kind.by}:N", title=None, scale=kind.scale(labels), sort=labels),
            order=alt.Order("rank:Q"),
        )
    )


def bars(table: pd.DataFrame, kind: Kind) -> Any:
    """Stacked bars, one a year; what is below nought hangs below the axis."""
    alt = needed("altair")
    labels = kind.in_order(list(table[kind.by]))
    years = sorted({*kind.years, *(int(year) for year in table["year"])})
    ticks = years if len(years) <= 8 else [y for y in years if y % 5 == 0]
    axis = alt.Axis(values=ticks, labelAngle=0, grid=False)
    return (
        alt.Chart(inline(_ranked(table, kind.by, labels)))
        .mark_bar()
        .encode(
            x=alt.X("year:O", title="year", axis=axis, scale=alt.Scale(domain=years, paddingInner=0.15)),
            y=alt.Y("value:Q", title=kind.axis, stack="zero"),
            color=alt.Color(f"{kind.by}:N", title=None, scale=kind.scale(labels), sort=labels),
            order=alt.Order("rank:Q"),
        )
    )


def lines(table: pd.DataFrame, kind: Kind) -> Any:
    """A line with points for each label."""
    alt = needed("altair")
    labels = kind.in_order(list(table[kind.by]))
    return (
        alt.Chart(inline(table))
        .mark_line(point=alt.OverlayMarkDef(size=22), strokeWidth=2)
        .encode(
            x=year_axis(kind),
            y=alt.Y("value:Q", title=kind.axis),
            color=alt.Color(f"{kind.by}:N", title=None, scale=kind.scale(labels), sort=labels),
        )
    )


def beside(panels: Sequence[tuple[str, Any]], columns: int = 2) -> Any:
    """Panels with a heading each, two in a row; one alone is as wide as two and needs no heading."""
    alt = needed("altair")
    if len(panels) == 1:
        return panels[0][1].properties(width=WHOLE, height=HEIGHT)
    sized = [
        panel.properties(width=HALF, height=HEIGHT, title=alt.TitleParams(name, anchor="start", fontSize=12))
        for name, panel in panels
    ]
    return alt.concat(*sized, columns=columns, spacing=24)


def each(table: pd.DataFrame, of: str, order: Sequence[str], panel: Callable[[pd.DataFrame], Any]) -> Any:
    """A panel for each label of the column `of` that has rows, with axes of their own, since bodies differ a hundredfold."""
    present = [label for label in order if (table[of] == label).any()]
    made = [(label, panel(table[table[of] == label].drop(columns=of))) for label in present]
    return beside(made).resolve_scale(color="shared" if len(made) > 1 else "independent") if len(made) > 1 else made[0][1].properties(width=WHOLE, height=HEIGHT, title=made[0][0])


def _filled(table: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Every label in every model year, with nought where the table has no row: areas end where their last row is."""
    wide = table.pivot_table(index="year", columns=kind.by, values="value", aggfunc="sum").reindex(list(kind.years)).fillna(0.0)
    return wide.stack().rename("value").reset_index()


def _ranked(table: pd.DataFrame, by: str, labels: Sequence[str]) -> pd.DataFrame:
    places = {label: place for place, label in enumerate(labels)}
    return table.assign(rank=table[by].map(places))
