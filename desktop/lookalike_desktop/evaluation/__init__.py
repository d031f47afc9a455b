"""Evaluation in the window: the worst queries of a saved run."""
