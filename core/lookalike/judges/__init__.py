"""Judges look at a query and a candidate and say how likely both show the same thing."""
