"""Shots: a raw file and the JPEG or HEIC that the camera or a converter wrote next to it.

The rule: both lie in one folder under one name but for the suffix (upper and lower case, and the ways to compose
accents, are the same; so are the ``.RAW-01.COVER`` and ``.RAW-02.ORIGINAL`` of Pixel phones); the picture is a JPEG
or HEIC and the other a raw file *by content*; and where both know them, time taken (to the second) and camera agree.
Files that Pixel phones name as parts of one shot need not: some write the raw file's time in UTC.
``IMG_1-edited.jpg`` has another name and is a photo of its own, and so is a TIFF or PNG beside a raw file.

The raw content is then a *companion* of the picture's content (`contents.companion_of`). It keeps its descriptor and
everything else that is known of it, but is neither shown, counted nor found: its picture is. Both are still contents
of their own, named by their bytes; the relation follows from where their files lie and is worked out anew, in the
transaction that moves a file, for the shots that the file touches. So when the picture goes, the raw file stands for
itself at once, without being read again.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from lookalike.catalog.shot_names import is_named_part
from lookalike.catalog.sql import chunks, placeholders
from lookalike.photos import Dates, may_be_same

_RAW = "RAW"
_PICTURES = ("JPEG", "HEIF")
"""What a raw file can be a companion of, the preferred one first."""


def update_companions(db: Database, shots: Iterable[bytes], content_ids: Iterable[int]) -> set[int]:
    """Recompute which contents are companions; within the caller's transaction.

    Args:
        db: the caller's transaction.
        shots: shots that gained or lost files.
        content_ids: the contents of these files.

    Returns:
        Every content that may be affected, including those given.
    """
    concerned = set(content_ids)
    for names in chunks(shots):
        concerned.update(
            row[0]
            for row in db.execute(
                f"SELECT content_id FROM files WHERE shot IN ({placeholders(len(names))}) AND content_id IS NOT NULL",
                names,
            )
        )
    for chunk in chunks(list(concerned)):
        rows = db.execute(
            f"SELECT id, companion_of FROM contents WHERE companion_of IN ({placeholders(len(chunk))}) "
            f"OR (companion_of IS NOT NULL AND id IN ({placeholders(len(chunk))}))",
            [*chunk, *chunk],
        ).fetchall()
        concerned.update(number for row in rows for number in row)
    for chunk in chunks(list(concerned)):
        concerned.update(_pair(db, chunk))
    return concerned


def _pair(db: Database, content_ids: list[int]) -> set[int]:
    rows = db.execute(
        f"SELECT raw.content_id, picture.content_id, shown.format, {_own_date('own')}, {_own_date('shown')}, "
        "own.camera, shown.camera, raw.path, picture.path FROM files AS raw "
        "JOIN contents AS own ON own.id = raw.content_id "
        "JOIN files AS picture ON picture.shot = raw.shot JOIN contents AS shown ON shown.id = picture.content_id "
        f"WHERE raw.content_id IN ({placeholders(len(content_ids))}) AND own.format = ? "
        f"AND shown.format IN ({placeholders(len(_PICTURES))})",
        [*content_ids, _RAW, *_PICTURES],
    ).fetchall()
    wanted: dict[int, tuple[int, int]] = {}
    for raw, picture, kind, taken, other_taken, camera, other_camera, *paths in rows:
        agree = (not taken or not other_taken or may_be_same(taken, other_taken)) and (
            not camera or not other_camera or camera.casefold() == other_camera.casefold()
        )
        if agree or all(map(is_named_part, paths)):
            choice = (_PICTURES.index(kind), picture)
            wanted[raw] = min(wanted.get(raw, choice), choice)
    before = dict(
        db.execute(
            f"SELECT id, companion_of FROM contents WHERE id IN ({placeholders(len(content_ids))})",
            content_ids,
        ).fetchall()
    )
    touched: set[int] = set()
    for number, lead in before.items():
        new = wanted[number][1] if number in wanted else None
        if new != lead:
            db.execute("UPDATE contents SET companion_of = ? WHERE id = ?", (new, number))
            touched.update(n for n in (number, lead, new) if n is not None)
    return touched


def _own_date(contents: str) -> str:
    """SQL for when a content was taken by its own metadata: an XMP file of only the raw file moves no pair apart."""
    said = [f"json_extract({contents}.embedded, '$.dates.{name}')" for name in vars(Dates())]
    unread = f"iif({contents}.embedded -> '$.dates' IS NULL, {contents}.taken_at, NULL)"
    return f"coalesce({', '.join([*said, unread])})"
