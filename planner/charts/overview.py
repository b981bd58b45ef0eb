"""The whole plan on one sheet: compute by site, power by source, mass landed and made, and demand served and unserved."""

from __future__ import annotations

from typing import Any

from planner.charts.moving import freight, freight_panel
from planner.charts.panels import HEIGHT
from planner.charts.placing import compute_panel, demand_panel
from planner.charts.powering import power_panel
from planner.charts.theme import needed
from planner.plan import Plan


def overview(plan: Plan) -> Any:
    """The altair chart, without a theme: four panels over the model years, or three: nothing may go away from users."""
    alt = needed("altair")
    panels = [("Compute in service", compute_panel(plan)), ("Power generated", power_panel(plan))]
    if len(freight(plan)):
        panels.append(("Mass landed and made away from users", freight_panel(plan)))
    panels.append(("Demand for computing", demand_panel(plan)))
    sized = [
        panel.properties(width=330, height=HEIGHT, title=alt.TitleParams(name, anchor="start", frame="group", fontSize=12))
        for name, panel in panels
    ]
    return alt.concat(*sized, columns=2, spacing=28).resolve_scale(color="independent")
