"""Several vectors asked together, on a real index: the answer is that of the formula over every vector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lookalike.index import FaissIndex, MergePolicy, VectorIndex
from lookalike.index.inverted import InvertedFile
from lookalike.judges.protocol import JudgePhoto
from lookalike.local_features import LocalFeatures, extract
from lookalike.search.index_score import IndexScore
from lookalike.search.nearest import (
    NEGATIVE_WEIGHT,
    NearestPhotos,
    SearchedPhotos,
    best_of_parts,
    combined,
    nearest_photos,
)
from lookalike.search.query_encoder import EncodedQuery, QueryVector
from tests.builders.photo_files import textured_photo
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 32
COUNT = 900


@pytest.fixture(scope="module")
def record() -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(1, COUNT + 1), descriptors(COUNT, DIMENSION, seed=3))
    return record


@pytest.fixture(scope="module")
def index(record: MemoryRecord, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VectorIndex]:
    policy = MergePolicy(seal_rows=256, flush_rows=16)
    index = FaissIndex.open(tmp_path_factory.mktemp("index"), "model", DIMENSION, record, policy)
    yield index
    index.close()


def photo(name: str) -> JudgePhoto:
    return JudgePhoto(name, lambda side: Image.new("RGB", (8, 8)))


def encoded(
    vectors: NDArray[np.float32],
    parts: list[int] | None = None,
    negative: NDArray[np.float32] | None = None,
    excluded_ids: frozenset[int] = frozenset(),
) -> EncodedQuery:
    parts = parts or list(range(len(vectors)))
    return EncodedQuery(
        tuple(
            QueryVector(v, part, photo(str(n)))
            for n, (v, part) in enumerate(zip(vectors, parts, strict=True))
        ),
        (None,) * (parts[-1] + 1),
        negative,
        excluded_ids,
    )


def find(
    index: VectorIndex,
    record: MemoryRecord,
    query: EncodedQuery,
    limit: int,
    allowed_ids: NDArray[np.int64] | None = None,
    expand: bool = False,
) -> NearestPhotos:
    return nearest_photos(SearchedPhotos(index, record), query, IndexScore(0.0), limit, allowed_ids, expand)


def everything(record: MemoryRecord) -> NDArray[np.float32]:
    return record.vectors(record.ids())


def test_one_vector_is_answered_by_the_index_alone(index: VectorIndex, record: MemoryRecord) -> None:
    vectors = record.vectors(np.array([7]))
    found = find(index, record, encoded(vectors), 20)
    answer = index.search(vectors[0], 20)
    np.testing.assert_array_equal(found.ids, answer.ids)
    np.testing.assert_array_equal(found.similarities, answer.similarities)
    assert found.query_vectors.tolist() == [0] * 20


def test_what_the_query_names_is_no_result_and_makes_no_gap(index: VectorIndex, record: MemoryRecord) -> None:
    vectors = record.vectors(np.array([7, 8]))
    for asked in (vectors[:1], vectors):
        found = find(index, record, encoded(asked, excluded_ids=frozenset({7, 8})), 20)
        assert len(found.ids) == 20
        assert not {7, 8} & set(found.ids.tolist())


def test_several_photos_have_half_the_mean_and_half_the_best(
    index: VectorIndex, record: MemoryRecord
) -> None:
    vectors = record.vectors(np.array([10, 400, 800]))
    cosines = everything(record) @ vectors.T
    expected = 0.5 * (cosines.mean(axis=1) + cosines.max(axis=1))
    found = find(index, record, encoded(vectors), COUNT)
    order = np.lexsort((record.ids(), -expected))
    np.testing.assert_allclose(found.similarities, expected[order], atol=1e-5)
    assert set(found.ids[:30].tolist()) == set(record.ids()[order[:30]].tolist())
    np.testing.assert_array_equal(found.query_vectors[:30], cosines[found.ids[:30] - 1].argmax(axis=1))


def test_rotations_of_one_photo_have_the_cosine_of_the_best(index: VectorIndex, record: MemoryRecord) -> None:
    vectors = record.vectors(np.array([10, 400, 800]))
    found = find(index, record, encoded(vectors, [0, 0, 0]), 50)
    best = np.minimum((everything(record) @ vectors.T).max(axis=1), 1)
    np.testing.assert_allclose(found.similarities, np.sort(best)[::-1][:50], atol=1e-5)


def test_rotations_count_once_among_several_photos() -> None:
    cosines = np.array([[0.1, 0.9, 0.5]], np.float32)
    assert combined(best_of_parts(cosines, np.array([0, 0, 1])))[0] == pytest.approx(0.5 * (0.7 + 0.9))
    assert combined(best_of_parts(cosines, np.array([0, 1, 1])))[0] == pytest.approx(0.5 * (0.5 + 0.9))


def test_what_resembles_a_negative_falls_and_values_stay_in_their_range(
    index: VectorIndex, record: MemoryRecord
) -> None:
    query = record.vectors(np.array([7]))
    plain = find(index, record, encoded(query), 40)
    wrong = record.vectors(plain.ids[1:2])[0]
    found = find(
        index, record, encoded(query, negative=wrong, excluded_ids=frozenset({int(plain.ids[1])})), 40
    )
    assert int(plain.ids[1]) not in found.ids
    assert abs(float(found.similarities.mean() - plain.similarities.mean())) < 0.15
    vectors = everything(record)
    expected = vectors @ query[0] - NEGATIVE_WEIGHT * (vectors @ wrong)
    expected[plain.ids[1] - 1] = -9
    np.testing.assert_array_equal(found.ids[:10], record.ids()[np.argsort(-expected, kind="stable")[:10]])


def test_expansion_moves_the_query_towards_its_best_result(index: VectorIndex, record: MemoryRecord) -> None:
    query = record.vectors(np.array([7]))
    plain = find(index, record, encoded(query, excluded_ids=frozenset({7})), 10)
    found = find(index, record, encoded(query, excluded_ids=frozenset({7})), 10, expand=True)
    cosine = plain.similarities[0]
    moved = query[0] + cosine**3 * record.vectors(plain.ids[:1])[0]
    vectors = everything(record) @ (moved / np.linalg.norm(moved))
    vectors[6] = -1
    np.testing.assert_array_equal(found.ids, record.ids()[np.argsort(-vectors, kind="stable")[:10]])


def test_only_allowed_photos_are_found(index: VectorIndex, record: MemoryRecord) -> None:
    allowed_ids = np.arange(100, 130)
    for vectors in (record.vectors(np.array([7])), record.vectors(np.array([7, 400]))):
        found = find(index, record, encoded(vectors, excluded_ids=frozenset({105})), 100, allowed_ids)
        assert sorted(found.ids.tolist()) == [n for n in range(100, 130) if n != 105]
    assert len(find(index, record, encoded(vectors), 5, np.zeros(0, np.int64)).ids) == 0


def test_words_are_not_judged_where_there_is_a_photo(index: VectorIndex, record: MemoryRecord) -> None:
    vectors = record.vectors(np.array([7, 400]))
    words = EncodedQuery(
        (QueryVector(vectors[0], 0, None), QueryVector(vectors[1], 1, photo("b"))), (None, None)
    )
    assert set(find(index, record, words, 30).query_vectors.tolist()) == {1}


@pytest.fixture(scope="module")
def details(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InvertedFile]:
    """Details of every hundredth photo; the others lack theirs."""
    inverted = InvertedFile.open(tmp_path_factory.mktemp("details"))
    ids = np.arange(100, COUNT, 100)
    inverted.add(ids, [extract(textured_photo(int(number), (320, 240))) for number in ids])
    yield inverted
    inverted.close()


def test_what_only_the_details_find_is_a_candidate(
    index: VectorIndex, record: MemoryRecord, details: InvertedFile
) -> None:
    """The query looks like photo 7 and has the details of photo 800."""
    query = encoded(record.vectors(np.array([7])))
    query = replace(query, features=(extract(textured_photo(800, (320, 240)).rotate(90, expand=True)),))
    photos, score = SearchedPhotos(index, record, details), IndexScore(0.5, 1.0, 0.0)
    by_cosine = find(index, record, encoded(record.vectors(np.array([7]))), 5)
    assert 800 not in by_cosine.ids
    found = nearest_photos(photos, query, score, 5)
    row = found.ids.tolist().index(800)
    cosine = float(record.vectors(np.array([800]))[0] @ record.vectors(np.array([7]))[0])
    assert found.similarities[row] == pytest.approx(cosine, abs=1e-3)
    assert (
        found.votes[row]
        == details.votes_of(query.features[0] or LocalFeatures.none((1, 1)), np.array([800]))[0]
        > 0
    )
    assert found.scores[row] == pytest.approx(cosine + 0.5 * np.log1p(found.votes[row]), abs=1e-3)
    assert np.isnan(found.votes[found.ids.tolist().index(7)]), "nothing is known of its details"
    allowed = np.array([7, 8, 9])
    assert set(nearest_photos(photos, query, score, 5, allowed).ids.tolist()) == {7, 8, 9}


def test_each_photo_of_a_query_votes_for_itself(
    index: VectorIndex, record: MemoryRecord, details: InvertedFile
) -> None:
    query = encoded(record.vectors(np.array([7, 8])))
    features = tuple(extract(textured_photo(number, (320, 240))) for number in (300, 600))
    photos = SearchedPhotos(index, record, details)
    found = nearest_photos(photos, replace(query, features=features), IndexScore(2.0), 20)
    parts = dict(zip(found.ids.tolist(), found.query_vectors.tolist(), strict=True))
    assert (parts[300], parts[600]) == (0, 1), "a judge compares each with the photo that voted for it"
