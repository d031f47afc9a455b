"""Text reader: finds and reads the text in photos (optical character recognition), by PP-OCRv6 on OpenVINO.

The package rapidocr brings the networks and what stands around them. It is an extra of Lookalike (``ocr``), and runs in
a process of its own (`lookalike.words.text_worker`). Which way up a text stands is decided here, for all of a photo:
the package's own classifier looks at each line by itself, and turns long lines of small letters the wrong way
(docs/benchmarks.md, "Text in photos").
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.models.errors import ModelError

VERSION = 1
"""Raised whenever photos would be read otherwise than before."""

PACKAGE = "rapidocr"

READ_SIDE = 2000
"""The longest side of a photo that is read, pixels. A page of 75 letters a line has letters of 20 pixels then."""

DETECTION_SIDE = 736
"""A photo whose shorter side has fewer pixels is enlarged to find text in it; the package's own value."""

LEAST_CONFIDENCE = 0.75
"""Of a line; what is less sure is a texture, or a text upside down."""

UPRIGHT_CONFIDENCE = 0.9
"""A photo whose letters are read with less on average is looked at upside down, and turned by a quarter, too."""

SHORTEST_LINE = 2
"""Letters and digits of a line; single ones are seen in anything round or straight."""


@dataclass(frozen=True)
class TextLine:
    """A line of text in a photo.

    Attributes:
        text: as it is written.
        confidence: 0 to 1.
        share: of the photo's area, 0 to 1.
    """

    text: str
    confidence: float
    share: float


@dataclass(frozen=True)
class ReadText:
    """All text in a photo.

    Attributes:
        lines: from the top to the bottom.
    """

    lines: tuple[TextLine, ...] = ()

    @property
    def text(self) -> str:
        """The lines, one below the other; empty where there are none."""
        return "\n".join(line.text for line in self.lines)

    @property
    def share(self) -> float:
        """The share of the photo's area that text takes, 0 to 1."""
        return min(sum(line.share for line in self.lines), 1.0)


def is_installed() -> bool:
    """Whether the extra is there; nothing is imported."""
    return importlib.util.find_spec(PACKAGE) is not None


class TextReader:
    """Reads text. Loads its networks at once; to be used by one thread.

    Args:
        threads: of the networks; half as many as there are cores when None.

    Raises:
        ModelError: the package or one of its files is missing or damaged.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._engine = _engine(threads or max(1, (os.cpu_count() or 1) // 2))

    def read(self, pixels: NDArray[np.uint8]) -> ReadText:
        """The text in a photo.

        Args:
            pixels: RGB uint8 (height, width, 3), its longest side at most `READ_SIDE`.
        """
        lines = self._lines(pixels)
        for turns in (2, 1, 3):
            # What lies is read as well as what stands, but small letters are not found as well.
            if not lines or _confidence(lines) >= UPRIGHT_CONFIDENCE or (turns != 2 and not _sum(lines)):
                break
            turned = self._lines(np.rot90(pixels, turns))
            if _sum(turned) > _sum(lines):
                lines = turned
        kept = (
            line
            for line in lines
            if line.confidence >= LEAST_CONFIDENCE and _letters(line.text) >= SHORTEST_LINE
        )
        return ReadText(tuple(kept))

    def _lines(self, pixels: NDArray[np.uint8]) -> list[TextLine]:
        # The package wants its channels as OpenCV has them.
        found = self._engine(np.ascontiguousarray(pixels[..., ::-1]), use_cls=False)
        if found.txts is None:
            return []
        area = float(pixels.shape[0] * pixels.shape[1])
        return [
            TextLine(text.strip(), float(score), _area(box) / area)
            for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
        ]


def _engine(threads: int) -> Any:
    """The package's engine, with its own networks; nothing of it asks the network for files.

    Raises:
        ModelError: the package or one of its files is missing or damaged.
    """
    # First, as the package would import OpenVINO with its telemetry.
    import_openvino()
    try:
        import rapidocr
        from rapidocr import EngineType, RapidOCR

        # Named by their paths, they are never looked for elsewhere.
        models = Path(rapidocr.__file__).parent / "models"
        return RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,
                "Global.text_score": 0.0,
                "Global.max_side_len": READ_SIDE,
                "Det.engine_type": EngineType.OPENVINO,
                "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
                "Det.limit_side_len": DETECTION_SIDE,
                "Rec.engine_type": EngineType.OPENVINO,
                "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
                "EngineConfig.openvino.inference_num_threads": threads,
                "EngineConfig.openvino.enable_cpu_pinning": False,
            }
        )
    except (ImportError, OSError) as error:
        raise ModelError(
            "Text in photos cannot be read ({reason}).",
            "Install Lookalike again, with its extra “ocr”.",
            reason=error,
        ) from error


def _area(corners: Sequence[Sequence[float]]) -> float:
    """The area of a polygon, in pixels (the shoelace formula)."""
    across, down = np.asarray(corners, np.float64).T
    return float(abs(across @ np.roll(down, 1) - down @ np.roll(across, 1))) / 2


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


def _sum(lines: Sequence[TextLine]) -> float:
    """How many letters were read, each with its line's confidence."""
    return sum(_letters(line.text) * line.confidence for line in lines if line.confidence >= LEAST_CONFIDENCE)


def _confidence(lines: Sequence[TextLine]) -> float:
    """The mean confidence of the letters."""
    letters = sum(_letters(line.text) for line in lines)
    return sum(_letters(line.text) * line.confidence for line in lines) / letters if letters else 1.0
