"""How visual tokens are written, quantised and reduced, apart from where they are kept."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lookalike.errors import LookalikeError
from lookalike.judges.token_store import Compression
from lookalike.judges.token_store.codebook import TRAIN_MIN, WHOLE, TokenCodebook, train
from lookalike.judges.token_store.record_format import owner, pack, unpack
from lookalike.judges.token_store.reduction import reduced
from lookalike.judges.token_store.visual_tokens import VisualTokens
from tests.core.judges.made_up_tokens import PHOTOS, WIDTH, same, tokens_of


@given(
    arrays(np.float16, st.tuples(st.integers(1, 20), st.just(8)), elements=st.floats(-9, 9, width=16)),
    st.integers(1, 900),
    st.integers(0, 5),
)
def test_a_record_holds_everything(embeddings: np.ndarray, n_pos: int, codebook: int) -> None:
    count = len(embeddings)
    positions = np.random.default_rng(count).integers(-30_000, 30_000, (count, 4), np.int32)
    tokens = VisualTokens(embeddings, positions, n_pos, (count, 1))
    who = owner("model", "aa")
    found = unpack(pack(who, tokens, embeddings.view(np.uint8), codebook), who)
    assert found is not None
    read, codes, number = found
    assert number == codebook
    assert same(dataclasses.replace(read, embeddings=codes.view(np.float16)), tokens)


def test_a_record_with_any_byte_wrong_is_refused() -> None:
    tokens = tokens_of(1, (3, 2))
    who = owner("model", "aa")
    record = pack(who, tokens, tokens.embeddings.view(np.uint8), 0)
    assert unpack(record, who) is not None
    for bad in (b"", record[:10], record[:-1], record + b"x"):
        assert unpack(bad, who) is None
    for at in random.Random(0).sample(range(len(record)), 60):
        assert unpack(record[:at] + bytes([record[at] ^ 4]) + record[at + 1 :], who) is None
    assert unpack(record, owner("model", "bb")) is None
    assert unpack(record, owner("another model", "aa")) is None


@pytest.fixture(scope="module", params=[8, 16])
def learned(request: pytest.FixtureRequest) -> tuple[np.ndarray, TokenCodebook]:
    values = np.concatenate([tokens_of(seed).embeddings for seed in range(PHOTOS)])
    book = train(values, request.param)
    assert book is not None and book.dims == request.param
    return values, book


def test_decoding_gives_the_centroids_turned_back_bit_for_bit(
    learned: tuple[np.ndarray, TokenCodebook],
) -> None:
    values, book = learned
    codes = book.encode(values[:300])
    assert codes.shape == (300, WIDTH // book.dims) and codes.dtype == np.uint8
    decoded = book.decode(codes)
    assert decoded.dtype == np.float16
    (axes,) = book.rotation.tolist()
    for token in range(0, 300, 30):
        joined = np.concatenate([book.centroids[run, code] for run, code in enumerate(codes[token])]).tolist()
        # In Python's whole numbers, which know no rounding.
        sums = [sum(c * axis[place] for c, axis in zip(joined, axes, strict=True)) for place in range(WIDTH)]
        turned = np.array(sums, np.float64) * (book.step / WHOLE) / book.weights + book.mean
        assert decoded[token].tobytes() == turned.astype(np.float16).tobytes()
        assert decoded[token].tobytes() == book.decode(codes[token : token + 1])[0].tobytes()


def test_the_codes_name_the_nearest_centroids(learned: tuple[np.ndarray, TokenCodebook]) -> None:
    values, book = learned
    codes = book.encode(values[:50])
    points = book.turned(values[:50])
    for run, centroids in enumerate(book.centroids.astype(np.float32)):
        distances = np.square(points[:, run, np.newaxis] - centroids).sum(axis=2)
        assert np.array_equal(codes[:, run], distances.argmin(axis=1))
    error = np.square(book.decode(codes).astype(np.float32) - values[:50].astype(np.float32)).mean()
    assert error < 0.05 * values.astype(np.float32).var()


def test_the_axes_are_square_to_each_other_and_share_the_variance(
    learned: tuple[np.ndarray, TokenCodebook],
) -> None:
    values, book = learned
    axes = book.rotation[0].astype(np.float64) / WHOLE
    np.testing.assert_allclose(axes @ axes.T, np.eye(WIDTH), atol=1e-3)
    turned = book.turned(values).astype(np.float64).reshape(len(values), WIDTH)
    apart = np.corrcoef(turned.T) - np.eye(WIDTH)
    assert np.abs(apart).max() < 0.02


@pytest.mark.slow
def test_numbers_that_go_together_cost_less_than_with_a_plain_quantiser() -> None:
    import faiss

    random = np.random.default_rng(4)
    mixed = random.standard_normal((WIDTH, WIDTH)) * np.geomspace(4, 0.1, WIDTH)[:, np.newaxis]
    values = (random.standard_normal((TRAIN_MIN + 1000, WIDTH)) @ mixed + 5).astype(np.float32)
    values, unseen = values[:TRAIN_MIN], values[TRAIN_MIN:]
    plain: Any = faiss.ProductQuantizer(WIDTH, WIDTH // 8, 8)
    plain.train(values)
    book = train(values, 8)
    assert book is not None
    ours = book.decode(book.encode(unseen)).astype(np.float32)
    theirs = plain.decode(plain.compute_codes(unseen))
    assert np.square(ours - unseen).mean() < 0.6 * np.square(theirs - unseen).mean()


@pytest.mark.slow
def test_wide_tokens_are_turned_block_by_block() -> None:
    values = np.random.default_rng(5).standard_normal((TRAIN_MIN, 1104)).astype(np.float32)
    book = train(values, 16)
    assert book is not None and book.rotation.shape == (3, 368, 368) and book.width == 1104
    codes = book.encode(values[:8])
    assert np.corrcoef(book.decode(codes).ravel(), values[:8].ravel())[0, 1] > 0.5


def test_a_codebook_survives_being_kept_and_tells_of_damage() -> None:
    import zlib

    random = np.random.default_rng(3)
    book = TokenCodebook(
        random.integers(-WHOLE, WHOLE, (4, 256, 8), np.int16),
        random.integers(-WHOLE, WHOLE, (2, 16, 16), np.int16),
        0.37,
        *random.standard_normal((2, 32)).astype(np.float32),
    )
    content = book.pack()
    again = TokenCodebook.unpack(content, zlib.crc32(content))
    assert again is not None and again.step == book.step
    for name in ("centroids", "rotation", "mean", "weights"):
        assert np.array_equal(getattr(again, name), getattr(book, name))
    for bad in (content[:-1], content[:50] + b"?" + content[51:], b""):
        assert TokenCodebook.unpack(bad, zlib.crc32(content)) is None
        assert TokenCodebook.unpack(bad, zlib.crc32(bad)) is None or len(bad) == len(content)


@given(st.integers(2, 9), st.integers(2, 9))
def test_blocks_become_one_token_where_the_first_was(columns: int, rows: int) -> None:
    tokens = tokens_of(columns * 10 + rows, (columns, rows))
    grid = tokens.embeddings.astype(np.float32).reshape(rows, columns, WIDTH)
    for reduction in ("pool", "drop"):
        less = reduced(tokens, reduction)
        assert (less.n_pos, less.grid) == (tokens.n_pos, tokens.grid)
        assert len(less.embeddings) == len(less.positions) == -(-columns // 2) * -(-rows // 2)
        number = 0
        for row in range(0, rows, 2):
            for column in range(0, columns, 2):
                assert list(less.positions[number]) == [0, row, column, 0]
                block = grid[row : row + 2, column : column + 2]
                wanted = block.mean(axis=(0, 1)) if reduction == "pool" else block[0, 0]
                np.testing.assert_allclose(less.embeddings[number], wanted, rtol=1e-2, atol=1e-3)
                number += 1
    assert reduced(tokens, "") is tokens


def test_square_photos_in_one_row_are_reduced_and_odd_ones_left() -> None:
    order = np.repeat(np.arange(64, dtype=np.int32), 4).reshape(64, 4)
    flat = dataclasses.replace(tokens_of(1), positions=order, grid=(64, 1), n_pos=64)
    less = reduced(flat, "drop")
    # Models without a grid take no gaps: what is left stands close together.
    assert np.array_equal(less.positions, order[:16]) and (less.n_pos, less.grid) == (16, (64, 1))
    assert np.array_equal(less.embeddings, reduced(tokens_of(1), "drop").embeddings)
    strip = dataclasses.replace(tokens_of(1, (6, 1)), n_pos=6)
    assert reduced(strip, "pool") is strip


def test_ways_of_keeping_are_read_and_written() -> None:
    for text in ("pq8", "pq16", "fp16", "pool+pq8", "drop+fp16"):
        assert str(Compression.parse(text)) == text
    for text in ("", "pq9", "pool", "pool+", "pq8+pool"):
        with pytest.raises(LookalikeError, match="no compression called"):
            Compression.parse(text)
