"""Pickles of annotations, read without running anything: plain containers, numbers, text and NumPy arrays alone.

A pickle may name any function and have it called, so one from the web is a program. `pickle.Unpickler.find_class` is
the standard library's place to refuse names; what is let through makes arrays and numbers and nothing else.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lookalike.errors import Phrase, os_errors
from lookalike.evaluation.datasets.reading import Source, broken

_RECONSTRUCT = np.ndarray.__reduce__(np.zeros(0))[0]
_SCALAR = np.float64(0).__reduce__()[0]
_FROM_BUFFER = np.zeros(1).__reduce_ex__(5)[0]


def _latin1(text: str, encoding: str) -> bytes:
    """What the arrays of Python 2 call to have their bytes back."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"it encodes text as {encoding}")
    return text.encode("latin-1")


ALLOWED: dict[str, Any] = {
    **dict.fromkeys(("builtins.set", "__builtin__.set"), set),
    **dict.fromkeys(("builtins.frozenset", "__builtin__.frozenset"), frozenset),
    "numpy.ndarray": np.ndarray,
    "numpy.dtype": np.dtype,
    "_codecs.encode": _latin1,
    # NumPy 2 has moved what NumPy 1 wrote.
    **dict.fromkeys(
        ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"), _RECONSTRUCT
    ),
    **dict.fromkeys(("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"), _SCALAR),
    **dict.fromkeys(("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"), _FROM_BUFFER),
}
"""What a pickle may name."""


class RestrictedUnpickler(pickle.Unpickler):
    """An unpickler that makes plain containers, numbers, text and arrays of numbers, and refuses the rest."""

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the pickle stands for.

        Raises:
            pickle.UnpicklingError: it is not allowed.
        """
        found = ALLOWED.get(f"{module}.{name}")
        if found is None:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which annotations have no use for")
        return found


def load_pickle(file: BinaryIO) -> Any:
    """The content of a pickle; text of Python 2 is taken for Latin-1.

    Raises:
        pickle.UnpicklingError: it is broken, or names something that is not allowed.
    """
    try:
        content = RestrictedUnpickler(file, encoding="latin1").load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:
        # A damaged pickle can fail in any of the types that it makes.
        raise pickle.UnpicklingError(f"it is damaged ({type(error).__name__})") from error
    _check_plain(content)
    return content


def _check_plain(content: Any) -> None:
    """Refuse arrays of objects, which may hold what was not looked at."""
    if isinstance(content, np.ndarray) and content.dtype.hasobject:
        raise pickle.UnpicklingError("it has an array of objects")
    if isinstance(content, dict):
        for key, value in content.items():
            _check_plain(key)
            _check_plain(value)
    elif isinstance(content, list | tuple | set | frozenset):
        for value in content:
            _check_plain(value)


def read_pickle(path: Path, source: Source) -> Any:
    """The content of a pickle file.

    Raises:
        LookalikeError: it cannot be read, is broken, or is not plain.
    """
    with (
        os_errors(Phrase("{path} cannot be read", path=path), "{remedy}", remedy=source.remedy),
        path.open("rb") as file,
    ):
        try:
            return load_pickle(file)
        except pickle.UnpicklingError as error:
            raise broken(path, str(error).rstrip("."), source) from error
