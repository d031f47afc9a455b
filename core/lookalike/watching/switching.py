"""Changing the descriptor model: photos are described anew in the background while the model before still answers.

The choice lies in the catalog, so it outlives the process: whoever scans or follows the library goes on where the work
was left. Once every photo that can be read is described, the new model answers, in this process at once and in others
at their next search. What the model before recorded is kept until the user has it forgotten, so changing back is quick.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.thumbnail_cache import ThumbnailCache
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.errors import LookalikeError
from lookalike.models.store import ModelStore
from lookalike.progress import Progress, ProgressMeter
from lookalike.watching.engine import Engine, Engines, index_folder
from lookalike.watching.watched import WatchedFolders

DEFAULT = "default"
"""What users call the embedded model."""

STAGE = "describing"
"""The stage that progress of this work names."""

_USED = "descriptor"
_NEXT = "next_descriptor"


def used_spec(models: ModelStore, catalog: Catalog) -> tuple[DescriberSpec, str]:
    """The back end of the model that answers searches, and a line where that one is gone.

    The embedded model then takes its place, so that the library opens and another one can be chosen.
    """
    try:
        return spec_of(models, used_name(catalog)), ""
    except LookalikeError as error:
        return DescriberSpec(), (
            f"{error.message} The embedded descriptor model takes its place; "
            "`lookalike models use default` makes that last."
        )


@dataclass(frozen=True)
class Changing:
    """A change of the descriptor model under way.

    Attributes:
        name: the model that is to answer.
        described: photos that it has described.
        photos: photos in all.
    """

    name: str
    described: int
    photos: int


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
            f"{name} is not a descriptor model.", "`lookalike models list` shows what is what."
        )
    return DescriberSpec("transformers", str(model.folder))


def used_name(catalog: Catalog) -> str:
    """The name of the model that answers searches."""
    return catalog.setting(_USED) or DEFAULT


class DescriptorSwitch:
    """Changes the descriptor model of one library.

    Args:
        library: the library's folder.
        catalog: its catalog.
        thumbnails: takes a thumbnail of every photo that is decoded.
        models: the imported models.
        engines: the model in use.
        watched: says what is described first, and how hard to work.
    """

    def __init__(
        self,
        library: Path,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        models: ModelStore,
        engines: Engines,
        watched: WatchedFolders,
    ) -> None:
        self._library = library
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._models = models
        self._engines = engines
        self._watched = watched

    @property
    def wanted(self) -> str | None:
        """The model that is to answer; None while no change is under way."""
        return self._catalog.setting(_NEXT) or None

    def choose(self, name: str) -> None:
        """Begin a change, or end one under way by choosing the model in use.

        Raises:
            LookalikeError: there is no such descriptor model.
        """
        spec = spec_of(self._models, name)
        if name == used_name(self._catalog):
            self._catalog.choose(_NEXT, "")
            return
        describer = open_describer(spec)
        record = self._catalog.descriptors(describer.key, describer.dimension)
        self._catalog.choose(_NEXT, name)
        if not record.undescribed_contents():
            for _ in self.steps():
                pass

    def state(self) -> Changing | None:
        """How far the change under way is; None without one."""
        name = self.wanted
        if name is None:
            return None
        photos = self._catalog.contents.count()
        try:
            describer = open_describer(spec_of(self._models, name))
        except LookalikeError:
            return Changing(name, 0, photos)
        record = self._catalog.descriptors(describer.key, describer.dimension)
        return Changing(name, photos - len(record.undescribed_contents()), photos)

    def steps(self) -> Generator[Progress, None, None]:
        """Go on with the change under way, until the new model answers or another choice is made.

        Photos that cannot be read now are skipped; a later scan describes them. A model that fails is given up,
        which the last word tells.

        Yields:
            Progress of the stage `STAGE`; it may be closed at any yield.
        """
        name = self.wanted
        if name is None:
            return
        try:
            engine = self._engine(spec_of(self._models, name))
        except LookalikeError as error:
            yield self._given_up(name, error)
            return
        taken = False
        try:
            failed: set[int] = set()
            while todo := [n for n in engine.record.undescribed_contents() if n not in failed]:
                for progress in engine.indexer.describe(todo):
                    yield progress
                    if self.wanted != name:
                        return
                failed.update(todo)
            # Photos that were removed meanwhile were taken out of the other index only.
            engine.index.reconcile()
            engine.index.flush()
            with self._catalog.transaction():
                self._catalog.choose(_USED, "" if name == DEFAULT else name)
                self._catalog.choose(_NEXT, "")
            self._engines.take_over(engine)
            taken = True
        except LookalikeError as error:
            yield self._given_up(name, error)
        finally:
            if not taken:
                engine.close()

    def adopt(self) -> None:
        """Use the model that another process has changed to, if it did."""
        try:
            spec = spec_of(self._models, used_name(self._catalog))
            if spec != self._engines.current.spec:
                self._engines.take_over(self._engine(spec))
        except LookalikeError:
            # The model is gone again; the one in use still answers.
            return

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
            raise LookalikeError(f"{name} is in use.", "`lookalike models use` chooses another one.")
        if key not in kept:
            raise LookalikeError(f"{name} has described nothing here.")
        self._catalog.forget_descriptors(key)
        shutil.rmtree(index_folder(self._library, key), ignore_errors=True)
        return kept[key]

    def _engine(self, spec: DescriberSpec) -> Engine:
        return Engine(self._library, self._catalog, self._thumbnails, spec, self._watched)

    def _given_up(self, name: str, error: LookalikeError) -> Progress:
        self._catalog.choose(_NEXT, "")
        meter = ProgressMeter(STAGE, total=0)
        meter.skip(name, f"{error} Searches go on with the model before.")
        return meter.snapshot()


class InBackground:
    """Goes on with a change of the descriptor model a little at a time, whenever one is under way.

    Args:
        switch: of the library.
    """

    def __init__(self, switch: DescriptorSwitch) -> None:
        self._switch = switch
        self._steps: Generator[Progress, None, None] | None = None

    def step(self) -> Progress | None:
        """Do a little; None when there is nothing to do."""
        if self._steps is None:
            self._switch.adopt()
            if self._switch.wanted is None:
                return None
            self._steps = self._switch.steps()
        progress = next(self._steps, None)
        if progress is None:
            self._steps = None
        return progress

    def close(self) -> None:
        """Leave the work as far as it is."""
        if self._steps is not None:
            self._steps.close()
