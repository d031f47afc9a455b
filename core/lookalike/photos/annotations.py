"""Annotations: rating, title, description, keywords and dates, as a photo file or its XMP sidecar tells them.

A field is taken from the first block that has it: XMP, then IPTC, then EXIF. Keywords are those of all three. Dates
have an order of their own (`dates`). What a camera writes into every photo is no title and no description.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike.photos.blocks import BLOCK_LIMIT_BYTES
from lookalike.photos.dates import NO_DATES, Dates, first_of, parse_date
from lookalike.photos.errors import PhotoError, printable
from lookalike.photos.exif import Tag, Tags
from lookalike.photos.files import read_file
from lookalike.photos.iptc import Dataset, read_iptc
from lookalike.photos.xmp import XmpError, read_xmp

_MAX_TEXT = 1000
_MAX_KEYWORDS = 1000

_DC = "http://purl.org/dc/elements/1.1/ "
_RATING = "http://ns.adobe.com/xap/1.0/ Rating"
_PERCENT = "http://ns.microsoft.com/photo/1.0/ Rating"
_TITLE = _DC + "title"
_DESCRIPTION = _DC + "description"
_SUBJECT = _DC + "subject"
_TREES = {
    "http://ns.adobe.com/lightroom/1.0/ hierarchicalSubject": "|",
    "http://www.digikam.org/ns/1.0/ TagsList": "/",
}
"""Properties with hierarchical keywords → the separator between levels."""

_EXIF = "http://ns.adobe.com/exif/1.0/ "
_ORIGINAL = (_EXIF + "DateTimeOriginal", "http://ns.adobe.com/photoshop/1.0/ DateCreated")
_DIGITIZED = (_EXIF + "DateTimeDigitized", "http://ns.adobe.com/xap/1.0/ CreateDate")
_MODIFIED = ("http://ns.adobe.com/xap/1.0/ ModifyDate", "http://ns.adobe.com/tiff/1.0/ DateTime")

_PROPERTIES = frozenset(
    (_RATING, _PERCENT, _TITLE, _DESCRIPTION, _SUBJECT, *_TREES, *_ORIGINAL, *_DIGITIZED, *_MODIFIED)
)

_CAMERA_DEFAULTS = re.compile(
    r"(?:[\w-]+ )*digital (?:still ?)?camera|sony dsc|sony dsc-\w+|minolta dsc|exif[_ ]jpeg(?:[_ ]picture)?|jpeg"
    r"|dcim\\.*|<?(?:kenox|digimax)[^>]*>?|<samsung[^>]*>|samsung|default|ascii|untitled|charset=\S+"
    r"|file written by adobe photoshop.*|created with gimp"
    # Huawei's names of scenes and filters.
    r"|cof|mde|mdepl|dav|sdr|bty|btyhdr|btf|ptr|oznor\w*|rpt\w*|hdr\w{0,3}|edf|nor|burst|binary comment",
    re.IGNORECASE | re.DOTALL,
)
"""Texts that cameras, phones and programs write into every photo by themselves."""

_NO_WORDS = re.compile(r"\{.*\}|\W*")
"""What stands in EXIF's comments and nobody has written there: phones' settings in JSON, and padding."""


@dataclass(frozen=True)
class Annotations:
    """What people wrote about a photo.

    Attributes:
        rating: -1 "rejected", 0 "not rated", 1 to 5 stars; None if absent.
        title: one line, or empty.
        description: one line, or empty.
        keywords: without duplicates, in the order in which they were written.
        dates: when the photo was taken, by what each date says.
    """

    rating: int | None = None
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    dates: Dates = NO_DATES

    def with_fallback(self, other: Annotations) -> Annotations:
        """These annotations, with missing fields filled in from others."""
        return Annotations(
            other.rating if self.rating is None else self.rating,
            self.title or other.title,
            self.description or other.description,
            self.keywords or other.keywords,
            self.dates.with_fallback(other.dates),
        )


NO_ANNOTATIONS = Annotations()


def read_embedded(packets: Sequence[bytes], records: Sequence[bytes], tags: Tags) -> Annotations:
    """The annotations embedded in a photo. Broken blocks are ignored, or read as far as they can be.

    Args:
        packets: the XMP packets.
        records: the blocks of IPTC-IIM records.
        tags: the EXIF tags.
    """
    in_xmp = [_from_broken_xmp(packet) for packet in packets]
    in_iptc = [_from_iptc(read_iptc(block)) for block in records]
    in_exif = _from_exif(tags)
    merged = NO_ANNOTATIONS
    for found in (*in_xmp, *in_iptc, in_exif):
        merged = merged.with_fallback(found)
    keywords = _without_lossy_copies(
        _distinct_lines(word for found in (*in_xmp, *in_iptc, in_exif) for word in found.keywords)
    )
    dates = in_exif.dates
    for found in (*in_xmp, *in_iptc):
        dates = dates.with_fallback(found.dates)
    # Windows writes the title as EXIF's description too.
    description = "" if merged.description == merged.title else merged.description
    return replace(merged, description=description, keywords=keywords, dates=dates)


def read_sidecar(path: Path) -> Annotations:
    """The annotations in an XMP sidecar; of one that breaks off, what stands before.

    When the photo was modified is left out: what programs write there is the day on which the sidecar was.

    Raises:
        FileUnavailableError: it cannot be read now.
        PhotoError: it is not XMP, or is too large.
    """
    file = read_file(path, BLOCK_LIMIT_BYTES)
    try:
        found = from_xmp(file.data)
    except XmpError as error:
        raise PhotoError(
            "{name} is not a readable XMP file ({error}), so its rating and keywords are not used.",
            "Have the program that wrote it write it again.",
            name=printable(path.name),
            error=error,
        ) from error
    return replace(found, dates=replace(found.dates, modified=None))


def from_xmp(data: bytes) -> Annotations:
    """The annotations in an XMP packet.

    The rating is xmp:Rating, or MicrosoftPhoto:Rating in percent; the keywords are dc:subject, followed by the leaves
    of Lightroom's and digiKam's keyword trees.

    Raises:
        XmpError: it is not XMP.
    """
    found = read_xmp(data, _PROPERTIES)
    rating = _stars(_first(found, _RATING))
    if rating is None:
        rating = _stars_from_percent(_first(found, _PERCENT))
    leaves = [
        path.rsplit(separator, 1)[-1] for name, separator in _TREES.items() for path in found.get(name, ())
    ]
    return Annotations(
        rating,
        _first_line(found.get(_TITLE, ())),
        _first_line(found.get(_DESCRIPTION, ())),
        _distinct_lines([*found.get(_SUBJECT, ()), *leaves]),
        Dates(*(_first_date(found, names) for names in (_ORIGINAL, _DIGITIZED, _MODIFIED))),
    )


def _from_broken_xmp(packet: bytes) -> Annotations:
    try:
        return from_xmp(packet[:BLOCK_LIMIT_BYTES])
    except XmpError:
        return NO_ANNOTATIONS


def _from_iptc(texts: Mapping[Dataset, Sequence[str]]) -> Annotations:
    def moment(day: Dataset, time: Dataset) -> str | None:
        if day not in texts:
            return None
        return parse_date(" ".join([texts[day][0], *texts.get(time, ())[:1]]))

    return Annotations(
        None,
        _first_line(texts.get(Dataset.TITLE, ())),
        _first_line(texts.get(Dataset.CAPTION, ())),
        _distinct_lines(texts.get(Dataset.KEYWORD, ())),
        Dates(
            moment(Dataset.CREATED, Dataset.CREATED_TIME), moment(Dataset.DIGITIZED, Dataset.DIGITIZED_TIME)
        ),
    )


def _from_exif(tags: Tags) -> Annotations:
    number, percent = tags.number(Tag.RATING), tags.number(Tag.RATING_PERCENT)
    rating = None if number is None else _stars(str(number))
    if rating is None and percent is not None:
        rating = _stars_from_percent(str(percent))

    def moment(date: Tag, fraction: Tag, offset: Tag) -> str | None:
        return parse_date(tags.text(date), tags.text(offset), tags.text(fraction))

    comments = (
        tags.text(Tag.DESCRIPTION),
        tags.windows_text(Tag.XP_COMMENT),
        tags.comment(Tag.USER_COMMENT),
    )
    return Annotations(
        rating,
        _first_line((tags.windows_text(Tag.XP_TITLE), tags.windows_text(Tag.XP_SUBJECT))),
        _first_line(text for text in map(one_line, comments) if not _NO_WORDS.fullmatch(text)),
        _distinct_lines(tags.windows_text(Tag.XP_KEYWORDS).split(";")),
        Dates(
            moment(Tag.TAKEN, Tag.TAKEN_FRACTION, Tag.TAKEN_OFFSET),
            moment(Tag.DIGITIZED, Tag.DIGITIZED_FRACTION, Tag.DIGITIZED_OFFSET),
            moment(Tag.CHANGED, Tag.CHANGED_FRACTION, Tag.CHANGED_OFFSET),
        ),
    )


def _first(found: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(found.get(name, ())), "")


def _first_date(found: Mapping[str, Sequence[str]], names: Sequence[str]) -> str | None:
    return first_of(parse_date(text) for name in names for text in found.get(name, ()))


def _stars(text: str) -> int | None:
    number = _number(text)
    return None if number is None else max(-1, min(5, round(number)))


def _stars_from_percent(text: str) -> int | None:
    # Windows writes 1, 25, 50, 75 and 99 for one to five stars.
    number = _number(text)
    return None if number is None else 0 if number <= 0 else min(5, 1 + round(min(number, 100) / 25))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def one_line(text: str) -> str:
    """The text as one line of printable characters, composed (NFC), of bounded length."""
    spaced = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _MAX_TEXT])
    return unicodedata.normalize("NFC", " ".join(spaced.split()))[:_MAX_TEXT].strip()


def _without_lossy_copies(keywords: tuple[str, ...]) -> tuple[str, ...]:
    """Keywords without those that are others of them with question marks for letters that an encoding lacked."""

    def is_copy(word: str) -> bool:
        pattern = re.compile(re.escape(word).replace(r"\?", "."), re.DOTALL)
        return any(other != word and pattern.fullmatch(other) for other in keywords)

    return tuple(word for word in keywords if "?" not in word or not is_copy(word))


def _first_line(texts: Iterable[str]) -> str:
    """The first text that somebody wrote, as one line; empty if there is none."""
    lines = map(one_line, texts)
    return next((line for line in lines if line and not _CAMERA_DEFAULTS.fullmatch(line)), "")


def _distinct_lines(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in texts:
        line = one_line(text)
        if line and len(found) < _MAX_KEYWORDS:
            found.setdefault(line.casefold(), line)
    return tuple(found.values())
