"""Duplicates: groups of copies side by side, which to keep, and cleaning up."""
