"""Kinds of photos that are none: screenshots, documents and receipts, told by look, metadata and the text in them.

A screenshot is told by what is drawn: even areas in few colours, the size of a screen, PNG, no camera. Documents and
receipts are told by the text that was read in them, so they need the extra that reads it (docs/benchmarks.md,
"Screenshots, documents and receipts").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lookalike.words.kind_look import Look

VERSION = 1
"""Raised whenever photos would get other kinds than before."""

SCREENSHOT, DOCUMENT, RECEIPT = "screenshot", "document", "receipt"
KINDS = (SCREENSHOT, DOCUMENT, RECEIPT)

SCREENS = frozenset(
    {
        # Computers
        (1280, 720), (1280, 800), (1366, 768), (1440, 900), (1536, 864), (1600, 900), (1680, 1050), (1920, 1080),
        (1920, 1200), (2048, 1152), (2256, 1504), (2560, 1080), (2560, 1440), (2560, 1600), (2560, 1664), (2736, 1824),
        (2880, 1620), (2880, 1800), (2880, 1864), (2880, 1920), (3024, 1964), (3200, 1800), (3200, 2000), (3440, 1440),
        (3456, 2234), (3840, 1080), (3840, 1600), (3840, 2160), (4480, 2520), (5120, 1440), (5120, 2880), (6016, 3384),
        # Tablets
        (2048, 1536), (2160, 1620), (2224, 1668), (2266, 1488), (2360, 1640), (2388, 1668), (2420, 1668), (2560, 1800),
        (2732, 2048), (2752, 2064), (2800, 1752),
    }
)  # fmt: skip
"""Sizes of screens, pixels, the longer side first; cameras take some of these, too."""

PHONES = frozenset(
    {
        (1136, 640), (1334, 750), (1792, 828), (1920, 1080), (2160, 1080), (2220, 1080), (2240, 1080), (2280, 1080),
        (2310, 1080), (2316, 1080), (2340, 1080), (2376, 1080), (2388, 1080), (2400, 1080), (2408, 1080), (2412, 1080),
        (2436, 1125), (2460, 1080), (2520, 1080), (2532, 1170), (2556, 1179), (2622, 1206), (2640, 1080), (2340, 1080),
        (2688, 1242), (2712, 1220), (2720, 1260), (2736, 1260), (2772, 1240), (2778, 1284), (2796, 1290), (2868, 1320),
        (2960, 1440), (2992, 1344), (3040, 1440), (3088, 1440), (3120, 1440), (3168, 1440), (3200, 1440), (1600, 720),
        (1520, 720), (1560, 720), (1612, 720), (1650, 720), (2670, 1200), (2800, 1260), (1640, 720), (2424, 1080),
    }
) - {(1920, 1080)}  # fmt: skip
"""Sizes of phones' screens that no camera takes."""

AMOUNT = re.compile(r"(?<![\d.,:/-])\d{1,5}\s?[.,]\s?\d\d(?![\d.,:/-])")
"""A sum of money, as it stands on receipts."""

TOTAL = re.compile(
    r"\b(total|subtotal|sub-total|sum|amount|balance|cash|change|card|visa|vat|tax|tip|summe|gesamt\w*|betrag|bar|mwst"
    r"|ust|rückgeld|eur|usd|gbp|chf)\b|[€$£]",
    re.IGNORECASE,
)

SCREEN_LINES = 5
"""Lines of text on what looks drawn, from which on neither size nor format need tell that it is a screen."""

LEAST_AMOUNTS = 3
"""Lines with a sum of money on a receipt."""

AMOUNT_LINES = 0.15
"""Their share of its lines."""

DOCUMENT_LINES, DOCUMENT_LETTERS = 10, 250
"""Lines and letters of a page."""

DOCUMENT_SHARE = 0.12
"""Of the photo's area that the lines of a page take."""

WIDEST_LINE = 0.03
"""Of the photo's area that a page's line takes in the mean; titles on covers and signs take more."""


@dataclass(frozen=True)
class KindEvidence:
    """What a photo's kind is told by.

    Attributes:
        width: pixels.
        height: pixels.
        format: as in "PNG".
        camera: make and model; empty where its file names none.
        look: of its thumbnail; None where there is none.
        text: what was read in it, a line each; None while it was not read.
        text_share: of the photo's area that the text takes, 0 to 1.
    """

    width: int
    height: int
    format: str
    camera: str = ""
    look: Look | None = None
    text: str | None = None
    text_share: float = 0.0


def kind_of(photo: KindEvidence) -> str:
    """One of `KINDS`, or empty for a photograph."""
    if _screen_points(photo) >= 3:
        return SCREENSHOT
    lines = (photo.text or "").splitlines()
    if _is_receipt(lines):
        return RECEIPT
    if _is_page(photo, lines):
        return DOCUMENT
    return ""


def _screen_points(photo: KindEvidence) -> int:
    if photo.camera:
        return 0
    size = max(photo.width, photo.height), min(photo.width, photo.height)
    points = 2 if size in PHONES else 1 if size in SCREENS else 0
    points += photo.format == "PNG"
    look = photo.look
    if look is None:
        return points
    if look.flat >= 0.45 and look.colours >= 0.6 and look.grey >= 0.8 and 0.02 <= look.edges <= 0.3:
        lines = (photo.text or "").splitlines()
        return points + 2 + (len(lines) >= SCREEN_LINES)
    return points + (look.flat >= 0.3 and look.colours >= 0.4)


def _is_receipt(lines: list[str]) -> bool:
    amounts = sum(bool(AMOUNT.search(line)) for line in lines)
    return (
        amounts >= LEAST_AMOUNTS
        and amounts >= AMOUNT_LINES * len(lines)
        and any(TOTAL.search(line) for line in lines)
    )


def _is_page(photo: KindEvidence, lines: list[str]) -> bool:
    letters = sum(letter.isalnum() for line in lines for letter in line)
    return (
        len(lines) >= DOCUMENT_LINES
        and letters >= DOCUMENT_LETTERS
        and photo.text_share >= DOCUMENT_SHARE
        and photo.text_share / len(lines) <= WIDEST_LINE
    )
