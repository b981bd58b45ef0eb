"""What made a plan: the instance, the versions of everything that computes, the options and the platform."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version
from typing import Any

from planner.instance import Instance

#: Packages whose version may change a result.
PACKAGES = ("pyomo", "highspy", "numpy", "pandas", "scipy", "pint")


def provenance(instance: Instance, **options: Any) -> dict[str, Any]:
    """Hash of the resolved instance, versions, options (with scenarios and changes) and platform, for `summary.json`."""
    return {
        "instance_hash": instance.hash,
        "versions": versions(),
        "options": {**options, "scenarios": list(instance.scenarios), "changes": list(instance.changes)},
        "platform": {"system": platform.system(), "machine": platform.machine(), "python": platform.python_implementation()},
    }


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    return tuple((package, version(package)) for package in PACKAGES)


def versions() -> dict[str, str]:
    """The versions of planner, Python and the packages that compute."""
    from planner import __version__

    return {"planner": __version__, "python": platform.python_version(), **dict(_installed())}
