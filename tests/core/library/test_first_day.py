"""The first day: the sample album is indexed, a word is typed, and the right photo comes first."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from lookalike.cli.main import run
from lookalike.library import Library
from lookalike.sample_album import sample_album
from lookalike.search.query import Query


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new library of the sample album; its folder."""
    if not (Path(sys.prefix) / "share" / "lookalike" / "sample-photos").is_dir():
        pytest.skip("the sample photos are not here; packaging/bootstrap.py fetches them")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(tmp_path_factory.mktemp("home")))
        album = tmp_path_factory.mktemp("album")
        # Names would give the answers away.
        for number, photo in enumerate(sorted(sample_album().glob("*.[jp][pn]g"))):
            (album / f"{number:03}{photo.suffix}").write_bytes(photo.read_bytes())
            (album / f"{number:03}.txt").write_text(photo.stem)
    library_folder = album / "library"
    with Library(library_folder) as library:
        library.folders.add(album)
        for _ in library.scan():
            pass
    return library_folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "photo"),
    [
        ("cat", "Chelsea the cat"),
        ("kitten", "Chelsea the cat"),
        ("coffee", "Cup of coffee"),
        ("rocket", "Falcon 9 at Cape Canaveral"),
        ("motorcycle", "Motorcycle from the"),
    ],
)
def test_a_word_finds_the_photo_that_shows_it(
    first_day: Path, capsys: pytest.CaptureFixture[str], word: str, photo: str
) -> None:
    assert run(["--library", str(first_day), "search", word, "--json"]) == 0
    (first, *_) = json.loads(capsys.readouterr().out)["results"]
    assert Path(first["path"]).with_suffix(".txt").read_text().startswith(photo)
    assert first["why"][0]["kind"] == "label"


@pytest.mark.slow
def test_a_word_that_nothing_looks_like_is_told_so(first_day: Path) -> None:
    with Library(first_day) as library:
        *_, ranking = library.search.rankings(Query(words="quasar"))
        assert ranking.results == ()
        assert ranking.notes[0].startswith("Nothing looks like “quasar”")
