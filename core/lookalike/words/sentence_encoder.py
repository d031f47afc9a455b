"""Sentence encoder: all-MiniLM-L6-v2, which turns a word or a phrase into a vector of its meaning; English.

``packaging/sentence_encoder.py`` made the files from the published weights, in 8-bit integers. Other encoders that
packages carry: docs/benchmarks.md, "Words without a download".
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.words.files import unusable, words_file

NETWORK, TOKENIZER = "sentence-encoder", "tokenizer.json"

DIMENSION = 384

THREADS = 1
"""A query is a few words: more threads would only take longer to wake."""

IDLE_SECONDS = 120.0
"""The network is released when nobody has searched for this long; loading it takes about .2 seconds."""


class SentenceEncoder:
    """The encoder. Any thread may call it; calls take turns. Loaded at the first call, and released when idle.

    Args:
        idle_seconds: how long the network is kept after a call.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._turn = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None
        self._release: threading.Timer | None = None
        self._vocabulary: frozenset[str] | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether the network takes memory just now."""
        return self._loaded is not None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts.

        Returns:
            float32 (len(texts), `DIMENSION`), rows of unit length.

        Raises:
            ModelError: the files are missing or damaged.
        """
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        with self._use() as (tokenizer, network):
            for row, text in enumerate(texts):
                tokens = np.array([tokenizer.encode(text).ids], np.int32)
                vectors[row] = network({0: tokens})[0][0]
        return vectors

    def has_word(self, word: str) -> bool:
        """Whether a word, in lower case, is among the 30,000 of its vocabulary: usual in English texts, as names are.

        Raises:
            ModelError: the files are missing or damaged.
        """
        if self._vocabulary is None:
            with self._use() as (tokenizer, _):
                self._vocabulary = frozenset(tokenizer.get_vocab())
        return word in self._vocabulary

    @contextmanager
    def _use(self) -> Iterator[tuple[Any, Any]]:
        with self._turn:
            self._stop_timer()
            if self._loaded is None:
                self._loaded = _load()
            yield self._loaded
            self._release = threading.Timer(self._idle_seconds, self.release)
            self._release.daemon = True
            self._release.start()

    def release(self) -> None:
        """Give the network's memory back; the next call loads it again."""
        with self._turn:
            self._loaded = None

    def close(self) -> None:
        """Release the network, and end the thread that waits to do so."""
        with self._turn:
            timer = self._stop_timer()
            self._loaded = None
        if timer is not None:
            timer.join()

    def _stop_timer(self) -> threading.Timer | None:
        timer, self._release = self._release, None
        if timer is not None:
            timer.cancel()
        return timer


def _load() -> tuple[Any, Any]:
    """The tokenizer and the compiled network."""
    model = words_file(f"{NETWORK}.xml")
    words_file(f"{NETWORK}.bin")
    try:
        from tokenizers import Tokenizer

        core = import_openvino().Core()
        settings = {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": THREADS,
            "ENABLE_CPU_PINNING": False,
        }
        return Tokenizer.from_file(str(words_file(TOKENIZER))), core.compile_model(model, "CPU", settings)
    except Exception as error:
        raise unusable(error) from error
