"""The kinds of judges there are. To add a judge, write its `JudgeKind` and list it here."""

from __future__ import annotations

from lookalike.errors import LookalikeError
from lookalike.judges.geometry.kind import GeometricKind
from lookalike.judges.kind import JudgeKind
from lookalike.judges.mllm.kind import MllmKind
from lookalike.plugins import JUDGES, installed, load

JUDGE_KINDS: tuple[type[JudgeKind], ...] = (GeometricKind, MllmKind)
"""In the order in which users see them. Where the user has chosen none, the last that works here is used."""


def plugged_in_kinds() -> tuple[list[type[JudgeKind]], list[LookalikeError]]:
    """The kinds of judges that other packages add, and why some of them cannot be used."""
    kinds: list[type[JudgeKind]] = []
    errors: list[LookalikeError] = []
    for entry in installed(JUDGES).values():
        try:
            kind = load(entry)
        except LookalikeError as error:
            errors.append(error)
            continue
        is_kind = isinstance(kind, type) and issubclass(kind, JudgeKind)
        if is_kind and hasattr(kind, "name") and hasattr(kind, "top"):
            kinds.append(kind)
        else:
            errors.append(
                LookalikeError(
                    "The plug-in {name} ({value}) is no kind of judge.",
                    "Install its package again, or remove it.",
                    name=entry.name,
                    value=entry.value,
                )
            )
    return kinds, errors


def judge_modes() -> list[str]:
    """The questions that any judge can be asked."""
    return list(dict.fromkeys(mode for kind in JUDGE_KINDS for mode in kind.modes()))
