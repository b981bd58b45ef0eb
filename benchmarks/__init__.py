"""Benchmarks: one command, tables of sizes, seconds, memory and shares; nothing here is a test."""
