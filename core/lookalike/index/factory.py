"""Opens and deletes indexes: the one place that knows which engines there are."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from lookalike.index.exact_index import ExactIndex
from lookalike.index.faiss_index import FaissIndex
from lookalike.index.protocol import VectorIndex
from lookalike.index.vector_source import VectorSource

Engine = Literal["faiss", "exact"]
"""``faiss`` keeps segments on disk; ``exact`` compares everything, in memory."""


def _open_exact(_folder: Path, _key: str, dimension: int, source: VectorSource) -> ExactIndex:
    return ExactIndex(dimension, source)


ENGINES: dict[Engine, Callable[[Path, str, int, VectorSource], VectorIndex]] = {
    "faiss": FaissIndex.open,
    "exact": _open_exact,
}
"""What opens an index of each engine, from a folder, a key, a dimension and a source."""


def index_folder(library: Path, key: str) -> Path:
    """The folder of a descriptor model's index in a library.

    Args:
        library: the library's folder.
        key: the describer's key.
    """
    return library / "index" / hashlib.blake2b(key.encode(), digest_size=6).hexdigest()


def open_index(
    folder: Path, key: str, dimension: int, source: VectorSource, engine: Engine = "faiss"
) -> VectorIndex:
    """Open the index in a folder, made when absent, and bring it in line with the record.

    Args:
        folder: for this index alone.
        key: the describer's key; vectors of different keys never mix.
        dimension: length of the vectors.
        source: the durable record.
        engine: what keeps and searches the vectors.
    """
    return ENGINES[engine](folder, key, dimension, source)


def delete_index(folder: Path) -> None:
    """Delete an index that nobody has open; what cannot be deleted stays, and does no harm."""
    shutil.rmtree(folder, ignore_errors=True)
