"""What people wrote about photos: kept as the files say it, and put together for each photo.

The photo's own metadata are kept in `contents.embedded`, what an XMP file beside it says in `sidecars`, both as
written. What counts for a photo (`contents.rating`, `contents.title`, `keywords`) is worked out from them whenever
one of them or the paths of its files change, so that nothing has to be read again. An XMP file goes before what is
embedded, field by field; of several, the one named after the whole file (``a.jpg.xmp``) before one named after the
stem (``a.xmp``), and those of the photo itself before those of its raw file. The rating that the user gave in
Lookalike goes before all of them; it is kept by content hash in `user_ratings` and written into no file.

So it is with dates, but those by what they say first: an XMP file's date of digitizing does not go before the
original's in the photo (`lookalike.photos.dates`). `contents.taken_at` is the one that counts.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.contents import VISIBLE
from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.facts import FactTable, FactTexts, names_of
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.folders import STILL_WATCHED, still_watched_parameters
from lookalike.catalog.places import PlaceTable, texts_of
from lookalike.catalog.shot_names import SIDECAR_SUFFIX, plain_name
from lookalike.catalog.shots import update_companions
from lookalike.catalog.sql import chunks, path_range, paths_under, placeholders
from lookalike.photos import Annotations, Dates

CATCH_UP = 2000
"""Contents recomputed in one transaction: a tenth of a second."""

SidecarStamp = tuple[int, int, int | None]

_NONE = Annotations()


@dataclass
class _Photo:
    """What the catalog holds of one content, to be put together."""

    lead: int | None
    embedded: Annotations
    rating: int
    title: str | None
    description: str | None
    taken_at: str | None
    camera: str | None
    lens: str | None
    latitude: float | None
    longitude: float | None
    place_id: int | None
    is_read: bool
    paths: list[bytes] = field(default_factory=list)
    watched: list[bytes] = field(default_factory=list)
    shots: set[bytes] = field(default_factory=set)


def _to_json(annotations: Annotations) -> str:
    fields = {key: value for key, value in vars(annotations).items() if value not in (None, "", ())}
    del fields["dates"]
    if dates := {key: value for key, value in vars(annotations.dates).items() if value is not None}:
        fields["dates"] = dates
    return json.dumps(fields, ensure_ascii=False)


def _from_json(text: str | None) -> Annotations:
    if not text:
        return _NONE
    fields = json.loads(text)
    keywords, dates = tuple(fields.pop("keywords", ())), Dates(**fields.pop("dates", {}))
    return Annotations(**fields, keywords=keywords, dates=dates)


class AnnotationTable:
    """The tables of XMP files and keywords, and the embedded annotations."""

    def __init__(self, database: CatalogDatabase, facts: FactTable, places: PlaceTable) -> None:
        self._database = database
        self._facts = facts
        self._places = places

    # XMP files

    def known(self, under: bytes, deep: bool = True) -> dict[bytes, SidecarStamp]:
        """What tells that the XMP files under a folder are unchanged, by path: size, mtime and ctime.

        Times are in nanoseconds; the ctime is None while unknown.
        """
        where, parameters = paths_under(under, deep)
        rows = self._database.rows(
            f"SELECT path, size, mtime_ns, ctime_ns FROM sidecars WHERE {where}", parameters
        )
        return {row[0]: row[1:] for row in rows}

    def record_ctimes(self, stats: Sequence[FileStat]) -> None:
        """Note the ctime of XMP files that are unchanged and whose ctime was unknown."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "UPDATE sidecars SET ctime_ns = ? WHERE path = ? AND size = ? AND mtime_ns = ? AND ctime_ns IS NULL",
                [(stat.ctime_ns, stat.path, *stat.stamp) for stat in stats],
            )

    def put(
        self,
        db: Database,
        folder_id: int,
        stat: FileStat,
        annotations: Annotations | None,
        problem: str | None,
    ) -> None:
        """Record what an XMP file says, or why it cannot be read; within the caller's transaction.

        A folder that is no longer watched, or lies elsewhere now, takes none.
        """
        db.execute(
            "INSERT INTO sidecars (folder_id, path, size, mtime_ns, ctime_ns, said, problem) "
            f"SELECT id, ?, ?, ?, ?, ?, ? FROM folders WHERE {STILL_WATCHED} "
            "ON CONFLICT (path) DO UPDATE SET folder_id = excluded.folder_id, size = excluded.size, "
            "mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, said = excluded.said, "
            "problem = excluded.problem",
            (
                stat.path,
                stat.stored_size,
                stat.mtime_ns,
                stat.ctime_ns,
                annotations and _to_json(annotations),
                problem,
                *still_watched_parameters(folder_id, stat.path),
            ),
        )

    def remove(self, db: Database, paths: Iterable[bytes]) -> None:
        """Forget XMP files that are gone; within the caller's transaction."""
        for chunk in chunks(paths):
            db.execute(f"DELETE FROM sidecars WHERE path IN ({placeholders(len(chunk))})", chunk)

    def problems(self) -> list[tuple[Path, str]]:
        """XMP files that cannot be read, and why."""
        rows = self._database.rows(
            "SELECT path, problem FROM sidecars WHERE problem IS NOT NULL ORDER BY path"
        )
        return [(Path(os.fsdecode(path)), problem) for path, problem in rows]

    # Contents

    def put_embedded(self, db: Database, content_id: int, annotations: Annotations) -> None:
        """Record what a content's own metadata say; within the caller's transaction, before `refresh`."""
        text = _to_json(annotations)
        db.execute(
            "UPDATE contents SET embedded = ?1 WHERE id = ?2 AND embedded IS NOT ?1", (text, content_id)
        )
        self.mark_read(db, content_id)

    def mark_read(self, db: Database, content_id: int) -> None:
        """Note that there is no more to be read in a content; within the caller's transaction."""
        db.execute("DELETE FROM unread_contents WHERE content_id = ?", (content_id,))

    def is_unread(self, content_id: int) -> bool:
        """Whether a content was recorded before its metadata were read as they are now, and not looked into since."""
        return bool(self._database.rows("SELECT 1 FROM unread_contents WHERE content_id = ?", (content_id,)))

    def unread(self, under: bytes) -> set[int]:
        """One file id for each content that lies under a folder and `is_unread`."""
        # CROSS JOIN makes SQLite scan the few unread contents and not all files of the folder.
        rows = self._database.rows(
            "SELECT min(files.id) FROM unread_contents CROSS JOIN files USING (content_id) "
            "WHERE path >= ? AND path < ? GROUP BY content_id",
            path_range(under),
        )
        return {row[0] for row in rows}

    def catch_up(self) -> None:
        """Compute the effective annotations of contents recorded by older versions; may be killed at any point."""
        while self._database.rows("SELECT 1 FROM stale_contents LIMIT 1"):
            with self._database.transaction() as db:
                rows = db.execute("SELECT content_id FROM stale_contents LIMIT ?", (CATCH_UP,)).fetchall()
                self.refresh(db, (), [row[0] for row in rows])
                db.conn.executemany("DELETE FROM stale_contents WHERE content_id = ?", rows)

    def put_user_rating(self, db: Database, content_id: int, rating: int | None) -> None:
        """Record the stars that the user gives a content; within the caller's transaction, before `refresh`.

        Args:
            db: the caller's transaction.
            content_id: the content.
            rating: 0 (none) to 5, or -1 (rejected); None to let its files tell again.
        """
        if rating is None:
            db.execute(
                "DELETE FROM user_ratings WHERE hash = (SELECT hash FROM contents WHERE id = ?)",
                (content_id,),
            )
        else:
            db.execute(
                "INSERT OR REPLACE INTO user_ratings SELECT hash, ? FROM contents WHERE id = ?",
                (rating, content_id),
            )

    def user_ratings(self, content_ids: Sequence[int]) -> dict[int, int | None]:
        """The stars that the user gave some contents; None where the user gave none."""
        found: dict[int, int | None] = dict.fromkeys(content_ids)
        for chunk in chunks(content_ids):
            found.update(
                self._database.rows(
                    "SELECT id, user_ratings.rating FROM contents JOIN user_ratings USING (hash) "
                    f"WHERE id IN ({placeholders(len(chunk))})",
                    chunk,
                )
            )
        return found

    def get(self, content_ids: Sequence[int]) -> dict[int, Annotations]:
        """The effective annotations of the given contents; a missing title is replaced by the description."""
        found: dict[int, Annotations] = {}
        for chunk in chunks(content_ids):
            keywords: dict[int, list[str]] = defaultdict(list)
            for number, keyword in self._database.rows(
                f"SELECT content_id, keyword FROM keywords WHERE content_id IN ({placeholders(len(chunk))})",
                chunk,
            ):
                keywords[number].append(keyword)
            rows = self._database.rows(
                f"SELECT id, rating, title FROM contents WHERE id IN ({placeholders(len(chunk))})", chunk
            )
            for number, rating, title in rows:
                found[number] = Annotations(rating, title or "", keywords=tuple(keywords[number]))
        return found

    def embedded(self, content_ids: Sequence[int]) -> dict[int, Annotations]:
        """What the given contents' own metadata say, without their XMP files; unknown ids are left out."""
        found: dict[int, Annotations] = {}
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                f"SELECT id, embedded FROM contents WHERE id IN ({placeholders(len(chunk))})", chunk
            )
            found.update((number, _from_json(text)) for number, text in rows)
        return found

    def descriptions(self, content_ids: Sequence[int]) -> dict[int, list[str]]:
        """The effective description of the given contents; those without one are left out."""
        found: dict[int, list[str]] = {}
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                "SELECT id, description FROM contents WHERE description IS NOT NULL "
                f"AND id IN ({placeholders(len(chunk))})",
                chunk,
            )
            found.update((number, [text]) for number, text in rows)
        return found

    def refresh(self, db: Database, shots: Iterable[bytes], content_ids: Iterable[int]) -> set[int]:
        """Recompute companions and effective annotations; within the caller's transaction.

        Args:
            db: the caller's transaction.
            shots: shots that gained or lost files or XMP sidecars.
            content_ids: the contents of these files.

        Returns:
            Every content that may be affected: some may have become companions, or ceased to be.
        """
        concerned = update_companions(db, shots, content_ids)
        for chunk in chunks(sorted(concerned)):
            self._resolve(db, chunk)
        return concerned

    def stale(self) -> list[int]:
        """Contents whose facts or companions do not match the files; `refresh` repairs them."""
        rows = self._database.rows(
            f"{self._facts.problems(VISIBLE)} UNION SELECT id FROM contents WHERE companion_of IS NOT NULL "
            "AND EXISTS (SELECT 1 FROM files WHERE content_id = contents.id) "
            "AND NOT EXISTS (SELECT 1 FROM files WHERE content_id = contents.companion_of)"
        )
        return [row[0] for row in rows]

    def _resolve(self, db: Database, content_ids: list[int]) -> None:
        photos = self._photos(db, content_ids)
        companions: dict[int, list[int]] = defaultdict(list)
        for number, photo in photos.items():
            if photo.lead is not None:
                companions[photo.lead].append(number)
        sidecars = self._sidecars(db, {shot for photo in photos.values() for shot in photo.shots})
        keywords = self._keywords(db, content_ids)
        given = self._given_ratings(db, content_ids)
        for number in content_ids:
            if number not in photos:
                continue
            photo = photos[number]
            group = [photo, *(photos[other] for other in sorted(companions[number]))]
            annotations = _NONE
            for member in group:
                for sidecar in _rank_sidecars(member, sidecars):
                    annotations = annotations.with_fallback(sidecar)
            annotations = annotations.with_fallback(photo.embedded)
            # What is written into the raw file counts for its picture; when it was taken, each tells for itself.
            for member in group[1:]:
                annotations = annotations.with_fallback(replace(member.embedded, dates=Dates()))
            if number in given:
                annotations = replace(annotations, rating=given[number])
            self._keep(db, number, photo, annotations, keywords.get(number, set()))
            place = self._places.at(db, photo.latitude, photo.longitude)
            place_id = None if place is None else place.id
            if place_id != photo.place_id:
                db.execute("UPDATE contents SET place_id = ? WHERE id = ?", (place_id, number))
            # A companion is found through its photo, and a content without files is not found.
            facts = None
            if photo.paths and photo.lead is None:
                names, folders = names_of(
                    pair for member in group for pair in zip(member.paths, member.watched, strict=True)
                )
                facts = FactTexts(
                    annotations.keywords,
                    [annotations.title],
                    [annotations.description],
                    names,
                    folders,
                    [photo.camera or ""],
                    [photo.lens or ""],
                    texts_of(place),
                )
            self._facts.put(db, number, facts)

    def _photos(self, db: Database, content_ids: list[int]) -> dict[int, _Photo]:
        marked = placeholders(len(content_ids))
        photos = {
            row[0]: _Photo(row[1], _from_json(row[2]), *row[3:])
            for row in db.execute(
                "SELECT id, companion_of, embedded, rating, title, description, taken_at, camera, lens, "
                "latitude, longitude, place_id, embedded IS NOT NULL "
                "AND id NOT IN (SELECT content_id FROM unread_contents) FROM contents "
                f"WHERE id IN ({marked}) OR companion_of IN ({marked})",
                [*content_ids, *content_ids],
            )
        }
        for chunk in chunks(list(photos)):
            for number, path, shot, watched in db.execute(
                "SELECT content_id, files.path, shot, folders.path FROM files "
                "JOIN folders ON folders.id = folder_id "
                f"WHERE content_id IN ({placeholders(len(chunk))}) ORDER BY files.path",
                chunk,
            ):
                photos[number].paths.append(path)
                photos[number].watched.append(watched)
                photos[number].shots.add(shot)
        return photos

    def _sidecars(self, db: Database, shots: set[bytes]) -> dict[bytes, list[tuple[bytes, Annotations]]]:
        found: dict[bytes, list[tuple[bytes, Annotations]]] = defaultdict(list)
        for chunk in chunks(sorted(shots)):
            for path, shot, text in db.execute(
                f"SELECT path, shot, said FROM sidecars WHERE shot IN ({placeholders(len(chunk))}) "
                "AND said IS NOT NULL ORDER BY path",
                chunk,
            ):
                found[shot].append((path, _from_json(text)))
        return found

    def _keywords(self, db: Database, content_ids: list[int]) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for number, keyword in db.execute(
            f"SELECT content_id, keyword FROM keywords WHERE content_id IN ({placeholders(len(content_ids))})",
            content_ids,
        ):
            found[number].add(keyword)
        return found

    def _given_ratings(self, db: Database, content_ids: list[int]) -> dict[int, int]:
        rows = db.execute(
            "SELECT id, user_ratings.rating FROM contents JOIN user_ratings USING (hash) "
            f"WHERE id IN ({placeholders(len(content_ids))})",
            content_ids,
        )
        return dict(rows.fetchall())

    def _keep(
        self, db: Database, number: int, photo: _Photo, annotations: Annotations, before: set[str]
    ) -> None:
        rating, title = annotations.rating or 0, annotations.title or annotations.description or None
        description = annotations.description or None
        # What an earlier version read stays until the photo is read again.
        taken_at = annotations.dates.taken if photo.is_read else photo.taken_at
        after = (rating, title, description, taken_at)
        if after != (photo.rating, photo.title, photo.description, photo.taken_at):
            db.execute(
                "UPDATE contents SET rating = ?, title = ?, description = ?, taken_at = ? WHERE id = ?",
                (*after, number),
            )
        if set(annotations.keywords) != before:
            db.execute("DELETE FROM keywords WHERE content_id = ?", (number,))
            for keyword in annotations.keywords:
                db.execute("INSERT OR IGNORE INTO keywords VALUES (?, ?)", (number, keyword))


def _rank_sidecars(
    photo: _Photo, sidecars: dict[bytes, list[tuple[bytes, Annotations]]]
) -> list[Annotations]:
    """The annotations in a photo's XMP sidecars, highest precedence first."""
    ranked = []
    for photo_path in photo.paths:
        folder, name = os.path.split(photo_path)
        whole = plain_name(os.fsdecode(name))
        stem = whole.rpartition(".")[0]
        for shot in photo.shots:
            for path, found in sidecars.get(shot, ()):
                other, sidecar = os.path.split(path)
                about = plain_name(os.fsdecode(sidecar)).removesuffix(SIDECAR_SUFFIX)
                if other == folder and about in (whole, stem):
                    ranked.append((about != whole, photo_path, found))
    return [found for _, _, found in sorted(ranked, key=lambda entry: entry[:2])]
