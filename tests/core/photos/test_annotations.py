"""Ratings, titles and keywords: read from every place where programs put them, and nothing in there can hurt."""

from __future__ import annotations

import struct
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike.photos import (
    Annotations,
    Dates,
    FileBytes,
    FileUnavailableError,
    PhotoError,
    decode,
    read_file,
    read_metadata,
    read_sidecar,
)
from lookalike.photos.annotations import from_xmp, one_line
from lookalike.photos.iptc import read_iptc
from lookalike.photos.xmp import XmpError
from tests.builders.photo_files import encoded, heic, iptc, smooth_photo, xmp, xmp_of_elements

ALL = Annotations(4, "By the sea", "Two boats", ("Boat", "Küste"))


def said(data: bytes, name: str = "photo.jpg") -> Annotations:
    return both_ways(FileBytes.of(data, name))


def both_ways(file: FileBytes) -> Annotations:
    """With the pixels and without."""
    found = decode(file, 64).annotations
    metadata = read_metadata(file)
    assert metadata is not None
    assert metadata.annotations == found
    return found


def test_both_ways_of_writing_properties_are_read() -> None:
    assert from_xmp(xmp(ALL)) == ALL
    assert from_xmp(xmp_of_elements(ALL)) == ALL


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("padding", ["", "\n", " \r\n\t", "\0\0"])
@pytest.mark.parametrize("declared", [True, False])
def test_packets_of_every_encoding_are_read(encoding: str, mark: str, padding: str, declared: bool) -> None:
    text = xmp(ALL).decode()
    if declared:
        text = f"<?xml version='1.0' encoding='{encoding[:6].rstrip('-')}'?>{text}"
    assert from_xmp(f"{mark}{text}{padding}".encode(encoding)) == ALL


def test_half_a_letter_costs_no_packet() -> None:
    for end in (b"", b"\0", b"\xd8", b"\x00\xd8"):
        assert from_xmp(xmp(ALL).decode().encode("utf-16-le") + end) == ALL
    assert from_xmp(xmp(ALL) + "é".encode()[:1]) == ALL


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIC"])
def test_every_format_carries_xmp(file_format: str) -> None:
    photo = smooth_photo((64, 48))
    if file_format == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp(ALL).decode())
        data = encoded(photo, "PNG", pnginfo=info)
    elif file_format == "TIFF":
        data = encoded(photo, "TIFF", tiffinfo={700: xmp(ALL)})
    else:
        data = (
            heic(photo, xmp=xmp(ALL)) if file_format == "HEIC" else encoded(photo, file_format, xmp=xmp(ALL))
        )
    assert said(data) == ALL


def test_jpeg_xl_carries_xmp() -> None:
    jxl = pytest.importorskip("pylibjxl")
    import numpy as np

    assert said(jxl.encode(np.asarray(smooth_photo((64, 48))), xmp=xmp(ALL))) == ALL


def test_iptc_is_read_where_xmp_says_nothing() -> None:
    block = iptc(title="Old title", keywords=("boat", "sea", "Boat"), caption="A caption")
    assert said(with_iptc(encoded(smooth_photo((64, 48)), "JPEG"), block)) == Annotations(
        None, "Old title", "A caption", ("boat", "sea")
    )
    both = with_iptc(encoded(smooth_photo((64, 48)), "JPEG", xmp=xmp(Annotations(3, "New title"))), block)
    assert said(both) == Annotations(3, "New title", "A caption", ("boat", "sea"))
    tiff = encoded(smooth_photo((64, 48)), "TIFF", tiffinfo={33723: block})
    assert said(tiff).keywords == ("boat", "sea")


def with_iptc(jpeg: bytes, block: bytes) -> bytes:
    resource = b"8BIM" + struct.pack(">HBxI", 0x0404, 0, len(block)) + block + bytes(len(block) % 2)
    body = b"Photoshop 3.0\x00" + resource
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


@pytest.mark.parametrize(("encoding", "marked"), [("utf-8", True), ("utf-8", False), ("latin-1", False)])
def test_iptc_in_every_encoding(encoding: str, marked: bool) -> None:
    texts = read_iptc(iptc(keywords=("Küste",), encoding=encoding, marked=marked))
    assert [word for words in texts.values() for word in words] == ["Küste"]


def test_the_rating_of_exif_comes_last() -> None:
    exif = Image.Exif()
    exif[0x4746] = 2
    photo = smooth_photo((64, 48))
    assert said(encoded(photo, "JPEG", exif=exif.tobytes())).rating == 2
    assert said(encoded(photo, "JPEG", exif=exif.tobytes(), xmp=xmp(Annotations(5)))).rating == 5


@pytest.mark.parametrize(
    ("written", "rating"),
    [
        ("-1", -1),
        ("0", 0),
        ("3", 3),
        ("4.0", 4),
        ("9", 5),
        ("-7", -1),
        ("nan", None),
        ("many", None),
        ("", None),
    ],
)
def test_ratings(written: str, rating: int | None) -> None:
    packet = xmp(Annotations(3)).replace(b'xmp:Rating="3"', f'xmp:Rating="{written}"'.encode())
    assert from_xmp(packet).rating == rating


@pytest.mark.parametrize(("percent", "stars"), [(0, 0), (1, 1), (25, 2), (50, 3), (75, 4), (99, 5), (100, 5)])
def test_ratings_in_percent(percent: int, stars: int) -> None:
    packet = xmp(Annotations(3)).replace(b'xmp:Rating="3"', f'MicrosoftPhoto:Rating="{percent}"'.encode())
    assert from_xmp(packet).rating == stars


def test_leaves_of_trees_are_keywords() -> None:
    packet = xmp_of_elements(
        Annotations(keywords=("Paris",)), trees=(("lr:hierarchicalSubject", "Places|France|Lyon"),)
    )
    assert from_xmp(packet).keywords == ("Paris", "Lyon")
    packet = xmp_of_elements(Annotations(), trees=(("digiKam:TagsList", "Places/France/Lyon"),))
    assert from_xmp(packet).keywords == ("Lyon",)


def test_the_default_language_goes_before_others() -> None:
    packet = xmp_of_elements(Annotations(title="Sea")).replace(
        b"<rdf:Alt>", b'<rdf:Alt><rdf:li xml:lang="de">Meer</rdf:li>'
    )
    assert from_xmp(packet).title == "Sea"


def test_what_belongs_to_parts_of_a_photo_is_not_the_photos() -> None:
    inner = (
        "<xmpMM:Ingredients xmlns:xmpMM='http://ns.adobe.com/xap/1.0/mm/'><rdf:Bag><rdf:li><rdf:Description "
        "xmp:Rating='1'><dc:subject><rdf:Bag><rdf:li>Other</rdf:li></rdf:Bag></dc:subject></rdf:Description>"
        "</rdf:li></rdf:Bag></xmpMM:Ingredients>"
    )
    packet = xmp_of_elements(ALL).replace(b"</rdf:Description>", inner.encode() + b"</rdf:Description>", 1)
    assert from_xmp(packet) == ALL


texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=40).map(one_line)


@given(
    rating=st.none() | st.integers(-1, 5),
    title=texts,
    description=texts,
    keywords=st.lists(texts.filter(bool), max_size=6, unique_by=str.casefold),
)
def test_what_is_written_is_read(
    rating: int | None, title: str, description: str, keywords: list[str]
) -> None:
    written = Annotations(rating, title, description, tuple(keywords))
    assert from_xmp(xmp(written)) == written
    assert from_xmp(xmp_of_elements(written)) == written


@given(st.binary(max_size=200), st.floats(0, 1))
def test_broken_packets_give_one_short_reason(noise: bytes, place: float) -> None:
    packet = xmp_of_elements(ALL)
    at = int(place * len(packet))
    for data in (noise, packet[:at], packet[:at] + noise + packet[at + len(noise) :]):
        try:
            from_xmp(data)
        except XmpError as error:
            assert len(str(error).splitlines()) == 1
    assert said(encoded(Image.new("L", (2, 2)), "JPEG", xmp=packet[:at] + noise)) is not None
    read_iptc(noise)
    read_iptc(iptc(title="a")[: int(place * 20)] + noise)


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)


@pytest.mark.parametrize(
    "doctype",
    [
        LAUGHS,
        b'<!DOCTYPE x SYSTEM "http://localhost:9/x.dtd">',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["billion laughs", "external", "file"],
)
def test_document_types_are_refused(tmp_path: Path, doctype: bytes) -> None:
    path = tmp_path / "photo.xmp"
    path.write_bytes(doctype + xmp_of_elements(Annotations(title="TITLE")).replace(b"TITLE", b"&a;"))
    started = time.process_time()
    with pytest.raises(PhotoError, match=r"photo\.xmp is not a readable XMP file \(it has a document type\)"):
        read_sidecar(path)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"not XML at all", "not a readable XMP file"),
        (b"<a/>", "it holds no RDF"),
        (b"<a>" * 200, "nested too deeply"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "not a readable XMP file"),
        (bytes(9 << 20), "too large"),
    ],
)
def test_broken_sidecars_are_told_of_in_one_line(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "photo.xmp"
    path.write_bytes(data)
    with pytest.raises(PhotoError, match=reason) as caught:
        read_sidecar(path)
    assert "photo.xmp" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert not isinstance(caught.value, FileUnavailableError)
    path.unlink()
    with pytest.raises(FileUnavailableError):
        read_sidecar(path)


def test_real_files(data: Path) -> None:
    def real(name: str) -> Annotations:
        return replace(both_ways(read_file(data / "formats" / name)), dates=Dates())

    assert real("jpeg/no_extension_mongolia").keywords == ("Mongolia", "Ôvôrhangaj", "Хужирт")
    assert real("heic/stonehenge.heic") == Annotations(0, "", "Classic View")
    assert real("webp/denali.webp").title == "Denali National Park and Preserve"
    assert real("heic/wrong.heic") == Annotations(
        0, "", "Animal with green eyes on table burst", ("Marienkäfer",)
    )
