"""Threads of numpy's matrix products: one, as photos and pairs are worked on side by side already.

With more, the matrices of two photos' features are too small to gain, and the others' waiting costs processor time: a
quarter of a search with the geometric judge (docs/benchmarks.md, "The geometric judge"). FAISS, OpenCV and OpenVINO
have threads of their own.
"""

from __future__ import annotations

import os

VARIABLES = ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Of OpenBLAS, in numpy's wheels, and of Accelerate on macOS. Both read them when numpy is imported."""


def use_one_thread() -> None:
    """Have this process and its children use one thread, unless the user says otherwise. numpy must not be imported."""
    for name in VARIABLES:
        os.environ.setdefault(name, "1")
