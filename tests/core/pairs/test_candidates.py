"""Candidates: the strongest features vote, and whatever changes who is found changes the version."""

from __future__ import annotations

import pytest
from PIL import Image

from lookalike.local_features import LocalFeatures, extract
from lookalike.pairs import candidates
from lookalike.pairs.candidates import MIRROR_FEATURES, MOST_ENTRIES, VOTING_FEATURES
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
    asked: list[tuple[int, int]] = []
    vote = graph.library.inverted.vote

    def counted(query: LocalFeatures, limit: int, most_entries: int) -> object:
        asked.append((len(query), most_entries))
        return vote(query, limit, most_entries=most_entries)

    monkeypatch.setattr(graph.library.inverted, "vote", counted)
    monkeypatch.setattr(candidates, "LEAST_SIMILARITY", 2.0)
    ids = graph.ids()
    found = graph.engines.candidates.of(ids["0.jpg"], extract(textured_photo(60)))
    assert {ids["crop.jpg"], ids["mirrored.jpg"]} <= found
    assert found.isdisjoint({ids["0.jpg"], ids["1.jpg"], ids["2.jpg"], ids["3.jpg"]})
    assert asked == [(VOTING_FEATURES, MOST_ENTRIES), (MIRROR_FEATURES, MOST_ENTRIES // 2)]
    graph.library.catalog.close()


def test_crops_and_mirror_images_are_found_where_only_a_part_votes(
    graph: SmallPairGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "LEAST_SIMILARITY", 2.0)
    ids = graph.ids()
    features = extract(textured_photo(60))
    query = features.strongest(VOTING_FEATURES)
    whole = graph.library.inverted.vote(query, 5)
    crop = float(whole.votes[whole.ids == ids["crop.jpg"]][0])
    # So few entries, and a bar so high, that the crop passes it only as the bar goes down with them.
    most_entries = 300
    part = graph.library.inverted.vote(query, 5, most_entries=most_entries)
    monkeypatch.setattr(candidates, "MOST_ENTRIES", most_entries)
    monkeypatch.setattr(candidates, "LEAST_VOTES", 0.8 * crop)
    assert part.votes[part.ids == ids["crop.jpg"]][0] < 0.8 * crop
    found = graph.engines.candidates.of(ids["0.jpg"], features)
    assert {ids["crop.jpg"], ids["mirrored.jpg"]} <= found
    assert found.isdisjoint({ids["1.jpg"], ids["2.jpg"], ids["3.jpg"]})
    graph.library.catalog.close()


@pytest.mark.parametrize(
    "name",
    ["NEAREST", "LEAST_SIMILARITY", "VOTING_FEATURES", "LEAST_VOTES", "MIRROR_FEATURES", "MOST_ENTRIES"],
)
def test_another_search_has_another_version(
    graph: SmallPairGraph, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = graph.engines.candidates.version
    monkeypatch.setattr(candidates, name, 77)
    assert graph.engines.candidates.version != before
    graph.library.catalog.close()
