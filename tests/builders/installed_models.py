"""Puts models into a store as they are, untried, for tests of what happens with them afterwards."""

from __future__ import annotations

from pathlib import Path

from lookalike.models.installed import InstalledModel
from lookalike.models.store import ModelStore, folder_files


def put_judge(store: ModelStore, llm: Path, mmproj: Path, name: str) -> InstalledModel:
    """A multimodal LLM's two files as a judge."""
    return _put(store, name, "judge", {"llm": llm, "mmproj": mmproj})


def put_descriptor(store: ModelStore, source: Path, name: str) -> InstalledModel:
    """A transformers folder as a descriptor model."""
    return _put(store, name, "descriptor", folder_files(source))


def _put(store: ModelStore, name: str, kind: str, files: dict[str, Path]) -> InstalledModel:
    taking = store.take_in(name, kind, files)
    while True:
        try:
            next(taking)
        except StopIteration as end:
            staging, model = end.value
            finished: InstalledModel = staging.finish(model)
            return finished
