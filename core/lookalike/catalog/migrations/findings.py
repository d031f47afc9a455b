"""Migrations of what is found out about photos: pairs, labels, things, texts, captions; and what users say of it."""

from __future__ import annotations

from sqlite_utils import Database

from lookalike.catalog.migrations.registry import catalog_migrations


@catalog_migrations()
def m0017_pair_graph(db: Database) -> None:
    """What two contents are to each other; which contents have been joined with all others, and which pairs wait.

    The revision grows with whatever changes the pairs of photos that have a file. A content that loses its last file
    is joined anew when it comes back, as others may have come meanwhile.
    """
    ids = """first INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            second INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,"""
    statements = [
        f"""CREATE TABLE verified_pairs (
            {ids}
            kind TEXT NOT NULL,
            match REAL NOT NULL,
            similarity REAL NOT NULL,
            overlap REAL NOT NULL,
            edits TEXT,
            original INTEGER,
            transform TEXT,
            details TEXT,
            version TEXT NOT NULL,
            PRIMARY KEY (first, second),
            CHECK (first < second)
        ) WITHOUT ROWID""",
        "CREATE INDEX verified_pairs_by_second ON verified_pairs (second)",
        f"""CREATE TABLE candidate_pairs (
            {ids}
            PRIMARY KEY (first, second),
            CHECK (first < second)
        ) WITHOUT ROWID""",
        "CREATE INDEX candidate_pairs_by_second ON candidate_pairs (second)",
        """CREATE TABLE joined_contents (
            content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
            version TEXT NOT NULL
        )""",
        "CREATE TABLE pair_graph (revision INTEGER NOT NULL)",
        "INSERT INTO pair_graph VALUES (0)",
    ]
    grow = "UPDATE pair_graph SET revision = revision + 1"
    statements += [
        f"CREATE TRIGGER pairs_{event.lower()} AFTER {event} ON verified_pairs BEGIN {grow}; END"
        for event in ("INSERT", "UPDATE", "DELETE")
    ]
    # A file that is read again and holds what it held changes nothing.
    moved, regrouped = "OLD.content_id IS NOT NEW.content_id", "OLD.companion_of IS NOT NEW.companion_of"
    events = {
        "file_added": ("INSERT ON files", "NEW.content_id", "TRUE"),
        "file_removed": ("DELETE ON files", "OLD.content_id", "TRUE"),
        "file_left": ("UPDATE OF content_id ON files", "OLD.content_id", moved),
        "file_changed": ("UPDATE OF content_id ON files", "NEW.content_id", moved),
        "companion": ("UPDATE OF companion_of ON contents", "NEW.id", regrouped),
    }
    for name, (event, content, changed) in events.items():
        statements.append(
            f"""CREATE TRIGGER pairs_{name} AFTER {event} WHEN {content} IS NOT NULL AND {changed} BEGIN
                {grow} WHERE EXISTS (
                    SELECT 1 FROM verified_pairs WHERE first = {content} OR second = {content}
                );
                DELETE FROM joined_contents WHERE content_id = {content}
                    AND NOT EXISTS (SELECT 1 FROM files WHERE content_id = {content});
            END"""
        )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0018_labels(db: Database) -> None:
    """What the photos show, as labels with probabilities; the newest rows have the highest numbers."""
    db.execute(
        """CREATE TABLE labels (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            content_id INTEGER NOT NULL UNIQUE REFERENCES contents (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            labels BLOB NOT NULL
        )"""
    )


@catalog_migrations()
def m0020_facts(db: Database) -> None:
    """What photos are found by, in a full-text index in the place of plain text, and where they were taken.

    Contents recorded before are worked out anew from what the catalog has; no photo is read again.
    """
    statements = (
        "DROP TABLE words",
        "CREATE VIRTUAL TABLE facts USING fts5 "
        "(keyword, title, description, name, folder, camera, lens, place, tokenize = 'ascii', prefix = '1 2 3')",
        "CREATE VIRTUAL TABLE fact_terms USING fts5vocab (facts, row)",
        """CREATE TABLE places (
            id INTEGER PRIMARY KEY,
            city TEXT NOT NULL,
            district TEXT NOT NULL,
            region TEXT NOT NULL,
            country TEXT NOT NULL
        )""",
        # Every name that a place or its country goes by, as terms, and the token that stands for it in the index.
        """CREATE TABLE place_names (
            name TEXT NOT NULL,
            mark TEXT NOT NULL,
            PRIMARY KEY (name, mark)
        ) WITHOUT ROWID""",
        "ALTER TABLE contents ADD COLUMN description TEXT",
        "ALTER TABLE contents ADD COLUMN place_id INTEGER REFERENCES places (id)",
        "INSERT OR IGNORE INTO stale_contents SELECT id FROM contents",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0021_duplicate_decisions(db: Database) -> None:
    """What the user decided of photos that look like duplicates, by the hashes of their contents.

    No foreign key: a decision outlasts the removal of its photos, and holds again when they come back. `first` is the
    lesser hash; where both are the same, the copies of one content are meant, as many as `copies` says.
    """
    db.execute(
        """CREATE TABLE duplicate_decisions (
            first TEXT NOT NULL,
            second TEXT NOT NULL,
            decision TEXT NOT NULL,
            copies INTEGER NOT NULL,
            decided_at TEXT NOT NULL,
            PRIMARY KEY (first, second)
        ) WITHOUT ROWID"""
    )


@catalog_migrations()
def m0022_things(db: Database) -> None:
    """Things, and what the user decided about them, by the hashes of photos, so that it outlives their removal.

    A thing that is not shown has a name that the user gave, and comes back with its photos. `thing_excesses` can be
    worked out anew: how much nearer the descriptors of a pair are than those of the library at large, for which the
    photos in `thing_sample` stand.
    """
    statements = (
        """CREATE TABLE things (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL DEFAULT '',
            cover TEXT NOT NULL,
            shown INTEGER NOT NULL DEFAULT 1
        )""",
        """CREATE TABLE thing_members (
            thing_id INTEGER NOT NULL REFERENCES things (id) ON DELETE CASCADE,
            hash TEXT NOT NULL,
            PRIMARY KEY (thing_id, hash)
        ) WITHOUT ROWID""",
        "CREATE INDEX thing_members_by_hash ON thing_members (hash)",
        """CREATE TABLE thing_decisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL CHECK (kind IN ('apart', 'one'))
        )""",
        """CREATE TABLE thing_decision_photos (
            decision_id INTEGER NOT NULL REFERENCES thing_decisions (id) ON DELETE CASCADE,
            side INTEGER NOT NULL,
            hash TEXT NOT NULL,
            PRIMARY KEY (decision_id, side, hash)
        ) WITHOUT ROWID""",
        """CREATE TABLE thing_excesses (
            first INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            second INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            excess REAL NOT NULL,
            PRIMARY KEY (first, second)
        ) WITHOUT ROWID""",
        "CREATE INDEX thing_excesses_by_second ON thing_excesses (second)",
        "CREATE TABLE thing_sample (content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE)",
        "CREATE TABLE thing_state (sampled TEXT NOT NULL, found TEXT NOT NULL)",
        "INSERT INTO thing_state VALUES ('', '')",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0023_user_ratings(db: Database) -> None:
    """The stars that the user gave in the window, by content hash; they go before those that files have."""
    db.execute("CREATE TABLE user_ratings (hash TEXT PRIMARY KEY, rating INTEGER NOT NULL) WITHOUT ROWID")


@catalog_migrations()
def m0026_position_changes(db: Database) -> None:
    """A photo's position is one of the things that photos are filtered by; see `m0009_filter_changes`."""
    db.execute(
        "CREATE TRIGGER filter_contents_position AFTER UPDATE OF latitude, longitude ON contents "
        "WHEN (OLD.latitude, OLD.longitude) IS NOT (NEW.latitude, NEW.longitude) BEGIN "
        "DELETE FROM filter_changes WHERE content_id = NEW.id; "
        "INSERT INTO filter_changes (content_id) VALUES (NEW.id); END"
    )


@catalog_migrations()
def m0025_result_verdicts(db: Database) -> None:
    """What the user said of results: that they show the same as the query, or do not.

    No foreign key: the query may be no photo of the library, and what was said of a photo outlasts its removal. `query`
    is the name under which the scores of a query are stored in `pair_scores`. What the index said then is kept, as a
    calibration is fitted to it; `descriptor` is the model's key, or empty where nothing was compared.
    """
    db.execute(
        """CREATE TABLE result_verdicts (
            query TEXT NOT NULL,
            candidate TEXT NOT NULL,
            same INTEGER NOT NULL,
            said_at TEXT NOT NULL,
            descriptor TEXT NOT NULL,
            similarity REAL NOT NULL,
            vote REAL,
            PRIMARY KEY (query, candidate)
        ) WITHOUT ROWID"""
    )


@catalog_migrations()
def m0019_photo_texts_and_kinds(db: Database) -> None:
    """The text that was read in photos, the full-text index that finds it, and which photos are documents and the like.

    Triggers keep the index in step also where a content goes, and its text with it. A photo's kind is worked out anew
    when its text changes.
    """
    statements = (
        """CREATE TABLE photo_texts (
            content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            text TEXT NOT NULL,
            share REAL NOT NULL
        )""",
        "CREATE VIRTUAL TABLE text_words USING fts5 (text, tokenize = 'ascii', prefix = '1 2 3')",
        """CREATE TRIGGER photo_text_gone AFTER DELETE ON photo_texts WHEN OLD.text != '' BEGIN
            DELETE FROM text_words WHERE rowid = OLD.content_id;
        END""",
        """CREATE TABLE photo_kinds (
            content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            kind TEXT NOT NULL
        )""",
        "CREATE INDEX photos_by_kind ON photo_kinds (kind) WHERE kind != ''",
        """CREATE TRIGGER photo_text_read AFTER INSERT ON photo_texts BEGIN
            DELETE FROM photo_kinds WHERE content_id = NEW.content_id;
        END""",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0024_captions(db: Database) -> None:
    """What a model has said of photos, and the full-text index that finds it; a trigger keeps that in step."""
    statements = (
        """CREATE TABLE captions (
            content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            caption TEXT NOT NULL
        )""",
        "CREATE VIRTUAL TABLE caption_words USING fts5 (text, tokenize = 'ascii', prefix = '1 2 3')",
        """CREATE TRIGGER caption_gone AFTER DELETE ON captions WHEN OLD.caption != '' BEGIN
            DELETE FROM caption_words WHERE rowid = OLD.content_id;
        END""",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0027_partings(db: Database) -> None:
    """How often a content was to be joined anew: until then, what was known to be joined still is."""
    grow = "UPDATE pair_graph SET partings = partings + 1"
    statements = (
        "ALTER TABLE pair_graph ADD COLUMN partings INTEGER NOT NULL DEFAULT 0",
        f"CREATE TRIGGER joined_content_gone AFTER DELETE ON joined_contents BEGIN {grow}; END",
        "CREATE TRIGGER joined_content_outdated AFTER UPDATE OF version ON joined_contents "
        f"WHEN OLD.version != NEW.version BEGIN {grow}; END",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0028_closer_looks(db: Database) -> None:
    """What a closer look at open pairs gave, and for which pairs that was done; all of it can be worked out anew.

    `regional` is by how much their regions are nearer than usual, `judged` the geometric judge's log-odds; `looks`
    counts what was recorded.
    """
    statements = (
        "ALTER TABLE thing_excesses ADD COLUMN regional REAL",
        "ALTER TABLE thing_excesses ADD COLUMN judged REAL",
        "ALTER TABLE thing_state ADD COLUMN looks INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE thing_state ADD COLUMN looked TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE thing_state ADD COLUMN look_version TEXT NOT NULL DEFAULT ''",
    )
    for statement in statements:
        db.execute(statement)


@catalog_migrations()
def m0029_overlaps_and_exposures(db: Database) -> None:
    """Have those verified pairs wait again that may come out otherwise since overlaps are right and exposures known.

    These are the few that are something, and of the others those of one size that may be of one moment. A new version
    of verification would have cost every library its whole graph.
    """
    db.execute(
        """INSERT OR IGNORE INTO candidate_pairs
        SELECT first, second FROM verified_pairs
        JOIN contents one ON one.id = first JOIN contents other ON other.id = second
        WHERE kind <> 'nothing' OR (
            one.width = other.width AND one.height = other.height
            AND (one.camera IS NULL OR other.camera IS NULL OR one.camera = other.camera)
            AND (
                coalesce(min(length(one.taken_at), length(other.taken_at)), 0) < 16
                OR abs(julianday(substr(one.taken_at, 1, 19)) - julianday(substr(other.taken_at, 1, 19))) * 86400 < 121
            )
        )"""
    )
