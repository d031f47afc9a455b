"""Caches of data derived from photos: bounded in size, and safe to delete at any time."""
