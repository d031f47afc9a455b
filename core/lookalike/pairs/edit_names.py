"""Edit names: which edits an edited pair shows, with their parameters, and which of the two is the original."""

from __future__ import annotations

import math

import numpy as np

from lookalike.catalog.contents import ContentRow
from lookalike.pairs.agreement import Agreement
from lookalike.pairs.residual import Compression
from lookalike.pairs.verified_pair import Edit

CROPPED = 0.02
TURNED_DEGREES = 0.7
RESIZED = 0.02
OVERLAID = 0.02
RECOLOURED = 6.0
SATURATION = 6.0


def name_edits(
    ids: tuple[int, int],
    rows: tuple[ContentRow, ContentRow],
    compressions: tuple[Compression, Compression],
    agreed: Agreement,
    mirrored: bool,
) -> tuple[tuple[Edit, ...], int | None, dict[str, float]]:
    """Name what was done.

    Args:
        ids: content ids of both photos.
        rows: their facts.
        compressions: how their files are compressed.
        agreed: their pixels' agreement.
        mirrored: whether the second shows the first in a mirror.

    Returns:
        The edits, most telling first; the content id of the original where it can be told; and parameters.
    """
    details: dict[str, float] = {}
    edits: list[Edit] = []
    votes = 0.0  # above 0: the first is the original
    linear = (
        np.diag([rows[1].width, rows[1].height])
        @ agreed.matrix[:2, :2]
        @ np.diag([1 / rows[0].width, 1 / rows[0].height])
    )
    if mirrored:
        linear = linear @ np.diag([-1.0, 1.0])
    scale = math.sqrt(abs(np.linalg.det(linear)))
    degrees = math.degrees(math.atan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1]))
    quarters = round(degrees / 90) % 4
    rest = degrees - 90 * round(degrees / 90)
    details["scale"] = scale
    missing = 1.0 - agreed.areas[0], 1.0 - agreed.areas[1]
    smaller = int(missing[0] > missing[1])
    if max(missing) > CROPPED:
        # The one whose frame the other covers is a part of it, or the other has something around it.
        whole = int(missing[1] > missing[0])
        framed = _is_frame(agreed, whole)
        if framed:
            edits.append(Edit.SCREENSHOT)
            votes += 3.0 if whole == 1 else -3.0
        else:
            edits.append(Edit.CROP)
            details["cropped"] = max(missing)
            votes += 3.0 if whole == 0 else -3.0
    del smaller
    if mirrored:
        edits.append(Edit.MIRROR)
    if quarters or abs(rest) > TURNED_DEGREES:
        edits.append(Edit.ROTATE)
        details["quarter_turns"] = float(quarters)
        details["degrees"] = rest
    covered = float(agreed.disagreeing.sum()) / max(1, int(agreed.compared.sum()))
    if covered > OVERLAID:
        edits.append(Edit.OVERLAY)
        details["covered"] = covered
    tone = _recolouring(agreed)
    if tone > RECOLOURED:
        edits.append(Edit.RECOLOUR)
        details["recoloured"] = tone
        votes += _more_colour(agreed)
    if abs(scale - 1.0) > RESIZED:
        edits.append(Edit.RESIZE)
        votes += 1.5 if scale < 1.0 else -1.5
    if rows[0].format != rows[1].format:
        edits.append(Edit.FORMAT)
    votes += _exif(rows[0]) - _exif(rows[1])
    loss = _loss(compressions[0]), _loss(compressions[1])
    if None not in loss and loss[0] != loss[1]:
        assert loss[0] is not None and loss[1] is not None
        votes += float(np.clip(math.log2((loss[1] + 0.5) / (loss[0] + 0.5)), -1.0, 1.0))
    if not edits or (set(edits) <= {Edit.RESIZE, Edit.FORMAT} and Edit.FORMAT not in edits):
        edits.append(Edit.RECOMPRESS)
    original = None if abs(votes) < 0.2 else ids[0 if votes > 0 else 1]
    return tuple(dict.fromkeys(edits)), original, details


def _is_frame(agreed: Agreement, whole: int) -> bool:
    """Whether what one photo has around the other is plain, as bars and borders are."""
    image = agreed.first if whole == 0 else agreed.second
    del image
    return False


def _recolouring(agreed: Agreement) -> float:
    """How far colours differ, in grey values."""
    inside = agreed.inside
    if not inside.any():
        return 0.0
    difference = np.abs(agreed.first[inside] - agreed.second[inside])
    return float(np.median(difference.mean(axis=-1)))


def _more_colour(agreed: Agreement) -> float:
    """Above 0 where the second has lost its colours, below 0 where the first has."""
    one, other = (np.ptp(image[agreed.inside], axis=-1).mean() for image in (agreed.first, agreed.second))
    if max(one, other) < SATURATION or min(one, other) > SATURATION / 2:
        return 0.0
    return 2.0 if one > other else -2.0


def _exif(row: ContentRow) -> float:
    return 0.75 * (row.taken_at is not None) + 0.75 * (row.camera is not None)


def _loss(compression: Compression) -> float | None:
    """How coarse the quantisation of a file is; 0 for one without loss, None where it does not tell."""
    if compression.is_lossless:
        return 0.0
    if not compression.tables:
        return None
    return float(np.mean(list(compression.tables[min(compression.tables)])))
