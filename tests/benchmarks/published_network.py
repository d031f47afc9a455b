"""The published network in PyTorch, which benchmarks compare with: the one that the embedded network is made from."""

from __future__ import annotations

import sys

from tests.data import REPOSITORY

sys.path.append(str(REPOSITORY / "packaging"))

from efficientnet_lite2 import EfficientNetLite2, pooled

__all__ = ["EfficientNetLite2", "pooled"]
