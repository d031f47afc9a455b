"""Migrations of what is known of photos: contents, files, annotations, descriptors, scores and settings."""

from __future__ import annotations

from sqlite_utils import Database

from lookalike.catalog.migrations.registry import catalog_migrations


@catalog_migrations()
def m0001_folders_files_contents(db: Database) -> None:
    """Contents are distinct sequences of bytes; files are the places where they lie.

    Paths are BLOBs (the operating system's own bytes): a name need not be valid text.
    """
    statements = (
        """CREATE TABLE contents (
            id INTEGER PRIMARY KEY,
            hash TEXT NOT NULL UNIQUE,
            bytes INTEGER NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            format TEXT NOT NULL,
            taken_at TEXT,
            camera TEXT,
            lens TEXT,
            latitude REAL,
            longitude REAL
        )""",
        """CREATE TABLE folders (
            id INTEGER PRIMARY KEY,
            path BLOB NOT NULL UNIQUE,
            online INTEGER NOT NULL DEFAULT 1
        )""",
        """CREATE TABLE files (
            id INTEGER PRIMARY KEY,
            folder_id INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
            path BLOB NOT NULL UNIQUE,
            content_id INTEGER REFERENCES contents (id),
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            device INTEGER NOT NULL,
            problem TEXT,
            CHECK ((content_id IS NULL) = (problem IS NOT NULL))
        )""",
        "CREATE INDEX files_by_content ON files (content_id)",
        "CREATE INDEX files_by_folder ON files (folder_id)",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0002_descriptors(db: Database) -> None:
    """The durable record of every descriptor: fp16, one row a content and model."""
    statements = (
        """CREATE TABLE describers (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            dimension INTEGER NOT NULL
        )""",
        """CREATE TABLE descriptors (
            describer_id INTEGER NOT NULL REFERENCES describers (id) ON DELETE CASCADE,
            content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            vector BLOB NOT NULL,
            UNIQUE (describer_id, content_id)
        )""",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0003_pair_scores(db: Database) -> None:
    """What a judge said of a pair, by content hash, so that no pair is looked at twice."""
    statements = (
        """CREATE TABLE judges (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE
        )""",
        """CREATE TABLE pair_scores (
            judge_id INTEGER NOT NULL REFERENCES judges (id) ON DELETE CASCADE,
            query TEXT NOT NULL,
            candidate TEXT NOT NULL,
            match REAL NOT NULL,
            logit REAL NOT NULL,
            PRIMARY KEY (judge_id, query, candidate)
        ) WITHOUT ROWID""",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0004_settings(db: Database) -> None:
    """What the user chose for this library."""
    db.execute("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")


@catalog_migrations()
def m0005_ratings_titles_keywords(db: Database) -> None:
    """What people wrote about a photo, in the file itself or in an XMP file beside it."""
    statements = (
        # -1 is "rejected", 0 "not rated", 1 to 5 stars, as XMP has it.
        "ALTER TABLE contents ADD COLUMN rating INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE contents ADD COLUMN title TEXT",
        """CREATE TABLE keywords (
            content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            keyword TEXT NOT NULL,
            PRIMARY KEY (content_id, keyword)
        ) WITHOUT ROWID""",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0006_visual_tokens(db: Database) -> None:
    """Where the visual tokens of the multimodal judges lie; the tokens themselves are in segment files.

    Segments and codebooks give files their names, so their numbers are never used twice.
    """
    statements = (
        """CREATE TABLE token_sets (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            width INTEGER NOT NULL
        )""",
        """CREATE TABLE token_codebooks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            set_id INTEGER NOT NULL REFERENCES token_sets (id) ON DELETE CASCADE,
            dims INTEGER NOT NULL,
            trained_on INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        )""",
        """CREATE TABLE token_segments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            bytes INTEGER NOT NULL DEFAULT 0,
            live INTEGER NOT NULL DEFAULT 0,
            open INTEGER NOT NULL DEFAULT 1
        )""",
        """CREATE TABLE visual_tokens (
            set_id INTEGER NOT NULL REFERENCES token_sets (id) ON DELETE CASCADE,
            content TEXT NOT NULL,
            segment_id INTEGER NOT NULL REFERENCES token_segments (id),
            offset INTEGER NOT NULL,
            length INTEGER NOT NULL,
            codebook_id INTEGER REFERENCES token_codebooks (id),
            tokens INTEGER NOT NULL,
            seconds REAL NOT NULL,
            used REAL NOT NULL,
            uses INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (set_id, content)
        ) WITHOUT ROWID""",
        "CREATE INDEX visual_tokens_by_segment ON visual_tokens (segment_id)",
        "CREATE INDEX visual_tokens_by_codebook ON visual_tokens (codebook_id)",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0008_content_changes(db: Database) -> None:
    """Which contents may have come to be found or not, in order, so that an index need not compare them all.

    Each content has at most one row: its latest change. The token tells this catalog from any other.
    """
    statements = [
        """CREATE TABLE content_changes (
            content_id INTEGER PRIMARY KEY,
            number INTEGER NOT NULL UNIQUE
        )""",
        "CREATE TABLE content_change_log (token TEXT NOT NULL, latest INTEGER NOT NULL)",
        "INSERT INTO content_change_log VALUES (lower(hex(randomblob(8))), 0)",
    ]
    events = {
        "files_added": ("INSERT ON files", "NEW.content_id"),
        "files_removed": ("DELETE ON files", "OLD.content_id"),
        "files_left": ("UPDATE OF content_id ON files", "OLD.content_id"),
        "files_changed": ("UPDATE OF content_id ON files", "NEW.content_id"),
        "descriptors_added": ("INSERT ON descriptors", "NEW.content_id"),
        "descriptors_removed": ("DELETE ON descriptors", "OLD.content_id"),
        # Whatever else may decide on whether a content is shown.
        "contents_changed": ("UPDATE ON contents", "NEW.id"),
    }
    for name, (event, content) in events.items():
        # Not INSERT OR REPLACE: the conflict clause of the statement that fires a trigger would overrule it.
        statements.append(
            f"""CREATE TRIGGER changes_{name} AFTER {event} WHEN {content} IS NOT NULL BEGIN
                UPDATE content_change_log SET latest = latest + 1;
                DELETE FROM content_changes WHERE content_id = {content};
                INSERT INTO content_changes SELECT {content}, latest FROM content_change_log;
            END"""
        )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0010_volumes_and_departed_files(db: Database) -> None:
    """What tells a drive that comes back, and a file that comes back, from a new one."""
    statements = (
        "ALTER TABLE folders ADD COLUMN paused INTEGER NOT NULL DEFAULT 0",
        # How its changes are noticed where that is out of the ordinary, in words for the user.
        "ALTER TABLE folders ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        # The volume it lies on (empty while unknown) and its path inside that volume.
        "ALTER TABLE folders ADD COLUMN volume TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE folders ADD COLUMN beneath BLOB NOT NULL DEFAULT x''",
        # Other volumes that were mounted inside a folder.
        """CREATE TABLE mounts (
            folder_id INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
            path BLOB NOT NULL,
            volume TEXT NOT NULL,
            PRIMARY KEY (folder_id, path)
        ) WITHOUT ROWID""",
        "CREATE INDEX files_by_inode ON files (inode)",
        # Files that left the watched folders, so that their return needs no reading.
        """CREATE TABLE departed (
            id INTEGER PRIMARY KEY,
            inode INTEGER NOT NULL,
            device INTEGER NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            UNIQUE (inode, device)
        )""",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0009_filter_changes(db: Database) -> None:
    """Which contents changed in what people filter by, in order, so that columns in memory can follow.

    Kept by triggers, so that no writer of this or another process can forget it. A content stands once, under the
    number of its latest change.
    """
    db.execute(
        "CREATE TABLE filter_changes (number INTEGER PRIMARY KEY AUTOINCREMENT, content_id INTEGER NOT NULL UNIQUE)"
    )
    watched = (
        ("contents", "INSERT", "id"),
        ("contents", "UPDATE OF taken_at, camera, rating, format", "id"),
        ("contents", "DELETE", "id"),
        ("files", "INSERT", "content_id"),
        ("files", "UPDATE OF path, content_id", "content_id"),
        ("files", "DELETE", "content_id"),
        ("keywords", "INSERT", "content_id"),
        ("keywords", "DELETE", "content_id"),
    )
    for table, event, column in watched:
        act = event.split()[0]
        for side in {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("NEW", "OLD")}[act]:
            # Not INSERT OR REPLACE: the conflict clause of the statement that fires a trigger would overrule it.
            db.execute(
                f"CREATE TRIGGER filter_{table}_{act.lower()}_{side.lower()} AFTER {event} ON {table} "
                f"WHEN {side}.{column} IS NOT NULL BEGIN "
                f"DELETE FROM filter_changes WHERE content_id = {side}.{column}; "
                f"INSERT INTO filter_changes (content_id) VALUES ({side}.{column}); END"
            )


@catalog_migrations()
def m0011_shots_sidecars_words(db: Database) -> None:
    """Which files are one shot, what XMP files beside photos say, and the words that photos are found by.

    `files.shot` is kept by triggers, so that no way of writing a path can forget it. `files.decoders` names the
    decoders that could not read a file.
    """
    statements = (
        "ALTER TABLE files ADD COLUMN shot BLOB",
        "ALTER TABLE files ADD COLUMN decoders TEXT",
        "UPDATE files SET shot = shot_of(path)",
        "CREATE INDEX files_by_shot ON files (shot)",
        "CREATE INDEX files_with_problems ON files (decoders) WHERE problem IS NOT NULL",
        """CREATE TRIGGER file_added AFTER INSERT ON files BEGIN
            UPDATE files SET shot = shot_of(NEW.path) WHERE id = NEW.id;
        END""",
        """CREATE TRIGGER file_moved AFTER UPDATE OF path ON files BEGIN
            UPDATE files SET shot = shot_of(NEW.path) WHERE id = NEW.id;
        END""",
        "ALTER TABLE contents ADD COLUMN companion_of INTEGER REFERENCES contents (id)",
        "CREATE INDEX contents_by_lead ON contents (companion_of) WHERE companion_of IS NOT NULL",
        "ALTER TABLE contents ADD COLUMN embedded TEXT",
        """CREATE TABLE sidecars (
            id INTEGER PRIMARY KEY,
            folder_id INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
            path BLOB NOT NULL UNIQUE,
            shot BLOB,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            said TEXT,
            problem TEXT
        )""",
        "CREATE INDEX sidecars_by_shot ON sidecars (shot)",
        "CREATE INDEX sidecars_by_folder ON sidecars (folder_id)",
        """CREATE TRIGGER sidecar_added AFTER INSERT ON sidecars BEGIN
            UPDATE sidecars SET shot = shot_of(NEW.path) WHERE id = NEW.id;
        END""",
        """CREATE TRIGGER sidecar_moved AFTER UPDATE OF path ON sidecars BEGIN
            UPDATE sidecars SET shot = shot_of(NEW.path) WHERE id = NEW.id;
        END""",
        """CREATE TABLE words (
            content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
            keywords TEXT NOT NULL,
            title TEXT NOT NULL,
            names TEXT NOT NULL
        )""",
        """CREATE TRIGGER filter_companions AFTER UPDATE OF companion_of ON contents BEGIN
            DELETE FROM filter_changes WHERE content_id IN (NEW.id, NEW.companion_of, OLD.companion_of);
            INSERT INTO filter_changes (content_id)
                SELECT id FROM contents WHERE id IN (NEW.id, NEW.companion_of, OLD.companion_of);
        END""",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0012_folder_numbers_and_unread_contents(db: Database) -> None:
    """The last number given to a folder, so that whoever works on one that was removed meets no other by it.

    And contents recorded before words, companions and embedded metadata were kept: `stale_contents` are to be worked
    out anew, `unread_contents` to be looked into.
    """
    statements = (
        "CREATE TABLE folder_numbers (latest INTEGER NOT NULL)",
        "INSERT INTO folder_numbers SELECT coalesce(max(id), 0) FROM folders",
        """CREATE TABLE stale_contents (
            content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE
        )""",
        "INSERT INTO stale_contents SELECT id FROM contents",
        """CREATE TABLE unread_contents (
            content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE
        )""",
        "INSERT INTO unread_contents SELECT id FROM contents WHERE embedded IS NULL",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0013_ctimes_and_refused_bytes(db: Database) -> None:
    """The time of a file's last change that no program can set, and the bytes that a problem is one of.

    Of files that left, where they lay, which tells a file that was renamed from one that may have been changed.

    `files.refused` is their hash, so that a change of a file's rights does not have them tried again. What failed at
    them stands in `files.decoders`: the decoders, or these and a descriptor model.
    """
    for table in ("files", "departed", "sidecars"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN ctime_ns INTEGER")
    db.execute("ALTER TABLE files ADD COLUMN refused TEXT")
    db.execute("ALTER TABLE departed ADD COLUMN path BLOB")


@catalog_migrations()
def m0014_unreadable(db: Database) -> None:
    """What a look could not read or list: nothing is known against it, and the next look at `place` tries again."""
    db.execute(
        """CREATE TABLE unreadable (
            path BLOB NOT NULL,
            folder_id INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
            place BLOB NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (path, reason)
        ) WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX unreadable_by_folder ON unreadable (folder_id)")


@catalog_migrations()
def m0015_emoji_words(db: Database) -> None:
    """An emoji has become a word: photos that have one are to be worked out anew."""
    some = "'*[\u2194-\u2b55\u3030\u303d\U0001f000-\U0001faff]*'"
    db.execute(
        "INSERT OR IGNORE INTO stale_contents "
        f"SELECT content_id FROM keywords WHERE keyword GLOB {some} "
        f"UNION SELECT id FROM contents WHERE title GLOB {some} OR embedded GLOB {some} "
        f"UNION SELECT content_id FROM files WHERE content_id IS NOT NULL AND CAST(path AS TEXT) GLOB {some} "
        "UNION SELECT content_id FROM files JOIN sidecars ON files.shot = sidecars.shot "
        f"WHERE content_id IS NOT NULL AND said GLOB {some}"
    )


@catalog_migrations()
def m0016_metadata_read_again(db: Database) -> None:
    """Have the metadata of every photo and XMP file read once more, for what earlier versions did not read in them.

    Photos are not described or decoded again. What is known stays until a file has been read; and a size of -1 tells
    that nothing proves an XMP file unchanged. More files than before are known as parts of one shot by their names.
    """
    db.execute(
        "INSERT OR IGNORE INTO stale_contents SELECT content_id FROM files "
        "WHERE content_id IS NOT NULL AND shot IS NOT shot_of(path)"
    )
    for table in ("files", "sidecars"):
        db.execute(f"UPDATE {table} SET shot = shot_of(path) WHERE shot IS NOT shot_of(path)")
    db.execute("INSERT OR IGNORE INTO unread_contents SELECT id FROM contents")
    db.execute("UPDATE sidecars SET size = -1")
