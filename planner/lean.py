"""Keeps Pyomo from importing all of scipy.stats as soon as anything imports scipy: half a second and 50 MiB that no plan needs.

To be imported before pint and scipy. Whatever of Pyomo uses scipy still finds it, and imports these parts then.
"""

from __future__ import annotations

from pyomo.common import dependencies

getattr(getattr(dependencies, "DeferredImportCallbackFinder", None), "_callbacks", {}).pop("scipy", None)
