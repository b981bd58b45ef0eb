"""Sweeps: many plans of one instance, at the points of a design, in a store that outlives whatever fills it."""
