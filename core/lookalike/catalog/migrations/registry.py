"""The migrations of a catalog, in the order of their registration."""

from __future__ import annotations

from sqlite_utils import Migrations

catalog_migrations = Migrations("catalog")
