"""What would have to be true: thresholds, value functions, frontiers and Pareto fronts of an instance."""
