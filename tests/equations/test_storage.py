"""Storage: (P2) and (P3)."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from tests.worlds import ALL_GOODS, PER_MWH, PLANTS, by, discount, exactly, rent, rows, value, world

NEED, LOSS, IN, OUT, NIGHT = 1.25 * 4, 0.0005, 0.9, 0.8, 354

#: The Moon by day and by night, with solar power by day alone and a battery.
POLE = {
    **PLANTS,
    "bodies": {"moon": {"users": True, "supplies": ALL_GOODS}},
    "sites": {"pole": "moon"},
    "slices": {"day": ("moon", 0.5, NIGHT), "night": ("moon", 0.5, NIGHT)},
    "technologies": [("chip", "compute", "pole", ""), ("plant", "power", "pole", ""), ("battery", "storage", "pole", "")],
    "numbers": {
        **PLANTS["numbers"], "power.plant.availability[night]": "0 1",
        "storage.battery.capex": "0.03 GUSD/GWh", "storage.battery.lifetime": "10 yr", "storage.battery.fixed_cost": "0.002 GUSD/yr/GWh",
        "storage.battery.variable_cost": "0.05 GUSD/(GW*yr)", "storage.battery.efficiency_in": f"{IN} 1",
        "storage.battery.efficiency_out": f"{OUT} 1", "storage.battery.loss": f"{LOSS} 1/h",
    },
}  # fmt: skip

KEPT = (1 - LOSS) ** NIGHT  # of what is in store at dusk, by dawn
LEVEL = NIGHT / (OUT * KEPT)  # GWh at dusk for each GW by night
CHARGE = 1 / (OUT * KEPT * IN)  # GW by day for each GW by night


@pytest.mark.parametrize(
    ("charge_time", "discharge_time", "size"),
    [
        pytest.param(200, 300, LEVEL, id="the energy binds"),
        pytest.param(400, 300, 400 * CHARGE, id="charging binds"),
        pytest.param(200, 600, 600, id="discharging binds"),
    ],
)
def test_a_battery_carries_the_site_through_the_lunar_night(
    tmp_path: Path, charge_time: float, discharge_time: float, size: float
) -> None:
    # (P2), (P3): what is needed by night is stored by day, with losses at both ends and each hour; the battery is as large
    # as the tightest of its three limits asks.
    instance = world(
        tmp_path,
        POLE,
        numbers={"storage.battery.charge_time": f"{charge_time} h", "storage.battery.discharge_time": f"{discharge_time} h"},
    )
    plan = planner.solve(instance)
    assert value(plan["storage.build"]) == exactly(size * NEED)
    assert by(plan["storage.discharge"], "slice") == {"day": exactly(0), "night": exactly(NEED)}
    assert by(plan["storage.charge"], "slice") == {"day": exactly(CHARGE * NEED), "night": exactly(0)}
    assert by(plan["storage.level"], "slice") == {"day": exactly(LEVEL * NEED), "night": exactly(0)}
    solar = (1 + CHARGE) * NEED
    assert value(plan["power.build"]) == exactly(solar)
    battery = rent(0.03, 10, 0.002)
    yearly = rent(3, 20, 0.11) * solar + 0.23 * 0.5 * solar + battery * size * NEED + 0.05 * 0.5 * NEED
    assert plan.objective == exactly(discount(2030) * yearly)
    day = 0.23 + rent(3, 20, 0.11) / 0.5
    night = CHARGE * day + 0.05 + battery * size / 0.5
    assert by(plan.prices["power_balance"], "slice") == {"day": exactly(day * PER_MWH), "night": exactly(night * PER_MWH)}


def test_storage_is_cyclic_within_each_cycle(tmp_path: Path) -> None:
    # (P2): summer and winter have each their own ring of day and night: what the summer has too much does not reach the winter.
    # A summer's night has 10 hours, a winter's 14; the sun gives half as much in winter.
    instance = world(
        tmp_path,
        {**POLE, "slices": {"sunny": ("moon", 7 / 24, 14), "mild": ("moon", 5 / 24, 10), "pale": ("moon", 5 / 24, 10), "cold": ("moon", 7 / 24, 14)}},
        cycles={"sunny": "summer", "mild": "summer", "pale": "winter", "cold": "winter"},
        numbers={
            "power.plant.availability[night]": None, "power.plant.availability[mild]": "0 1", "power.plant.availability[cold]": "0 1",
            "power.plant.availability[pale]": "0.5 1", "storage.battery.loss": None,
            "storage.battery.charge_time": "2 h", "storage.battery.discharge_time": "3 h",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    stored = {"sunny": 10 / OUT * NEED, "mild": 0.0, "pale": 14 / OUT * NEED, "cold": 0.0}
    assert by(plan["storage.level"], "slice") == {h: exactly(level) for h, level in stored.items()}
    taken = stored["pale"] / IN / 10  # in the ten hours of a winter's day
    solar = (NEED + taken) / 0.5
    assert value(plan["power.build"]) == exactly(solar)
    assert value(plan["storage.build"]) == exactly(stored["pale"])
    # What is generated is what is used: the sun that is too much is not paid for.
    run = 7 / 24 * (NEED + stored["sunny"] / IN / 14) + 5 / 24 * (NEED + taken)
    battery = rent(0.03, 10, 0.002)
    assert plan.objective == exactly(
        discount(2030) * (rent(3, 20, 0.11) * solar + 0.23 * run + battery * stored["pale"] + 0.05 * 0.5 * NEED)
    )
    sunny = 0.23
    pale = 0.23 + rent(3, 20, 0.11) / (5 / 24 * 0.5)
    around = 1 / (IN * OUT)
    cold = pale * around + 0.05 + battery * 14 / OUT / (7 / 24)
    prices = {"sunny": sunny, "mild": sunny * around + 0.05, "pale": pale, "cold": cold}
    assert by(plan.prices["power_balance"], "slice") == {h: exactly(e * PER_MWH) for h, e in prices.items()}


def test_a_store_that_is_charged_over_two_slices(tmp_path: Path) -> None:
    # (P2): morning and noon fill what the night empties, and what the morning stored loses more of it on the way.
    hours = {"morning": 100.0, "noon": 200.0, "night": 300.0}
    instance = world(
        tmp_path, {**POLE, "slices": {h: ("moon", length / 600, length) for h, length in hours.items()}},
        numbers={
            "storage.battery.charge_time": "1 h", "storage.battery.discharge_time": "1 h",
            "power.plant.existing": "14 GW", "power.plant.last_year": "2000 yr", "power.plant.fixed_cost": None, "storage.battery.existing": "9000 GWh", "storage.battery.last_year": "2000 yr",
        },
    )  # fmt: skip
    plan = planner.solve(instance)
    keep = {h: (1 - LOSS) ** length for h, length in hours.items()}
    level = by(plan["storage.level"], "slice")
    assert level["noon"] == exactly(300 * NEED / (OUT * keep["night"]))
    # At noon all that is left of the 14 GW is stored; the morning gives the rest.
    noon = 200 * IN * (14 - NEED)
    assert level["morning"] == exactly((level["noon"] - noon) / keep["noon"])
    assert by(plan["storage.charge"], "slice")["morning"] == exactly(level["morning"] / (IN * 100))
    assert rows(plan["storage.level"], slice="night")["value"].tolist() == [exactly(0)]
    price = by(plan.prices["power_balance"], "slice")
    assert price["noon"] / price["morning"] == exactly(1 / keep["noon"])  # what is stored at noon spares the morning's loss
