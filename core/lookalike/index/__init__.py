"""Descriptors in, nearest content ids out: compressed segments on disk that can always be made again.

`open_index` opens an index, and `VectorIndex` (``protocol.py``) says what every engine promises. What follows is the
default engine, FAISS. The catalog's record of descriptors is the truth; nothing here needs to survive. A folder holds

* ``segment-*.bin``: content ids and a FAISS index each (their vectors as fp16, as the record has them);
* ``codebook-*.bin`` and ``codes-*.bin``, once there are more vectors than a query can be compared with. The first is a
  coarse quantizer: a rotation and the centroids of the inverted lists. The others hold two bits a component (RaBitQ) in
  those lists, with the content ids as FAISS ids;
* ``state-*.bin``: the dead rows of the segments (tombstones), and ids that were in no segment yet;
* ``manifest.json``: which files count, with their sizes and checksums, and the state of the record that they stand
  for; replaced by an atomic rename. All other files are written once, never changed, and mapped into memory;
* ``writer.lock``: whoever holds it may write files. Others read, and keep what they add in memory.

What came since the last segment (the tail) lives in memory only: opening asks the record what has changed since the
manifest was written. A query probes some lists of codes and scores the candidates that it finds there with the
segments' vectors, so that the cosines handed out are exact. While the library is small, or a filter allows few of its
photos, the vectors are compared one by one.

A quantizer is trained in the background on a sample, and again when the library has grown fourfold or when a
measurement on a sample finds that fewer of the nearest are found than at first.

Order of writing, everywhere: the record first, then the index.
"""

from lookalike.index.audit import Audit, audit
from lookalike.index.exact_index import ExactIndex
from lookalike.index.factory import delete_index, index_folder, open_index
from lookalike.index.faiss_index import FaissIndex
from lookalike.index.merge_policy import MergePolicy
from lookalike.index.protocol import Neighbours, SimilarPairs, VectorIndex
from lookalike.index.vector_source import TrackedVectorSource, VectorSource

__all__ = [
    "Audit",
    "ExactIndex",
    "FaissIndex",
    "MergePolicy",
    "Neighbours",
    "SimilarPairs",
    "TrackedVectorSource",
    "VectorIndex",
    "VectorSource",
    "audit",
    "delete_index",
    "index_folder",
    "open_index",
]
