"""Descriptors in, nearest content ids out: compressed segments on disk that can always be made again.

The catalog's record of descriptors is the truth; nothing here needs to survive. A folder holds

* ``segment-*.faiss``: a FAISS index each (8-bit scalar quantiser, the content ids as FAISS ids), written once,
  never changed, mapped into memory;
* ``manifest.json``: which segments count, with their sizes and checksums; replaced by an atomic rename;
* ``writer.lock``: whoever holds it may write files. Others read, and keep what they add in memory.

What came since the last segment (the tail) and what was removed (one bit a row) live in memory only: opening
compares ids with the record and finds both again. A query scans the codes, then scores the best candidates
again with the record's fp16 vectors, so that the cosines handed out are exact.

Order of writing, everywhere: the record first, then the index.
"""

from lookalike.index.audit import Audit, audit
from lookalike.index.limits import Limits
from lookalike.index.record import Neighbours, VectorRecord
from lookalike.index.vector_index import VectorIndex

__all__ = ["Audit", "Limits", "Neighbours", "VectorIndex", "VectorRecord", "audit"]
