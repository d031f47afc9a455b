"""The opened library: a namespace of services over one library's catalog, index, judges and models."""

from lookalike.library.library import Library, PhotoInfo, Status

__all__ = ["Library", "PhotoInfo", "Status"]
