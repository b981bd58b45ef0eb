"""Twenty infeasible instances, each made by changing one number of an instance that has a plan.

The shipped instances price every demand and have no lower limits, so that almost no single number makes them infeasible.
The bases are therefore the toy and the baseline with something that must be: `bound` is the toy without the price at which
chat may be left unserved; `floors` the toy with lower limits and a cap on what stands; `served` the baseline without the
price of its first tier of inference, over its first years.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import planner

INSTANCES = Path(__file__).parents[2] / "instances"

_FLOORS = """\
lunar_base,compute.in_service,,moon,year,lower,GW,0.2,,,assumption: seed,,2034,,,
steel_there,goods.made,structural,moon,year,lower,kt/yr,0.5,,,assumption: seed,,2034,,,
clinics_served,helium3.sold,clinics,,year,lower,kg/yr,5,,,assumption: seed,,2034,,,
rich_dug,helium3.mined,rich,,year,lower,kg/yr,1,,,assumption: seed,,2036,,,
racks_standing,compute.installed,rack,plains,year,upper,GW,9,,,assumption: seed,,,,,
"""

#: Base, then the one change.
SEEDS: tuple[tuple[str, str, str | tuple[str, float]], ...] = (
    ("bound", "limits.earth_ceiling.upper", "2 GW"),
    ("bound", "limits.co2_cap.upper@2036", "0.05 Mt/yr"),
    ("bound", "limits.accelerator_output.upper", "0.5 GW/yr"),
    ("bound", "compute.chat.demand@2034", "90 ZFLOP/s"),
    ("bound", "compute.delay[plains]", "0.6 s"),
    ("bound", "compute.rack.last_year", "2031 yr"),
    ("bound", "compute.rack.performance", ("*", 0.3)),
    ("bound", "power.gas.emission_factor", ("*", 30.0)),
    ("bound", "compute.overhead[plains]", "12 1"),
    ("bound", "power.fusion.max_build", "0 GW/yr"),
    ("floors", "limits.lunar_base.lower", "12 GW"),
    ("floors", "compute.rack.seed[moon]", "0.001 GW"),
    ("floors", "limits.steel_there.lower", "400 kt/yr"),
    ("floors", "helium3.clinics.size", "2 kg/yr"),
    ("floors", "helium3.rich.tonnage", "0.001 Mt"),
    ("floors", "compute.rack.existing[plains]@2030", "11 GW"),
    ("floors", "industry.foundry.seed", "0.01 kt/yr"),
    ("served", "limits.accelerator_output.upper", ("*", 0.01)),
    ("served", "compute.inference.demand@2030", ("*", 8.0)),
    ("served", "limits.earth_ceiling.upper", "0.5 GW"),
)


@cache
def base(name: str) -> planner.Instance:
    """The instance that a seed changes; it has a plan."""
    with TemporaryDirectory() as place:
        folder = shutil.copytree(INSTANCES / ("baseline" if name == "served" else "toy"), Path(place) / name)
        if name == "floors":
            with (folder / "limits.csv").open("a") as limits:
                limits.write(_FLOORS)
        else:
            tier = "inference_1" if name == "served" else "chat_all"
            compute = folder / "parameters" / "compute.csv"
            lines = compute.read_text().splitlines(keepends=True)
            compute.write_text("".join(line for line in lines if not line.startswith(f"{tier},,value")))
        if name == "served":
            (folder / "scenarios").mkdir(exist_ok=True)
            (folder / "scenarios" / "first_years.toml").write_text(
                "title = 'First years'\n[horizon]\nyears = [2026, 2027, 2028, 2029, 2030]\nlast = 2030\n"
            )
            return planner.load(folder, ["first_years"])
        return planner.load(folder)
