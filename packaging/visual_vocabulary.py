"""Trainer of the visual vocabulary that ships with Lookalike (``resources/visual_vocabulary.npz``).

    python packaging/visual_vocabulary.py PHOTOS [--output FILE]

PHOTOS is a folder with these photos, whose licences allow a statistic of them to be shipped; none of them is itself in
the repository. A vocabulary is means of descriptors, a rotation, and how often each word occurred.

* ``budgie-backgrounds``: github.com/BuddiesOfBudgie/budgie-backgrounds at 82067426, ``backgrounds/*.jpg`` (CC0)
* ``pop-wallpapers``: github.com/pop-os/wallpapers at 03a25a14, those of ``original/*.jpg`` that its README lists under
  Unsplash ("in the public domain")
* ``lomiri-wallpapers``: the Debian packages lomiri-wallpapers-16.04 and -20.04, 20.04.0-2, ``/usr/share/backgrounds``
  (CC BY 4.0, CC BY-SA 3.0 and 4.0; their authors are in the file names)
* ``scikit-image``: from the wheel of scikit-image 0.26.0, ``skimage/data``: astronaut, brick, camera, chelsea, coffee,
  coins, grass, gravel, hubble_deep_field, motorcycle_left, rocket (CC0, public domain, and Middlebury's, free to use)

Each photo is taken at up to three sizes and cut into tiles, so that few photos give many features. None of the photos
that Lookalike is evaluated with is among them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.index.inverted.vocabulary import (
    CELLS,
    SIGNATURE_BITS,
    WORDS_OF_CELL,
    Vocabulary,
    save_vocabulary,
)
from lookalike.local_features import LONGEST_SIDE, extract
from lookalike.photos import decode, is_photo, read_file

SIDES = (LONGEST_SIDE, 2 * LONGEST_SIDE, 4 * LONGEST_SIDE)
"""Longest sides at which a photo is taken, as far as it is that large."""

ROUNDS = 12
CELL_SAMPLE = 100_000
"""Descriptors that the cells are trained on; the words of a cell are trained on all that fall into it."""


def tiles(photo: Image.Image) -> Iterator[Image.Image]:
    """The photo, and pieces of it at larger sizes, each of at most `LONGEST_SIDE`."""
    for side in SIDES:
        scale = side / max(photo.size)
        if scale > 1.0 and side > LONGEST_SIDE:
            return
        resized = photo.resize(
            (max(1, round(photo.width * scale)), max(1, round(photo.height * scale))),
            Image.Resampling.BICUBIC,
        )
        for left in range(0, resized.width, LONGEST_SIDE):
            for top in range(0, resized.height, LONGEST_SIDE):
                yield resized.crop(
                    (
                        left,
                        top,
                        min(left + LONGEST_SIDE, resized.width),
                        min(top + LONGEST_SIDE, resized.height),
                    )
                )


def gather(folder: Path) -> NDArray[np.uint8]:
    """The descriptors of all tiles of all photos below a folder, each once, in a fixed order."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if is_photo(path)):
        photo = decode(read_file(path), SIDES[-1]).image.convert("L")
        found += [extract(tile).descriptors for tile in tiles(photo)]
        print(path.relative_to(folder), sum(map(len, found)), file=sys.stderr)
    return np.unique(np.concatenate(found), axis=0)


def k_means(points: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """`count` centroids of `points` by FAISS's k-means, from a fixed seed."""
    import faiss

    trained: Any = faiss.Kmeans(
        points.shape[1],
        count,
        niter=ROUNDS,
        seed=1,
        min_points_per_centroid=1,
        max_points_per_centroid=1 << 20,
    )
    trained.train(points)
    centroids: NDArray[np.float32] = trained.centroids
    return centroids


def train(descriptors: NDArray[np.uint8]) -> Vocabulary:
    """A vocabulary of two levels: the words of each cell are centroids of what is nearest the cell's centroid."""
    import faiss

    faiss.omp_set_num_threads(1)
    random = np.random.default_rng(0)
    points = descriptors.astype(np.float32)
    sample = points[random.permutation(len(points))[:CELL_SAMPLE]]
    cells = k_means(sample, CELLS)
    index: Any = faiss.IndexFlatL2(cells.shape[1])
    index.add(cells)
    nearest = index.search(points, 1)[1][:, 0]
    words = np.concatenate([k_means(points[nearest == cell], WORDS_OF_CELL) for cell in range(CELLS)])
    basis = np.linalg.qr(random.standard_normal((cells.shape[1], cells.shape[1])))[0]
    rotation = basis[:, :SIGNATURE_BITS].astype(np.float32)
    rounded, kept = quantised(cells), quantised(words)
    counted = Vocabulary(rounded, kept, rotation, np.zeros(len(kept), np.uint32))
    counts = np.bincount(counted.assign(descriptors, 1)[:, 0], minlength=len(kept)).astype(np.uint32)
    return Vocabulary(rounded, kept, rotation, counts)


def quantised(centroids: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Centroids as bytes, as descriptors are."""
    return np.round(centroids).clip(0, 255).astype(np.uint8)


def main() -> None:
    """Train, and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--output", type=Path, default=Path("resources/visual_vocabulary.npz"))
    options = parser.parse_args()
    descriptors = gather(options.photos)
    vocabulary = train(descriptors)
    save_vocabulary(vocabulary, options.output)
    print(f"{len(descriptors):,} descriptors, {len(vocabulary.words):,} words, {vocabulary.key}")


if __name__ == "__main__":
    main()
