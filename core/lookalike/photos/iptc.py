"""IPTC reader for the texts in IPTC-IIM records (Information Interchange Model 4.2, chapter 3); never fails.

It is written by hand because Pillow's ``getiptcinfo`` raises on broken records, losing the good ones before them, and
leaves the texts undecoded.
"""

from __future__ import annotations

from enum import Enum

PHOTOSHOP_RESOURCE = 0x0404
"""The resource id of the records in a JPEG's Photoshop block (APP13)."""


class Dataset(Enum):
    """Record and number of the data sets that are read."""

    ENCODING = (1, 90)
    TITLE = (2, 5)
    KEYWORD = (2, 25)
    CAPTION = (2, 120)


_MARK = 0x1C
_UTF8 = b"\x1b%G"
_MAX_DATASETS = 5000


def read_iptc(block: bytes) -> dict[Dataset, list[str]]:
    """The texts of every known data set, in order; unknown data sets are skipped.

    Texts are UTF-8 if the records declare it or if they decode as such, else Latin-1, as most old programs wrote.
    """
    known = {dataset.value: dataset for dataset in Dataset}
    found: dict[Dataset, list[bytes]] = {}
    at = 0
    for _ in range(_MAX_DATASETS):
        if at + 5 > len(block) or block[at] != _MARK:
            break
        number = (block[at + 1], block[at + 2])
        length = int.from_bytes(block[at + 3 : at + 5], "big")
        # The highest bit announces an extended length field, which texts never need.
        if length & 0x8000 or at + 5 + length > len(block):
            break
        at += 5 + length
        if number in known:
            found.setdefault(known[number], []).append(block[at - length : at])
    declares_utf8 = _UTF8 in found.pop(Dataset.ENCODING, [])
    return {dataset: [_decode(raw, declares_utf8) for raw in raws] for dataset, raws in found.items()}


def _decode(raw: bytes, declares_utf8: bool) -> str:
    try:
        return raw.decode("utf-8", "replace" if declares_utf8 else "strict")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
