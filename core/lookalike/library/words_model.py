"""Words model: a dual encoder beside the descriptor model in use, by which words find photos.

It describes all photos in the background, into an index of its own, newest first. The choice is stored in the catalog:
whoever scans or follows the library goes on where the work stopped. Photos that it has not described yet are found by
labels and facts as before. Where none is chosen and the descriptor model in use reads words itself, that one serves.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.database import CatalogError
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.errors import LookalikeError, Phrase
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines
from lookalike.library.descriptor_migration import spec_of
from lookalike.log import log_failure
from lookalike.models.store import ModelStore
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.words.model_search import DualEncoder

logger = logging.getLogger(__name__)

NO_MODEL = "none"
"""What the user chooses to have words searched without a model."""


@dataclass(frozen=True)
class WordsModelState:
    """How far a words model is.

    Attributes:
        name: the model.
        described: photos that it has described, and that words find by it.
        photos: photos in all.
        problem: why it cannot be used, in words for the user; empty where it can.
    """

    name: str
    described: int
    photos: int
    problem: str = ""


class WordsModel:
    """The words model of one library. Any thread may use it; close it at the end.

    Args:
        catalog: the library's catalog.
        models: the imported models.
        engines: the descriptor model in use.
        open_engine: opens the engine of another model.
    """

    def __init__(
        self,
        catalog: Catalog,
        models: ModelStore,
        engines: DescriptorEngines,
        open_engine: Callable[[DescriberSpec], DescriptorEngine],
    ) -> None:
        self._catalog = catalog
        self._models = models
        self._main = engines
        self._open_engine = open_engine
        self._own: DescriptorEngines | None = None
        self._opening = threading.Lock()
        self._records: dict[DescriberSpec, DescriptorRecord] = {}
        # Photos that the chosen model will not describe, however often it is tried.
        self._broken: set[int] = set()
        # The choice that has failed in this process, and why.
        self._failed: tuple[str, str] = ("", "")

    @property
    def name(self) -> str:
        """The name of the chosen model; empty for none."""
        return self._catalog.settings.words_model

    @property
    def reads_words(self) -> bool:
        """Whether any model reads words: the chosen one, or the descriptor model in use."""
        return bool(self.name) or self._main.current.describer.reads_words

    def choose(self, name: str) -> None:
        """Choose another model.

        Words find photos by it as soon as `Library.scan` or `Library.follow` has described them.

        Args:
            name: a descriptor model that reads words; "none" for no model.

        Raises:
            LookalikeError: there is no such model, or it does not read words.
        """
        if name == NO_MODEL:
            self._catalog.settings.words_model = ""
            self._release()
            return
        if not open_describer(spec_of(self._models, name)).reads_words:
            raise LookalikeError(
                "{name} does not read words.", "Choose a model such as SigLIP or CLIP.", name=name
            )
        self._catalog.settings.words_model = name
        self._release()

    def _release(self) -> None:
        """Let go of what was used before."""
        self._failed = ("", "")
        self._broken.clear()
        self._records.clear()
        with self._opening:
            own, self._own = self._own, None
        if own is not None:
            own.retire()

    def state(self) -> WordsModelState | None:
        """How far the chosen model is; None without one."""
        name = self.name
        if not name:
            return None
        photos = self._catalog.contents.count()
        problem = self._failed[1] if self._failed[0] == name else ""
        try:
            described = len(self._record(spec_of(self._models, name)).ids())
        except LookalikeError as error:
            return WordsModelState(name, 0, photos, str(error))
        return WordsModelState(name, described, photos, problem)

    def adopt(self) -> None:
        """Nothing is kept of the choice, so there is nothing to take in."""

    def conditions(self) -> Hashable:
        """See `DescribingJob.conditions`."""
        name = self.name
        if not name or name == self._failed[0]:
            return None
        try:
            mark, _ = self._record(spec_of(self._models, name)).changed_since(None)
        except LookalikeError:
            # The steps say so.
            mark = ""
        folders = self._catalog.folders.all()
        return name, mark, frozenset(folder.id for folder in folders if folder.online and not folder.paused)

    def steps(self) -> Generator[Progress, None, None]:
        """Describe what the chosen model has not described yet, until nothing is left or another choice is made.

        Photos that cannot be read now are left for another time, broken ones until the program starts anew. So is a
        model that fails, unless it is chosen again; the last snapshot says so.

        Yields:
            Progress of the stage `Stage.DESCRIBING`; may be closed at any yield.
        """
        name = self.name
        if not name or name == self._failed[0]:
            return
        try:
            spec = spec_of(self._models, name)
            if spec == self._main.current.spec:
                return
            record = self._record(spec)
            tried = set(self._broken)
            while todo := [n for n in record.undescribed_contents(readable=True) if n not in tried]:
                with self._use_engine() as engine:
                    assert engine is not None
                    for progress in engine.indexer.describe(todo):
                        yield progress
                        if self.name != name:
                            return
                    engine.index.flush()
                    self._broken.update(record.lacking(todo) - engine.indexer.unreadable_for_now)
                tried.update(todo)
        except (CatalogError, OSError) as error:
            log_failure(logger, f"Describing with {name}", error)
            yield _message(name, f"{error} {Phrase('Describing the photos for words continues later.')}")
        except LookalikeError as error:
            log_failure(logger, f"Describing with {name}", error)
            self._failed = (name, str(error))
            yield _message(name, f"{error} {Phrase('Until then, words are searched without this model.')}")

    @contextmanager
    def use(self) -> Iterator[DualEncoder | None]:
        """Use what reads words; None where nothing does. It stays open until the end of the block.

        Raises:
            LookalikeError: the chosen model cannot be used.
        """
        if self._failed[0] and self._failed[0] == self.name:
            raise LookalikeError(self._failed[1])
        with self._use_engine() as engine:
            if engine is None:
                yield None
            else:
                yield DualEncoder(engine.describer.key, engine.service, engine.index)

    @contextmanager
    def use_own(self) -> Iterator[DescriptorEngine | None]:
        """Use the chosen model beside the descriptor model; None where there is none, or it cannot be used.

        It stays open until the end of the block.
        """
        with ExitStack() as using:
            engine = None
            try:
                engine = using.enter_context(self._use_engine()) if self.name else None
            except LookalikeError as error:
                log_failure(logger, f"Opening {self.name}", error)
            yield None if engine is None or engine.spec == self._main.current.spec else engine

    def try_sync(self) -> bool:
        """Catch up with what another process has described; False where that would have to wait."""
        with ExitStack() as using:
            with self._opening:
                if self._own is None:
                    return True
                engine = using.enter_context(self._own.use())
            return engine.index.try_sync()

    def close(self) -> None:
        """Stop the model's process and write its index."""
        if self._own is not None:
            self._own.close()

    @contextmanager
    def _use_engine(self) -> Iterator[DescriptorEngine | None]:
        with ExitStack() as using:
            with self._opening:
                engines = self._engines()
                engine = None if engines is None else using.enter_context(engines.use())
            yield engine

    def _engines(self) -> DescriptorEngines | None:
        """Where the engine that reads words is to be had; it is opened when it is first asked for."""
        name = self.name
        if not name:
            return self._main if self._main.current.describer.reads_words else None
        spec = spec_of(self._models, name)
        if spec == self._main.current.spec:
            if self._own is not None:
                # It has become the descriptor model since.
                self._own.retire()
                self._own = None
            return self._main
        if self._own is None:
            self._own = DescriptorEngines(self._open_engine(spec))
        elif self._own.current.spec != spec:
            # Another process has chosen.
            self._own.take_over(self._open_engine(spec))
        return self._own

    def _record(self, spec: DescriberSpec) -> DescriptorRecord:
        """The descriptors of a model; its files are looked at once only."""
        if spec not in self._records:
            describer = open_describer(spec)
            self._records[spec] = self._catalog.descriptors(describer.key, describer.dimension)
        return self._records[spec]


def _message(name: str, reason: str) -> Progress:
    meter = ProgressMeter(Stage.DESCRIBING, total=0)
    meter.skip(name, reason)
    return meter.end()
