"""Benchmarks: planner beside its peers, how cost grows, and where the seconds go; nothing here is a test."""
