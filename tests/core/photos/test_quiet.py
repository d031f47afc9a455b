"""The warning filters of the process survive any overlap of decoding threads."""

from __future__ import annotations

import threading
import warnings

import pytest

from lookalike.photos.quiet import quiet


def test_filters_are_as_before_when_the_last_thread_is_out() -> None:
    before = list(warnings.filters)
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with quiet:
            first_in.set()
            second_in.wait(10)
        first_out.set()

    thread = threading.Thread(target=first)
    thread.start()
    first_in.wait(10)
    with quiet:
        second_in.set()
        first_out.wait(10)
        # The first one in is out, and still nothing of Pillow's is heard here.
        warnings.warn_explicit(
            "odd file", UserWarning, "PIL/TiffImagePlugin.py", 1, module="PIL.TiffImagePlugin"
        )
    thread.join()
    assert list(warnings.filters) == before


def test_other_modules_still_warn_inside() -> None:
    with quiet, pytest.raises(UserWarning, match="mine"):
        warnings.warn_explicit("mine", UserWarning, "other.py", 1, module="other")
