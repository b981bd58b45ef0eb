"""The factors of a design: what each section varies, over which range, on which scale and at which levels."""

from __future__ import annotations

from planner.errors import AddressError, InstanceError
from planner.instance import Instance, LimitRow, ParameterRow, patterns
from planner.instance.addresses import matching, parse_address
from planner.studies.varying import Varied, parse_varied
from planner.sweeping.design_toml import MOST_POINTS, DesignText, FactorSection, RangedSection
from planner.sweeping.points import Factor

#: How `parse_varied` begins to say where a range is from that somebody stated.
_STATED = ("the row's own", "the rows' own", "the range that was given")


def factors_of(text: DesignText, instance: Instance) -> list[tuple[int, Factor]]:
    """The factors of the [[factor]] sections, with the number of each."""
    found = []
    for number, section in enumerate(text.factors):
        if section is None:
            continue
        try:
            factor = _factor(text, number, section, instance)
        except AddressError as error:
            text.add_each(("factor", str(number), "vary"), error)
            continue
        if factor is not None:
            found.append((number, factor))
    return found


def _factor(text: DesignText, number: int, section: FactorSection, instance: Instance) -> Factor | None:
    path = ("factor", str(number))
    texts = _expanded(section.vary, instance)
    broken = path in text.broken
    low, high = (min(section.values), max(section.values)) if section.values else (section.low, section.high)
    varied = parse_varied(instance, texts, 1.0 if broken else low, 2.0 if broken else high)
    if broken:
        return None
    name = section.name or varied.name
    before = len(text.problems.found)
    if not varied.about_range.startswith(_STATED):
        text.add((*path, "vary"), f"'{name}' states no range of its own, expected low and high ({varied.about_range})")
    if section.values and (section.low is not None or section.high is not None or section.levels is not None):
        text.add((*path, "values"), "values stand beside low, high or levels, expected either")
    if section.values and len(set(section.values)) < len(section.values):
        text.add((*path, "values"), "a value comes twice, expected different ones")
    scale = _scale(text, (*path, "scale"), section.scale, varied)
    for end, at in (("low", varied.low), ("high", varied.high)) if len(text.problems.found) == before else ():
        try:
            varied.instance_at(instance, at)
        except (AddressError, InstanceError) as error:
            text.add_each((*path, "values" if section.values else end), error, f"at {varied.said(at)}: ")
    factor = Factor(name, varied, scale)
    if section.values:
        text.combinations *= len(section.values)
        return Factor(name, varied, scale, tuple(section.values))
    return _levelled(text, factor, section.levels)


def _levelled(text: DesignText, factor: Factor, own: int | None) -> Factor:
    """The factor of a grid with its levels, evenly from low to high on its scale; of whole numbers no more than there are.

    Where combinations are too many already no levels are made.
    """
    number = own or (text.top.levels if text.top else None)
    if not number or text.top is None or text.top.method != "grid":
        return factor
    text.combinations *= min(number, int(factor.varied.high - factor.varied.low) + 1) if factor.varied.whole else number
    if text.combinations > MOST_POINTS:
        return factor
    levels = dict.fromkeys(factor.at(i / (number - 1)) for i in range(number))
    return Factor(factor.name, factor.varied, factor.scale, tuple(levels))


def _scale(text: DesignText, path: tuple[str, ...], wanted: str | None, varied: Varied) -> str:
    """The scale asked for; otherwise that of the studies: logarithmic where the range spans tenfold or more."""
    if wanted == "log" and varied.low <= 0:
        text.add(path, f"scale is log and the range begins at {varied.low:g}, expected one above 0")
        return "linear"
    if wanted == "log" and varied.whole:
        text.add(path, "scale is log for whole numbers, which are drawn alike, expected linear")
        return "linear"
    return wanted or ("log" if varied.geometric and not varied.whole else "linear")


def _expanded(vary: list[str], instance: Instance) -> list[str]:
    """The texts with every pattern (a `*` other than at the end) replaced by the addresses of the rows that it names."""
    found: list[str] = []
    wrong = []
    for text in (part.strip() for entry in vary for part in entry.split("&")):
        if "*" not in text.removesuffix("*") or "=" in text:
            found.append(text)
            continue
        named = patterns.named(text.removesuffix("*") if text.endswith("**") else text, _rows(instance))
        named = [address for address in named if address not in found]
        found += [f"{address}*" for address in named]
        if not named:
            wrong.append(f"'{text}' names no row{patterns.nearest_pattern(text, _rows(instance))}")
    if wrong:
        raise AddressError("\n".join(wrong))
    return found


def _rows(instance: Instance) -> dict[str, ParameterRow | LimitRow]:
    parameters, limits = {row.address: row for row in instance.rows}, {row.address: row for row in instance.limit_rows}
    return {**parameters, **limits}


def rows_of(address: str, instance: Instance) -> tuple[frozenset[str], int | None]:
    """The rows that an address names, by theirs, however it is written, and its year; itself where it makes a new row."""
    parsed = parse_address(address)
    if parsed.block == "limits":
        return frozenset({f"limits.{parsed.item}.{parsed.parameter}"}), parsed.year
    rows = frozenset(row.address for row in matching(parsed, instance.rows))
    return rows or frozenset({address.split("@")[0].removesuffix("[]")}), parsed.year


def ranged_factors(
    text: DesignText, section: RangedSection, instance: Instance, explicit: list[Factor], left_out: dict[str, str]
) -> list[Factor]:
    """A factor for every row with a range that the patterns name and that no other factor moves."""
    chosen: dict[str, None] = {}
    rows = _rows(instance)
    for key, wanted in (("rows", section.rows), ("without", section.without)):
        for pattern in wanted:
            named = patterns.named(pattern, rows)
            if not named:
                near = patterns.nearest_pattern(pattern, rows)
                text.add(("ranged", key), f"'{pattern}' names no row{near}, expected such as power.lunar_*")
            for address in named:
                chosen.pop(address, None) if key == "without" else chosen.setdefault(address)
    moved = {row for factor in explicit for law in factor.varied.laws for row in rows_of(law.address, instance)[0]}
    found = []
    for address in chosen:
        row = rows[address]
        if row.low is None or row.high is None or address in moved:
            continue
        try:
            varied = parse_varied(instance, address)
        except AddressError:
            left_out[address] = "its low is not below its high"
            continue
        if not varied.about_range.startswith(_STATED):
            left_out[address] = "its low and high are numbers, its values differ by year"
            continue
        factor = Factor(address, varied, _scale(text, ("ranged", "scale"), section.scale if varied.low > 0 else None, varied))
        found.append(_levelled(text, factor, section.levels))
    if not found and not text.problems.found:
        text.add(("ranged",), "[ranged] names no row with a low and a high that is not varied already")
    return found
