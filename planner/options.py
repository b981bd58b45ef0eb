"""The arguments and options that commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Certify(StrEnum):
    """In which arithmetic a plan is certified."""

    extended = "extended"
    exact = "exact"


class Method(StrEnum):
    """How the solver goes about it."""

    auto = "auto"
    simplex = "simplex"
    coarse_to_fine = "coarse-to-fine"
    ipm = "ipm"
    hipo = "hipo"
    pdlp = "pdlp"


class Exported(StrEnum):
    """What a plan is exported as."""

    csv = "csv"
    parquet = "parquet"
    excel = "excel"
    iamc = "iamc"


#: To which paths a plan is exported.
EXPORTED = "FILE.xlsx, FILE.iamc.csv, FILE.iamc.xlsx, or a folder of csv or parquet"


class Grouping(StrEnum):
    """How the inputs that differ between two runs are grouped."""

    auto = "auto"
    address = "address"
    technology = "technology"
    block = "block"


InstanceFolder = Annotated[Path, typer.Argument(metavar="INSTANCE", help="folder of the instance")]
Scenarios = Annotated[
    list[str],
    typer.Option("--scenario", metavar="NAME", help="a scenario of the instance; may be given again, later ones on top"),
]
Changes = Annotated[
    list[str],
    typer.Option("--set", metavar="ADDRESS=VALUE", help="change a number: ADDRESS=VALUE, ADDRESS*=FACTOR, ADDRESS+=SHIFT"),
]
ModelFile = Annotated[Path | None, typer.Option("--write-model", metavar="FILE", help="write the linear program as .mps or .lp")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON instead of text")]
Quiet = Annotated[bool, typer.Option("--quiet", help="print nothing but errors")]


def _print_version(asked: bool) -> None:
    if asked:
        from planner import __version__

        print(f"planner {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version, help="print the version and leave")]
