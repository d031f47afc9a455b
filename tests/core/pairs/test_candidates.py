"""Candidates: the strongest features vote, and whatever changes who is found changes the version."""

from __future__ import annotations

import pytest
from PIL import Image

from lookalike.local_features import LocalFeatures, extract
from lookalike.pairs import candidates
from lookalike.pairs.candidates import MIRROR_FEATURES, VOTING_FEATURES
from tests.builders.pair_graph import SmallPairGraph
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import SmallLibrary


@pytest.fixture
def graph(tmp_path_factory: pytest.TempPathFactory) -> SmallPairGraph:
    folder = tmp_path_factory.mktemp("candidates")
    album = folder / "album"
    album.mkdir()
    for number in range(4):
        textured_photo(60 + number).save(album / f"{number}.jpg")
    photo = textured_photo(60)
    photo.crop((200, 120, 520, 360)).save(album / "crop.jpg")
    photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop((60, 40, 600, 440)).save(album / "mirrored.jpg")
    library = SmallLibrary(folder / "library")
    library.folders.add(album)
    library.scan()
    return SmallPairGraph(library)


def test_the_strongest_features_vote_for_crops_and_mirror_images(
    graph: SmallPairGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    vote = graph.library.inverted.vote

    def counted(query: LocalFeatures, limit: int) -> object:
        asked.append(len(query))
        return vote(query, limit)

    monkeypatch.setattr(graph.library.inverted, "vote", counted)
    monkeypatch.setattr(candidates, "LEAST_SIMILARITY", 2.0)
    ids = graph.ids()
    found = graph.engines.candidates.of(ids["0.jpg"], extract(textured_photo(60)))
    assert {ids["crop.jpg"], ids["mirrored.jpg"]} <= found
    assert found.isdisjoint({ids["0.jpg"], ids["1.jpg"], ids["2.jpg"], ids["3.jpg"]})
    assert asked == [VOTING_FEATURES, MIRROR_FEATURES]
    graph.library.catalog.close()


@pytest.mark.parametrize(
    "name", ["NEAREST", "LEAST_SIMILARITY", "VOTING_FEATURES", "LEAST_VOTES", "MIRROR_FEATURES"]
)
def test_another_search_has_another_version(
    graph: SmallPairGraph, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = graph.engines.candidates.version
    monkeypatch.setattr(candidates, name, 77)
    assert graph.engines.candidates.version != before
    graph.library.catalog.close()
