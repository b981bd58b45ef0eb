"""A plan as a picture: compute by site, power by source, mass launched and made, and what demand was left unserved."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from planner.errors import PlannerError
from planner.plan import Plan

#: Colours that colour-blind readers can tell apart (Okabe and Ito 2008), then paler ones for longer lists.
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#999999", "#F0E442",
    "#7FB8D8", "#F2CF7F", "#7FCEB9", "#EAAE7F", "#ABD9F4", "#E5BCD3", "#CCCCCC",
)  # fmt: skip

#: Shades for the sites of the first body, the second and so on, so that a glance tells the bodies apart.
BODY_SHADES = (
    ("#004C77", "#0072B2", "#3E9BCB", "#56B4E9", "#8CCBF0", "#BFE2F7"),
    ("#8A3D00", "#D55E00", "#E69F00", "#F2CF7F", "#F7E3B5"),
    ("#7A3C5F", "#CC79A7", "#E5BCD3"),
)


def draw(plan: Plan, path: str | Path) -> Path:
    """Draw a plan as an .svg or .png file and return its path.

    Raises PlannerError for another ending, or where altair and vl-convert (`pip install planner[draw]`) are missing.
    """
    target = Path(path)
    if target.suffix not in (".svg", ".png"):
        raise PlannerError(f"{target.name}: a picture is drawn as .svg or .png")
    try:
        import altair  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise PlannerError("drawing needs altair and vl-convert: pip install 'planner[draw]'") from error
    target.parent.mkdir(parents=True, exist_ok=True)
    overview(plan).save(str(target), **({"scale_factor": 2} if target.suffix == ".png" else {}))
    return target


def overview(plan: Plan) -> Any:
    """The picture as an altair chart: four panels over the model years."""
    import altair as alt

    shades = _shades(plan)
    compute = plan["compute.in_service"].groupby(["year", "site"], as_index=False)["value"].sum()
    used = [site for site in shades if site in _used(compute, "site")]
    power = _main(plan["power.output"].groupby(["year", "technology"], as_index=False)["value"].sum(), "technology")
    panels = [
        _stack(
            compute[compute["site"].isin(used)],
            "site",
            "Compute in service, GW of IT power",
            used,
            [shades[site] for site in used],
        ),
        _stack(power, "technology", "Power generated on average, GW", list(dict.fromkeys(power["technology"]))),
        _stack(_freight(plan), "how", "Mass landed and made away from Earth, kt a year", None),
        _stack(_demand(plan), "demand", "Demand for computing, ZFLOP/s", ["served", "unserved"]),
    ]
    return (
        alt.concat(*panels, columns=2, spacing=28)
        .resolve_scale(color="independent")
        .properties(title=alt.TitleParams(plan.instance.title, anchor="start", fontSize=16, offset=12))
        .configure_view(stroke=None).configure_axis(grid=True, gridColor="#e8e8e8", labelFontSize=11, titleFontSize=11)
        .configure_legend(labelFontSize=11, titleFontSize=11, symbolType="square")
        .configure(background="white", font="sans-serif")
    )  # fmt: skip


def _shades(plan: Plan) -> dict[str, str]:
    """A colour for each site, body by body."""
    colours: dict[str, str] = {}
    for body, shades in zip(plan.instance.bodies, itertools.cycle(BODY_SHADES)):
        sites = [site for site, on in plan.instance.sites.items() if on == body]
        colours |= dict(zip(sites, itertools.cycle(shades)))
    return colours


def _stack(table: pd.DataFrame, by: str, title: str, order: list[str] | None, colours: Sequence[str] = PALETTE) -> Any:
    import altair as alt

    names = order or list(dict.fromkeys(table[by]))
    ranked = table.assign(rank=table[by].map({name: i for i, name in enumerate(names)}))
    scale = alt.Scale(domain=names, range=list(itertools.islice(itertools.cycle(colours), len(names))))
    return (
        alt.Chart(ranked, title=alt.TitleParams(title, anchor="start", fontSize=12, fontWeight="normal"))
        .mark_area(interpolate="monotone")
        .encode(
            x=alt.X("year:Q", title=None, axis=alt.Axis(format="d"), scale=alt.Scale(nice=False)),
            y=alt.Y("value:Q", title=None, stack="zero"),
            color=alt.Color(f"{by}:N", title=None, scale=scale, sort=names),
            order=alt.Order("rank:Q"),
        )
        .properties(width=360, height=210)
    )  # fmt: skip


def _used(table: pd.DataFrame, by: str) -> list[str]:
    most = table.groupby(by)["value"].max()
    return list(most[most > 1e-3 * most.max()].index)


def _main(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """The sources that matter, the largest first."""
    order = table.groupby(by)["value"].sum().sort_values(ascending=False).index
    kept = table[table[by].isin(_used(table, by))]
    return (
        kept.assign(rank=kept[by].map({name: i for i, name in enumerate(order)}))
        .sort_values(["rank", "year"])
        .drop(columns="rank")
    )


def _freight(plan: Plan) -> pd.DataFrame:
    users = {body.name for body in plan.instance.bodies.values() if body.users}
    away = [name for name, route in plan.instance.routes.items() if route.destination not in users]
    landed = plan["launch.flow"]
    parts = [landed[landed["route"].isin(away)].assign(how=lambda t: t["good"] + " landed")[["year", "how", "value"]]]
    made = plan["industry.output"]
    made = made[~made["body"].isin(users)]
    makes = {name: technology.makes for name, technology in plan.instance.technologies.items()}
    parts.append(made.assign(how=made["technology"].map(makes) + " made")[["year", "how", "value"]])
    return pd.concat(parts).groupby(["year", "how"], as_index=False)["value"].sum()


def _demand(plan: Plan) -> pd.DataFrame:
    demand = plan.instance.numbers["compute.demand"]
    asked = pd.Series({y: sum(demand[w, y] for w in plan.instance.workloads) for y in plan.instance.years})
    unserved = plan["compute.unserved"].groupby("year")["value"].sum().reindex(asked.index).fillna(0)
    parts = {"served": asked - unserved, "unserved": unserved}
    return pd.concat(
        [pd.DataFrame({"year": s.index, "demand": name, "value": s.to_numpy()}) for name, s in parts.items()], ignore_index=True
    )
