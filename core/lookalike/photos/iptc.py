"""IPTC reader for the texts in IPTC-IIM records (Information Interchange Model 4.2, chapter 3); never fails.

It is written by hand because Pillow's ``getiptcinfo`` raises on broken records, losing the good ones before them, and
leaves the texts undecoded.
"""

from __future__ import annotations

from enum import Enum

from lookalike.photos.encodings import decode_text


class Dataset(Enum):
    """Record and number of the data sets that are read."""

    ENCODING = (1, 90)
    TITLE = (2, 5)
    KEYWORD = (2, 25)
    CREATED = (2, 55)
    CREATED_TIME = (2, 60)
    DIGITIZED = (2, 62)
    DIGITIZED_TIME = (2, 63)
    CAPTION = (2, 120)


_MARK = 0x1C
_UTF8 = b"\x1b%G"
_MAX_DATASETS = 5000
_MAX_TEXT_BYTES = 1 << 15


def read_iptc(block: bytes) -> dict[Dataset, list[str]]:
    """The texts of every known data set, in order; unknown data sets are skipped.

    Texts are UTF-8 if the records declare it or if they decode as such, else Windows-1252 or Latin-1, as most old
    programs wrote.
    """
    known = {dataset.value: dataset for dataset in Dataset}
    found: dict[Dataset, list[bytes]] = {}
    # Some programs leave zeros before the records.
    at = len(block) - len(block.lstrip(b"\0"))
    for _ in range(_MAX_DATASETS):
        if at + 5 > len(block) or block[at] != _MARK:
            break
        number = (block[at + 1], block[at + 2])
        length = int.from_bytes(block[at + 3 : at + 5], "big")
        at += 5
        if length & 0x8000:
            # An extended length: so many bytes of length follow. Texts never need it.
            size = length & 0x7FFF
            length, at = int.from_bytes(block[at : at + min(size, 8)], "big"), at + size
        if at + length > len(block):
            break
        at += length
        if number in known and length <= _MAX_TEXT_BYTES:
            found.setdefault(known[number], []).append(block[at - length : at])
    declares_utf8 = _UTF8 in found.pop(Dataset.ENCODING, [])
    return {
        dataset: [raw.decode("utf-8", "replace") if declares_utf8 else decode_text(raw) for raw in raws]
        for dataset, raws in found.items()
    }
