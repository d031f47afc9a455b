"""Readers of metadata against each other: what they find in files as people's tools write them, and how fast.

    python -m tests.benchmarks.metadata_readers

The files are those of ``odd_files`` in the evaluation data whose manifest tells a date, camera, rating or keyword; and
XMP packets with one flaw each. Readers that are not installed are passed over; none but Lookalike's own is needed by
the program. Dates are converted by Lookalike in every case, so only what a reader finds makes a difference.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from lookalike.photos import Annotations, read_file, read_metadata
from lookalike.photos.annotations import from_xmp
from lookalike.photos.dates import parse_date
from lookalike.photos.exif import Tag
from tests.builders.photo_files import xmp, xmp_of_elements
from tests.data import evaluation_data

REPEATS = 100
Texts = set[str]
"""Every text that a reader finds in a file; dates in ISO 8601 too."""


def ours(path: Path) -> Texts:
    found = read_metadata(read_file(path))
    if found is None:
        return set()
    said = found.annotations
    return {said.dates.taken or "", found.camera, str(said.rating), *said.keywords}


def pillow(path: Path) -> Texts:
    from PIL import IptcImagePlugin

    with Image.open(path) as image:
        exif = image.getexif()
        values = [*exif.values(), *exif.get_ifd(Tag.EXIF_DIRECTORY).values()]
        values += flat(image.getxmp())
        values += flat(IptcImagePlugin.getiptcinfo(image) or {})
    return texts(values)


def exifread(path: Path) -> Texts:
    with path.open("rb") as file:
        return texts(str(tag) for tag in importlib.import_module("exifread").process_file(file).values())


def piexif(path: Path) -> Texts:
    return texts(flat(importlib.import_module("piexif").load(str(path))))


def pyexiv2(path: Path) -> Texts:
    with importlib.import_module("pyexiv2").Image(str(path)) as image:
        return texts(flat([image.read_exif(), image.read_iptc(), image.read_xmp()]))


def exiftool(path: Path) -> Texts:
    run = subprocess.run(["exiftool", "-j", "-m", path], capture_output=True, check=True)
    return texts(flat(json.loads(run.stdout)))


def flat(value: Any) -> list[Any]:
    """The single values in nested lists and dictionaries."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [single for part in value for single in flat(part)]
    return [value]


def texts(values: Iterable[Any]) -> Texts:
    found = set()
    for value in values:
        raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
        text = raw.decode("utf-16-le" if b"\0" in raw[1:2] else "utf-8", "replace").strip("\0 ")
        found |= {text, *text.split(";"), parse_date(text) or ""}
    return found


def processor_seconds() -> float:
    """What this process and those that it has started have used of the processor, whatever else runs."""
    return sum(os.times()[:4])


def is_right(entry: dict[str, Any], found: Texts) -> Iterator[bool]:
    """For each fact that the manifest tells whether a reader has found it."""
    if "taken_at_starts" in entry:
        yield any(text.startswith(entry["taken_at_starts"]) for text in found)
    if "camera" in entry:
        # Make and model may stand by themselves.
        yield any(text and entry["camera"].endswith(text) for text in found)
    for key in ("rating", "keyword"):
        if key in entry:
            yield str(entry[key]) in found


def compare_readers() -> None:
    folder = evaluation_data() / "odd_files"
    entries = json.loads((folder / "expected.json").read_text("utf-8"))
    entries = [entry for entry in entries if any(is_right(entry, set())) or list(is_right(entry, set()))]
    print(f"{len(entries)} files\n\n| reader | facts found | raised | ms of processor/file |\n|-|-|-|-|")
    for reader in (ours, pillow, exifread, piexif, pyexiv2, exiftool):
        if reader is exiftool and shutil.which("exiftool") is None:
            continue
        if reader in (exifread, piexif, pyexiv2) and importlib.util.find_spec(reader.__name__) is None:
            continue
        right: list[bool] = []
        raised = 0
        begun = processor_seconds()
        repeats = 1 if reader is exiftool else REPEATS
        for _ in range(repeats):
            right, raised = [], 0
            for entry in entries:
                try:
                    found = reader(folder / entry["file"])
                except Exception:
                    found, raised = set(), raised + 1
                right += list(is_right(entry, found))
        spent = (processor_seconds() - begun) / repeats / len(entries)
        print(f"| {reader.__name__} | {sum(right)}/{len(right)} | {raised} | {spent * 1000:.2f} |")


SAID = Annotations(4, "By the sea", "Two boats", ("Boat", "Küste"))
TITLE = b"By the sea"
SUBJECT = b'rdf:about=""'
END = b"</rdf:Description>"
FLAWS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda packet: packet,
    "undeclared element": lambda packet: packet.replace(END, b"<Camera:Trait>x</Camera:Trait>" + END),
    "undeclared attribute": lambda packet: packet.replace(SUBJECT, SUBJECT + b' Camera:Trait="x"'),
    "undeclared dc": lambda packet: packet.replace(b'xmlns:dc="http://purl.org/dc/elements/1.1/"', b""),
    "bare ampersand": lambda packet: packet.replace(TITLE, b"By & the sea"),
    "bare bracket": lambda packet: packet.replace(TITLE, b"By < the sea"),
    "control character": lambda packet: packet.replace(TITLE, b"By \x0b the sea"),
    "reference to one": lambda packet: packet.replace(TITLE, b"By &#11; the sea"),
    "Latin-1": lambda packet: packet.decode().encode("latin-1", "ignore"),
    "UTF-16": lambda packet: packet.decode().encode("utf-16"),
    "declared as UTF-16": lambda packet: b'<?xml version="1.0" encoding="UTF-16"?>' + packet,
    "bytes before": lambda packet: b"junk" + packet,
    "bytes after": lambda packet: packet + b"\0\xff\xfe <",
    "cut after the keywords": lambda packet: packet[: packet.index(b"</rdf:Bag>")],
    "cut in a letter": lambda packet: packet[:-30] + b"\xc3",
    "attribute twice": lambda packet: packet.replace(SUBJECT, SUBJECT + b" " + SUBJECT),
    "wrong end tag": lambda packet: packet.replace(b"</dc:title>", b"</dc:titel>"),
}


def own_packet(packet: bytes) -> tuple[int | None, tuple[str, ...]]:
    found = from_xmp(packet)
    return found.rating, found.keywords


def lxml(packet: bytes) -> tuple[int | None, tuple[str, ...]]:
    """As forgiving as it can be, and as careful."""
    etree = importlib.import_module("lxml.etree")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    return _in_tree(etree.fromstring(packet, parser))


def elementtree(packet: bytes) -> tuple[int | None, tuple[str, ...]]:
    """What Pillow's ``getxmp`` is built on."""
    return _in_tree(importlib.import_module("xml.etree.ElementTree").fromstring(packet))


def _in_tree(root: Any) -> tuple[int | None, tuple[str, ...]]:
    rating = "{http://ns.adobe.com/xap/1.0/}Rating"
    written = [element.text for element in root.iter(rating)]
    written += [element.get(rating) for element in root.iter() if element.get(rating)]
    items = "{http://purl.org/dc/elements/1.1/}subject//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
    return int(written[0]) if written else None, tuple(item.text for item in root.iterfind(f".//{items}"))


def compare_packets() -> None:
    packets = [flaw(packet) for flaw in FLAWS.values() for packet in (xmp(SAID), xmp_of_elements(SAID))]
    print(
        f"\n{len(packets)} packets\n\n| reader | rating and keywords found | µs of processor/packet |\n|-|-|-|"
    )
    for reader in (own_packet, elementtree, lxml):
        if reader is lxml and importlib.util.find_spec("lxml") is None:
            continue
        right = 0
        begun = processor_seconds()
        for _ in range(REPEATS):
            right = 0
            for packet in packets:
                try:
                    right += reader(packet) == (SAID.rating, SAID.keywords)
                except Exception:
                    continue
        spent = (processor_seconds() - begun) / REPEATS / len(packets)
        print(f"| {reader.__name__} | {right}/{len(packets)} | {spent * 1e6:.0f} |")


if __name__ == "__main__":
    compare_readers()
    compare_packets()
