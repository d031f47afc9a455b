"""Folders in, changes applied to the library: first scan, reconciliation, live events."""
