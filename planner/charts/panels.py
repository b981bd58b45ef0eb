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
HALF, WHOLE, HEIGHT = 300, 600, 230

#: Pixels of a panel on a phone, between axis and edge, and of one that has no axis on its left.
NARROW, NARROW_WHOLE = 262, 326

#: How lines are dashed, one after the other.
_DASHES = ((1, 0), (6, 2), (2, 2), (8, 3, 2, 3), (4, 4), (10, 2))


@dataclass(frozen=True)
class Kind:
    """What panels show: the column that colours tell apart, its labels, their colours, the words and unit of the axis, the years.

    All panels of a chart have one kind, so that one legend serves them.
    """

    by: str
    labels: Sequence[str]
    colours: Mapping[str, str]
    axis: str
    years: Sequence[int]

    @property
    def colour(self) -> Any:
        """The encoding of colour."""
        alt = needed("altair")
        scale = alt.Scale(domain=list(self.labels), range=[self.colours.get(label, OTHER_COLOUR) for label in self.labels])
        return alt.Color(f"{self.by}:N", title=None, scale=scale, sort=list(self.labels))

    @property
    def stacked(self) -> Any:
        """The encoding of colour of a stack: the legend names on top what is drawn on top."""
        return self.colour.legend(values=list(reversed(self.labels)))

    def ranked(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with the place of each row's label, by which stacks are ordered."""
        places = {label: place for place, label in enumerate(self.labels)}
        return table.assign(rank=table[self.by].map(places))


def kind(table: pd.DataFrame, by: str, colours: Mapping[str, str], axis: str, years: Sequence[int]) -> Kind:
    """The kind of panel for a table: its labels in the order of the colours, those without a colour of their own last."""
    ranked = {label: place for place, label in enumerate(colours)}
    labels = sorted(dict.fromkeys(table[by]), key=lambda label: ranked.get(label, len(ranked)))
    return Kind(by, labels, colours, axis, list(years))


def summed(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A quantity's table added up over all but some columns, its unit kept; labels that are nought throughout are left out."""
    found = table.groupby(list(by), as_index=False)["value"].sum()
    labels = [name for name in by if name != "year"]
    found = found[found.groupby(labels)["value"].transform(lambda values: values.abs().max()) > 1e-9]
    return found.assign(unit=table["unit"].iloc[0] if len(table) else "").reset_index(drop=True)


def grouped(table: pd.DataFrame, by: str, most: int = MOST, small: float = _SMALL) -> pd.DataFrame:
    """The table with its small labels together as `other`, added up where labels fell together."""
    others = [name for name in table.columns if name not in ("value", "unit", by)]
    greatest = table.groupby([by, *others])["value"].sum().abs().groupby(by).max().sort_values(ascending=False)
    kept = set(greatest[greatest > small * greatest.max()].index[:most])
    if len(greatest) - len(kept) <= 1:  # a single small label may as well keep its name
        return table
    named = table.assign(**{by: table[by].where(table[by].isin(kept), OTHER)})
    return named.groupby([*others, by], as_index=False)["value"].sum()


def inline(table: pd.DataFrame) -> Any:
    """The rows as the data of a chart, however many."""
    return needed("altair").InlineData(values=table.to_dict(orient="records"))


def areas(table: pd.DataFrame, shown: Kind) -> Any:
    """Stacked areas over the years; bars where there is one model year, of which an area would have no width."""
    alt = needed("altair")
    if len(shown.years) == 1:
        return bars(table, shown)
    return (
        alt.Chart(inline(shown.ranked(_filled(table, shown))))
        .mark_area(strokeWidth=0.4, stroke="white", strokeOpacity=0.6)
        .encode(
            x=_year_axis(shown.years),
            y=alt.Y("value:Q", title=shown.axis, stack="zero", axis=_amounts(table)),
            color=shown.stacked,
            order=alt.Order("rank:Q"),
        )
    )  # fmt: skip


def bars(table: pd.DataFrame, shown: Kind) -> Any:
    """Stacked bars, one a year; what is below nought hangs below the axis."""
    alt = needed("altair")
    years = sorted({*shown.years, *map(int, table["year"])})
    axis = alt.Axis(values=named_years(years), labelAngle=0, grid=False)
    return (
        alt.Chart(inline(shown.ranked(table)))
        .mark_bar()
        .encode(
            x=alt.X("year:O", title="year", axis=axis, scale=alt.Scale(domain=years, paddingInner=0.15)),
            y=alt.Y("value:Q", title=shown.axis, stack="zero"),
            color=shown.colour,
            order=alt.Order("rank:Q"),
        )
    )


def lines(table: pd.DataFrame, shown: Kind) -> Any:
    """A line for each label, thinner and dashed otherwise than the one before: lines that coincide can all be seen."""
    alt = needed("altair")
    names = list(shown.labels)
    dashes = [_DASHES[i % len(_DASHES)] for i in range(len(names))]
    widths = {name: 4.5 - 2.7 * (i / (len(names) - 1) if len(names) > 1 else 0.7) for i, name in enumerate(names)}
    return (
        alt.Chart(inline(table.assign(width=table[shown.by].map(widths))))
        .mark_line(point=len(shown.years) == 1)
        .encode(
            x=_year_axis(shown.years),
            y=alt.Y("value:Q", title=shown.axis),
            color=shown.colour.legend(symbolType="stroke", symbolStrokeWidth=3, symbolSize=300),
            strokeDash=alt.StrokeDash(f"{shown.by}:N", title=None, scale=alt.Scale(domain=names, range=dashes), sort=names),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
        )
    )


def beside(panels: Sequence[tuple[str, Any]], columns: int = 2) -> Any:
    """Panels with a heading each, some in a row; one alone is as wide as two."""
    alt = needed("altair")
    width = WHOLE if len(panels) == 1 else HALF
    sized = [
        panel.properties(width=width, height=HEIGHT, title=alt.TitleParams(name, anchor="start", frame="group", fontSize=12))
        for name, panel in panels
    ]
    return alt.concat(*sized, columns=columns, spacing=24)


def each(table: pd.DataFrame, of: str, order: Sequence[str], panel: Callable[[pd.DataFrame], Any], columns: int = 2) -> Any:
    """A panel for each label of the column `of` that has rows, with axes of their own, since bodies differ a hundredfold."""
    return beside([(label, panel(rows)) for label in order if len(rows := table[table[of] == label])], columns)


def _amounts(table: pd.DataFrame) -> Any:
    """The vertical axis; tiny amounts are written as powers of ten."""
    alt = needed("altair")
    return alt.Axis(format="~e") if table["value"].abs().max() < 1e-2 else alt.Axis()


def _year_axis(years: Sequence[int]) -> Any:
    alt = needed("altair")
    axis = alt.Axis(format="d", values=_ticks(years), grid=False)
    return alt.X("year:Q", title="year", axis=axis, scale=alt.Scale(nice=False, domain=[years[0], years[-1]]))


def _ticks(years: Sequence[int]) -> list[int]:
    """The years that an axis names: all of a few, every fifth or tenth of many."""
    span = years[-1] - years[0]
    step = 1 if len(years) <= 7 else 2 if span <= 12 else 5 if span <= 30 else 10
    return list(years) if step == 1 else [year for year in range(years[0], years[-1] + 1) if year % step == 0]


def named_years(years: Sequence[int], most: int = 8) -> list[int]:
    """The years that an axis of columns names: all of a few, else round ones where enough are round, else every so many."""
    if len(years) <= most:
        return list(years)
    round_ = [year for year in years if year % (5 if len(years) <= 5 * most else 10) == 0]
    return round_ if len(round_) >= most // 2 else list(years[:: -(-len(years) // most)])


def narrowed(chart: Any) -> Any:
    """The chart as a phone shows it: its panels beneath one another. What is no row of panels stays as it is."""
    alt = needed("altair")
    if not isinstance(chart, alt.ConcatChart):
        return chart
    beneath = chart.copy(deep=False)
    beneath.concat = [panel.properties(width=NARROW) for panel in chart.concat]
    beneath.columns, beneath.spacing = 1, 20
    return beneath


def _filled(table: pd.DataFrame, shown: Kind) -> pd.DataFrame:
    """Every label in every model year, with nought where the table has no row: an area would end where its last row is."""
    wide = table.pivot_table(index="year", columns=shown.by, values="value", aggfunc="sum")
    return wide.reindex(list(shown.years)).fillna(0.0).stack().rename("value").reset_index()
