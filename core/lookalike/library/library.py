"""One library, opened: what the window and the command line hold."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType

import numpy as np
from PIL import Image

from lookalike import app_paths
from lookalike.caches.content_cache import ContentCache
from lookalike.caches.thumbnail_cache import ThumbnailCache, kept_side
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.files import Folder
from lookalike.catalog.filters import FilterChoices, Filters
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.errors import LookalikeError
from lookalike.judges.kind import JudgeResources
from lookalike.judges.mllm.token_store import TokenStore
from lookalike.judges.protocol import Explanation, Judge
from lookalike.judges.registry import JudgeRegistry
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines
from lookalike.library.descriptor_migration import (
    DEFAULT,
    BackgroundMigration,
    DescriptorChange,
    DescriptorMigration,
    used_spec,
)
from lookalike.library.integrity import SAMPLE, IntegrityReport, check_and_repair
from lookalike.library.model_manager import ModelManager
from lookalike.library.preferences import read_search_settings, write_search_settings
from lookalike.library.token_preparation import TokenPreparation, open_store
from lookalike.models.store import ModelStore
from lookalike.photos import THUMBNAIL_SIDE, Annotations, thumbnail
from lookalike.progress import Progress
from lookalike.search.calibration import NO_JUDGE_KEY, Calibrations
from lookalike.search.fusion import Fusion, fusion_for
from lookalike.search.hybrid import HybridSearch
from lookalike.search.query import Query
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Ranking
from lookalike.search.settings import SearchSettings
from lookalike.watching.watched import WatchedFolders


@dataclass(frozen=True)
class Status:
    """Where a library stands.

    Attributes:
        folder: where the library's own files lie.
        folders: watched folders.
        files: files known, those with a problem included.
        photos: distinct photos among them.
        indexed: photos that a search finds.
        problems: files that could not be indexed, XMP files and folders that could not be read, and why.
        descriptor: key of the descriptor model that answers searches.
        changing: how far another model is that is to take its place; None without one.
        judge: name of the judge that searches use.
        judges: names of all judges there are.
        missing: what does not work here, and how to get it.
        repairs: what had to be repaired when the index was opened.
    """

    folder: Path
    folders: tuple[Folder, ...]
    files: int
    photos: int
    indexed: int
    problems: tuple[tuple[Path, str], ...]
    descriptor: str
    changing: DescriptorChange | None
    judge: str
    judges: tuple[str, ...]
    missing: tuple[str, ...]
    repairs: tuple[str, ...]


@dataclass(frozen=True)
class PhotoInfo:
    """A photo of the library.

    Attributes:
        content_id: the photo.
        facts: what is known of it.
        paths: every place where it lies, reachable ones first.
        companions: every place of the raw file of the same shot, reachable ones first; empty without one.
        annotations: its rating, title and keywords.
    """

    content_id: int
    facts: ContentRow
    paths: tuple[Path, ...]
    companions: tuple[Path, ...]
    annotations: Annotations


class Library:
    """A library of photos: folders in, rankings out. Any thread may use it; close it at the end.

    Args:
        folder: where the library's own files lie; made when absent. None for the default library.
        spec: the descriptor back end; None for the one chosen in this library.
        models: the store of imported models; None for the default one.

    Raises:
        LookalikeError: the library or its model cannot be opened.
    """

    def __init__(
        self,
        folder: Path | None = None,
        spec: DescriberSpec | None = None,
        models: ModelStore | None = None,
    ) -> None:
        self.folder = folder or app_paths.default_library()
        self.models = models or ModelStore(app_paths.models())
        self.manager = ModelManager(self.models)
        self.calibrations = Calibrations(app_paths.calibrations())
        self.catalog = Catalog(self.folder / "catalog.sqlite")
        self.watched = WatchedFolders(self.catalog)
        self._photos = QueryPhotos(self.catalog)
        self._hybrid_search = HybridSearch(self.catalog, self._photos)
        with ExitStack() as opened:
            opened.callback(self.catalog.close)
            self.cache = ContentCache(self.folder / "cache.sqlite")
            opened.callback(self.cache.close)
            self.thumbnails = ThumbnailCache(self.folder / "thumbnails.sqlite")
            opened.callback(self.thumbnails.close)
            tokens = open_store(self.catalog, partial(TokenStore, self.catalog, self.folder / "tokens"))
            # A back end that is named is no choice of this library's, and nothing takes its place.
            self._fixed = spec is not None
            # Whether the index has still to take in what another process wrote.
            self._behind = False
            self._lacking = ""
            if spec is None:
                spec, self._lacking = used_spec(self.models, self.catalog)
            self._engines = DescriptorEngines(
                DescriptorEngine(self.folder, self.catalog, self.thumbnails, spec, self.watched)
            )
            opened.callback(self._engines.close)
            self._opened = opened.pop_all()
        self._migration = DescriptorMigration(
            self.folder, self.catalog, self.thumbnails, self.models, self._engines, self.watched
        )
        self.judges = JudgeRegistry(self.catalog, JudgeResources(self.models, self.cache, tokens))
        self.tokens = TokenPreparation(
            self.catalog, tokens, self.judges.token_judge, self._photos.candidate, self.judges.close
        )

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes and close the files."""
        self.judges.close()
        # In reverse order of their opening: the index writes its last segment while the catalog is still there.
        self._opened.close()

    # Folders

    def folders(self) -> list[Folder]:
        """All watched folders."""
        return self.catalog.files.folders()

    def add_folder(self, path: Path) -> Folder:
        """Have a folder watched; `scan` or `follow` then finds its photos.

        A folder inside a watched one is covered already, and that one is returned.

        Raises:
            LookalikeError: the path is no folder, or a folder that is watched leaves it out.
        """
        return self.watched.add(path)

    def remove_folder(self, folder: Folder) -> None:
        """Stop watching a folder. Nothing on disk is touched."""
        concerned = self.catalog.remove_folder(folder)
        with self._engines.use() as engine:
            engine.indexer.update_index(concerned)

    def scan(self, folders: Sequence[Folder] | None = None) -> Generator[Progress, None, None]:
        """Bring the library in line with the disk; looks only at what changed."""
        with self._engines.use() as engine:
            yield from engine.follower.scan(folders)
            engine.index.flush()
        if folders is None and not self._fixed:
            yield from self._migration.steps()

    def follow(self, stopped: Callable[[], bool]) -> Generator[Progress, None, None]:
        """Like `scan`, and then apply changes as they happen until `stopped()` is true."""
        ended = False

        def ending() -> bool:
            nonlocal ended
            # Asked for once only: the answer may not be the same twice.
            ended = ended or stopped()
            return ended

        while not ended:
            with self._engines.use() as engine, closing(BackgroundMigration(self._migration)) as work:
                yield from engine.follower.follow(
                    lambda: ending() or self._engines.current is not engine,
                    work.step if not self._fixed else lambda: None,
                )
                engine.index.flush()

    # Models

    def remove_model(self, name: str) -> None:
        """Delete a model from the store, ending its worker process.

        Raises:
            LookalikeError: there is none of this name, or it is the one that describes this library's photos.
        """
        if name in (self.catalog.setting("descriptor"), self._migration.wanted):
            raise LookalikeError(
                f"{name} describes this library's photos.", "Use another descriptor model before removing it."
            )
        self.judges.close_judge(name)
        self.models.remove(name)

    def choose_descriptor(self, name: str | None) -> None:
        """Have the library described by an imported model; None for the embedded default.

        The model before answers until `scan` or `follow` has described every photo anew.

        Raises:
            LookalikeError: there is no such model.
        """
        self._migration.choose(name or DEFAULT)

    def forget_descriptor(self, name: str) -> int:
        """Forget what a model that is not in use has described; returns how many descriptors that were.

        Raises:
            LookalikeError: it is in use, or nothing is known of it.
        """
        return self._migration.forget(name)

    # Search

    def search_settings(self) -> SearchSettings:
        """How searches are checked in this library unless told otherwise."""
        return read_search_settings(self.catalog)

    def choose_search_settings(self, settings: SearchSettings) -> None:
        """Have searches checked like this from now on; see `keep_settings` for what that takes in."""
        write_search_settings(self.catalog, settings)

    def fusion(self, judge: Judge | None, weight: float | None = None) -> Fusion:
        """How similarity and a judge's match make one score, and whether that was calibrated."""
        return self._fusion(self._engines.current, judge, weight)

    def _fusion(self, engine: DescriptorEngine, judge: Judge | None, weight: float | None) -> Fusion:
        key = NO_JUDGE_KEY if judge is None else judge.key
        return fusion_for(engine.describer.key, key, self.calibrations, weight)

    def search(
        self,
        query: Query,
        settings: SearchSettings | None = None,
        judge: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[Ranking, None, None]:
        """A stream of rankings: the index's answer at once, then better ones as judged pairs arrive.

        Words find the photos whose keywords, title or names have them, and then, where the model in use reads
        words, those that look like it.

        A judge that cannot work is told of in the ranking's notes; the index's answer stands.

        Args:
            query: what is searched for.
            settings: how far the search goes; None for `search_settings`.
            judge: a judge's name; None for the chosen one.
            cancelled: once true, the stream ends.

        Raises:
            LookalikeError: the query cannot be read or described.
        """
        settings = settings or self.search_settings()
        note = ""
        try:
            looking = self.judges.get(judge, settings.judge_options)
        except LookalikeError as error:
            looking, note = None, f"Candidates were not checked: {error}"
        if self.catalog.changed_elsewhere():
            self._behind = True
            if not self._fixed:
                self._migration.adopt()
        with self._engines.use() as engine, self.tokens.pause_for_search():
            if self._behind:
                # First, as what another search learns meanwhile is not caught up with here.
                self._behind = False
                caught_up = False
                try:
                    caught_up = engine.index.try_sync()
                finally:
                    self._behind |= not caught_up
            fusion = self._fusion(engine, looking, settings.weight)
            for ranking in self._hybrid_search.search(
                engine.vector_search, query, looking, fusion, settings, cancelled
            ):
                news = self.tokens.store.pending_messages() if ranking.final else []
                yield replace(ranking, notes=(*filter(None, [note]), *ranking.notes, *news))

    def explain(self, query: Query, content_id: int, judge: str | None = None) -> Explanation | None:
        """Why the judge says what it says of a photo; None without a judge.

        Raises:
            LookalikeError: a photo cannot be read, the query is words, or the judge is broken.
        """
        looking = self.judges.get(judge, self.search_settings().judge_options)
        if looking is None:
            return None
        with self._engines.use() as engine:
            return engine.vector_search.explain(query, content_id, looking)

    # Photos

    def photos(self, filters: Filters | None = None) -> list[int]:
        """Content ids of all photos, or of those that meet a filter, newest first.

        Raises:
            FilterError: the filter names what there is not.
        """
        shown = self.catalog.contents.visible()
        if not filters:
            return shown
        wanted = np.isin(np.array(shown, np.int64), self.catalog.filters.matching(filters))
        return [number for number, kept in zip(shown, wanted.tolist(), strict=True) if kept]

    def filter_choices(self) -> FilterChoices:
        """What there is to filter by."""
        return self.catalog.filters.choices()

    def photo(self, content_id: int) -> PhotoInfo | None:
        """Facts and places of a photo; None if it is no longer in the library."""
        rows = self.catalog.contents.get([content_id])
        if content_id not in rows:
            return None
        companions = self.catalog.contents.companions([content_id]).get(content_id, [])
        places = self.catalog.files.paths([content_id, *companions])
        return PhotoInfo(
            content_id,
            rows[content_id],
            tuple(places[content_id]),
            tuple(path for number in companions for path in places[number]),
            self.catalog.annotations.get([content_id])[content_id],
        )

    def image(self, content_id: int, longest_side: int) -> Image.Image:
        """A photo, upright sRGB, its longest side at most `longest_side` pixels; as it is now, if it was changed.

        Raises:
            LookalikeError: none of its files can be read.
        """
        return self._photos.image(content_id, longest_side)

    def thumbnail(self, content_id: int, side: int = THUMBNAIL_SIDE) -> bytes:
        """A photo's thumbnail as JPEG bytes, to be shown at `side` pixels.

        It is made anew where it is missing, at a scale at which the file's format is read quickly. A smaller one
        is given where that cannot be, because the photo's drive is away or its file holds another photo by now.

        Args:
            content_id: the photo.
            side: the longest side wanted; the thumbnail is the next larger of `THUMBNAIL_SIDES`, or the largest.

        Raises:
            LookalikeError: there is none, and none of the photo's files can be read.
        """
        content, side = self.catalog.contents.one(content_id).hash, kept_side(side)
        kept = self.thumbnails.get(content, side)
        if kept is not None:
            return kept
        try:
            made = thumbnail(self._photos.exact(content_id, content, side), side)
        except LookalikeError:
            smaller = self.thumbnails.best(content)
            if smaller is None:
                raise
            return smaller
        self.thumbnails.put(content, side, made)
        return made

    # State

    def __len__(self) -> int:
        """How many photos a search finds."""
        return len(self._engines.current.index)

    def status(self) -> Status:
        """Where the library stands."""
        files = self.catalog.files
        return Status(
            folder=self.folder,
            folders=tuple(self.folders()),
            files=files.count(),
            photos=self.catalog.contents.count(),
            indexed=len(self),
            problems=tuple(
                sorted(
                    [
                        *files.problems(),
                        *self.catalog.annotations.problems(),
                        *self.catalog.unreadable.problems(),
                    ]
                )
            ),
            descriptor=self._engines.current.describer.key,
            changing=None if self._fixed else self._migration.state(),
            judge=self.judges.in_use(),
            judges=tuple(self.judges.names()),
            missing=tuple(filter(None, [*self.judges.missing(), self._lacking])),
            repairs=tuple(self._engines.current.index.repairs),
        )

    def check(self, everything: bool = False) -> Generator[Progress | IntegrityReport, None, None]:
        """Compare index and catalog, and repair what is wrong; see `checked`."""
        with self._engines.use() as engine:
            yield from check_and_repair(self.catalog, engine, None if everything else SAMPLE)
