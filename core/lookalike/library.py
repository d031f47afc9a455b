"""One library, opened: what the window and the command line hold."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType

from PIL import Image

from lookalike import places
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.content_cache import ContentCache
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.files import Folder
from lookalike.catalog.thumbnail_cache import ThumbnailCache, kept_side
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.descriptors.service import DescriberService
from lookalike.errors import LookalikeError
from lookalike.index import VectorIndex
from lookalike.judges.geometry.judge import GeometricJudge
from lookalike.judges.mllm.available import mllm_available
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.token_desk import TokenDesk, open_store
from lookalike.judges.mllm.token_store import TokenStore
from lookalike.judges.protocol import Explanation, Judge
from lookalike.models.store import ModelStore
from lookalike.photos import THUMBNAIL_SIDE, Annotations, thumbnail
from lookalike.progress import Progress
from lookalike.search.fusion import fusion_for
from lookalike.search.named import with_named
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking
from lookalike.search.searcher import Searcher, SearchSettings
from lookalike.shelf import Shelf
from lookalike.watching.follower import Follower
from lookalike.watching.indexer import Indexer

NO_JUDGE = "none"
GEOMETRY = "geometry"


@dataclass(frozen=True)
class Status:
    """Where a library stands.

    Attributes:
        folder: where the library's own files lie.
        folders: watched folders.
        files: files known, those with a problem included.
        photos: distinct photos among them.
        indexed: photos that a search finds.
        problems: files that could not be indexed and XMP files that could not be read, and why.
        descriptor: key of the descriptor model.
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
        self.folder = folder or places.default_library()
        self.models = models or ModelStore(places.models())
        self.shelf = Shelf(self.models)
        self.catalog = Catalog(self.folder / "catalog.sqlite")
        self._judges: dict[str, Judge] = {}
        self._opening_judge = threading.Lock()
        with ExitStack() as opened:
            opened.callback(self.catalog.close)
            spec = spec or self._chosen_spec()
            self._describer = open_describer(spec)
            self._record = self.catalog.descriptors(self._describer.key, self._describer.dimension)
            self.cache = ContentCache(self.folder / "cache.sqlite")
            opened.callback(self.cache.close)
            self.thumbnails = ThumbnailCache(self.folder / "thumbnails.sqlite")
            opened.callback(self.thumbnails.close)
            tokens = open_store(self.catalog, partial(TokenStore, self.catalog, self.folder / "tokens"))
            name = hashlib.blake2b(self._describer.key.encode(), digest_size=6).hexdigest()
            self._index = VectorIndex.open(
                self.folder / "index" / name, self._describer.key, self._describer.dimension, self._record
            )
            opened.callback(self._index.close)
            self._opened = opened.pop_all()
        self._service = DescriberService(spec)
        self._searcher = Searcher(self.catalog, self._describer, self._service, self._record, self._index)
        self._indexer = Indexer(
            self.catalog, self.thumbnails, self._describer, self._service, self._record, self._index
        )
        self.tokens = TokenDesk(
            self.catalog, tokens, self.judge, self._searcher.judge_photo, self._forget_models
        )
        self._follower = Follower(self.catalog, self._record, self._indexer)

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes and close the files."""
        for judge in self._judges.values():
            judge.close()
        self._service.close()
        # In reverse order of their opening: the index writes its last segment while the catalog is still there.
        self._opened.close()

    # Folders

    def folders(self) -> list[Folder]:
        """All watched folders."""
        return self.catalog.files.folders()

    def add_folder(self, path: Path) -> Folder:
        """Have a folder watched; `scan` or `follow` then finds its photos.

        Raises:
            CatalogError: the path is no folder.
        """
        return self.catalog.files.add_folder(path)

    def remove_folder(self, folder: Folder) -> None:
        """Stop watching a folder. Nothing on disk is touched."""
        rows = self.catalog.files.known(os.fsencode(folder.path)).values()
        self.catalog.files.remove_folder(folder)
        self._indexer.let_go({row.content_id for row in rows if row.content_id is not None})

    def scan(self, folders: Sequence[Folder] | None = None) -> Generator[Progress, None, None]:
        """Bring the library in line with the disk; looks only at what changed."""
        yield from self._follower.scan(folders)
        self._index.flush()

    def follow(self, stopped: Callable[[], bool]) -> Generator[Progress, None, None]:
        """Like `scan`, and then apply changes as they happen until `stopped()` is true."""
        yield from self._follower.follow(stopped)
        self._index.flush()

    # Judges

    def judges(self) -> list[str]:
        """Names of the judges there are: none, geometry, and the imported models."""
        return [
            NO_JUDGE,
            GEOMETRY,
            *(model.name for model in self.models.installed() if model.kind == "judge"),
        ]

    def judge_name(self) -> str:
        """The judge that searches use: the user's choice, else an imported model, else geometry."""
        known = self.judges()
        chosen = self.catalog.setting("judge")
        if chosen in known:
            return chosen
        return known[2] if len(known) > 2 and mllm_available() is None else GEOMETRY

    def first_model(self) -> str:
        """The name of the chosen or first imported multimodal judge.

        Raises:
            LookalikeError: none is imported.
        """
        models = self.judges()[2:]
        if not models:
            raise LookalikeError(
                "No multimodal model is imported.",
                "`lookalike models import LLM.gguf MMPROJ.gguf` imports one.",
            )
        chosen = self.catalog.setting("judge")
        return chosen if chosen in models else models[0]

    def choose_judge(self, name: str) -> None:
        """Have searches use a judge.

        Raises:
            LookalikeError: there is none of this name.
        """
        if name not in self.judges():
            raise LookalikeError(
                f"There is no judge called {name}.", f"There are: {', '.join(self.judges())}."
            )
        self.catalog.choose("judge", name)

    def remove_model(self, name: str) -> None:
        """Delete a model from the store, ending its worker process.

        Raises:
            LookalikeError: there is none of this name, or it is the one that describes this library's photos.
        """
        if name == self.catalog.setting("descriptor"):
            raise LookalikeError(
                f"{name} describes this library's photos.", "Use another descriptor model before removing it."
            )
        with self._opening_judge:
            judge = self._judges.pop(name, None)
        if judge is not None:
            judge.close()
        self.models.remove(name)

    def judge(self, name: str | None = None) -> Judge | None:
        """A judge by name, the chosen one for None; None if that is no judge at all.

        Raises:
            LookalikeError: there is none of this name, or it cannot work here.
        """
        name = name or self.judge_name()
        if name == NO_JUDGE:
            return None
        with self._opening_judge:
            if name not in self._judges:
                self._judges[name] = self._open_judge(name)
            return self._judges[name]

    def _open_judge(self, name: str) -> Judge:
        if name == GEOMETRY:
            return GeometricJudge(self.cache)
        model = self.models.get(name)
        return MllmJudge(
            model.file("llm"),
            model.file("mmproj"),
            cache=self.tokens.store,
            log_folder=places.logs(),
            checksums=model.checksums,
        )

    def _forget_models(self) -> None:
        """Have multimodal judges opened anew at their next use."""
        with self._opening_judge:
            models = {name: judge for name, judge in self._judges.items() if isinstance(judge, MllmJudge)}
            for name in models:
                del self._judges[name]
        for judge in models.values():
            judge.close()

    # Search

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
            settings: how far the search goes.
            judge: a judge's name; None for the chosen one.
            cancelled: once true, the stream ends.

        Raises:
            LookalikeError: the query cannot be read or described.
        """
        note = ""
        try:
            looking = self.judge(judge)
        except LookalikeError as error:
            looking, note = None, f"Candidates were not checked: {error}"
        if self.catalog.changed_elsewhere():
            self._index.reconcile()
        fusion = fusion_for(self._describer.key)
        settings = settings or SearchSettings()

        def described() -> Iterator[Ranking]:
            return self._searcher.search(query, looking, fusion, settings, cancelled)

        if query.words:
            hits = self.catalog.words.find(query.words, settings.limit)
            stream = with_named(hits, query.words, described if self._describer.reads_words else None)
        else:
            stream = described()
        with self.tokens.giving_way():
            for ranking in stream:
                news = self.tokens.store.news() if ranking.final else []
                yield replace(ranking, notes=(*filter(None, [note]), *ranking.notes, *news))

    def explain(self, query: Query, content_id: int, judge: str | None = None) -> Explanation | None:
        """Why the judge says what it says of a photo; None without a judge.

        Raises:
            LookalikeError: a photo cannot be read, the query is words, or the judge is broken.
        """
        looking = self.judge(judge)
        return None if looking is None else self._searcher.explain(query, content_id, looking)

    # Photos

    def photos(self) -> list[int]:
        """Content ids of all photos, newest first."""
        return self.catalog.contents.shown()

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
        """A photo, upright sRGB, its longest side at most `longest_side` pixels.

        Raises:
            LookalikeError: none of its files can be read.
        """
        return self._searcher.image(content_id, longest_side)

    def thumbnail(self, content_id: int, side: int = THUMBNAIL_SIDE) -> bytes:
        """A photo's thumbnail as JPEG bytes, to be shown at `side` pixels.

        It is made anew where it is missing, at a scale at which the file's format is read quickly. A smaller one
        is given where that cannot be, because the photo's drive is away.

        Args:
            content_id: the photo.
            side: the longest side wanted; the thumbnail is the next larger of `THUMBNAIL_SIDES`, or the largest.

        Raises:
            LookalikeError: there is none, and none of the photo's files can be read.
        """
        rows = self.catalog.contents.get([content_id])
        if content_id not in rows:
            raise LookalikeError("This photo is no longer in the library.")
        content, side = rows[content_id].hash, kept_side(side)
        kept = self.thumbnails.get(content, side)
        if kept is not None:
            return kept
        try:
            made = thumbnail(self.image(content_id, side), side)
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
        return len(self._index)

    def status(self) -> Status:
        """Where the library stands."""
        files = self.catalog.files
        return Status(
            folder=self.folder,
            folders=tuple(self.folders()),
            files=files.count(),
            photos=self.catalog.contents.count(),
            indexed=len(self),
            problems=tuple(sorted([*files.problems(), *self.catalog.annotations.problems()])),
            descriptor=self._describer.key,
            judge=self.judge_name(),
            judges=tuple(self.judges()),
            missing=tuple(filter(None, [mllm_available()])),
            repairs=tuple(self._index.repairs),
        )

    def _chosen_spec(self) -> DescriberSpec:
        name = self.catalog.setting("descriptor")
        if not name:
            return DescriberSpec()
        return DescriberSpec("transformers", str(self.models.get(name).folder))

    def choose_descriptor(self, name: str | None) -> None:
        """Have the library described by an imported model from its next opening on; None for the embedded default.

        Raises:
            LookalikeError: there is no such model.
        """
        if name is not None and self.models.get(name).kind != "descriptor":
            raise LookalikeError(
                f"{name} is not a descriptor model.", "`lookalike models list` shows what is what."
            )
        self.catalog.choose("descriptor", name or "")
