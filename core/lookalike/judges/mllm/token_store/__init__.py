"""The index of visual tokens: what a model's projector made of the photos, kept small and on disk.

Tokens are kept in float16 until there are enough to train a product quantiser on, then as its codes. Only
candidates' tokens are kept; the query's stay as the projector gave them.
"""

from lookalike.judges.mllm.token_store.compression import Compression
from lookalike.judges.mllm.token_store.store import TokenSet, TokenStore

__all__ = ["Compression", "TokenSet", "TokenStore"]
