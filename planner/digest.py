"""What a plan says, in sentences and one small table, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from planner.instance.edits import printed
from planner.plan import Plan
from planner.prices import own_name

#: A price below this share of the greatest of its table is taken for nought.
_NOUGHT = 1e-7

#: How a limit that has both bounds is told from itself.
_FROM = {"upper": " from above", "lower": " from below"}


def summary(plan: Plan) -> str:
    """The answer in sentences, a table by year, and the years in which each limit binds."""
    table = by_year(plan).rename_axis(columns=None).to_string()
    return "\n".join([*sentences(plan), *changed(plan), "", table, "", *binding(plan)])


def sentences(plan: Plan) -> list[str]:
    """Cost, where compute stands and from when, what powers it, what was launched for it, and its helium-3."""
    finance = plan.instance.finance
    exactly = ", in rational arithmetic too" if "exact_certificate" in plan.facts else ""
    lines = [
        f"{plan.instance.title}: net present cost {plan.objective:,.6g} GUSD (money of {finance.price_year}, discounted to "
        f"{finance.base_year}), optimal and certified{exactly} (gap {plan.facts['certificate']['gap']['scaled']:.1e})."
    ]
    if plan.extended:
        lines.append(f"The program was extended by whoever built it; this is no plan of the instance alone: {plan.extended}.")
    away = [body for body in plan.instance.bodies.values() if not body.users]
    for body in away:
        lines += [_arrival(plan, body.name)]
    lines += _powered(plan)
    lines += [text for body in away for text in _freight(plan, body.name)]
    lines += [_helium3(plan), _unserved(plan), _rows(plan)]
    return [line for line in lines if line]


def changed(plan: Plan) -> list[str]:
    """A line for each number that a scenario or a change altered: before, after, and whether that is within its range."""
    lines = printed(edit["text"] for edit in plan.facts.get("changed", ()))
    return ["Changed for this run:", *(f"  {line}" for line in lines)] if lines else []


def key_figures(plan: Plan) -> list[tuple[str, str, str]]:
    """The few figures that stand for the plan, each with a label before it and a note behind it."""
    finance, certificate = plan.instance.finance, plan.facts["certificate"]
    money = f"money of {finance.price_year}, discounted to {finance.base_year}"
    last = plan.instance.years[-1]
    placed = plan.placement.iloc[-1]
    standing = [f"{_watts(value)} on {body}" for body, value in placed.items() if value > 1e-6]
    unserved = (_sums_by_year(plan["compute.unserved"]) / _demand(plan)).reindex(list(plan.instance.years)).fillna(0)
    exactly = ", in rational arithmetic too" if "exact_certificate" in plan.facts else ""
    return [
        ("Net present cost", f"{plan.objective:,.4g} GUSD" if plan.objective < 1e4 else f"{plan.objective:,.0f} GUSD", money),
        (f"Compute in service in {last}", _watts(placed.sum()), _listed(standing) if standing else "no compute stands"),
        (f"Demand unserved in {last}", f"{unserved.iloc[-1]:.1%}", f"at most {unserved.max():.1%}, in {unserved.idxmax()}"),
        ("Certificate", "holds" if certificate["holds"] else "DOES NOT HOLD", f"gap {certificate['gap']['scaled']:.1e}{exactly}"),
    ]


def _arrival(plan: Plan, body: str) -> str:
    placed = plan.placement[body]
    used = placed[placed > 1e-6]
    if used.empty:
        return f"No compute is placed on {body}: it stays empty through {plan.instance.years[-1]}."
    most = placed[placed >= placed.max() * (1 - 1e-6)].index[0]
    share = (placed / plan.placement.sum(axis=1)).fillna(0.0)  # where no compute stands anywhere, none of it does here
    return (
        f"Compute first stands on {body} in {used.index[0]}; the most is {_watts(placed.max())} in {most}, "
        f"and {_watts(placed.iloc[-1])} ({share.iloc[-1]:.1%} of all) in {placed.index[-1]}."
    )


def _powered(plan: Plan) -> list[str]:
    output = plan["power.output"]
    last = plan.instance.years[-1]
    lines = []
    for body, table in output[output["year"] == last].groupby("body"):
        sources = table.groupby("technology")["value"].sum().sort_values(ascending=False)
        sources = sources[sources > 1e-3 * max(sources.sum(), 1e-12)]
        if sources.sum() > 1e-9:
            parts = [f"{name} {value / sources.sum():.0%}" for name, value in sources.items()]
            lines.append(f"On {body}, {_watts(sources.sum())} of power on average in {last} come from {_listed(parts)}.")
    return lines


def _freight(plan: Plan, body: str) -> list[str]:
    landed = _weighted(plan, _to_body(plan, plan["launch.payload"], body))
    made = plan["industry.output"]
    made_there = _weighted(plan, made[made["body"] == body])
    if landed + made_there <= 0:
        return []
    sentence = f"Over the horizon {_tonnes(landed)} are landed on {body} and {_tonnes(made_there)} are made there"
    return [
        sentence + (f" ({made_there / (landed + made_there):.0%} of all mass, propellant included)." if made_there > 0 else ".")
    ]


def _helium3(plan: Plan) -> str:
    mined, burnt, sold, bought = (_weighted(plan, plan[f"helium3.{name}"]) for name in ("mined", "burnt", "sold", "bought"))
    if mined + burnt + bought <= 1e-9:
        return "No helium-3 is mined or burnt."
    left = plan["helium3.left"]
    rest = left.loc[left["year"] == plan.instance.years[-1], "value"].sum()
    flows = ((mined, "mined"), (bought, "bought"), (burnt, "burnt"), (sold, "sold"))
    said = ", ".join(f"{_whole(tonnes)} t {flow}" for tonnes, flow in flows)
    return f"Helium-3: {said}; {_whole(rest)} t are left in the deposits."


def _whole(value: float) -> str:
    """A number in four figures and never with an exponent that a reader must undo, thousands being whole."""
    return f"{value:,.4g}" if abs(value) < 999.95 else f"{value:,.0f}"


def _unserved(plan: Plan) -> str:
    unserved, demand = _sums_by_year(plan["compute.unserved"]), _demand(plan)
    share = (unserved / demand).fillna(0)
    years = share[share > 1e-6]
    if years.empty:
        return "All demand is served in every year."
    when = _ranges(years.index, plan.instance.years)
    return f"Demand is left unserved in {when}, at most {years.max():.1%} of it (in {years.idxmax()})."


def _rows(plan: Plan) -> str:
    counts = plan.instance.counts
    replaced = f", {counts['replaced']} replaced by rows of the layers above them" if counts["replaced"] else ""
    return f"{counts['read']} rows of the instance were read, {counts['used']} used{replaced}."


def by_year(plan: Plan, most: int = 10) -> pd.DataFrame:
    """The table of the summary, a column a year: at most so many model years, spread evenly, first and last among them."""
    years = list(plan.instance.years)
    table = pd.DataFrame(index=pd.Index(years, name="year"))
    for body in plan.instance.bodies:
        table[f"compute on {body}, GW"] = plan.placement[body]
    table["unserved, % of demand"] = 100 * (_sums_by_year(plan["compute.unserved"]) / _demand(plan)).reindex(years).fillna(0)
    output = plan["power.output"].pivot_table(index="year", columns="technology", values="value", aggfunc="sum", fill_value=0.0)
    for technology in output.columns[output.max() > 1e-3 * output.to_numpy().max(initial=0)]:
        table[f"power from {technology}, GW"] = output[technology]
    table["landed by launch, kt/yr"] = _sums_by_year(plan["launch.payload"])
    table["made on the spot, kt/yr"] = _sums_by_year(plan["industry.output"])
    for name, unit in (("mined", "t/yr"), ("burnt", "t/yr"), ("left", "t")):
        table[f"helium-3 {name}, {unit}"] = _sums_by_year(plan[f"helium3.{name}"])
    table = table.reindex(years).fillna(0.0)
    steps = min(most, len(years))
    chosen = sorted({years[round(i * (len(years) - 1) / max(steps - 1, 1))] for i in range(steps)})
    return table.loc[chosen].map(_short).T


def _short(value: float) -> str:
    """A number in at most four figures; what is too small to be meant is nought."""
    if abs(value) < 1e-6:
        return "-"
    return f"{value:,.3g}" if abs(value) < 999.5 else f"{value:,.0f}"


def binding(plan: Plan) -> list[str]:
    """A line for each limit that binds, and one for each technology that its growth holds back: when, and at what worth."""
    both = {limit.name for limit in plan.instance.limits if limit.bound == "lower"}
    both &= {limit.name for limit in plan.instance.limits if limit.bound == "upper"}
    limits = [
        f"  {name}{_FROM[bound] if name in both else ''} binds {when}; {worth}."
        for table in ("limit", "limit_over_horizon")
        for (name, bound), when, worth in _bound(plan, plan.prices.get(table), ["limit", "bound"])
    ]
    growth = [
        f"  {' on '.join(labels)} is held back by its growth {when}; {worth}."
        for table in plan.prices
        if table.startswith("growth.")
        for labels, when, worth in _bound(plan, plan.prices[table], ["technology", "body"])
    ]
    own = [f"  {line}" for line in _own_rows(plan)]
    return ["What binds:", *limits, *growth, *own] if limits or growth or own else ["No limit and no growth rate binds."]


def _own_rows(plan: Plan) -> list[str]:
    """A line for each constraint of the caller's own that has a price."""
    lines = []
    for name in plan.facts.get("extended", {}).get("rows", {}):
        table = plan.prices[own_name(name)]
        most = table.loc[table["value"].abs().idxmax()]
        if abs(most["value"]) > 1e-9:
            entry = f" ({most['entry']})" if most["entry"] else ""
            said = "one more unit required costs" if most["value"] < 0 else "one more unit is worth"
            lines.append(f"{name}{entry}, an own constraint, binds; {said} up to {abs(most['value']):,.4g} {most['unit']}.")
    return lines


def _bound(plan: Plan, table: pd.DataFrame | None, by: list[str]) -> list[tuple[tuple[str, ...], str, str]]:
    """The groups of a table of prices that have one: labels, years, and the greatest price with its year."""
    found = []
    for labels, prices in [] if table is None else table.groupby(by, sort=False):
        worths = prices["value"].abs()
        bound = prices[worths > max(_NOUGHT * worths.max(), 1e-9)]
        if bound.empty:
            continue
        most = bound.loc[bound["value"].abs().idxmax()]
        over = "year" not in bound
        when = "over the horizon" if over else f"in {_ranges([int(y) for y in bound['year']], plan.instance.years)}"
        said = "one more unit required costs up to" if most.get("bound") == "lower" else "one more unit is worth up to"
        worth = f"{said} {abs(most['value']):,.4g} {most['unit']}" + ("" if over else f" in {most['year']}")
        if most.get("degenerate"):
            worth += f", one of several prices: {_side(most['below'])} for one less, {_side(most['above'])} for one more"
        found.append((labels, when, worth))
    return found


def _side(price: float) -> str:
    return "not known" if pd.isna(price) else "no plan at any price" if abs(price) == float("inf") else f"{abs(price):,.4g}"


def _to_body(plan: Plan, table: pd.DataFrame, body: str) -> pd.DataFrame:
    routes = [name for name, route in plan.instance.routes.items() if route.destination == body]
    return table[table["route"].isin(routes)]


def _weighted(plan: Plan, table: pd.DataFrame) -> float:
    return float((table["value"] * table["year"].map(plan.instance.weights)).sum())


def _sums_by_year(table: pd.DataFrame) -> pd.Series:
    return table.groupby("year")["value"].sum()


def _demand(plan: Plan) -> pd.Series:
    demand = plan.instance.numbers["compute.demand"]
    return pd.Series({y: sum(demand[w, y] for w in plan.instance.workloads) for y in plan.instance.years})


def _ranges(found: Iterable[int], years: Iterable[int]) -> str:
    """Model years as ranges, such as `2031-2040, 2045`."""
    order = {y: i for i, y in enumerate(years)}
    runs: list[list[int]] = []
    for y in sorted(set(found)):
        if runs and order[y] == order[runs[-1][-1]] + 1:
            runs[-1].append(y)
        else:
            runs.append([y])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _watts(gigawatts: float) -> str:
    return _sized(gigawatts, ("MW", "GW", "TW"))


def _tonnes(kilotonnes: float) -> str:
    return _sized(kilotonnes, ("t", "kt", "Mt"))


def _sized(value: float, units: tuple[str, str, str]) -> str:
    """A number of the middle unit in three figures, and in the unit that leaves the fewest digits before the point.

    Rounded before the unit is chosen: 999.75 MW are 1 GW.
    """
    rounded = float(f"{value:.3g}")
    by, unit = (1000, units[0]) if rounded < 1 else (1, units[1]) if rounded < 1000 else (1e-3, units[2])
    said = float(f"{rounded * by:.3g}")
    return f"{said:,.3g} {unit}" if said < 1000 else f"{said:,.0f} {unit}"
