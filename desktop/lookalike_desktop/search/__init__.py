"""Asking and the results: the bar, filters, the results page."""
