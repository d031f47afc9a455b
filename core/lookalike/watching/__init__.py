"""Following folders: first scan, reconciliation and live events, applied to the library."""
