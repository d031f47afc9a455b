"""Model manager: the models that are installed or can be downloaded, adding one after a trial, and checking them."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike.descriptors.model_folder import reads_words
from lookalike.descriptors.registry import folder_spec, open_describer
from lookalike.descriptors.trial import try_folder
from lookalike.errors import LookalikeError, Phrase
from lookalike.judges.kinds import JUDGE_KINDS
from lookalike.judges.mllm.families import FAMILIES
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.judge import check_pair
from lookalike.judges.mllm.position_embeddings import demand_order, in_order, reorder
from lookalike.judges.mllm.trial import try_pair
from lookalike.judges.registry import NO_JUDGE
from lookalike.library.descriptor_migration import DEFAULT
from lookalike.models import advice
from lookalike.models.catalogue import KINDS, CatalogueModel, offered, read_catalogue
from lookalike.models.check import ModelCheck, check_files
from lookalike.models.download import download, forget, unfinished
from lookalike.models.errors import ModelError
from lookalike.models.installed import InstalledModel
from lookalike.models.names import demand_usable
from lookalike.models.staging import Staging, demand_space, disk_errors, hash_file
from lookalike.models.store import ModelStore, folder_files
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.user_paths import resolved

TAKEN = (NO_JUDGE, DEFAULT, *(kind.name for kind in JUDGE_KINDS))
"""Names that stand for something else where a model is chosen."""


@dataclass(frozen=True)
class ModelListing:
    """A model as the user sees it in the list.

    Attributes:
        name: its name.
        kind: ``"judge"`` or ``"descriptor"``.
        installed: whether it is in the store.
        size: bytes on the disk, or to be downloaded.
        memory: bytes of memory that it takes when loaded, about; 0 if unknown.
        licence: the name of its licence; empty if unknown.
        good_for: what it is good for; empty for the user's own files.
        speed: its expected speed, in a word; empty for the user's own files.
        repository: where it is downloaded from; empty for the user's own files.
        fit: how it fits into this machine's memory: "comfortable", "tight" or "too large"; empty if unknown.
        recommended: whether it is the best choice on this machine.
        reason: why it is recommended.
        usable: whether this version of Lookalike can run it.
        pairs_per_second: a judge's speed, measured when it was added; None if it was not.
        first_seconds: seconds that a judge takes for a photo it has not seen, measured likewise.
        photos_per_second: a descriptor model's speed, measured likewise.
        downloaded: bytes that an interrupted download has left.
        reads_words: whether it is installed and words can find photos by it.
    """

    name: str
    kind: str
    installed: bool
    size: int
    memory: int
    licence: str = ""
    good_for: str = ""
    speed: str = ""
    repository: str = ""
    fit: str = ""
    recommended: bool = False
    reason: str = ""
    usable: bool = True
    pairs_per_second: float | None = None
    first_seconds: float | None = None
    photos_per_second: float | None = None
    downloaded: int = 0
    reads_words: bool = False


class ModelManager:
    """Lists, adds, checks and removes models. Only `download` uses the network.

    Args:
        store: the installed models.
        release: stops using a model that is to be removed; raises LookalikeError where it must not be removed.
    """

    def __init__(self, store: ModelStore, release: Callable[[str], None] = lambda name: None) -> None:
        self.store = store
        self._release = release

    def listings(self) -> list[ModelListing]:
        """The installed models and those that can be downloaded, by kind, installed ones first.

        Raises:
            ModelError: the catalogue cannot be read.
        """
        machine = advice.this_machine()
        catalogue = read_catalogue()
        advised = {kind: self.recommend(kind) for kind in KINDS}
        installed = {model.name: model for model in self.store.installed()}
        listed = [
            self._listing(model, installed.pop(model.name, None), advised[model.kind], machine)
            for model in catalogue
        ]
        imported = [
            ModelListing(
                model.name,
                model.kind,
                True,
                model.size,
                model.memory,
                model.licence,
                fit=advice.fit(model.memory, machine) if model.memory else "",
                pairs_per_second=model.pairs_per_second,
                first_seconds=model.first_seconds,
                photos_per_second=model.photos_per_second,
                reads_words=_reads_words(model),
            )
            for model in installed.values()
        ]
        return sorted(
            [*imported, *listed], key=lambda listing: (KINDS.index(listing.kind), not listing.installed)
        )

    def _listing(
        self,
        model: CatalogueModel,
        installed: InstalledModel | None,
        advised: advice.Advice,
        machine: advice.Machine,
    ) -> ModelListing:
        recommended = model.name == advised.name
        return ModelListing(
            model.name,
            model.kind,
            installed is not None,
            model.size if installed is None else installed.size,
            model.memory if installed is None or not installed.memory else installed.memory,
            model.licence,
            model.good_for,
            model.speed,
            model.repository,
            fit=advice.fit(model.memory, machine),
            recommended=recommended,
            reason=advised.reason if recommended else "",
            usable=usable(model),
            pairs_per_second=None if installed is None else installed.pairs_per_second,
            first_seconds=None if installed is None else installed.first_seconds,
            photos_per_second=None if installed is None else installed.photos_per_second,
            downloaded=0 if installed is not None else unfinished(self.store, model.name),
            reads_words=installed is not None and _reads_words(installed),
        )

    def recommend(self, kind: str) -> advice.Advice:
        """The best model of a kind on this machine, and why."""
        return advice.recommend(read_catalogue(), kind, advice.this_machine(), usable)

    def download(
        self, name: str, cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[Progress, None, InstalledModel | None]:
        """Download a model of the catalogue, try it, and put it into the store.

        Closing the generator cancels; what was downloaded is kept for the next call.

        Returns:
            The model; None where the trial was cancelled.

        Raises:
            LookalikeError: it cannot be downloaded, or failed its trial and is not kept.
        """
        model = offered(name)
        if not usable(model):
            raise ModelError(
                "{name} is of a kind ({kind}) that this version of Lookalike cannot run.",
                "Choose another model.",
                name=model.name,
                kind=model.projector,
            )
        staging, found = yield from download(self.store, model)
        return (yield from self._finish(staging, found, cancelled, keep=True))

    def forget_download(self, name: str) -> None:
        """Delete what an interrupted download has left."""
        forget(self.store, offered(name).name)

    def import_files(
        self,
        files: tuple[Path, ...],
        name: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[Progress, None, InstalledModel | None]:
        """Import the user's own files, after a trial.

        Args:
            files: a judge's two GGUF files in any order, or one folder of a transformers vision model.
            name: the model's name; the file's or folder's name by default.
            cancelled: polled during the trial.

        Returns:
            The model; None where the trial was cancelled.

        Raises:
            LookalikeError: the files are not a model that Lookalike can run; nothing is kept.
        """
        if name is not None:
            demand_usable(name, TAKEN)
        if len(files) == 1 and os.path.isdir(files[0]):  # noqa: PTH112
            folder = files[0]
            open_describer(folder_spec(folder))
            kind = "descriptor"
            named = folder_files(folder)
            name = name or resolved(folder).name
        elif len(files) == 2:
            llm, mmproj = sorted(files, key=lambda path: "mmproj" in path.name.lower())
            check_pair(llm, mmproj)
            kind, named, name = "judge", {"llm": llm, "mmproj": mmproj}, name or llm.stem
        else:
            raise ModelError(
                "A model is two GGUF files (the model and its mmproj) or one folder.", "Choose both files."
            )
        demand_usable(name, TAKEN)
        staging, found = yield from self.store.take_in(name, kind, named)
        return (yield from self._finish(staging, found, cancelled, keep=False))

    def _finish(
        self, staging: Staging, model: InstalledModel, cancelled: Callable[[], bool], *, keep: bool
    ) -> Generator[Progress, None, InstalledModel | None]:
        try:
            if model.kind == "judge":
                model = yield from _reordered(staging, model)
            yield ProgressMeter(Stage.TRYING).snapshot()
            tried = self._try(model, cancelled)
        except LookalikeError:
            staging.discard()
            raise
        except KeyboardInterrupt:
            if not keep:
                staging.discard()
            raise
        except GeneratorExit:
            tried = None
        if tried is not None:
            return staging.finish(tried)
        if not keep:
            staging.discard()
        return None

    def _try(self, model: InstalledModel, cancelled: Callable[[], bool]) -> InstalledModel | None:
        """Run a model on generated pictures; returns it with what was measured, None where cancelled."""
        if model.kind == "descriptor":
            return replace(model, photos_per_second=try_folder(model.folder, model.name))
        trial = try_pair(model.file("llm"), model.file("mmproj"), model.name, cancelled)
        if trial is None:
            return None
        return replace(
            model,
            memory=trial.memory,
            pairs_per_second=trial.pairs_per_second,
            first_seconds=trial.first_seconds,
        )

    def remove(self, name: str) -> None:
        """Delete a model from the store and stop its worker process.

        Raises:
            LookalikeError: there is none of this name, or the library depends on it.
        """
        self._release(name)
        self.store.remove(name)

    def check(self, name: str | None = None) -> Generator[Progress, None, list[ModelCheck]]:
        """Check whether models are undamaged and their files belong together.

        Args:
            name: one model; None for all.

        Raises:
            ModelError: there is none of this name.
        """
        models = self.store.installed() if name is None else [self.store.get(name)]
        by_name = {model.name: model for model in models}
        found = yield from check_files(models)
        return [
            one if one.problems else ModelCheck(one.name, tuple(_misfits(by_name[one.name]))) for one in found
        ]


def _reordered(staging: Staging, model: InstalledModel) -> Generator[Progress, None, InstalledModel]:
    """The model with a projector that llama.cpp reads in the right order; the user's own file is not touched."""
    mmproj = model.file("mmproj")
    if in_order(read_gguf(mmproj)):
        return model
    with disk_errors(staging.name):
        demand_space(staging.folder, mmproj.stat().st_size, staging.name)
        copy = yield from reorder(mmproj, model.checksums["mmproj"])
        checksum = yield from hash_file(copy, ProgressMeter(Stage.READING, copy.stat().st_size, unit="bytes"))
    return replace(
        model,
        files={**model.files, "mmproj": copy.name},
        checksums={**model.checksums, "mmproj": checksum},
    )


def usable(model: CatalogueModel) -> bool:
    """Whether this version of Lookalike can run a model of the catalogue."""
    if model.kind != "judge":
        return True
    return any(
        model.architecture in family.architectures and model.projector in family.projectors
        for family in FAMILIES
    )


def _reads_words(model: InstalledModel) -> bool:
    return model.kind == "descriptor" and reads_words(model.folder)


def _misfits(model: InstalledModel) -> list[str]:
    with suppress(KeyError):
        try:
            if model.kind == "judge":
                check_pair(model.file("llm"), model.file("mmproj"))
                demand_order(read_gguf(model.file("mmproj")))
            else:
                open_describer(folder_spec(model.folder))
        except LookalikeError as error:
            return [error.message]
        return []
    return [str(Phrase("One of its files is missing."))]
