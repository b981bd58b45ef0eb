"""`python instances/world/derive_profiles.py`: write down anew the capacity factors of `world`, slice by slice.

The inputs, a row a site, are derivation/regions.csv and derivation/lunar.csv; docs/instances/world.md says where they are
from. What is written are the last rows of parameters/power.csv, compute.csv and helium3.csv, all that follow a comment that
names this file. Everything above it stays. `tests/instance/test_world_profiles.py` holds the shipped rows against this.

On Earth a slice is four hours of local solar time in one local season. Photovoltaics follow the sun on a north-south axis:

    e = cos d sin H,   u = sin L sin d + cos L cos d cos H        east and up component of the direction of the sun
    sun = sqrt(e^2 + u^2) * 0.7^(u^-0.678)                        on the panel, through the air (Meinel and Meinel, 1976)

for latitude L, declination d (of the middle of the season on average) and hour angle H, averaged over the slice, scaled to the
site's mean of the year; hot modules give less. Wind is its mean of the year, times one plus a seasonal and one plus a daily
swing. A slice of the Moon is 1/24 of a month of 708 h, counted from sunrise at longitude 0.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

FOLDER = Path(__file__).parent
MARK = "# Slice by slice, written by derive_profiles.py\n"

#: Share of the capacity factor that is left because slices know no run of dull or calm days: as in `accelerated`.
FIRM = 0.75
#: Mean declination of the sun in the quarter of a year about a solstice: 23.44 degrees x 2 sqrt(2) / pi.
DECLINATION = {"spring": 0.0, "summer": math.radians(21.1), "autumn": 0.0, "winter": math.radians(-21.1)}
HOURS = {"small_hours": 0, "dawn": 4, "morning": 8, "day": 12, "evening": 16, "night": 20}
#: What hot modules give: 0.4 % less a kelvin; afternoons 8 K warmer than mornings, seasons 5 K apart (assumptions).
HEAT = {"spring": 1.0, "summer": 0.98, "autumn": 0.99, "winter": 1.02, "day": 0.97, "evening": 0.97}
#: The wind's swings: with the seasons, and over the day; each adds up to nothing.
SEASONAL = {"spring": 0.2, "summer": -1.0, "autumn": -0.2, "winter": 1.0}
DAILY = {"small_hours": 1.0, "dawn": 0.5, "morning": -0.8, "day": -1.0, "evening": -0.2, "night": 0.5}
LUNAR = tuple(
    part + number for part in ("morning", "noon", "afternoon", "dusk", "midnight", "dawn") for number in ("", "_2", "_3", "_4")
)
#: Steps in which a slice is averaged.
STEPS = 24

Profile = dict[str, float]


def sunlight(latitude: float, season: str, hour: float) -> float:
    """Sunlight on a panel that follows the sun from east to west, in parts of that above the air; `latitude` in degrees."""
    north, declination, angle = math.radians(latitude), DECLINATION[season], math.radians(15 * (hour - 12))
    east = math.cos(declination) * math.sin(angle)
    up = math.sin(north) * math.sin(declination) + math.cos(north) * math.cos(declination) * math.cos(angle)
    return math.hypot(east, up) * 0.7 ** (up**-0.678) if up > 1e-3 else 0.0


def photovoltaics(latitude: float, mean: float, summer_haze: float) -> Profile:
    """Capacity factor by slice before the margin; its mean is `mean`, and summers are dulled by `summer_haze`."""
    raw = {
        f"{season}_{part}": sum(sunlight(latitude, season, start + 4 * (i + 0.5) / STEPS) for i in range(STEPS)) / STEPS
        * HEAT[season] * HEAT.get(part, 1.0) * (summer_haze if season == "summer" else 1.0)
        for season in DECLINATION for part, start in HOURS.items()
    }  # fmt: skip
    scale = mean * len(raw) / sum(raw.values())
    return {slice_: scale * value for slice_, value in raw.items()}


def wind(mean: float, winter: float, night: float) -> Profile:
    """Capacity factor by slice before the margin; `winter` and `night` are the swings, as shares of the mean."""
    return {
        f"{season}_{part}": mean * (1 + winter * SEASONAL[season]) * (1 + night * DAILY[part])
        for season in DECLINATION for part in HOURS
    }  # fmt: skip


def phases(longitude: float) -> list[list[float]]:
    """Slices since the local sunrise, at steps within each slice of the Moon: the sun moves by 15 degrees a slice."""
    return [[(n + (i + 0.5) / STEPS + longitude / 15) % 24 for i in range(STEPS)] for n in range(24)]


def daylight(longitude: float, edge: float) -> Profile:
    """One by day, `edge` in the first and last slice of the day, nothing at night."""

    def height(phase: float) -> float:
        return 0.0 if phase >= 12 else edge if phase < 1 or phase >= 11 else 1.0

    return {name: sum(map(height, steps)) / STEPS for name, steps in zip(LUNAR, phases(longitude), strict=True)}


def peak_of_light(share: float, until: float) -> Profile:
    """One, but for a dark spell of `share` of the month that ends `until` slices after its beginning."""
    start = until - 24 * share
    return {name: 1 - max(0.0, min(n + 1, until) - max(n, start)) for n, name in enumerate(LUNAR)}


def noon(longitude: float, throttled: float) -> Profile:
    """One, but `throttled` while the ground is hottest, from four to eight slices after sunrise."""
    return {
        name: sum(throttled if 4 <= phase < 8 else 1.0 for phase in steps) / STEPS
        for name, steps in zip(LUNAR, phases(longitude), strict=True)
    }


def rows(item: str, site: str, profile: Profile, source: str, nothing: frozenset[str] = frozenset()) -> list[list[str]]:
    """Rows of a parameter table, without what is nought in slices that are `nothing` for every site."""
    rounded = {slice_: round(value, 3) if value >= 0.004 else 0.0 for slice_, value in profile.items()}
    return [
        [item, f"{site}/{slice_}", "availability", "1", f"{value:g}", "", "", source, ""]
        for slice_, value in rounded.items()
        if value or slice_ not in nothing
    ]


def table(name: str) -> list[dict[str, str]]:
    """The rows of an input."""
    with (FOLDER / "derivation" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def derive() -> dict[str, list[list[str]]]:
    """The rows of each file of parameters that this script writes."""
    dark = frozenset(f"{season}_{part}" for season in DECLINATION for part in ("small_hours", "night"))
    found: dict[str, list[list[str]]] = {"power.csv": [], "compute.csv": [], "helium3.csv": []}
    power = found["power.csv"]
    power += [["pv", slice_, "availability", "1", "0", "", "", "derived: the sun has set", ""] for slice_ in sorted(dark)]
    for row in table("regions.csv"):
        latitude, mean = float(row["latitude"]), float(row["pv"])
        profile = photovoltaics(latitude, mean, float(row["summer_haze"]))
        scaled = f"scaled to a mean of {mean:g}, an assumption about pv_capacity_factor 0.24"
        source = f"derived: {FIRM} x sun at {latitude:g} degrees, {scaled}"
        power += rows("pv", row["site"], {h: FIRM * value for h, value in profile.items()}, source, dark)
    for row in table("regions.csv"):
        if row["wind"]:
            mean = float(row["wind"])
            profile = wind(mean, float(row["winter_wind"]), float(row["night_wind"]))
            source = f"derived: {FIRM} x swings about a mean of {mean:g} ({row['wind_source']})"
            power += rows("wind", row["site"], {h: FIRM * value for h, value in profile.items()}, source)
    for row in table("lunar.csv"):
        site = row["site"]
        if row["longitude"]:
            longitude = float(row["longitude"])
            source = f"derived: equatorial_solar_duty 0.5: daylight at longitude {longitude:g}, tracking arrays"
            power += rows("lunar_pv", site, daylight(longitude, 0.85), source)
            source = "derived: lunar_radiator_min_temp_equator: throttled to 0.95 (assumption) while the ground is hottest"
            found["compute.csv"] += rows("lunar_rack", site, noon(longitude, 0.95), source)
            source = "derived: miner_mark3_output: 3942 h a year, in daylight"
            mining = {h: 0.9 * value for h, value in daylight(longitude, 1.0).items()}
            found["helium3.csv"] += rows("mark3_miner", site, mining, source)
        else:
            share = float(row["dark_share"])
            source = f"derived: polar_illumination_2m [0.771, 0.923]: dark for {share:g} of the month, in one spell"
            power += rows("lunar_pv", site, peak_of_light(share, float(row["dark_until"])), source)
    return found


def main() -> None:
    """Write the rows; what stands above them in the files stays."""
    for name, found in derive().items():
        path = FOLDER / "parameters" / name
        above = path.read_text(encoding="utf-8").partition(MARK)[0]
        width = len(above.splitlines()[0].split(","))
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(above + MARK)
            csv.writer(file, lineterminator="\n").writerows([*row, *[""] * (width - len(row))] for row in found)


if __name__ == "__main__":
    main()
