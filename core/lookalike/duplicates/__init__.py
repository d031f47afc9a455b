"""Duplicates: groups of copies of one photo, and which of them to keep."""
