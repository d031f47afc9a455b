"""Query texts: what is a file, and what is words."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lookalike.search.query_text import QueryFileError, files_named, queries_of
from lookalike.user_paths import path_of_address

POSIX = pytest.mark.skipif(os.name != "posix", reason="quoted as a POSIX shell does")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with some photos and a folder."""
    for name in ("a b.jpg", "it's.jpg", "100%.jpg", "one.jpg", "two.jpg", "dog", "Größe.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "cat").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "St. Moritz",
        "10.5.2019",
        "J.R.R. Tolkien",
        "~1950",
        "~",
        "..",
        ".",
        "字" * 90,
        "x" * 100_000,
        "cat",
        "notes.txt",
        "photo's",
        '"quoted words"',
        "two\nlines",
        "a\0b",
        "a\x1b[31mb",
        "\N{CAT FACE}",
        "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}",
        "#5",
        "copy",
        ".jpg",
    ],
)
def test_words_are_words(here: Path, text: str) -> None:
    assert files_named(text) == []
    assert [query.words for query in queries_of([text])] == [text]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_no_query(here: Path, text: str) -> None:
    assert queries_of([text]) == []


def test_an_existing_file_is_a_file_whatever_it_is_called(here: Path) -> None:
    assert files_named("dog") == [Path("dog")]
    assert files_named("100%.jpg") == [Path("100%.jpg")]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no.jpg", "no.jpg"),
        ("no such.JPEG", "no such.JPEG"),
        ("'no such.nef'", "no such.nef"),
        ("and/or", "and/or"),
        ("x" * 300 + ".jpg", "x" * 300 + ".jpg"),
        ("字" * 90 + "/", "字" * 90),
        ("a\0/b", "a\0/b"),
        ("cat/", "cat"),
        ("file:///no/such%20one.jpg", "/no/such one.jpg"),
        ("https://example.org/cup.jpg", "https://example.org/cup.jpg"),
        ("file://elsewhere/cup.jpg", "file://elsewhere/cup.jpg"),
        ("one.jpg\nno.jpg", "no.jpg"),
    ],
)
@POSIX
def test_what_is_meant_as_a_file_and_is_none_is_told(here: Path, text: str, named: str) -> None:
    with pytest.raises(QueryFileError) as caught:
        files_named(text)
    assert named in caught.value.message
    assert caught.value.remedy


@POSIX
def test_devices_and_folders_are_no_photos(here: Path) -> None:
    for text in ("/dev/null", str(here), "~/"):
        with pytest.raises(QueryFileError, match=r"is a folder|is not a file"):
            files_named(text)


@POSIX
@pytest.mark.parametrize(
    "text",
    ["{}/a b.jpg", "'{}/a b.jpg'", '"{}/a b.jpg"', "{}/a\\ b.jpg", "  {}/a b.jpg\n", "file://{}/a%20b.jpg",
     "file://localhost{}/a%20b.jpg", "FILE:{}/a%20b.jpg", "'file://{}/a%20b.jpg'", "copy\nfile://{}/a%20b.jpg",
     "# a list\r\nfile://{}/a%20b.jpg\r\n"],
)  # fmt: skip
def test_what_terminals_and_file_managers_drop(here: Path, text: str) -> None:
    assert files_named(text.format(here)) == [here / "a b.jpg"]


@POSIX
def test_a_shells_way_to_quote_a_quote(here: Path) -> None:
    assert files_named("'it'\\''s.jpg'") == files_named("it\\'s.jpg") == files_named("it's.jpg")


@POSIX
@pytest.mark.parametrize(
    "text", ["{0}/one.jpg {0}/two.jpg", "'{0}/one.jpg' '{0}/two.jpg'", "file://{0}/one.jpg\r\nfile://{0}/two.jpg\r\n",
             "x-special/nautilus-clipboard\ncopy\nfile://{0}/one.jpg\nfile://{0}/two.jpg", "{0}/one.jpg\n\n{0}/two.jpg"]
)  # fmt: skip
def test_several_files_in_one_text(here: Path, text: str) -> None:
    assert files_named(text.format(here)) == [here / "one.jpg", here / "two.jpg"]


def test_the_home_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here))
    monkeypatch.setenv("USERPROFILE", str(here))
    assert files_named("~/one.jpg") == [here / "one.jpg"]
    with pytest.raises(QueryFileError, match=r"no\.jpg"):
        files_named("~/no.jpg")
    with pytest.raises(QueryFileError, match="~1950"):
        files_named("~1950/one.jpg")


def test_files_come_before_words_and_the_first_has_the_region(here: Path) -> None:
    region = (0.0, 0.0, 0.5, 0.5)
    queries = queries_of(["red", "one.jpg", "St. Moritz", "two.jpg"], region)
    assert [(query.file, query.region, query.words) for query in queries] == [
        (Path("one.jpg"), region, ""),
        (Path("two.jpg"), None, ""),
        (None, None, "red St. Moritz"),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux")
def test_bytes_that_are_no_text(here: Path) -> None:
    name = os.path.join(os.fsencode(here), b"caf\xe9.jpg")
    with open(name, "wb"):
        pass
    assert files_named(f"file://{here}/caf%E9.jpg") == [Path(os.fsdecode(name))]
    assert queries_of([os.fsdecode("Größe".encode())])[0].words == "Größe"
    # As Python hands it on in a locale without UTF-8, and what is no text at all.
    assert queries_of(["Gr\udcc3\udcb6\udcc3\udc9fe"])[0].words == "Größe"
    assert queries_of(["\udcff"])[0].words == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:///C:/My%20photos/a.jpg", "C:/My photos/a.jpg"),
        ("file:///C|/a.jpg", "C:/a.jpg"),
        ("file:///c:", "c:/"),
        ("file:/C:/a.jpg", "C:/a.jpg"),
        ("file://localhost/C:/a.jpg", "C:/a.jpg"),
        ("file://server/share/a.jpg", "//server/share/a.jpg"),
    ],
)
def test_addresses_on_windows(address: str, path: str) -> None:
    assert path_of_address(address, windows=True) == Path(path)


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [(r"C:\no.xyz", True), (r"photos\no", True), (r'"C:\no such"', True), ("C:no", True), ("Note: this", False),
     ("a: b", False), ("10:30", False)],
)  # fmt: skip
def test_drives_and_backslashes_on_windows(here: Path, text: str, is_meant: bool) -> None:
    if is_meant:
        with pytest.raises(QueryFileError):
            files_named(text, windows=True)
    else:
        assert files_named(text, windows=True) == []


def test_text_that_is_no_address() -> None:
    for text in ("file", "file:", "file:a.jpg", "files:///a.jpg", "https://example.org/a.jpg", "a file:///b"):
        assert path_of_address(text, windows=False) is None
