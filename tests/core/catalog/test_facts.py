"""Words of photos: what is one, and that photos of older libraries are found by theirs."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lookalike.catalog.catalog import Catalog
from lookalike.photos import Annotations
from lookalike.terms import terms_of
from lookalike.words.fact_search import FactSearch
from tests.core.catalog.test_catalog import place, row


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("St. Moritz, 10.5.2019", ["st", "moritz", "10", "5", "2019"]),
        ("Café_STRASSE ß", ["cafe", "strasse", "ss"]),
        ("\N{CAT FACE}", ["\N{CAT FACE}"]),
        ("my\N{CAT FACE}s", ["my", "\N{CAT FACE}", "s"]),
        ("\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}", ["\N{HEAVY BLACK HEART}"]),
        ("\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}", ["\N{THUMBS UP SIGN}"]),
        ("\N{MAN}\N{ZERO WIDTH JOINER}\N{BOY}", ["\N{MAN}", "\N{BOY}"]),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"]),
        ("5\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", ["5"]),
        (
            "\N{COPYRIGHT SIGN} a \N{RIGHTWARDS ARROW} b \N{BULLET} \N{BOX DRAWINGS LIGHT HORIZONTAL}",
            ["a", "b"],
        ),
        ("a\0b\x1bc\udcff", ["a", "b", "c"]),
        ("?!", []),
    ],
)
def test_words_are_letters_digits_and_emoji(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


def to_version_of_words(path: Path) -> None:
    """Make a catalog what it was before facts: plain text in a table of words, and no places."""
    before = sqlite3.connect(path)
    for table in ("fact_terms", "facts", "place_names"):
        before.execute(f"DROP TABLE {table}")
    before.execute("UPDATE contents SET place_id = NULL")
    for column in ("place_id", "description"):
        before.execute(f"ALTER TABLE contents DROP COLUMN {column}")
    before.execute("DROP TABLE places")
    before.execute(
        "CREATE TABLE words (content_id INTEGER PRIMARY KEY, keywords TEXT NOT NULL, title TEXT NOT NULL, "
        "names TEXT NOT NULL)"
    )
    before.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0020_facts'")
    before.commit()
    before.close()


def test_photos_of_older_libraries_are_found_by_their_emoji(tmp_path: Path) -> None:
    photos, path = tmp_path / "photos", tmp_path / "catalog.sqlite"
    photos.mkdir()
    said = {
        "named \N{CAT FACE}.jpg": Annotations(),
        "b.jpg": Annotations(keywords=("\N{DOG FACE}",)),
        "c.jpg": Annotations(title="At the \N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}"),
        "d.jpg": Annotations(title="a title", description="\N{SNOWMAN}"),
        "e.jpg": Annotations(keywords=("dog",)),
    }
    catalog = Catalog(path)
    folder = catalog.folders.add(photos)
    with catalog.unit_of_work() as work:
        for name, annotations in said.items():
            number = work.put_content(row(name))
            work.put_annotations(number, annotations)
            work.put_file(folder, place(photos / name), number)
    catalog.close()
    to_version_of_words(path)
    catalog = Catalog(path)
    for query, name in (
        ("\N{CAT FACE}", "named \N{CAT FACE}.jpg"),
        ("\N{DOG FACE}", "b.jpg"),
        ("\N{HEAVY BLACK HEART}", "c.jpg"),
        ("\N{SNOWMAN}", "d.jpg"),
        ("dog", "e.jpg"),
    ):
        (number,) = FactSearch(catalog).ids([query]).tolist()
        assert catalog.files.paths([number])[number] == [photos / name]
    catalog.close()


def test_an_empty_file_is_no_new_catalog(tmp_path: Path) -> None:
    from lookalike.catalog.database import CatalogDamagedError

    path = tmp_path / "catalog.sqlite"
    path.touch()
    with pytest.raises(CatalogDamagedError, match="is empty"):
        Catalog(path)
    assert path.read_bytes() == b""
