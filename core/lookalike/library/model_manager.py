"""The models there are and can be had: what is offered, adding one after a trial, and checking them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike.descriptors.registry import folder_spec, open_describer
from lookalike.descriptors.trial import try_folder
from lookalike.errors import LookalikeError
from lookalike.judges.mllm.families import FAMILIES
from lookalike.judges.mllm.judge import check_pair
from lookalike.judges.mllm.trial import try_pair
from lookalike.models import advice
from lookalike.models.catalogue import KINDS, CatalogueModel, offered, read_catalogue
from lookalike.models.check import ModelCheck, check_files
from lookalike.models.download import download, forget, unfinished
from lookalike.models.errors import ModelError
from lookalike.models.installed import InstalledModel
from lookalike.models.staging import Staging
from lookalike.models.store import ModelStore, folder_files
from lookalike.progress import Progress, ProgressMeter, Stage


@dataclass(frozen=True)
class ModelListing:
    """A model as the user sees it in the list.

    Attributes:
        name: what it is called.
        kind: ``"judge"`` or ``"descriptor"``.
        installed: whether it is in the store.
        size: bytes on the disk, or to be downloaded.
        memory: bytes it takes when loaded, about; 0 if unknown.
        licence: its licence's name; empty if unknown.
        good_for: what it suits; empty for the user's own files.
        speed: how fast to expect it, in a word; empty for the user's own files.
        repository: where a download comes from; empty for the user's own files.
        fit: how its memory suits this machine: "comfortable", "tight" or "too large"; empty if unknown.
        recommended: whether it is the one to take on this machine.
        reason: why it is recommended.
        usable: whether this version of Lookalike can run it.
        pairs_per_second: measured when it was added; None if it was not.
        first_seconds: likewise, seconds for a photo the model has not seen.
        photos_per_second: likewise, of a descriptor model.
        downloaded: bytes that a download broken off has left.
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


class ModelManager:
    """Everything to be done with models but using them.

    Only `download` uses the network.

    Args:
        store: the models there are.
        release: lets go of a model that is to be removed; raises LookalikeError where it must not be.
    """

    def __init__(self, store: ModelStore, release: Callable[[str], None] = lambda name: None) -> None:
        self.store = store
        self._release = release

    def listings(self) -> list[ModelListing]:
        """The models there are and the models that can be downloaded, by kind, as the catalogue orders them.

        Raises:
            ModelError: the catalogue cannot be read.
        """
        machine = advice.this_machine()
        catalogue = read_catalogue()
        advised = {kind: self.recommend(kind) for kind in KINDS}
        owned = {model.name: model for model in self.store.installed()}
        listed = [
            self._offer(model, owned.pop(model.name, None), advised[model.kind], machine)
            for model in catalogue
        ]
        own = [
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
            )
            for model in owned.values()
        ]
        return sorted([*own, *listed], key=lambda listing: (KINDS.index(listing.kind), not listing.installed))

    def _offer(
        self,
        model: CatalogueModel,
        owned: InstalledModel | None,
        advised: advice.Advice,
        machine: advice.Machine,
    ) -> ModelListing:
        recommended = model.name == advised.name
        return ModelListing(
            model.name,
            model.kind,
            owned is not None,
            model.size if owned is None else owned.size,
            model.memory if owned is None or not owned.memory else owned.memory,
            model.licence,
            model.good_for,
            model.speed,
            model.repository,
            fit=advice.fit(model.memory, machine),
            recommended=recommended,
            reason=advised.reason if recommended else "",
            usable=usable(model),
            pairs_per_second=None if owned is None else owned.pairs_per_second,
            first_seconds=None if owned is None else owned.first_seconds,
            photos_per_second=None if owned is None else owned.photos_per_second,
            downloaded=0 if owned is not None else unfinished(self.store, model.name),
        )

    def recommend(self, kind: str) -> advice.Advice:
        """The model of a kind to take on this machine, and why."""
        return advice.recommend(read_catalogue(), kind, advice.this_machine(), usable)

    def download(
        self, name: str, cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[Progress, None, InstalledModel | None]:
        """Download a model of the catalogue, try it, and put it into the store.

        Closing the generator cancels; what has come is kept for the next call.

        Returns:
            The model; None where the trial was cancelled.

        Raises:
            LookalikeError: it cannot be had, or failed its trial and is not kept.
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
        """Delete what a download broken off has left."""
        forget(self.store, offered(name).name)

    def import_files(
        self,
        files: tuple[Path, ...],
        name: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[Progress, None, InstalledModel | None]:
        """Take in the user's own files, after a trial.

        Args:
            files: a judge's two GGUF files in any order, or one folder of a transformers vision model.
            name: what to call it; the file's or folder's name otherwise.
            cancelled: polled during the trial.

        Returns:
            The model; None where the trial was cancelled.

        Raises:
            LookalikeError: the files are no model that Lookalike can run; nothing is kept.
        """
        if len(files) == 1 and files[0].is_dir():
            folder = files[0]
            open_describer(folder_spec(folder))
            kind = "descriptor"
            named = folder_files(folder)
            name = name or folder.resolve().name
        elif len(files) == 2:
            llm, mmproj = sorted(files, key=lambda path: "mmproj" in path.name.lower())
            check_pair(llm, mmproj)
            kind, named, name = "judge", {"llm": llm, "mmproj": mmproj}, name or llm.stem
        else:
            raise ModelError(
                "A model is two GGUF files (the model and its mmproj) or one folder.", "Choose both files."
            )
        staging, found = yield from self.store.take_in(name, kind, named)
        return (yield from self._finish(staging, found, cancelled, keep=False))

    def _finish(
        self, staging: Staging, model: InstalledModel, cancelled: Callable[[], bool], *, keep: bool
    ) -> Generator[Progress, None, InstalledModel | None]:
        try:
            yield ProgressMeter(Stage.TRYING).snapshot()
            tried = self._tried(model, cancelled)
        except LookalikeError:
            staging.discard()
            raise
        except GeneratorExit:
            tried = None
        if tried is not None:
            return staging.finish(tried)
        if not keep:
            staging.discard()
        return None

    def _tried(self, model: InstalledModel, cancelled: Callable[[], bool]) -> InstalledModel | None:
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
        """Delete a model from the store, ending its worker process.

        Raises:
            LookalikeError: there is none of this name, or it is in use and cannot be done without.
        """
        self._release(name)
        self.store.remove(name)

    def check(self, name: str | None = None) -> Generator[Progress, None, list[ModelCheck]]:
        """See whether models are still whole and their files belong together.

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


def usable(model: CatalogueModel) -> bool:
    """Whether this version of Lookalike can run a model of the catalogue."""
    if model.kind != "judge":
        return True
    return any(
        model.architecture in family.architectures and model.projector in family.projectors
        for family in FAMILIES
    )


def _misfits(model: InstalledModel) -> list[str]:
    with suppress(KeyError):
        try:
            if model.kind == "judge":
                check_pair(model.file("llm"), model.file("mmproj"))
            else:
                open_describer(folder_spec(model.folder))
        except LookalikeError as error:
            return [error.message]
        return []
    return ["It lacks a part."]
