"""The goals, as ratios of one run: what planner may cost beside its peers."""

from __future__ import annotations

from typing import Any, NamedTuple

#: Above so many nonzeros a program counts as big, where starting Python no longer decides.
BIG = 100_000

#: planner's time and memory against HiGHS alone, and its time against each of Pyomo's own interfaces: of the whole, and of
#: building and handing over, which is what an interface can save where the method is the same. HiGHS's default method against
#: what planner chooses is a goal for `world`, and told of every large instance.
TIME_ALONE, MEMORY_ALONE, TIME_PYOMO, HAND_OVER, DEFAULT = 1.15, 1.5, 0.5, 0.5, 0.4


class Goal(NamedTuple):
    """What was to be reached on an instance, and what was measured."""

    what: str
    case: str
    most: float
    found: float

    @property
    def met(self) -> bool:
        """True where it was reached."""
        return self.found <= self.most


def goals(peers: dict[str, Any]) -> list[Goal]:
    """Every goal that the figures can tell of."""
    found = []
    for case, compared in peers.items():
        figures = compared.get("figures", {})
        own = figures.get("planner", {})
        if "whole ratio" not in own:
            continue
        chosen = compared["method"] == "default"
        if compared["nonzeros"] >= BIG:
            what, most = ("HiGHS alone, its default method", DEFAULT) if chosen else ("HiGHS alone", TIME_ALONE)
            found.append(Goal(f"whole time / {what}", case, most, own["whole ratio"][0]))
        found.append(Goal("peak memory / HiGHS alone", case, MEMORY_ALONE, own["peak ratio"][0]))
        for peer, name in (("highs", "Pyomo `highs`"), ("appsi_highs", "Pyomo `appsi_highs`")):
            if "whole" in figures.get(peer, {}):
                found.append(Goal(f"whole time / {name}", case, TIME_PYOMO, own["whole"] / figures[peer]["whole"]))
                if not chosen:
                    build, theirs = own["seconds"]["build"], figures[peer]["seconds"]["build"]
                    found.append(Goal(f"build and hand over / {name}", case, HAND_OVER, build / theirs))
    return found
