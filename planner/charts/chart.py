"""What a chart of a plan is: a name, a title, a caption, a unit, the table under it and the picture of that table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.plan import Plan


@dataclass(frozen=True)
class Chart:
    """One chart of the report.

    `name` is a Python name (`helium3_flows`), `title` a heading, `unit` the unit of the column `value` of its table (empty
    where the rows differ in unit: the column `unit` has it). `caption(plan)` is a sentence or two on how to read it.
    `table(plan)` is a tidy frame: labels, then `value` and `unit`; it has no rows where there is nothing to show.
    `draw(plan)` is the altair chart of that table, without a theme (`rendering.as_svg` and `plan.plot` give it one); some
    charts take more by keyword: `CHARTS["dispatch"].draw(plan, site="plains", year=2040)`. `draw_narrow(plan)` is the chart
    as a phone shows it, where that is more than one panel beneath the other.
    """

    name: str
    title: str
    unit: str
    caption: Callable[[Plan], str]
    table: Callable[..., pd.DataFrame]
    draw: Callable[..., Any]
    draw_narrow: Callable[..., Any] | None = None
