"""Descriptors: from pixels or words to unit vectors."""
