"""Fixtures for models: a hub on this machine, and a catalogue of one tiny model that it offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from lookalike.models.catalogue import CatalogueFile, CatalogueModel
from tests.builders.model_hub import ModelHub, serving


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelHub]:
    """A hub that Lookalike takes for the real one."""
    with serving(ModelHub()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


REPOSITORY = "someone/tiny"
LARGE, SMALL = f"{REPOSITORY}/weights.bin", f"{REPOSITORY}/config.json"


@pytest.fixture
def model(hub: ModelHub) -> CatalogueModel:
    """A model of one large and one small file on the hub."""
    hub.files[LARGE] = bytes(range(256)) * 2400
    hub.files[SMALL] = b'{"model_type": "tiny"}'
    return CatalogueModel(
        name="Tiny",
        kind="descriptor",
        repository=REPOSITORY,
        revision="main",
        files=(
            CatalogueFile("weights", "weights.bin", 600_000),
            CatalogueFile("config.json", "config.json", 20),
        ),
        memory=1_000_000,
        speed="fast",
        licence="MIT",
        good_for="Tests.",
    )


@pytest.fixture
def recorded(model: CatalogueModel) -> Callable[[str], CatalogueModel]:
    """``recorded(sha256)``: the model with a checksum in its catalogue entry for the large file."""
    return lambda sha256: replace(model, files=(replace(model.files[0], sha256=sha256), model.files[1]))
