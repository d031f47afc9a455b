"""ILIAS (arXiv 2502.11748): a thousand objects, searched for by photo and by words among up to 100 million photos.

``ilias_core`` has a folder for each object: ``query`` with its queries (``Q*.jpg`` and the words ``T*.txt``) and
``pos`` with its positives. ``image_ids``, from the same place, lists them, and tells of each positive how large the
object is in it and how much clutter there is. ``taxonomy.json``, from the authors' repository, has the categories.
Distractors come in archives, which are to be unpacked: those of mini-ILIAS to ``mini_ilias_yfcc100m``, the others to
``yfcc100m``. The figure is mAP@1k.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lookalike.errors import LookalikeError
from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    IMAGE_SUFFIXES,
    Source,
    broken,
    check_photos,
    existing_root,
    missing,
    numbered_lines,
    required_folder,
)
from lookalike.evaluation.ground_truth import Attribute, GroundTruthQuery
from lookalike.evaluation.measures import Measure, QueryMeasure, average_precision, where

SOURCE = Source(
    "ILIAS",
    "https://github.com/ilias-vrg/ilias",
    "the folders ilias_core and image_ids (download/download_ilias.sh)",
)

CORE, LISTS = "ilias_core", "image_ids"
IMAGE_QUERIES, TEXT_QUERIES, POSITIVES = "image_query_ids.txt", "text_query_ids.txt", "positive_ids.txt"
TAXONOMY = ("taxonomy.json", "misc/taxonomy.json")

DISTRACTORS = {"ilias": None, "ilias-5m": "mini_ilias_yfcc100m", "ilias-yfcc100m": "yfcc100m"}
MINI_LIST = "mini_ilias_yfcc100m_ids.txt"

DEPTH = 1000


def _by(modality: str) -> Measure:
    def is_wanted(answer: Answer) -> bool:
        return answer.attributes.get("modality") == modality

    return QueryMeasure(f"mAP@1k {modality}", where(average_precision(DEPTH), is_wanted))


class Ilias(Dataset):
    """ILIAS.

    Args:
        root: its folder.
        name: "ilias" for the core, "ilias-5m" for mini-ILIAS, "ilias-yfcc100m" for as many distractors as are there.

    Raises:
        LookalikeError: something is missing or broken.
    """

    measures = (_by("image"), _by("text"))
    depth = DEPTH

    def __init__(self, root: Path, name: str = "ilias") -> None:
        self.name = name
        root = existing_root(root)
        self.root = required_folder((root / CORE,), SOURCE) if root.name != CORE else root
        top = self.root.parent
        self.folders: tuple[Path, ...] = (self.root,)
        lists = top / LISTS
        self._positives: dict[str, dict[Path, dict[str, Attribute]]] = defaultdict(dict)
        if lists.is_dir():
            self._images = [self._path(lists / IMAGE_QUERIES, *one) for one in _rows(lists / IMAGE_QUERIES)]
            self._texts = [self._path(lists / TEXT_QUERIES, *one) for one in _rows(lists / TEXT_QUERIES)]
            self._read_positives(lists / POSITIVES)
        else:
            self._images = sorted(self.root.glob("*/query/Q*.jpg"))
            self._texts = sorted(self.root.glob("*/query/T*.txt"))
            for path in sorted(self.root.glob("*/pos/P*.jpg")):
                self._positives[self._object(path)][path] = {}
        self._check()
        self._categories = _read_taxonomy(top)
        if (distractors := DISTRACTORS[name]) is not None:
            self.folders += (_distractors(top / distractors, lists / MINI_LIST),)

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The photos, then the words."""
        for path in (*self._images, *self._texts):
            is_text = path.suffix == ".txt"
            shown = self._object(path)
            category, _, finer = self._categories.get(shown, "").partition("-")
            attributes: dict[str, Attribute] = {"modality": "text" if is_text else "image"}
            if category:
                attributes |= {"category": category, "subcategory": f"{category}-{finer}"}
            yield GroundTruthQuery(
                image=None if is_text else path,
                group=shown,
                kind=category or "object",
                positives=frozenset(self._positives[shown]),
                junk=frozenset(),
                name=path.relative_to(self.root).as_posix(),
                words=" ".join(path.read_text(encoding="utf-8", errors="replace").split()) if is_text else "",
                attributes=attributes,
                labels=self._positives[shown],
            )

    def outside(self) -> Iterator[Path]:
        """The photos that are queries."""
        return iter(self._images)

    def count(self) -> int:
        """How many queries there are."""
        return len(self._images) + len(self._texts)

    def _object(self, path: Path) -> str:
        return path.relative_to(self.root).parts[0]

    def _path(self, file: Path, line: int, fields: list[str]) -> Path:
        parts = Path(fields[0]).parts
        if len(parts) != 3 or ".." in parts:
            raise broken(file, f"{fields[0]!r} is no name of ILIAS", SOURCE, line)
        return self.root / fields[0]

    def _read_positives(self, file: Path) -> None:
        for line, fields in _rows(file):
            path = self._path(file, line, fields)
            try:
                scale, clutter = (float(one) for one in fields[1:3])
            except ValueError as error:
                raise broken(file, "it lacks object scale and clutter", SOURCE, line) from error
            self._positives[self._object(path)][path] = {"scale": scale, "clutter": clutter}

    def _check(self) -> None:
        check_photos((*self._images, *self._texts), SOURCE)
        check_photos((path for found in self._positives.values() for path in found), SOURCE)
        if not self._images and not self._texts:
            raise missing(self.root / "*" / "query" / "Q*.jpg", SOURCE)
        for path in (*self._images, *self._texts):
            if not self._positives.get(self._object(path)):
                raise missing(path.parent.parent / "pos" / "P*.jpg", SOURCE)


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    if not file.is_file():
        raise missing(file, SOURCE)
    for number, line in numbered_lines(file, SOURCE):
        yield number, [field.strip() for field in line.split(",")]


def _read_taxonomy(top: Path) -> dict[str, str]:
    """The category and the subcategory of each object, as "product-food"; none without the file."""
    file = next((top / name for name in TAXONOMY if (top / name).is_file()), None)
    if file is None:
        return {}
    try:
        content: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads(file.read_text(encoding="utf-8"))
        return {
            shown: f"{category}-{subcategory}"
            for category, finer in content.items()
            for subcategory, finest in finer.items()
            for objects in finest.values()
            for shown in objects
        }
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise broken(file, "it is no taxonomy", SOURCE) from error


def _distractors(folder: Path, listed: Path) -> Path:
    """The folder of the unpacked distractors; that of mini-ILIAS is compared with its list, where that is there."""
    if not folder.is_dir():
        raise missing(folder, SOURCE, ", with the unpacked distractors")
    photos = archives = 0
    for _, _, files in os.walk(folder):
        photos += sum(Path(name).suffix.lower() in IMAGE_SUFFIXES for name in files)
        archives += sum(name.endswith(".tar") for name in files)
    if archives and not photos:
        raise LookalikeError(
            "{folder} has {count} archives and no photos.",
            "Unpack them there: `for f in *.tar; do tar -xf $f; done`.",
            folder=folder,
            count=archives,
        )
    if not photos:
        raise missing(f"Every photo of {folder}", SOURCE)
    if listed.is_file() and folder.name == DISTRACTORS["ilias-5m"]:
        wanted = sum(1 for _ in numbered_lines(listed, SOURCE))
        if photos < wanted:
            raise missing(f"{wanted - photos} of the {wanted} photos of {folder}", SOURCE)
    return folder
