"""The catalog of one library: its tables, opened together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.annotations import AnnotationTable
from lookalike.catalog.contents import Contents
from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.duplicate_decisions import DuplicateDecisions
from lookalike.catalog.facts import FactTable
from lookalike.catalog.files import Files
from lookalike.catalog.filter_columns import FilterColumns
from lookalike.catalog.folders import Folder, Folders
from lookalike.catalog.labels import LabelRecord
from lookalike.catalog.pair_scores import PairScores
from lookalike.catalog.places import PlaceTable
from lookalike.catalog.result_verdicts import ResultVerdicts
from lookalike.catalog.settings import Settings
from lookalike.catalog.things import Things
from lookalike.catalog.unit_of_work import CatalogChange, CatalogTables, UnitOfWork
from lookalike.catalog.unreadable import UnreadablePaths
from lookalike.catalog.verified_pairs import VerifiedPairs
from lookalike.catalog.visual_tokens import VisualTokenRows


class Catalog:
    """What is known about the photos of one library.

    Args:
        path: the SQLite file; made when absent.

    Raises:
        CatalogError: the file is damaged, belongs to a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._database = CatalogDatabase(path)
        self._listeners: list[Callable[[CatalogChange], None]] = []
        self.settings = Settings(self._database)
        self.contents = Contents(self._database)
        self.folders = Folders(self._database)
        self.files = Files(self._database)
        self.unreadable = UnreadablePaths(self._database)
        self.filters = FilterColumns(self._database)
        self.labels = LabelRecord(self._database)
        self.pair_scores = PairScores(self._database)
        self.things = Things(self._database)
        self.facts = FactTable(self._database)
        self.places = PlaceTable(self._database)
        self.annotations = AnnotationTable(self._database, self.facts, self.places)
        self.verified_pairs = VerifiedPairs(self._database)
        self.visual_tokens = VisualTokenRows(self._database)
        self.duplicate_decisions = DuplicateDecisions(self._database)
        self.result_verdicts = ResultVerdicts(self._database)
        self._tables = CatalogTables(
            self.contents, self.folders, self.files, self.annotations, self.unreadable
        )
        try:
            self.annotations.catch_up()
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Write files, contents and annotations in one transaction: all of it is there afterwards, or nothing.

        What the writes affect is refreshed before the commit, and subscribers hear of it after.
        """
        with self._database.transaction() as db:
            work = UnitOfWork(self._tables, db)
            yield work
            change = work.finish()
        # One that fails keeps none of the others from hearing of it.
        with ExitStack() as calls:
            for listener in reversed(self._listeners):
                calls.callback(listener, change)

    def subscribe(self, listener: Callable[[CatalogChange], None]) -> Callable[[], None]:
        """Have a function called after every unit of work of this process, in the thread that did it.

        Returns:
            Ends the subscription.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def remove_folder(self, folder: Folder) -> None:
        """Stop watching a folder and forget where its files are. Nothing on disk is touched."""
        with self.unit_of_work() as work:
            work.remove_folder(folder)

    def descriptors(self, key: str, dimension: int) -> DescriptorRecord:
        """The record of one descriptor model."""
        return DescriptorRecord(self._database, key, dimension)

    def described(self) -> dict[str, int]:
        """How many contents each descriptor model has described, by its key."""
        return dict(
            self._database.rows(
                "SELECT key, count(content_id) FROM describers LEFT JOIN descriptors ON describer_id = id GROUP BY id"
            )
        )

    def forget_descriptors(self, key: str) -> None:
        """Forget everything that a descriptor model has described."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM describers WHERE key = ?", (key,))

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Write to several tables at once: all of it is there afterwards, or nothing."""
        with self._database.transaction() as db:
            yield db

    def changed_elsewhere(self) -> bool:
        """Whether another process has written since this was last asked (or since the opening)."""
        return self._database.changed_elsewhere()

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file itself, one line each; empty where all is well."""
        found = [row[0] for row in self._database.rows("PRAGMA integrity_check") if row[0] != "ok"]
        for table, *_ in self._database.rows("PRAGMA foreign_key_check"):
            found.append(f"a row of {table} refers to one that is not there")
        return sorted(set(found))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
