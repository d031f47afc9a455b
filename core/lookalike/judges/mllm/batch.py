"""The batch: what llama.cpp decodes in one step, made of pieces for several sequences."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Piece:
    """What one sequence is given in one decoding.

    Attributes:
        rows: text as int32 (n,), or embeddings as float (n, width).
        positions: int32 (n,); of embeddings under M-RoPE (n, 4).
        sequence: which sequence.
        answer: whether the last one's logits are wanted.
    """

    rows: NDArray[Any]
    positions: NDArray[np.int32]
    sequence: int
    answer: bool = False


def text_piece(tokens: list[int], start: int, sequence: int, answer: bool = False) -> Piece:
    """A text whose first token has the position `start`."""
    positions = np.arange(start, start + len(tokens), dtype=np.int32)
    return Piece(np.array(tokens, np.int32), positions, sequence, answer)


class Batch:
    """A ``llama_batch`` and the memory that it points to.

    Args:
        pieces: texts or embeddings, not both.

    Attributes:
        struct: what `llama_decode` takes, as long as this object lives.
        answers: the places whose logits are wanted.
    """

    def __init__(self, pieces: list[Piece]) -> None:
        import llama_cpp

        lengths = [len(piece.rows) for piece in pieces]
        count = sum(lengths)
        text = pieces[0].rows.ndim == 1
        rows = np.concatenate([piece.rows for piece in pieces], dtype=np.int32 if text else np.float32)
        # Under M-RoPE section-major: all times, all rows, all columns, all zeros.
        positions = np.ascontiguousarray(np.concatenate([piece.positions for piece in pieces]).T)
        sequences = np.repeat(np.array([piece.sequence for piece in pieces], np.int32), lengths)
        first = sequences.ctypes.data
        each = np.arange(first, first + sequences.nbytes, sequences.itemsize, dtype=np.uintp)
        ones = np.ones(count, np.int32)
        flags = np.zeros(count, np.int8)
        ends = np.cumsum(lengths) - 1
        self.answers = [int(end) for end, piece in zip(ends, pieces, strict=True) if piece.answer]
        flags[self.answers] = 1
        integers, floats = ctypes.POINTER(ctypes.c_int32), ctypes.POINTER(ctypes.c_float)
        self.struct: Any = llama_cpp.llama_batch(
            n_tokens=count,
            token=rows.ctypes.data_as(integers) if text else None,
            embd=None if text else rows.ctypes.data_as(floats),
            pos=positions.ctypes.data_as(integers),
            n_seq_id=ones.ctypes.data_as(integers),
            seq_id=each.ctypes.data_as(ctypes.POINTER(integers)),
            logits=flags.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )
        self._held = rows, positions, sequences, each, ones, flags
