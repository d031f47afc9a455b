"""The store of visual tokens: what a model's projector made of the photos, compressed and on disk.

Tokens are stored in float16 until there are enough to train a product quantiser on, then as its codes. Only
candidates' tokens are stored; the query's stay as the projector gave them.
"""

from lookalike.judges.token_store.compression import Compression
from lookalike.judges.token_store.store import TokenStore
from lookalike.judges.token_store.token_set import TokenSet

__all__ = ["Compression", "TokenSet", "TokenStore"]
