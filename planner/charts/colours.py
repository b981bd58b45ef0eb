"""The colour of every label, decided from the instance alone: one thing has one colour in all charts and in every plan of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from planner.instance import Instance

#: Colours that colour-blind readers can tell apart (Okabe and Ito 2008, without grey and yellow), then darker and paler ones.
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#B8A800",
    "#00436A", "#8F6300", "#00573F", "#803900", "#2F7FAE", "#84416A", "#6E6500",
    "#7FB8D8", "#F2CF7F", "#7FCEB9", "#EAAE7F", "#ABD9F4", "#E5BCD3", "#DBD37F",
)  # fmt: skip

#: Shades for the sites of the first body, the second and so on: a glance tells the bodies apart. The first is the body's own.
BODY_SHADES = (
    ("#0072B2", "#004C77", "#3E9BCB", "#56B4E9", "#8CCBF0", "#BFE2F7"),
    ("#D55E00", "#8A3D00", "#E69F00", "#F2CF7F", "#F7E3B5"),
    ("#CC79A7", "#7A3C5F", "#E5BCD3"),
    ("#009E73", "#00573F", "#7FCEB9"),
)

#: How the colours above that a dark ground swallows are drawn on one.
ON_DARK = {
    "#00436A": "#5B8DB0", "#00573F": "#4F8F7B", "#803900": "#A8673A", "#84416A": "#A5628B",
    "#004C77": "#7C8FD0", "#8A3D00": "#9C6B48", "#7A3C5F": "#A06A88",
}  # fmt: skip

#: The dark ground has this luminance; a mark is seen on it at this ratio of contrast (WCAG 2.2, 1.4.11).
_DARK_GROUND, _SEEN = 0.0091, 3.0

#: What is too small for a colour of its own, and what stood before the horizon.
OTHER, OTHER_COLOUR = "other", "#8C8C8C"

#: From old to new: seven colours of viridis, which keeps its order of lightness for every eye.
AGES = ("#440154", "#443A83", "#31688E", "#21908C", "#35B779", "#8FD744", "#FDE725")

#: The kinds of cost of the ledger.
COSTS = dict(
    zip(
        (
            "capital", "fixed", "spares", "variable", "fuel", "transport", "goods", "purchases", "carbon", "unserved", "own",
            "sales", "salvage", "landing",
        ),
        (
            "#0072B2", "#56B4E9", "#9467BD", "#ABD9F4", "#E69F00", "#D55E00", "#A6761D", "#CC79A7", "#803900", "#8C8C8C",
            "#F0E442", "#009E73", "#7FCEB9", "#C7E9C0",
        ),
        strict=True,
    )
)

#: Where helium-3 comes from (warm) and goes to (cold).
FLOWS = dict(
    zip(
        ("mined", "bought", "arrived", "burnt", "sold", "departed"),
        ("#D55E00", "#E69F00", "#F2CF7F", "#0072B2", "#009E73", "#56B4E9"),
        strict=True,
    )
)

#: Helium-3 in the regolith of the deposits, and in store.
STOCKS = {"in the soil": "#803900", "in store": "#D55E00"}

#: Goods in the order in which the model has them.
_GOODS = {"complex": "#0072B2", "structural": "#D55E00", "propellant": "#009E73", "helium3": "#CC79A7"}

#: The components of the price of compute.
COMPONENTS = dict(
    zip(
        ("hardware", "power", "launch", "local industry", "helium-3", "scarcity rents"),
        ("#0072B2", "#E69F00", "#D55E00", "#009E73", "#CC79A7", OTHER_COLOUR),
        strict=True,
    )
)


def colours(instance: Instance, kind: str) -> dict[str, str]:
    """The colour of each label of a kind, in the order in which legends list them.

    Kinds are body, site, technology, route, good, freight, workload, demand, vintage, cost, flow and stock. Two technologies
    may share a colour only where their blocks are never drawn together; power plants and stores are.
    """
    if kind in ("cost", "flow", "stock"):
        return {"cost": COSTS, "flow": FLOWS, "stock": STOCKS}[kind]
    made = {
        "body": _bodies, "site": _sites, "technology": _technologies, "good": _goods, "freight": _freight, "vintage": _vintages,
        "route": lambda i: spread(i.routes), "workload": lambda i: spread(i.workloads), "demand": _demand,
    }  # fmt: skip
    return made[kind](instance)


def spread(labels: Iterable[str], range_: Sequence[str] = PALETTE) -> dict[str, str]:
    """Colours dealt out in order, over again where they do not suffice."""
    return dict(zip(labels, itertools.cycle(range_)))


def paler(colour: str, share: float = 0.55) -> str:
    """The colour with that share of white in it."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02X}" for part in parts)


def on_dark(colour: str) -> str:
    """The colour as it is drawn on a dark ground: as it is if it is seen there, else lighter."""
    colour = ON_DARK.get(colour.upper(), colour)
    shares = (share / 20 for share in range(20))
    return next(lighter for share in shares if contrast(lighter := paler(colour, share), _DARK_GROUND) >= _SEEN)


def contrast(colour: str, ground: float) -> float:
    """The ratio of contrast of a colour to a ground of that luminance, as WCAG 2.2 defines it: 1 to 21."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return (max(luminance, ground) + 0.05) / (min(luminance, ground) + 0.05)


def _bodies(instance: Instance) -> dict[str, str]:
    return spread(instance.bodies, [shades[0] for shades in BODY_SHADES])


def _sites(instance: Instance) -> dict[str, str]:
    found: dict[str, str] = {}
    for body, shades in zip(instance.bodies, itertools.cycle(BODY_SHADES)):
        found |= spread((site for site, on in instance.sites.items() if on == body), shades)
    return found


def _technologies(instance: Instance) -> dict[str, str]:
    technologies = instance.technologies.values()
    blocks = dict.fromkeys("power" if technology.block == "storage" else technology.block for technology in technologies)
    found: dict[str, str] = {}
    for block in blocks:
        together = (block, "storage") if block == "power" else (block,)
        ranked = sorted((t for t in technologies if t.block in together), key=lambda t: together.index(t.block))
        found |= spread(technology.name for technology in ranked)
    return found


def _goods(instance: Instance) -> dict[str, str]:
    carried = {good for route in instance.routes.values() for good in route.goods}
    goods = sorted(carried | {t.makes for t in instance.technologies.values() if t.makes})
    return {good: colour for good, colour in _GOODS.items()} | spread([g for g in goods if g not in _GOODS], PALETTE[6:])


def _freight(instance: Instance) -> dict[str, str]:
    """What is made bears the colour of the good, what is landed a paler one."""
    goods = _goods(instance)
    return {f"{g} made": c for g, c in goods.items()} | {f"{g} landed": paler(c) for g, c in goods.items()}


def _demand(instance: Instance) -> dict[str, str]:
    """Workloads as they are served, and the tiers of each, unserved, in paler colours."""
    workloads = spread(instance.workloads)
    found = {f"{workload} served": colour for workload, colour in workloads.items()}
    for workload, colour in workloads.items():
        tiers = [tier for tier, of in instance.tiers.items() if of == workload]
        steps = {tier: 0.4 + 0.4 * (i + 1) / len(tiers) for i, tier in enumerate(tiers)}
        found |= {f"{workload} unserved": paler(colour)} | {f"{tier} unserved": paler(colour, steps[tier]) for tier in tiers}
    return found


def _vintages(instance: Instance) -> dict[str, str]:
    labels = list(dict.fromkeys(vintages(instance).values()))
    steps = max(len(labels) - 2, 1)
    place = {label: (i - 1) * (len(AGES) - 1) / steps for i, label in enumerate(labels)}
    return {label: OTHER_COLOUR if label == "existing" else _between(place[label]) for label in labels}


def _between(place: float) -> str:
    """The colour at a place along `AGES`, from 0 for the first to 6 for the last."""
    low = min(int(place), len(AGES) - 2)
    pairs = ((int(AGES[low][i : i + 2], 16), int(AGES[low + 1][i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * (place - low)):02X}" for a, b in pairs)


def vintages(instance: Instance, most: int = 9) -> dict[str, str]:
    """The label under which each vintage is drawn: its own, or the span of years that it falls in where there are too many."""
    years = instance.years
    span = 1 if len(years) <= most else next(s for s in itertools.count(2) if (years[-1] - years[0]) // s < most)
    found = {"existing": "existing"}
    for year in years:
        first = years[0] + (year - years[0]) // span * span
        last = max(y for y in years if y < first + span)
        within = [y for y in years if first <= y <= last]
        found[str(year)] = str(year) if len(within) == 1 else f"{within[0]}-{within[-1]}"
    return found
