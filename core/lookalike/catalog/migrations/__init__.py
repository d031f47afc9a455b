"""The catalog's schema, as numbered steps that are each applied once, in one transaction."""

# Their order is that in which the modules register them.
from lookalike.catalog.migrations import photos, findings  # isort: skip
from lookalike.catalog.migrations.registry import catalog_migrations

__all__ = ["catalog_migrations", "findings", "photos"]
