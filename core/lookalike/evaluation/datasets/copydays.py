"""INRIA Copydays (Douze et al., "Evaluation of GIST descriptors for web-scale image search", 2009).

Queries are edited copies, searched for among the originals: ``strong`` (print and scan, paint, blur ...),
``jpegqual/Q`` (JPEG of quality Q at a sixteenth of the pixels) and ``crops/P`` (P % cut off). The first four digits
of a name say of which original. Photos in ``distractors`` are searched in as well.

Each kind of copy has a mean average precision of its own, by trapezoids as for Holidays, which is how DINO's evaluation
code has it; µAP is over all pairs, as for the Image Similarity Challenge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    Source,
    existing_root,
    missing,
    photos_in,
    required_folder,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import Measure, QueryMeasure, micro_measures, trapezoidal, where

SOURCE = Source(
    "Copydays",
    "https://lear.inrialpes.fr/~jegou/data.php",
    "the folders original and strong, and the folders of copies in jpegqual and crops",
)

QUALITIES = (3, 5, 8, 10, 15, 20, 30, 50, 75)
CROPS = (10, 15, 20, 30, 40, 50, 60, 70, 80)
BLOCKS = ("strong", *(f"jpegqual/{one}" for one in QUALITIES), *(f"crops/{one}" for one in CROPS))
"""The folders of copies."""

NAME = re.compile(r"(\d{4})\d*")
DEPTH = 10


def _of_block(block: str) -> Measure:
    def is_wanted(answer: Answer) -> bool:
        return answer.attributes.get("block") == block

    return QueryMeasure(f"mAP {block}", where(trapezoidal, is_wanted))


class Copydays(Dataset):
    """INRIA Copydays.

    Args:
        root: its folder.

    Raises:
        LookalikeError: something is missing.
    """

    name = "copydays"
    measures = (*(_of_block(block) for block in BLOCKS), *micro_measures(DEPTH))

    def __init__(self, root: Path) -> None:
        self.root = existing_root(root)
        originals = required_folder((self.root / "original",), SOURCE)
        self.folders: tuple[Path, ...] = (originals,)
        if (self.root / "distractors").is_dir():
            self.folders += (self.root / "distractors",)
        self._originals = {
            found[1]: path for path in photos_in(originals) if (found := NAME.fullmatch(path.stem))
        }
        if not self._originals:
            raise missing(originals / "200000.jpg", SOURCE)
        self._blocks = [block for block in BLOCKS if (self.root / block).is_dir()]
        if not self._blocks:
            raise missing(self.root / BLOCKS[0], SOURCE)
        self._count = sum(1 for _ in self._copies())

    def queries(self) -> Iterator[GroundTruthQuery]:
        """Every copy."""
        for block, path, original in self._copies():
            yield GroundTruthQuery(
                image=path,
                group=original.stem,
                kind=block.split("/")[0],
                positives=frozenset({original}),
                junk=frozenset(),
                name=f"{block}/{path.name}",
                attributes={"block": block},
            )

    def count(self) -> int:
        """How many queries there are."""
        return self._count

    def _copies(self) -> Iterator[tuple[str, Path, Path]]:
        for block in self._blocks:
            photos = photos_in(self.root / block)
            if not photos:
                raise missing(self.root / block / "200000.jpg", SOURCE)
            for path in photos:
                found = NAME.fullmatch(path.stem)
                original = self._originals.get(found[1]) if found else None
                if original is None:
                    raise missing(f"The original of {path}", SOURCE)
                yield block, path, original
