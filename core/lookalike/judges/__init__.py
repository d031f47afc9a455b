"""Judges: from a query and a candidate to the probability that both show the same thing."""
