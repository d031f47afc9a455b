"""What lies inside an opened library, for tests that look behind its services: the one place that reaches there."""

from __future__ import annotations

from lookalike.catalog.catalog import Catalog
from lookalike.library import Library, PhotoInfo
from lookalike.library.descriptor_engine import DescriptorEngine
from lookalike.words.fact_search import FactSearch


def catalog_of(library: Library) -> Catalog:
    """The catalog of an open library."""
    return library._catalog


def having(library: Library, word: str) -> list[int]:
    """The photos of an open library that have a word in their names or texts."""
    return FactSearch(catalog_of(library)).ids([word]).tolist()  # type: ignore[no-any-return]


def facts_of(library: Library, content_id: int) -> PhotoInfo:
    """A photo that must be in the library."""
    info = library.photos.info(content_id)
    assert info is not None
    return info


def engine_of(library: Library) -> DescriptorEngine:
    """The descriptor engine in use in an open library."""
    return library._engines.current
