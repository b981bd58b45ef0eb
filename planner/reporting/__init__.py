"""The report: plans as one HTML page that opens without a network, in light and dark, on paper, by keyboard and by ear."""

from __future__ import annotations

from planner.reporting.page import named, refuse_target, report

__all__ = ["named", "refuse_target", "report"]
