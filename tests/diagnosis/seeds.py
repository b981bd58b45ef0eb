"""Twenty infeasible instances, each made by changing one number of an instance that is shipped, and bases for other tests.

Most are of `mandate`, whose planner is told: where everything is priced, hardly any single number leaves no plan. That of
`accelerated` has more standing already than its land may hold.
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

#: Instance, address, value; beside each what kind of number it is.
SEEDS: tuple[tuple[str, str, str | tuple[str, float]], ...] = (
    ("mandate", "limits.earth_ceiling.upper", "60 GW"),  # a cap
    ("mandate", "limits.leo_lift.upper@2041", "0.1 kt/yr"),  # a cap in one year
    ("mandate", "limits.accelerator_output.upper", ("*", 0.05)),  # a cap of the instance that is extended
    ("mandate", "limits.lunar_compute.lower", "800 ZFLOP/s"),  # an order
    ("mandate", "limits.lunar_structure.lower@2044", "500 kt/yr"),  # an order in one year
    ("mandate", "compute.interactive.demand@2032", ("*", 8.0)),  # a demand
    ("mandate", "power.fission_surface.max_build", "0 GW/yr"),  # orders
    ("mandate", "compute.lunar_rack.seed[moon]", "0.001 GW"),  # the seed of growth
    ("mandate", "helium3.tritium_decay.size", "1 kg/yr"),  # a market
    ("accelerated", "power.pv.existing[gulf]", "5000 GW"),  # what stands already
    ("mandate", "compute.rack.performance", ("*", 0.2)),  # and from here on what moves no bound of the program
    ("mandate", "compute.overhead[moon]", "50 1"),
    ("mandate", "launch.starship.emission_factor", "27700 t/t"),  # kilograms for tonnes
    ("mandate", "compute.rack.availability", "0.2 1"),
    ("mandate", "helium3.mark3_miner.recovery", "0.0001 1"),
    ("mandate", "industry.structure_factory.availability", "0.02 1"),  # in every slice
    ("mandate", "industry.structure_factory.first_year", "2047 yr"),
    ("mandate", "compute.delay[earth]", "0.5 s"),
    ("mandate", "launch.earth_moon.opens", "2040 yr"),  # a date
    ("mandate", "power.fission_surface.lead_time", "4 yr"),
)


@cache
def base(name: str) -> planner.Instance:
    """The instance that a seed changes; it has a plan. Or a variant of the toy in which something must be.

    `bound` is the toy without the price at which chat may be left unserved; `floors` the toy with lower limits and a cap on
    what stands.
    """
    if (INSTANCES / name).is_dir():
        return planner.load(INSTANCES / name)
    with TemporaryDirectory() as place:
        folder = shutil.copytree(INSTANCES / "toy", Path(place) / name)
        if name == "floors":
            with (folder / "limits.csv").open("a") as limits:
                limits.write(_FLOORS)
        else:
            compute = folder / "parameters" / "compute.csv"
            lines = compute.read_text().splitlines(keepends=True)
            compute.write_text("".join(line for line in lines if not line.startswith("chat_all,,value")))
        return planner.load(folder)
