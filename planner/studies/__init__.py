"""What would have to be true: thresholds, value functions, frontiers and Pareto fronts of an instance."""

from planner.studies.breakeven import Breakeven, breakeven
from planner.studies.frontier import Frontier, frontier
from planner.studies.pareto import Pareto, pareto
from planner.studies.value_function import ValueFunction, value_function

__all__ = ["Breakeven", "Frontier", "Pareto", "ValueFunction", "breakeven", "frontier", "pareto", "value_function"]
