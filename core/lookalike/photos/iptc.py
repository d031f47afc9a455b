"""Reads texts out of IPTC-IIM records (Information Interchange Model 4.2, chapter 3); never fails."""

from __future__ import annotations

from enum import Enum

PHOTOSHOP_RESOURCE = 0x0404
"""The number under which a JPEG's Photoshop block (APP13) holds the records."""


class Dataset(Enum):
    """Record and number of the data sets read."""

    ENCODING = (1, 90)
    TITLE = (2, 5)
    KEYWORD = (2, 25)
    CAPTION = (2, 120)


_MARK = 0x1C
_UTF8 = b"\x1b%G"
_MAX_DATASETS = 5000


def read_iptc(block: bytes) -> dict[Dataset, list[str]]:
    """The texts of every known data set, in their order; unknown ones are passed over.

    Texts are UTF-8 where the records say so or they happen to be, else Latin-1, as most old writers had it.
    """
    known = {dataset.value: dataset for dataset in Dataset}
    found: dict[Dataset, list[bytes]] = {}
    at = 0
    for _ in range(_MAX_DATASETS):
        if at + 5 > len(block) or block[at] != _MARK:
            break
        number = (block[at + 1], block[at + 2])
        length = int.from_bytes(block[at + 3 : at + 5], "big")
        # The highest bit says that a length of lengths follows, which texts never need.
        if length & 0x8000 or at + 5 + length > len(block):
            break
        at += 5 + length
        if number in known:
            found.setdefault(known[number], []).append(block[at - length : at])
    surely_utf8 = _UTF8 in found.pop(Dataset.ENCODING, [])
    return {dataset: [_decoded(raw, surely_utf8) for raw in raws] for dataset, raws in found.items()}


def _decoded(raw: bytes, surely_utf8: bool) -> str:
    try:
        return raw.decode("utf-8", "replace" if surely_utf8 else "strict")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
