"""Descriptor migration: describing all photos with another model in the background, while the old one still answers.

The choice is stored in the catalog, so it outlives the process: whoever scans or follows the library continues where
the work stopped. Once every photo is described, the new model answers, in this process at once and in others at their
next search. The migration waits for photos whose files cannot be read at the moment (their drive is missing, their
folder is paused), so that no search loses them; it does not wait for broken photos. The old model's descriptors are
kept until the user forgets them, so changing back is quick.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.database import CatalogError
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.settings import Settings
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import folder_spec, open_describer, plugin_spec
from lookalike.errors import LookalikeError, Phrase
from lookalike.index import delete_index, index_folder
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines
from lookalike.log import log_failure
from lookalike.models.store import ModelStore
from lookalike.progress import Progress, ProgressMeter, Stage

logger = logging.getLogger(__name__)

DEFAULT = "default"
"""The user's name for the embedded model."""


def used_spec(models: ModelStore, settings: Settings) -> tuple[DescriberSpec, str]:
    """The back end of the model that answers searches.

    Where that model is gone, the embedded one takes its place, so that the library opens and another can be chosen.

    Returns:
        The back end, and a line for the user where it is not the chosen one; else an empty one.
    """
    try:
        return spec_of(models, used_name(settings)), ""
    except LookalikeError as error:
        log_failure(logger, "Opening the chosen descriptor model", error)
        instead = Phrase("The embedded descriptor model takes its place until you choose another one.")
        return DescriberSpec(), f"{error.message} {instead}"


@dataclass(frozen=True)
class DescriptorChange:
    """The state of a descriptor migration.

    Attributes:
        name: the new model.
        described: photos that it has described.
        photos: photos in all.
        waiting: photos that cannot be read at the moment, as their drive is missing or their folder is paused. The
            old model answers until they can be.
    """

    name: str
    described: int
    photos: int
    waiting: int = 0


def spec_of(models: ModelStore, name: str) -> DescriberSpec:
    """The back end of a model, by its user-visible name.

    Raises:
        LookalikeError: there is no such descriptor model.
    """
    if name == DEFAULT:
        return DescriberSpec()
    try:
        model = models.get(name)
    except LookalikeError:
        plugged_in = plugin_spec(name)
        if plugged_in is None:
            raise
        return plugged_in
    if model.kind != "descriptor":
        raise LookalikeError(
            "{name} is not a descriptor model.", "Choose one that describes photos.", name=name
        )
    return folder_spec(model.folder)


def used_name(settings: Settings) -> str:
    """The name of the model that answers searches."""
    return settings.descriptor or DEFAULT


def reset_descriptor(library: Path) -> None:
    """Make a library that is not open use the embedded model; for one whose own model no longer opens."""
    with closing(Catalog(library / "catalog.sqlite")) as catalog:
        catalog.settings.descriptor = ""


class DescriptorMigration:
    """Changes the descriptor model of one library.

    Args:
        library: the library's folder.
        catalog: its catalog.
        models: the imported models.
        engines: the engine in use.
        open_engine: opens the engine of another model.
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
        # Photos that the last attempt could not read, though their folders seemed to be there.
        self._unreadable: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """The name of the model that answers searches; "default" for the embedded one."""
        return used_name(self._settings)

    @property
    def next_name(self) -> str | None:
        """The name of the model that is to answer; None while no migration is under way."""
        return self._settings.next_descriptor or None

    def conditions(self) -> tuple[str, frozenset[int]] | None:
        """The new model and the ids of folders that can be read now; None while no migration is under way.

        As long as they are the same, a migration that waits has no reason to be tried again soon.
        """
        name = self.next_name
        if name is None:
            return None
        folders = self._catalog.folders.all()
        return name, frozenset(folder.id for folder in folders if folder.online and not folder.paused)

    def choose(self, name: str) -> None:
        """Choose another model; "default" is the embedded one.

        The old model answers until `Library.scan` or `Library.follow` has described every photo with the new one.
        Choosing the model in use cancels a migration.

        Raises:
            LookalikeError: there is no such descriptor model.
        """
        spec = spec_of(self._models, name)
        if name == self.name:
            self._settings.next_descriptor = ""
            return
        record = self._record(spec)
        self._unreadable = frozenset()
        self._settings.next_descriptor = name
        if not record.undescribed_contents():
            for _ in self.steps():
                pass

    def state(self) -> DescriptorChange | None:
        """How far the migration is; None without one."""
        name = self.next_name
        if name is None:
            return None
        photos = self._catalog.contents.count()
        try:
            record = self._record(spec_of(self._models, name))
        except LookalikeError:
            return DescriptorChange(name, 0, photos)
        undescribed = set(record.undescribed_contents())
        readable = set(record.undescribed_contents(readable=True)) - self._unreadable
        return DescriptorChange(name, len(record.ids()), photos, len(self._findable(undescribed - readable)))

    def steps(self) -> Generator[Progress, None, None]:
        """Continue the migration, until the new model answers or another choice is made.

        Broken photos are skipped. Where photos that searches find cannot be read at the moment, or the library cannot
        be written, the migration stops where it is and continues later. A model that fails is given up. The last
        snapshot says which.

        Yields:
            Progress of the stage `Stage.DESCRIBING`; may be closed at any yield.
        """
        name = self.next_name
        if name is None:
            return
        engine: DescriptorEngine | None = None
        in_use = False
        try:
            spec = spec_of(self._models, name)
            record = self._record(spec)
            tried: set[int] = set()
            unreadable: set[int] = set()
            # No model is loaded while every photo that is left is out of reach.
            if record.undescribed_contents(readable=True) or not self._waiting(record):
                engine = self._open_engine(spec)
                unreadable = engine.indexer.unreadable_for_now
                while todo := [n for n in record.undescribed_contents(readable=True) if n not in tried]:
                    for progress in engine.indexer.describe(todo):
                        yield progress
                        if self.next_name != name:
                            return
                    tried.update(todo)
            self._unreadable = frozenset(unreadable)
            waiting = self._waiting(record, tried - unreadable)
            if engine is None or waiting:
                yield _message(name, _waiting_message(len(waiting)))
                return
            # Photos that were removed meanwhile were taken out of the old index only.
            engine.index.sync()
            engine.index.flush()
            with self._settings.together():
                self._settings.descriptor = "" if name == DEFAULT else name
                self._settings.next_descriptor = ""
            self._engines.take_over(engine)
            in_use = True
        except (CatalogError, OSError) as error:
            log_failure(logger, f"Describing with {name}", error)
            yield _message(name, f"{error} {Phrase('Changing the model continues later.')}")
        except LookalikeError as error:
            log_failure(logger, f"Describing with {name}", error)
            self._settings.next_descriptor = ""
            yield _message(name, f"{error} {Phrase('Searches keep using the old model.')}")
        finally:
            if engine is not None and not in_use:
                engine.close()

    def adopt(self) -> None:
        """Switch to the model that another process has switched to, if any."""
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
        next_name = self.next_name
        next_key = open_describer(spec_of(self._models, next_name)).key if next_name else None
        if key in (self._engines.current.describer.key, next_key):
            raise LookalikeError("{name} is in use.", "Use another descriptor model first.", name=name)
        if key == self._words_key():
            raise LookalikeError(
                "{name} is in use for words.", "Use another model for words first, or none.", name=name
            )
        if key not in kept:
            raise LookalikeError("{name} has described nothing here.", name=name)
        self._catalog.forget_descriptors(key)
        delete_index(index_folder(self._library, key))
        return kept[key]

    def _words_key(self) -> str | None:
        """The key of the model for words; None without one, or where its files are gone."""
        name = self._settings.words_model
        try:
            return open_describer(spec_of(self._models, name)).key if name else None
        except LookalikeError:
            return None

    def _record(self, spec: DescriberSpec) -> DescriptorRecord:
        describer = open_describer(spec)
        return self._catalog.descriptors(describer.key, describer.dimension)

    def _waiting(self, record: DescriptorRecord, broken: Collection[int] = ()) -> set[int]:
        """Photos that searches find now and would no longer find with a model's record, broken ones excepted."""
        return self._findable(set(record.undescribed_contents()).difference(broken))

    def _findable(self, content_ids: Collection[int]) -> set[int]:
        """Those of some photos that searches find now."""
        return self._engines.current.record.findable(sorted(content_ids))


def _message(name: str, reason: str) -> Progress:
    meter = ProgressMeter(Stage.DESCRIBING, total=0)
    meter.skip(name, reason)
    return meter.end()


def _waiting_message(count: int) -> str:
    waiting = Phrase(
        "1 photo waits for a drive, a paused folder or an unreadable file. Until then the old model answers."
        if count == 1
        else "{count} photos wait for a drive, a paused folder or an unreadable file. "
        "Until then the old model answers.",
        count=f"{count:,}",
    )
    return str(waiting)
