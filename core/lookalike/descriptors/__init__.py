"""Pixels or words in, unit vectors out."""
