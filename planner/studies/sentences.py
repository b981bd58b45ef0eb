"""What the studies say in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.parameters import with_unit

if TYPE_CHECKING:
    from planner.studies.breakeven import Breakeven, Switch
    from planner.studies.frontier import Frontier
    from planner.studies.pareto import Pareto
    from planner.studies.value_function import ValueFunction
    from planner.studies.varying import Varied

#: So many breakpoints are told, those that bend the function most.
_TOLD = 12


def range_said(varied: Varied) -> str:
    """What is varied, from where to where, why that far, and where the instance stands."""
    kind = "" if varied.unit else " (a factor)" if all(law.operation == "*" and not law.base for law in varied.laws) else " (t)"
    stands = "" if varied.present is None else f"; the instance has {varied.said(varied.present)}"
    return f"{varied.name}{kind} from {varied.said(varied.low)} to {varied.said(varied.high)}: {varied.about_range}{stands}."


def breakeven_said(found: Breakeven) -> str:
    """The answer of a breakeven, its accuracy, and what else was noticed."""
    condition = f"{found.condition} (within {with_unit(f'{found.condition.tolerance:.1g}', found.condition.selection.unit)})"
    lines = [range_said(found.varied), *(_switch_said(found, switch, condition) for switch in found.switches)]
    thresholds = [switch for switch in found.switches if switch.is_threshold]
    if not found.switches:
        lines.append(_nowhere_said(found, condition))
    elif len(thresholds) > 1:
        nearest = found.varied.said(found.value or 0.0)
        lines.append(f"The condition switches {len(thresholds)} times; the threshold nearest to the present value is {nearest}.")
    lines.append(
        f"{found.solves} plans were solved and certified, each from the one before; between the points that were looked at the "
        "condition could switch and switch back unseen."
    )
    if not found.linear:
        lines.append(
            "The program is not linear in this parameter: its coefficients were computed, or it was built, anew at every point."
        )
    return "\n".join(lines)


def _switch_said(found: Breakeven, switch: Switch, condition: str) -> str:
    below, above = (found.varied.said(point.at) for point in (switch.below, switch.above))
    if not switch.is_threshold:
        side, edge = ("below", above) if switch.below.state is None else ("above", below)
        return (
            f"There is no plan to ask {side} {edge}: no plan meets every demand and limit there, or the cost falls without end."
        )
    is_, was = ("true", "false") if switch.above.state else ("false", "true")
    if found.varied.whole:
        return f"{condition} is {was} at {below} and {is_} at {above}."
    middle = found.varied.said(switch.value)
    return f"{condition} is {was} up to {middle} and {is_} above it (between {below} and {above})."


def _nowhere_said(found: Breakeven, condition: str) -> str:
    state = found.points[0].state
    if state is None:
        return (
            "No point of the range has a plan to ask: no plan meets every demand and limit there, or the cost falls without end."
        )
    word = "true" if state else "false"
    return (
        f"{condition} is {word} at both ends of the range and at the points between that were looked at: there is no threshold."
    )


def value_function_said(found: ValueFunction) -> str:
    """The breakpoints of a value function, with what changes at each."""
    varied, per = found.varied, f"GUSD per {found.varied.unit or '1'}"
    kind = "concave: a cost" if found.kind == "cost" else "convex: a right-hand side"
    number = len(found.breakpoints)
    lines = [range_said(varied), *found.notes]
    if found.segments:
        lines.append(f"The least cost is piecewise linear ({kind}), with {number} breakpoint{'' if number == 1 else 's'}.")
        first, last = found.segments[0], found.segments[-1]
        lines.append(f"  {varied.said(first.low)}: {first.cost_low:.9g} GUSD, slope {first.slope:.6g} {per}")
    told = sorted(sorted(found.breakpoints, key=lambda p: -abs(p.slope_right - p.slope_left))[:_TOLD], key=lambda p: p.at)
    for point in told:
        doubt = "" if point.error == 0 else f", not exact: within {point.error:.2g} GUSD"
        lines.append(
            f"  {varied.said(point.at)}: {point.cost:.9g} GUSD, slope {point.slope_left:.6g} to {point.slope_right:.6g} "
            f"{per}{doubt}; {point.change}"
        )
    if found.segments:
        lines.append(f"  {varied.said(last.high)}: {last.cost_high:.9g} GUSD")
    if len(told) < number:
        lines.append(f"These are the {len(told)} at which the slope changes most; --json and --out have all {number}.")
    told_apart = f"{found.tolerance:.2g} GUSD"
    lines.append(
        f"{found.solves} plans were solved and certified; what moves the cost by less than {told_apart} is not told apart."
    )
    return "\n".join(lines)


def frontier_said(found: Frontier) -> str:
    """The line of a frontier, a line of text for each x."""
    x, y = found.x, found.y
    lines = [f"x: {range_said(x)}", f"y: {range_said(y)}", f"Where {found.condition} switches:"]
    lines += [f"  x = {x.said(row.x)}: {row.said}" for row in found.table.itertuples()]
    lines.append(f"{found.solves} plans were solved and certified; each y is known to {100 * found.accuracy:g} % of itself.")
    return "\n".join(lines)


def pareto_said(found: Pareto) -> str:
    """The points of a Pareto front."""
    word, more = ("least", "less") if found.sense == "least" else ("most", "more")
    unit = "" if found.unit == "1" else f" {found.unit}"
    lines = [f"Cost against {found.name}{f' in{unit}' if unit else ''}, the {word} of it:"]
    last = len(found.table) - 1
    for place, row in enumerate(found.table.itertuples()):
        amount = "nothing to be a share of" if row.quantity != row.quantity else f"{row.quantity:.9g}{unit}"
        if place == last:
            price = f"; no plan has {more}"
        else:
            price = "" if row.price != row.price else f"; one{unit or ' unit'} {more} costs {row.price:.6g} GUSD"
        lines.append(f"  {amount}: {row.cost:.9g} GUSD{price}")
    lines.append(f"{found.solves} plans were solved and certified, each under a limit (X1) on {found.name}.")
    return "\n".join(lines)
