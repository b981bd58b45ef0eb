"""Tests of the reading of instances."""
