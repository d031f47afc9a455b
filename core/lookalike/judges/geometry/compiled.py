"""Compiled networks, kept on this computer: loading one takes half the time of compiling it anew.

OpenVINO can keep such files itself (``CACHE_DIR``), but it loads one that was damaged without noticing. A file here
begins with the checksum of the rest, and its name tells all that it depends on.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from lookalike import app_paths
from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.descriptors.precision import processor
from lookalike.durable import write_durably
from lookalike.errors import LookalikeError
from lookalike.log import log_failure
from lookalike.versions import package_version

logger = logging.getLogger(__name__)

SUFFIX = ".compiled"
DIGEST = hashlib.sha256().digest_size


def compile_network(graph: Path, settings: Mapping[str, Any]) -> Any:
    """A network, compiled for this computer's processor: as it was kept, or else anew.

    Args:
        graph: its graph, an ``.xml`` file with the weights beside it.
        settings: OpenVINO's, for the processor.

    Raises:
        RuntimeError: OpenVINO cannot compile it.
        OSError: its files cannot be read.
    """
    core = import_openvino().Core()
    try:
        kept = app_paths.compiled_networks() / f"{graph.stem}-{_name(graph, settings)}{SUFFIX}"
    except LookalikeError:
        # Without a home there is no place for it.
        return core.compile_model(core.read_model(graph), "CPU", dict(settings))
    content = _read(kept)
    if content is not None:
        try:
            return core.import_model(content, "CPU", dict(settings))
        except RuntimeError as error:
            log_failure(logger, "Loading a compiled network", error)
    model = core.compile_model(core.read_model(graph), "CPU", dict(settings))
    _keep(kept, graph.stem, model.export_model())
    return model


def _name(graph: Path, settings: Mapping[str, Any]) -> str:
    """Names all that a compiled network depends on: processor, OpenVINO, settings, and the files."""
    told = json.dumps([processor(), package_version("openvino"), sorted(settings.items())])
    digest = hashlib.sha256(told.encode())
    for file in (graph, graph.with_suffix(".bin")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _read(path: Path) -> bytes | None:
    """What was kept; None if nothing was, or it is damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, content = content[:DIGEST], content[DIGEST:]
    return content if hashlib.sha256(content).digest() == digest else None


def _keep(path: Path, stem: str, exported: io.BytesIO) -> None:
    """Keep a compiled network, in place of what was kept of it for another version or other settings."""
    content = exported.getvalue()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, hashlib.sha256(content).digest() + content)
    except OSError as error:
        # It is only compiled again next time.
        log_failure(logger, "Keeping a compiled network", error)
        return
    for other in path.parent.glob(f"{stem}-*{SUFFIX}"):
        if other != path:
            with suppress(OSError):
                other.unlink()
