"""Lookalike: find the photo you mean in your own collection, on your own computer."""

__version__ = "0.1.0"
