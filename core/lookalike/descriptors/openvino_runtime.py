"""OpenVINO, imported for running networks only: without its conversion tool and its telemetry."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

_CONVERSION_TOOL = "openvino.tools.ovc"
_TELEMETRY = "openvino_telemetry"


def import_openvino() -> Any:
    """The package ``openvino``.

    Left to itself, ``import openvino`` imports its conversion tool, and that reports the import to Intel through
    ``openvino_telemetry``: without asking, and with an identifier that it leaves in the user's home folder. The
    package does without the tool where it cannot be imported; so neither can be, in this process.
    """
    if "openvino" not in sys.modules:
        for name in (_TELEMETRY, _CONVERSION_TOOL):
            # This is how Python notes that a module cannot be imported; typeshed's type of the table lacks it.
            modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
            modules[name] = None
    import openvino

    return openvino
