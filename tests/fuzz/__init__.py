"""Instances broken at random: whatever is in them, planner ends with a message and a code, and never with a traceback."""
