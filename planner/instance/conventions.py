"""What instance.toml settles: the years, the conventions of money, the bodies and the units of the instance's own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from planner.instance.layers import Layer
from planner.instance.problems import Problems, repeated
from planner.instance.sizes import LONGEST_STEP, MOST_YEARS


@dataclass(frozen=True)
class Finance:
    """The conventions of money; the choices are those of docs/instance-format.md."""

    price_year: int
    base_year: int
    currency: str = "USD"
    payments: str = "mid"
    capital_falls: str = "start"
    capital: str = "upfront"
    end_of_horizon: str = "sinking_fund"


@dataclass(frozen=True)
class Horizon:
    """The model years, and the last calendar year that the last of them stands for."""

    years: tuple[int, ...]
    last: int

    @property
    def weights(self) -> dict[int, int]:
        """The calendar years that each model year stands for."""
        after = (*self.years[1:], self.last + 1)
        return {year: following - year for year, following in zip(self.years, after, strict=True)}


@dataclass(frozen=True)
class Body:
    """A body: whether users live there, and the goods that it supplies without limit."""

    name: str
    users: bool
    supplies: tuple[str, ...]


@dataclass(frozen=True)
class Conventions:
    """All of instance.toml, merged and with its defaults."""

    title: str
    description: str
    horizon: Horizon
    finance: Finance
    bodies: dict[str, Body]
    units: dict[str, str] = field(default_factory=dict)


def merged_settings(layers: list[Layer]) -> dict[str, Any]:
    """The settings of the layers laid over one another, key by key; `years` and `first`/`step` exclude one another."""
    merged: dict[str, Any] = {}
    for number, layer in enumerate(layers):
        for key, value in layer.settings.items():
            if key in ("title", "description") and (number == 0 or not layer.is_scenario):
                merged[key] = value
            elif key == "horizon":
                merged[key] = _merged_horizon(merged.get(key, {}), value)
            elif key == "bodies":
                old = merged.get(key, {})
                merged[key] = {**old, **{name: {**old.get(name, {}), **body} for name, body in value.items()}}
            elif key in ("finance", "units"):
                merged[key] = {**merged.get(key, {}), **value}
    return merged


def _merged_horizon(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    if "years" in above:
        below = {key: value for key, value in below.items() if key == "last"}
    elif "first" in above or "step" in above:
        below = {key: value for key, value in below.items() if key != "years"}
    return {**below, **above}


def horizons(layers: list[Layer], problems: Problems) -> list[Horizon | None]:
    """The horizon as it stands with each layer: a row's years are held against the horizon it was written for."""
    result: list[Horizon | None] = []
    section: dict[str, Any] = {}
    for layer in layers:
        if "horizon" in layer.settings or not result:
            section = _merged_horizon(section, layer.settings.get("horizon", {}))
            result.append(_horizon(section, layer, problems))
        else:
            result.append(result[-1])
    return result


def _horizon(section: dict[str, Any], layer: Layer, problems: Problems) -> Horizon | None:
    def wrong(message: str, *keys: str) -> None:
        if keys or not problems.settings_broken:
            layer.add(problems, ("horizon", *keys), message)

    found: Horizon | None = None
    first, last, step, years = (section.get(key) for key in ("first", "last", "step", "years"))
    if years is not None:
        if first is not None or step is not None:
            wrong("give either `years`, or `first`, `last` and `step`", "years")
        elif any(later <= earlier for earlier, later in itertools.pairwise(years)):
            wrong("`years` must rise", "years")
        elif last is not None and last < years[-1]:
            wrong(f"`last` is {last}, expected {years[-1]} or later", "last")
        else:
            gap = years[-1] - years[-2] if len(years) > 1 else 1
            found = Horizon(tuple(years), years[-1] + gap - 1 if last is None else last)
    elif first is None or last is None:
        wrong("the horizon lacks `first` and `last`, or `years`")
    elif last < first:
        wrong(f"`last` is {last}, expected {first} or later", "last")
    else:
        found = Horizon(tuple(range(first, last + 1, step or 1)), last)
    if found is not None and (too_long := _too_long(found)):
        wrong(too_long, "last" if too_long.startswith("`last`") and last is not None else "years")
        return None
    return found


def _too_long(horizon: Horizon) -> str:
    """What is wrong with how many years a horizon covers, or nothing."""
    first, last = horizon.years[0], horizon.last
    wide = next((year for year, weight in horizon.weights.items() if weight > LONGEST_STEP and year != horizon.years[-1]), None)
    if wide is not None:
        return f"the model year {wide} stands for {horizon.weights[wide]} calendar years, expected at most {LONGEST_STEP}"
    for since, most, why in ((horizon.years[-1], LONGEST_STEP, "a model year stands for"), (first, MOST_YEARS, "a horizon has")):
        if last - since >= most:
            return f"`last` is {last}, expected {since + most - 1} or earlier: {why} at most {most} calendar years"
    return ""


def settle(layers: list[Layer], horizon: Horizon | None, problems: Problems) -> Conventions | None:
    """The conventions of all layers together; None, and problems, where something that must be there is not."""
    settings = merged_settings(layers)
    top = next(layer for layer in reversed(layers) if not layer.is_scenario)
    finance = settings.get("finance", {})
    if "title" not in settings and not problems.settings_broken:
        top.add(problems, (), "the instance has no `title`")
    if finance.get("price_year") is None and not problems.settings_broken:
        top.add(problems, ("finance",), "[finance] lacks `price_year`, the year in whose money the results are")
    if not settings.get("bodies") and not problems.settings_broken:
        top.add(problems, (), "there are no bodies, expected a section such as [bodies.earth]")
    if horizon is None or finance.get("price_year") is None or not settings.get("bodies"):
        return None
    earliest, latest = horizon.years[0] - LONGEST_STEP, horizon.last + LONGEST_STEP
    if not earliest <= (finance.get("base_year") or horizon.years[0]) <= latest:
        said = f"finance.base_year is {finance['base_year']}, expected one from {earliest} to {latest}"
        holder = next(layer for layer in reversed(layers) if layer.settings.get("finance", {}).get("base_year"))
        holder.add(problems, ("finance", "base_year"), f"{said}: at most {LONGEST_STEP} years off the horizon")
    for name in settings["bodies"]:
        for layer in layers:
            for good in repeated(layer.settings.get("bodies", {}).get(name, {}).get("supplies", ())):
                layer.add(problems, ("bodies", name, "supplies"), f"'{good}' is named twice, expected each good once")
    bodies = {
        name: Body(name, body.get("users", False), tuple(sorted(set(body.get("supplies", ())))))
        for name, body in sorted(settings["bodies"].items())
    }
    return Conventions(
        title=settings.get("title", ""),
        description=settings.get("description", ""),
        horizon=horizon,
        finance=Finance(**{"base_year": horizon.years[0], **{key: value for key, value in finance.items() if value is not None}}),
        bodies=bodies,
        units=settings.get("units", {}),
    )
