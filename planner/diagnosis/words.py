"""A diagnosis in sentences: sites, technologies, workloads and years by their names, numbers in the units of their rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from planner.diagnosis.conflict import Conflict
from planner.diagnosis.givens import Given
from planner.diagnosis.relaxation import ALL_DIGITS, DIGITS, Change
from planner.diagnosis.sources import Sources
from planner.diagnosis.unbounded import Gain
from planner.instance import Instance, Limit

#: So many rows are listed of which each would do by itself.
_MOST_REMEDIES = 12

#: So many years of one number are listed one by one.
_MOST_YEARS = 6

#: What a number keeps from being there: `{item}` what it is about, `{value}` the number with its unit.
_ABSENT = {
    "availability": "nothing of {item} can be used: its availability is {value}", "existing": "{value} of {item} stand already",
    "grade": "there is no helium-3 in {item}: its grade is {value}",
    "lead_time": "{item} stands {value} after it is ordered", "lifetime": "{item} stands for {value}",
    "first_year": "{item} can be ordered from {value} on", "last_year": "{item} can be ordered until {value}",
    "opens": "{item} is flown from {value} on", "closes": "{item} is flown until {value}",
}  # fmt: skip


def conflict_in_words(instance: Instance, conflict: Conflict, alone: Sequence[Sequence[Change]] = ()) -> list[str]:
    """What cannot hold together, a line a number, and for each that it is about where the line says what that is.

    What leaves no column, and would make a plan possible by itself, has a part in every conflict.
    """
    groups: dict[tuple[str, str], list[Given]] = {}
    for given in conflict.givens:
        for item in given.items if given.kind in ("demand", "seed") else [""]:
            groups.setdefault((given.address, item), []).append(given)
    if not groups:
        return []
    sources = Sources(instance)
    order = sorted(groups.items(), key=lambda group: (group[1][0].kind != "demand", group[1][0].kind != "limit"))
    lines = [f"  - {_statement(instance, sources, item, members)}" for (_, item), members in order]
    lines += [f"  - {said}" for part in alone if (said := _absence(instance, part[0]))]
    return ["These cannot hold together:" if conflict.irreducible else "Among these is what cannot hold together:", *lines]


def _statement(instance: Instance, sources: Sources, item: str, members: Sequence[Given]) -> str:
    """One number of a conflict, over the years in which it takes part; `item` is whose demand it is, or what grows from it."""
    first, shown = members[0], _series(instance, [(given.year, given.value) for given in members], members[0].unit)
    at = f"{_plain(first.address)}, {first.place}"
    if first.kind == "demand":
        return f"{item} asks for {shown} ({at}){_served_where(instance, sources, item, first.year)}"
    if first.kind == "limit":
        name = first.address.split(".")[1]
        limit = next(x for x in instance.limits if x.name == name and (x.bound == "upper") == (first.way > 0))
        return f"{name} {'allows at most' if first.way > 0 else 'asks for at least'} {shown} of {_selection(limit)} ({at})"
    if first.kind == "max_build":
        return f"no more of {_owner(first)} may be ordered than {shown} ({at})"
    if first.kind == "seed":
        return f"growth of {item} starts from a seed of {shown} ({at})"
    if first.kind == "existing":
        return f"what stands already of {_owner(first)} ({at})"
    what = {"market": "market takes or gives at most", "deposit": "deposit holds", "stock": "stock at the start is"}[first.kind]
    return f"the {what} {shown} ({at})"


def _served_where(instance: Instance, sources: Sources, workload: str, year: int | None) -> str:
    """Why a demand cannot be left unserved, and where it may not be placed."""
    numbers, said = instance.numbers, ""
    bound = [tier for tier, of in instance.tiers.items() if of == workload and (tier, year) not in numbers["compute.value"]]
    if bound:
        said += f" and must be served: no compute.{bound[0]}.value says what leaving it would cost"
    most = numbers["compute.max_delay"].get(workload)
    if most is not None:
        far = [site for site, delay in numbers["compute.delay"].items() if delay > most]
        if far:
            place = sources.place("compute.max_delay", workload)
            said += f"; it tolerates {most:g} s of delay ({place}), too little for {_listed(far)}"
    return said


def _selection(limit: Limit) -> str:
    words = [limit.quantity]
    words += [f"of {_listed(limit.items)}"] if limit.items else []
    words += [f"at {_listed(limit.places)}"] if limit.places else []
    words += ["over the horizon"] if limit.over == "horizon" else []
    return " ".join(words)


def _owner(given: Given) -> str:
    block, _, rest = _plain(given.address).partition(".")
    item, _, place = rest.partition("[")
    name = item.rpartition(".")[0] or f"anything of {block}"
    return f"{name} at {place.rstrip(']')}" if place else name


def remedies_in_words(
    instance: Instance, needed: Sequence[Change], alone: Sequence[Sequence[Change]], jointly: Sequence[Sequence[Change]] = ()
) -> list[str]:
    """What would make a plan possible: any one row by itself, a few that shape the program, or the least changes together."""
    together = _by_address(needed)
    lines: list[str] = []
    if alone:
        lines += ["There would be a plan if:" if len(alone) == 1 else "There would be a plan with any one of these:"]
        lines += [f"  - {_remedy(instance, list(part))}" for part in alone[:_MOST_REMEDIES]]
    if len(alone) > _MOST_REMEDIES:
        lines += [f"  and {len(alone) - _MOST_REMEDIES} more, which change by more: see `alone` in the diagnosis in JSON"]
    shaping = any(part[0].kind in ("factor", "shape") for part in alone)  # what takes several rows is left to the JSON then
    for part in () if shaping else jointly:
        lines += ["There would be a plan with all of these:", *(f"  - {_remedy(instance, [change])}" for change in part)]
    if len(together) > 1 and all(set(part) != set(needed) for part in alone):
        lines += ["There would be a plan with all of these, the least change of limits, demands and the like:"]
        lines += [f"  - {_remedy(instance, part)}" for part in together]
    return lines


def _by_address(changes: Iterable[Change]) -> list[list[Change]]:
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.address, []).append(change)
    return list(groups.values())


def _remedy(instance: Instance, changes: list[Change]) -> str:
    first = changes[0]
    at = first.place
    if first.operation == "*":
        return f"{_plain(first.address)} were {_written(first.after, _figures(first))} times what it is ({at})"
    unit = "" if first.is_date else first.unit
    after = _series(instance, [(change.year, change.after) for change in changes], unit, figures=_figures(first))
    before = _series(instance, [(change.year, change.before) for change in changes], unit, brief=True)
    return f"{_plain(first.address)} were {after}, instead of {before} ({at})"


def _figures(change: Change) -> int:
    """In how many digits what is proposed is said: all that it was rounded to, since fewer may leave no plan."""
    return DIGITS if change.kind in ("factor", "shape") else ALL_DIGITS


def _absence(instance: Instance, change: Change) -> str:
    """What is not there for a number that shapes the program, or nothing for any other."""
    block, _, rest = _plain(change.address).partition(".")
    item, _, name = rest.partition("[")[0].rpartition(".")
    if change.kind != "shape" or name not in _ABSENT or change.operation == "*":
        return ""
    if name == "availability" and item and not _useless_somewhere(instance, block, item):
        return ""  # it has slices without, such as nights
    value = f"{_written(change.before)}{'' if change.is_date or change.unit in ('', '1') else f' {change.unit}'}"
    place = rest.partition("[")[2].rstrip("]")
    owner = (item or f"anything of {block}") + (f" at {place}" if place else "")
    return f"{_ABSENT[name].format(item=owner, value=value)} ({_plain(change.address)}, {change.place})"


def _useless_somewhere(instance: Instance, block: str, technology: str) -> bool:
    """Whether a technology can be used in no slice of one of its sites."""
    best: dict[str, float] = {}
    for (name, site, _), value in instance.numbers[f"{block}.availability"].items():
        if name == technology:
            best[site] = max(best.get(site, 0.0), value)
    return not all(best.values())


def _series(
    instance: Instance, values: Sequence[tuple[int | None, float]], unit: str, brief: bool = False, figures: int = DIGITS
) -> str:
    """`80 ZFLOP/s in 2040`, `1.5 TW from 2040 to 2044`, or year by year; `brief` leaves the years out."""
    runs: list[tuple[int | None, int | None, float]] = []
    following = dict(itertools.pairwise(instance.years))
    for year, value in values:
        if (
            runs
            and _written(runs[-1][2], figures) == _written(value, figures)
            and (brief or following.get(runs[-1][1] or 0) == year)
        ):
            runs[-1] = (runs[-1][0], year, value)
        else:
            runs.append((year, year, value))
    tail = "" if unit in ("", "1") else f" {unit}"
    if brief:
        numbers = [_written(value) for _, _, value in runs]
        return (numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}") + tail
    shown = [f"{_written(value, figures)}{tail}{_when(first, last)}" for first, last, value in runs]
    if len(shown) > _MOST_YEARS:
        shown = [*shown[: _MOST_YEARS - 2], f"and so on until {shown[-1]}"]
    return ", ".join(shown)


def _written(value: float, figures: int = DIGITS) -> str:
    """A number to so many digits, without an exponent unless it is very large."""
    text = f"{value:.{figures}g}"
    return f"{float(text):.0f}" if "e+" in text and abs(value) < 1e9 else text


def _when(first: int | None, last: int | None) -> str:
    return "" if first is None else f" in {first}" if first == last else f" from {first} to {last}"


def gains_in_words(instance: Instance, gains: Sequence[Gain]) -> tuple[str, ...]:
    """What earns without end, a line each."""
    if not gains:
        return ("HiGHS gave no direction in which the cost falls.",)
    lines = [f"  - {_gain(instance, gain)}" for gain in gains[:_MOST_YEARS]]
    more = [f"  and {len(gains) - _MOST_YEARS} more of the kind"] if len(gains) > _MOST_YEARS else []
    return ("Without end one can gain by this:", *lines, *more)


def _gain(instance: Instance, gain: Gain) -> str:
    labels: tuple[Any, ...] = gain.labels
    block, _, what = gain.quantity.partition(".")
    behind = ", ".join(f"{address} ({place})" for address, place in zip(gain.addresses, gain.places, strict=True))
    if what == "build":
        unit = f"each unit earns {gain.earns:.4g} GUSD more than it costs, in money of {instance.finance.base_year}"
        why = "its salvage and the discount rate outweigh its price, and no max_build or limit bounds it"
        return f"ordering {labels[0]} at {labels[1]} in {labels[2]}: {unit}; {why}: {behind}"
    if what == "sold":
        sale = f"selling helium-3 to {labels[0]} in {labels[1]}"
        return f"{sale}: it earns {gain.earns:.4g} GUSD/t, and nothing bounds it: {behind}"
    name = f"{gain.quantity}({', '.join(map(str, labels))})"
    return f"{name} earns {gain.earns:.4g} GUSD a unit, and nothing bounds it: {behind or block}"


def _plain(address: str) -> str:
    return address.removesuffix("[]")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
