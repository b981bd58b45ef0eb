"""What is said of a plan in the terminal: sizes in units that suit them, shares, and limits from above and from below."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner import digest
from tests.worlds import PLANTS, value, world


@pytest.mark.parametrize(
    ("gigawatts", "said"),
    [
        (0.0, "0 MW"), (0.0123, "12.3 MW"), (0.9994, "999 MW"), (0.99975, "1 GW"), (1.0, "1 GW"), (999.4, "999 GW"), (999.75, "1 TW"),
        (1234.0, "1.23 TW"), (999_750.0, "1,000 TW"), (1_234_000.0, "1,230 TW"),
    ],
)  # fmt: skip
def test_the_unit_is_chosen_after_rounding(gigawatts: float, said: str) -> None:
    assert digest._watts(gigawatts) == said
    assert digest._tonnes(gigawatts) == said.replace("MW", "t").replace("GW", "kt").replace("TW", "Mt")


def test_no_share_is_said_where_no_compute_stands_anywhere(tmp_path: Path) -> None:
    """Chips stand on the moon in the first year, and in the last there is nothing to compute anywhere."""
    plan = planner.solve(
        world(
            tmp_path,
            PLANTS,
            years=[2030, 2031],
            bodies={"moon": {"supplies": ["complex", "structural", "propellant"]}},
            sites={"grid": "moon", "town": "earth"},
            slices={"all": ("moon", 1, 8760), "day": ("earth", 1, 8760)},
            numbers={"compute.chip.existing": {2030: "100 GW", 2031: "0 GW"}, "compute.work.demand": {2030: "4 ZFLOP/s", 2031: "0 ZFLOP/s"}},
        )
    )  # fmt: skip
    (said,) = [line for line in digest.sentences(plan) if line.startswith("Compute first stands on moon")]
    assert said.endswith("and 0 MW (0.0% of all) in 2031.")


def test_a_limit_with_both_bounds_is_told_apart(tmp_path: Path) -> None:
    """Of five GW three may be of `plant` in the first year, and four more must be in the second, in which none is needed."""
    band = {"limit": "band", "quantity": "power.build", "item": "plant", "unit": "GW/yr"}
    plan = planner.solve(
        world(
            tmp_path,
            PLANTS,
            years=[2030, 2031],
            technologies=[("spare", "power", "grid", "")],
            limits=[
                {**band, "bound": "upper", "value": 3, "last_year": 2030}, {**band, "bound": "lower", "value": 4, "first_year": 2031},
                {"limit": "spares", "quantity": "power.build", "item": "spare", "unit": "GW/yr", "bound": "lower", "value": 1},
            ],
            numbers={"power.spare.capex": "6 GUSD/GW", "power.spare.lifetime": "20 yr"},
        )
    )  # fmt: skip
    prices = plan.prices["limit"]
    above, below = value(prices, limit="band", bound="upper", year=2030), value(prices, limit="band", bound="lower", year=2031)
    assert above > 0 > below
    said = digest.binding(plan)
    unit = "GUSD/yr/(GW/yr)"
    assert f"  band from above binds in 2030; one more unit is worth up to {above:.4g} {unit} in 2030." in said
    assert f"  band from below binds in 2031; one more unit required costs up to {-below:.4g} {unit} in 2031." in said
    assert any(line.startswith("  spares binds in") and "one more unit required costs up to" in line for line in said)
