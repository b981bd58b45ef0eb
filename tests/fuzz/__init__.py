"""Instances, run folders, stores and designs broken at random: planner ends with a message and a code, never with a traceback."""
