"""Library: the opened library, a namespace of services over its catalog, index, judges and models."""

from lookalike.library.library import Library, Status
from lookalike.library.photo_service import PhotoInfo

__all__ = ["Library", "PhotoInfo", "Status"]
