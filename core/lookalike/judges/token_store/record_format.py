"""The record format: a photo's tokens as bytes that show whether they are whole and whose they are."""

from __future__ import annotations

import hashlib
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.token_store.visual_tokens import VisualTokens

MAGIC = b"LKT1"
CHECKED = struct.Struct("<4sI")
"""Magic, and the CRC-32 of all that follows."""
HEADER = struct.Struct("<16sIIIIHHI")
"""Owner, codebook (0: float16), tokens, bytes per token, positions taken, columns, rows, bytes of positions."""


def owner(key: str, content: str) -> bytes:
    """Names the set and the content in a record, 16 bytes: a row never serves another photo's tokens."""
    return hashlib.blake2b(f"{key}\0{content}".encode(), digest_size=16).digest()


def pack(who: bytes, tokens: VisualTokens, codes: NDArray[np.uint8], codebook: int) -> bytes:
    """A record.

    Args:
        who: see `owner`.
        tokens: everything but the embeddings is taken from them.
        codes: uint8 (tokens, bytes): the codes, or the float16 embeddings as bytes.
        codebook: number of the codebook; 0 for float16.
    """
    # Column by column the steps repeat, so the positions shrink to a few dozen bytes.
    steps = np.diff(tokens.positions, axis=0, prepend=np.zeros((1, 4), np.int32))
    positions = zlib.compress(np.ascontiguousarray(steps.T, "<i4").tobytes(), 9)
    header = HEADER.pack(who, codebook, *codes.shape, tokens.n_pos, *tokens.grid, len(positions))
    body = header + positions + codes.tobytes()
    return CHECKED.pack(MAGIC, zlib.crc32(body)) + body


def is_whole(blob: bytes) -> bool:
    """Whether every byte of a record is what was written."""
    if len(blob) < CHECKED.size + HEADER.size:
        return False
    magic, checksum = CHECKED.unpack_from(blob)
    return bool(magic == MAGIC and zlib.crc32(blob[CHECKED.size :]) == checksum)


def unpack(blob: bytes, who: bytes) -> tuple[VisualTokens, NDArray[np.uint8], int] | None:
    """Read what `pack` wrote.

    Args:
        blob: the record.
        who: whose record it must be.

    Returns:
        The tokens without embeddings, the codes, and the number of the codebook; None if a byte is wrong or
        the record is another's.
    """
    if not is_whole(blob):
        return None
    body = blob[CHECKED.size :]
    found, codebook, count, size, n_pos, columns, rows, packed = HEADER.unpack_from(body)
    if found != who or len(body) != HEADER.size + packed + count * size:
        return None
    steps = np.frombuffer(zlib.decompress(body[HEADER.size : HEADER.size + packed]), "<i4")
    positions = np.cumsum(steps.reshape(4, count), axis=1, dtype=np.int32).T
    codes = np.frombuffer(body, np.uint8, offset=HEADER.size + packed).reshape(count, size)
    empty = np.empty((count, 0), np.float16)
    return VisualTokens(empty, np.ascontiguousarray(positions), n_pos, (columns, rows)), codes, codebook
