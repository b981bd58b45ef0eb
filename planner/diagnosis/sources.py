"""Which row of the instance gave a number; the class stands beside the instance."""

from planner.instance.sources import Sources

__all__ = ["Sources"]
