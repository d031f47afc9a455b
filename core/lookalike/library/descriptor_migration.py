"""Changing the descriptor model: photos are described anew in the background while the model before still answers.

The choice lies in the catalog, so it outlives the process: whoever scans or follows the library goes on where the work
was left. Once every photo is described, the new model answers, in this process at once and in others at their next
search. Photos whose files cannot be read for now (their drive is away, their folder is paused) are waited for, so that
no search loses them; photos that are broken are not. What the model before recorded is kept until the user has it
forgotten, so changing back is quick.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.database import CatalogError
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.settings import Settings
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import folder_spec, open_describer
from lookalike.errors import LookalikeError
from lookalike.index import delete_index, index_folder
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines
from lookalike.log import log_failure
from lookalike.models.store import ModelStore
from lookalike.progress import Progress, ProgressMeter, Skipped, Stage

logger = logging.getLogger(__name__)

DEFAULT = "default"
"""What users call the embedded model."""

RETRY_SECONDS = 60.0
"""How soon a change that waits for photos, or that was interrupted, is tried again while folders are followed."""


def used_spec(models: ModelStore, settings: Settings) -> tuple[DescriberSpec, str]:
    """The back end of the model that answers searches, and a line where that one is gone.

    The embedded model then takes its place, so that the library opens and another one can be chosen.
    """
    try:
        return spec_of(models, used_name(settings)), ""
    except LookalikeError as error:
        log_failure(logger, "Opening the chosen descriptor model", error)
        return DescriberSpec(), (
            f"{error.message} The embedded descriptor model takes its place until you choose another one."
        )


@dataclass(frozen=True)
class DescriptorChange:
    """A change of the descriptor model under way.

    Attributes:
        name: the model that is to answer.
        described: photos that it has described.
        photos: photos in all.
        waiting: photos that cannot be read for now: their drive is away, or their folder is paused. The model
            before answers until they can be.
    """

    name: str
    described: int
    photos: int
    waiting: int = 0


def spec_of(models: ModelStore, name: str) -> DescriberSpec:
    """The back end of a model, by the user's name for it.

    Raises:
        LookalikeError: there is no such descriptor model.
    """
    if name == DEFAULT:
        return DescriberSpec()
    model = models.get(name)
    if model.kind != "descriptor":
        raise LookalikeError(
            "{name} is not a descriptor model.", "Choose one that describes photos.", name=name
        )
    return folder_spec(model.folder)


def used_name(settings: Settings) -> str:
    """The name of the model that answers searches."""
    return settings.descriptor or DEFAULT


def reset_descriptor(library: Path) -> None:
    """Have a library that is not open use the embedded model; for one whose own model no longer opens."""
    with closing(Catalog(library / "catalog.sqlite")) as catalog:
        catalog.settings.descriptor = ""


class DescriptorMigration:
    """Changes the descriptor model of one library.

    Args:
        library: the library's folder.
        catalog: its catalog.
        models: the imported models.
        engines: the model in use.
        open_engine: opens the engine of another.
    """

    def __init__(
        self,
        library: Path,
        catalog: Catalog,
        models: ModelStore,
        engines: DescriptorEngines,
        open_engine: Callable[[DescriberSpec], DescriptorEngine],
    ) -> None:
        self._library = library
        self._catalog = catalog
        self._settings = catalog.settings
        self._models = models
        self._engines = engines
        self._open_engine = open_engine
        # What the last attempt could not read, though its folder seemed to be there.
        self._away: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """The name of the model that answers searches; "default" for the embedded one."""
        return used_name(self._settings)

    @property
    def wanted(self) -> str | None:
        """The model that is to answer; None while no change is under way."""
        return self._settings.next_descriptor or None

    def standing(self) -> tuple[str, frozenset[int]] | None:
        """The model that is to answer, and the folders that can be read now; None while no change is under way."""
        name = self.wanted
        if name is None:
            return None
        folders = self._catalog.folders.all()
        return name, frozenset(folder.id for folder in folders if folder.online and not folder.paused)

    def choose(self, name: str) -> None:
        """Have the library described by another model; "default" is the embedded one.

        The model before answers until `Library.scan` or `Library.follow` has described every photo anew. Choosing the
        model in use ends a change under way.

        Raises:
            LookalikeError: there is no such descriptor model.
        """
        spec = spec_of(self._models, name)
        if name == self.name:
            self._settings.next_descriptor = ""
            return
        record = self._record(spec)
        self._away = frozenset()
        self._settings.next_descriptor = name
        if not record.undescribed_contents():
            for _ in self.steps():
                pass

    def state(self) -> DescriptorChange | None:
        """How far the change under way is; None without one."""
        name = self.wanted
        if name is None:
            return None
        photos = self._catalog.contents.count()
        try:
            record = self._record(spec_of(self._models, name))
        except LookalikeError:
            return DescriptorChange(name, 0, photos)
        left = set(record.undescribed_contents())
        now = set(record.undescribed_contents(readable=True)) - self._away
        return DescriptorChange(name, len(record.ids()), photos, len(self._found_now(left - now)))

    def steps(self) -> Generator[Progress, None, None]:
        """Go on with the change under way, until the new model answers or another choice is made.

        Photos that are broken are skipped. Where photos that searches find cannot be read for now, or the library
        cannot be written, the change is left as far as it is, to be gone on with later. A model that fails is given
        up. The last word tells.

        Yields:
            Progress of the stage `Stage.DESCRIBING`; it may be closed at any yield.
        """
        name = self.wanted
        if name is None:
            return
        engine: DescriptorEngine | None = None
        taken = False
        try:
            spec = spec_of(self._models, name)
            record = self._record(spec)
            tried: set[int] = set()
            away: set[int] = set()
            # Nothing is loaded while all that is left is out of reach.
            if record.undescribed_contents(readable=True) or not self._waiting(record):
                engine = self._open_engine(spec)
                away = engine.indexer.unreadable_for_now
                while todo := [n for n in record.undescribed_contents(readable=True) if n not in tried]:
                    for progress in engine.indexer.describe(todo):
                        yield progress
                        if self.wanted != name:
                            return
                    tried.update(todo)
            self._away = frozenset(away)
            waiting = self._waiting(record, tried - away)
            if engine is None or waiting:
                yield _message(name, _waiting_words(len(waiting)))
                return
            # Photos that were removed meanwhile were taken out of the other index only.
            engine.index.sync()
            engine.index.flush()
            with self._settings.together():
                self._settings.descriptor = "" if name == DEFAULT else name
                self._settings.next_descriptor = ""
            self._engines.take_over(engine)
            taken = True
        except (CatalogError, OSError) as error:
            log_failure(logger, f"Describing with {name}", error)
            yield _message(name, f"{error} The change of the model goes on later.")
        except LookalikeError as error:
            log_failure(logger, f"Describing with {name}", error)
            self._settings.next_descriptor = ""
            yield _message(name, f"{error} Searches go on with the model before.")
        finally:
            if engine is not None and not taken:
                engine.close()

    def adopt(self) -> None:
        """Use the model that another process has changed to, if it did."""
        try:
            spec = spec_of(self._models, self.name)
            if spec != self._engines.current.spec:
                self._engines.take_over(self._open_engine(spec))
        except LookalikeError as error:
            # The model is gone again; the one in use still answers.
            log_failure(logger, "Changing to another descriptor model", error)

    def described(self) -> dict[str, int]:
        """How many photos each model has described, by its key."""
        return self._catalog.described()

    def forget(self, name: str) -> int:
        """Forget what a model that is not in use has described.

        Args:
            name: the model, or the key that its descriptors lie under (its files may be gone already).

        Returns:
            How many descriptors were forgotten.

        Raises:
            LookalikeError: it is in use, or nothing is known of it.
        """
        kept = self._catalog.described()
        key = name if name in kept else open_describer(spec_of(self._models, name)).key
        wanted = self.wanted
        coming = open_describer(spec_of(self._models, wanted)).key if wanted else None
        if key in (self._engines.current.describer.key, coming):
            raise LookalikeError("{name} is in use.", "Use another descriptor model first.", name=name)
        if key not in kept:
            raise LookalikeError("{name} has described nothing here.", name=name)
        self._catalog.forget_descriptors(key)
        delete_index(index_folder(self._library, key))
        return kept[key]

    def _record(self, spec: DescriberSpec) -> DescriptorRecord:
        describer = open_describer(spec)
        return self._catalog.descriptors(describer.key, describer.dimension)

    def _waiting(self, record: DescriptorRecord, broken: Collection[int] = ()) -> set[int]:
        """Photos that searches find now and would not find with a model's record, but for broken ones."""
        return self._found_now(set(record.undescribed_contents()).difference(broken))

    def _found_now(self, content_ids: Collection[int]) -> set[int]:
        return self._engines.current.record.findable(sorted(content_ids))


def _message(name: str, reason: str) -> Progress:
    meter = ProgressMeter(Stage.DESCRIBING, total=0)
    meter.skip(name, reason)
    return meter.end()


def _waiting_words(count: int) -> str:
    photos = "1 photo waits" if count == 1 else f"{count:,} photos wait"
    return f"{photos} for a drive, a paused folder or a file that cannot be read. The model before answers until then."


class BackgroundMigration:
    """Goes on with a change of the descriptor model a little at a time, whenever one is under way.

    Args:
        migration: of the library.
    """

    def __init__(self, migration: DescriptorMigration) -> None:
        self._migration = migration
        self._steps: Generator[Progress, None, None] | None = None
        self._tried: tuple[str, frozenset[int]] | None = None
        self._tried_at = 0.0
        self._told: tuple[Skipped, ...] = ()

    def step(self) -> Progress | None:
        """Do a little; None when there is nothing to do."""
        if self._steps is None:
            self._migration.adopt()
            standing = self._migration.standing()
            if standing is None:
                self._tried = None
                return None
            if standing == self._tried and time.monotonic() - self._tried_at < RETRY_SECONDS:
                return None
            self._tried = standing
            self._steps = self._migration.steps()
        progress = next(self._steps, None)
        if progress is None:
            self._steps, self._tried_at = None, time.monotonic()
        elif progress.total == 0:
            if progress.skipped == self._told:
                return None
            self._told = progress.skipped
        return progress

    def close(self) -> None:
        """Leave the work as far as it is."""
        if self._steps is not None:
            self._steps.close()
