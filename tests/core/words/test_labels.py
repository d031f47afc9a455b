"""Labels: from descriptors of real photos into the catalog, followed, made up for older libraries, and searched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.descriptors.efficientnet import MIDDLES, EfficientNetDescriber
from lookalike.descriptors.embedded_network import CHANNELS, SIDE, network_file
from lookalike.ingest.throttle import FAST, Throttle
from lookalike.library.label_preparation import BackgroundLabels, LabelPreparation
from lookalike.progress import Stage
from lookalike.words.classifier import KEPT, KEY, classify
from lookalike.words.label_columns import LabelColumns, LabelTable
from lookalike.words.label_search import LabelSearch
from lookalike.words.labelling import VERSION, Labeller
from lookalike.words.source import Reason
from lookalike.words.synsets import load_synsets

CAT, COFFEE, ASTRONAUT = range(3)
"""The photos that ship for the self-check."""

ALBUM = Path(__file__).parent
"""A folder that is there; nothing in it is read."""


@pytest.fixture(scope="module")
def descriptors() -> NDArray[np.float32]:
    views = np.asarray(Image.open(network_file("reference.png"))).reshape(-1, len(MIDDLES) * SIDE, SIDE, 3)
    return EfficientNetDescriber().describe(list(views))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


def add(catalog: Catalog, vectors: NDArray[np.float32]) -> list[int]:
    """Record described photos as the indexer does."""
    folders = catalog.folders.all()
    folder = folders[0] if folders else catalog.folders.add(ALBUM)
    record = catalog.descriptors(KEY, CHANNELS)
    ids: list[int] = []
    with catalog.unit_of_work() as work:
        for vector in vectors:
            name = f"{catalog.contents.count()}-{len(ids)}"
            number = work.put_content(ContentRow(name, 1, 10, 10, "JPEG"))
            work.put_descriptor(record, number, vector)
            stat = FileStat(os.fsencode(ALBUM / f"{name}.jpg"), 1, 1, number, 1, 1)
            work.put_file(folder, stat, number)
            ids.append(number)
    return ids


def labels_of(catalog: Catalog) -> dict[int, str]:
    table = LabelColumns(catalog.labels).table()
    names = load_synsets().labels
    return {int(number): names[row[0]] for number, row in zip(table.ids, table.labels, strict=True)}


def preparation(catalog: Catalog) -> LabelPreparation:
    return LabelPreparation(Labeller(catalog), Throttle(lambda: FAST), lambda: False)


class TestClassifier:
    def test_it_knows_a_cat_and_a_cup_of_coffee(self, descriptors: NDArray[np.float32]) -> None:
        found = classify(descriptors)
        names = load_synsets().labels
        assert names[found.classes[CAT, 0]] in ("tabby", "Egyptian cat", "tiger cat")
        assert names[found.classes[COFFEE, 0]] in ("espresso", "cup")

    def test_probabilities_fall_and_are_part_of_one(self, descriptors: NDArray[np.float32]) -> None:
        found = classify(descriptors)
        assert found.classes.shape == found.probabilities.shape == (3, KEPT)
        assert (np.diff(found.probabilities, axis=1) <= 0).all()
        assert (found.probabilities.sum(axis=1) <= 1 + 1e-5).all()
        assert (found.probabilities >= 0).all()

    def test_a_photo_takes_the_same_labels_alone(self, descriptors: NDArray[np.float32]) -> None:
        together, alone = classify(descriptors), classify(descriptors[1:2])
        assert (together.classes[1] == alone.classes[0]).all()
        assert np.allclose(together.probabilities[1], alone.probabilities[0], atol=1e-5)

    def test_fp16_descriptors_give_the_same(self, descriptors: NDArray[np.float32]) -> None:
        kept = descriptors.astype(np.float16).astype(np.float32)
        assert (classify(kept).classes[:, 0] == classify(descriptors).classes[:, 0]).all()
        assert np.allclose(classify(kept).probabilities, classify(descriptors).probabilities, atol=0.01)


class TestLabelling:
    def test_what_is_described_is_labelled_at_once(
        self, catalog: Catalog, descriptors: NDArray[np.float32]
    ) -> None:
        catalog.subscribe(Labeller(catalog).update)
        ids = add(catalog, descriptors)
        assert set(labels_of(catalog)) == set(ids)
        assert preparation(catalog).lacking() == 0

    def test_an_older_library_is_labelled_without_its_photos(
        self, catalog: Catalog, descriptors: NDArray[np.float32]
    ) -> None:
        ids = add(catalog, descriptors)
        labels = preparation(catalog)
        assert labels.lacking() == 3
        steps = list(labels.make())
        assert {step.stage for step in steps} == {Stage.LABELLING}
        assert steps[-1].ended and steps[-1].done == 3
        assert set(labels_of(catalog)) == set(ids)
        assert list(labels.make()) == []

    def test_a_job_that_was_closed_goes_on(self, catalog: Catalog, descriptors: NDArray[np.float32]) -> None:
        add(catalog, descriptors)
        labels = preparation(catalog)
        job = labels.make()
        next(job)
        job.close()
        assert labels.lacking() == 3
        list(labels.make())
        assert labels.lacking() == 0

    def test_labels_of_another_version_are_made_anew(
        self, catalog: Catalog, descriptors: NDArray[np.float32]
    ) -> None:
        ids = add(catalog, descriptors)
        wrong = np.zeros((3, KEPT), np.uint16)
        catalog.labels.put(ids, wrong, np.zeros((3, KEPT), np.float32), VERSION - 1)
        assert preparation(catalog).lacking() == 3
        list(preparation(catalog).make())
        assert labels_of(catalog)[ids[COFFEE]] in ("espresso", "cup")

    def test_descriptors_of_other_models_are_left_alone(self, catalog: Catalog) -> None:
        catalog.subscribe(Labeller(catalog).update)
        folder = catalog.folders.add(ALBUM)
        record = catalog.descriptors("another", 4)
        with catalog.unit_of_work() as work:
            number = work.put_content(ContentRow("a", 1, 10, 10, "JPEG"))
            work.put_descriptor(record, number, np.full(4, 0.5, np.float32))
            work.put_file(folder, FileStat(os.fsencode(ALBUM / "a.jpg"), 1, 1, 1, 1, 1), number)
        assert labels_of(catalog) == {}
        assert preparation(catalog).lacking() == 0

    def test_in_the_background_it_ends(self, catalog: Catalog, descriptors: NDArray[np.float32]) -> None:
        add(catalog, descriptors)
        labels = BackgroundLabels(preparation(catalog))
        steps = 0
        while labels.step() is not None:
            steps += 1
        assert steps >= 2
        assert labels.step() is None
        labels.close()
        assert len(labels_of(catalog)) == 3

    def test_a_photo_takes_few_bytes(
        self, catalog: Catalog, descriptors: NDArray[np.float32], tmp_path: Path
    ) -> None:
        ids = add(catalog, descriptors)
        list(preparation(catalog).make())
        table = LabelColumns(catalog.labels).table()
        assert (table.ids.nbytes + table.labels.nbytes + table.probabilities.nbytes) / len(ids) <= 100

    def test_a_content_that_is_gone_is_passed_over(self, catalog: Catalog) -> None:
        catalog.labels.put([99], np.zeros((1, KEPT), np.uint16), np.zeros((1, KEPT), np.float32), VERSION)
        assert catalog.labels.latest() == 0


class TestColumns:
    def test_they_follow_the_catalog(self, catalog: Catalog, descriptors: NDArray[np.float32]) -> None:
        columns = LabelColumns(catalog.labels)
        assert len(columns.table().ids) == 0
        catalog.subscribe(Labeller(catalog).update)
        first = add(catalog, descriptors[:2])
        assert columns.table().ids.tolist() == first
        before = columns.table()
        assert columns.table() is before
        second = add(catalog, descriptors[2:])
        assert columns.table().ids.tolist() == sorted(first + second)
        # What is labelled anew takes the place of what was there.
        catalog.labels.put(
            [first[0]], np.full((1, KEPT), 7, np.uint16), np.full((1, KEPT), 0.1, np.float32), VERSION
        )
        table = columns.table()
        assert table.ids.tolist() == sorted(first + second)
        assert (table.labels[0] == 7).all()

    def test_sums_are_those_of_a_loop(self, catalog: Catalog) -> None:
        rng = np.random.default_rng(0)
        table = LabelColumns(catalog.labels).table()
        labels = rng.integers(0, 1000, (50, KEPT)).astype(np.uint16)
        probabilities = rng.random((50, KEPT)).astype(np.float32)
        table = type(table)(np.arange(50), labels, probabilities)
        weights = rng.random(1000).astype(np.float32)
        right = [
            sum(weights[one] * float(p) for one, p in zip(row, ps, strict=True))
            for row, ps in zip(labels, probabilities, strict=True)
        ]
        assert np.allclose(table.sums(weights), right, atol=1e-4)


class TestSearch:
    @pytest.fixture
    def search(self, catalog: Catalog) -> Iterator[LabelSearch]:
        search = LabelSearch(catalog)
        yield search
        search.close()

    @pytest.fixture
    def ids(self, catalog: Catalog, descriptors: NDArray[np.float32]) -> list[int]:
        ids = add(catalog, descriptors)
        list(preparation(catalog).make())
        return ids

    @pytest.mark.parametrize(
        ("text", "photo"),
        [("cat", CAT), ("kitten", CAT), ("animals", CAT), ("coffee", COFFEE), ("drink", COFFEE)],
    )
    def test_words_find_the_right_photo_first(
        self, search: LabelSearch, ids: list[int], text: str, photo: int
    ) -> None:
        assert search.search(text.split(), text, 10, None)[0].content_id == ids[photo]

    @pytest.mark.parametrize(
        ("text", "photo"),
        [("Katzen", CAT), ("gatto", CAT), ("кошка", CAT), ("猫", CAT), ("Kaffee", COFFEE)],
    )
    def test_words_of_other_languages_find_it_too(
        self, search: LabelSearch, ids: list[int], text: str, photo: int
    ) -> None:
        search.speak("de")
        assert search.search([text], text, 10, None)[0].content_id == ids[photo]

    def test_what_is_certain_is_said_so(self, search: LabelSearch, ids: list[int]) -> None:
        hit = search.search(["cat"], "cat", 10, None)[0]
        assert hit.reason.kind == "label" and hit.reason.certain
        assert "cat" in hit.reason.text or hit.reason.text == "tabby"

    @pytest.mark.parametrize(
        ("probability", "said"), [(0.3, "cat"), (0.6, "tiger cat")], ids=["of the kind", "of the label"]
    )
    def test_only_what_is_sure_is_said_for_sure(
        self, search: LabelSearch, monkeypatch: pytest.MonkeyPatch, probability: float, said: str
    ) -> None:
        names = load_synsets().labels
        labels = np.array(
            [[names.index("tiger cat"), names.index("Egyptian cat"), *range(KEPT - 2)]], np.uint16
        )
        probabilities = np.zeros((1, KEPT), np.float32)
        probabilities[0, :2] = probability, 0.25
        table = LabelTable(np.array([7]), labels, probabilities)
        monkeypatch.setattr(LabelColumns, "table", lambda _: table)
        (hit,) = search.search(["cat"], "cat", 10, np.array([7]))
        assert hit.reason == Reason("label", said, certain=True)

    @pytest.mark.parametrize(
        ("shown", "said"),
        [
            (("analog clock", "wall clock"), Reason("label", "clock", certain=True)),
            (("padlock", "combination lock"), Reason("label", "lock", certain=True)),
            (("castle", "padlock"), Reason("label", "castle", certain=False)),
        ],
    )
    def test_of_several_meanings_the_one_that_is_sure_is_said(
        self, search: LabelSearch, monkeypatch: pytest.MonkeyPatch, shown: tuple[str, str], said: Reason
    ) -> None:
        names = load_synsets().labels
        labels = np.array([[*map(names.index, shown), *range(KEPT - 2)]], np.uint16)
        probabilities = np.zeros((1, KEPT), np.float32)
        probabilities[0, :2] = 0.35, 0.3
        table = LabelTable(np.array([7]), labels, probabilities)
        monkeypatch.setattr(LabelColumns, "table", lambda _: table)
        search.speak("de")
        word = "Uhr" if "clock" in said.text else "Schloss"
        (hit,) = search.search([word], word, 10, np.array([7]))
        assert hit.reason == said

    def test_words_that_mean_nothing_find_nothing(self, search: LabelSearch, ids: list[int]) -> None:
        assert search.search(["quasar"], "quasar", 10, None) == []
        assert search.search([], "", 10, None) == []

    def test_only_allowed_photos_are_found(self, search: LabelSearch, ids: list[int]) -> None:
        allowed = np.array([ids[COFFEE], ids[ASTRONAUT]], np.int64)
        assert ids[CAT] not in [hit.content_id for hit in search.search(["cat"], "cat", 10, allowed)]
        assert search.search(["cat"], "cat", 10, np.zeros(0, np.int64)) == []

    def test_photos_that_lie_in_no_file_are_not_found(
        self, search: LabelSearch, catalog: Catalog, ids: list[int]
    ) -> None:
        catalog.remove_folder(catalog.folders.all()[0])
        assert search.search(["cat"], "cat", 10, None) == []

    def test_no_more_than_asked_for(self, search: LabelSearch, ids: list[int]) -> None:
        assert len(search.search(["thing"], "animal", 1, None)) <= 1
        assert search.search(["cat"], "cat", 0, None) == []

    def test_an_empty_library_has_nothing(self, search: LabelSearch) -> None:
        assert search.search(["cat"], "cat", 10, None) == []

    def test_scores_fall(self, search: LabelSearch, ids: list[int]) -> None:
        scores = [hit.score for hit in search.search(["animal"], "animal", 10, None)]
        assert scores == sorted(scores, reverse=True)
