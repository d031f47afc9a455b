"""The model catalogue: what can be downloaded, read from ``resources/models.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.models.errors import ModelError
from lookalike.models.names import demand_usable
from lookalike.resources import resource

FILE = "models.toml"

KINDS = ("judge", "descriptor")
SPEEDS = ("fast", "moderate", "slow", "very slow")
JUDGE_ROLES = {"llm", "mmproj"}


@dataclass(frozen=True)
class CatalogueFile:
    """One file of a model.

    Attributes:
        role: what it is to the model: ``"llm"``, ``"mmproj"``, or the file's name in a model folder.
        path: where it lies in the repository.
        size: bytes, as recorded; the server's own figure counts.
        sha256: its checksum as 64 hex digits; empty where none is recorded.
    """

    role: str
    path: str
    size: int
    sha256: str = ""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class CatalogueModel:
    """A model that can be downloaded.

    Attributes:
        name: what it is called here.
        kind: ``"judge"`` or ``"descriptor"``.
        repository: the repository on Hugging Face, ``owner/name``.
        revision: a commit or branch of it.
        files: what is fetched.
        memory: bytes the loaded model takes, about.
        speed: one of `SPEEDS`, on a CPU.
        licence: its licence's name.
        good_for: one or two sentences for the user.
        architecture: of a judge, what its LLM calls itself (``general.architecture``).
        projector: of a judge, what its projector calls itself (``clip.projector_type``).
    """

    name: str
    kind: str
    repository: str
    revision: str
    files: tuple[CatalogueFile, ...]
    memory: int
    speed: str
    licence: str
    good_for: str
    architecture: str = ""
    projector: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files, as recorded."""
        return sum(file.size for file in self.files)


def read_catalogue(path: Path | None = None) -> tuple[CatalogueModel, ...]:
    """All models that are offered, each kind from the least to the most capable.

    Args:
        path: the file; None for the one that ships with Lookalike.

    Raises:
        ModelError: the file is missing, no TOML, or an entry is not well-formed.
    """
    try:
        path = path or resource(FILE)
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        models = tuple(_model(entry) for entry in content["model"])
        names = [model.name for model in models]
        _demand(len(set(names)) == len(names), "a name is listed twice")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ModelError) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise ModelError(
            "The list of models ({path}) cannot be read: {reason}.",
            "Install Lookalike again.",
            path=path or FILE,
            reason=reason,
        ) from error
    return models


def offered(name: str) -> CatalogueModel:
    """The entry of this name.

    Raises:
        ModelError: there is none, or the list cannot be read.
    """
    for model in read_catalogue():
        if model.name.casefold() == name.casefold():
            return model
    raise ModelError(
        "No model called {name} can be downloaded.", "Choose one from the list of models.", name=name
    )


def _model(entry: dict[str, Any]) -> CatalogueModel:
    fields = dict(entry)
    files = tuple(CatalogueFile(**file) for file in fields.pop("files"))
    model = CatalogueModel(files=files, **fields)
    about = f"{model.name}: "
    demand_usable(model.name)
    _demand(model.kind in KINDS, f"{about}there is no kind {model.kind!r}")
    _demand(model.speed in SPEEDS, f"{about}there is no speed {model.speed!r}")
    _demand(
        re.fullmatch(r"[\w.-]+/[\w.-]+", model.repository), f"{about}{model.repository!r} is no repository"
    )
    _demand(model.revision and model.licence and model.good_for, f"{about}an empty text")
    _demand(type(model.memory) is int and model.memory > 0, f"{about}memory is no number of bytes")
    roles = {file.role for file in files}
    _demand(len(roles) == len(files) == len({file.name for file in files}), f"{about}a file is listed twice")
    if model.kind == "judge":
        _demand(roles == JUDGE_ROLES, f"{about}a judge has an llm and an mmproj")
        _demand(model.architecture and model.projector, f"{about}it does not say what its files are")
    else:
        _demand({"config.json", "preprocessor_config.json"} <= roles, f"{about}it lacks a config.json")
    for file in files:
        demand_usable(file.name)
        _demand(type(file.size) is int and file.size > 0, f"{about}{file.path} has no size")
        _demand(re.fullmatch(r"([0-9a-f]{64})?", file.sha256), f"{about}{file.path} has no such checksum")
    return model


def _demand(holds: object, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
