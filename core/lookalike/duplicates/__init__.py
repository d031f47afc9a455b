"""Duplicates: groups of copies of one photo, which of them to keep, and removing the others safely."""
