"""Small copies of public data sets, with their files of annotations, in the layout of their authors."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Paint = Callable[[int, int], Image.Image]
"""A photo of a thing (its number) in a view (its number)."""


def flat(thing: int, view: int) -> Image.Image:
    """A photo that costs nothing, for readers that do not look at it."""
    return Image.new("RGB", (40, 30), (thing * 37 % 256, view * 61 % 256, (thing + view) * 17 % 256))


def save(image: Image.Image, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=92)
    return path


def write_roxford(root: Path, paint: Paint = flat, buildings: int = 2, official: str = "roxford5k") -> Path:
    """Two queries of each building, and of each an easy, a hard and a junk photo, and one of nothing."""
    photos = root / official / "jpg"
    imlist: list[str] = []
    qimlist: list[str] = []
    gnd: list[dict[str, Any]] = []
    for building in range(buildings):
        start = len(imlist)
        for view, name in enumerate(("easy", "hard", "junk")):
            imlist.append(f"building{building}_{name}")
            save(paint(building, view), photos / f"{imlist[-1]}.jpg")
        for query in range(2):
            qimlist.append(f"building{building}_{query:06}")
            image = paint(building, 3 + query)
            save(image, photos / f"{qimlist[-1]}.jpg")
            gnd.append(
                {
                    "bbx": np.array([4.0, 3.0, image.width - 4.0, image.height - 3.0]),
                    "easy": np.array([start]),
                    "hard": np.array([start + 1]),
                    "junk": np.array([start + 2]),
                }
            )
    imlist.append("nothing")
    save(paint(buildings + 5, 0), photos / "nothing.jpg")
    truth = {"imlist": imlist, "qimlist": qimlist, "gnd": gnd}
    (root / official / f"gnd_{official}.pkl").write_bytes(pickle.dumps(truth, protocol=2))
    return root / official


def write_revisitop1m(root: Path, paint: Paint = flat, count: int = 3) -> Path:
    names = [f"{number:04}/{number}.jpg" for number in range(count)]
    for number, name in enumerate(names):
        save(paint(70 + number, 0), root / "revisitop1m" / "jpg" / name)
    (root / "revisitop1m" / "revisitop1m.txt").write_text("\n".join(names) + "\n")
    return root / "revisitop1m"


def write_holidays(root: Path, paint: Paint = flat, scenes: int = 3, listed: bool = True) -> Path:
    names = []
    for scene in range(scenes):
        for view in range(3):
            names.append(f"{1000 + scene}{view:02}.jpg")
            save(paint(scene, view), root / ("jpg1" if scene % 2 else "jpg2") / names[-1])
    if listed:
        (root / "holidays_images.dat").write_text("\n".join(names) + "\n")
    return root


def write_ukbench(root: Path, paint: Paint = flat, objects: int = 2) -> Path:
    for number in range(4 * objects):
        save(paint(number // 4, number % 4), root / "full" / f"ukbench{number:05}.jpg")
    return root


def write_copydays(root: Path, paint: Paint = flat, originals: int = 3) -> Path:
    for number in range(originals):
        image = paint(number, 0)
        save(image, root / "original" / f"{2000 + number}00.jpg")
        save(paint(number, 1), root / "strong" / f"{2000 + number}01.jpg")
        (root / "jpegqual" / "30").mkdir(parents=True, exist_ok=True)
        image.save(root / "jpegqual" / "30" / f"{2000 + number}00.jpg", quality=30)
        save(
            image.crop((5, 5, image.width - 5, image.height - 5)),
            root / "crops" / "20" / f"{2000 + number}00.jpg",
        )
    save(paint(0, 2), root / "strong" / "200002.jpg")
    return root


def write_disc21(root: Path, paint: Paint = flat, references: int = 3) -> Path:
    lines = ["query_id,reference_id"]
    for number in range(references):
        save(paint(number, 0), root / "references" / f"R{number:06}.jpg")
        save(paint(number, 1), root / "final_queries" / f"Q{50000 + number}.jpg")
        lines.append(f"Q{50000 + number},R{number:06}")
    save(paint(40, 0), root / "final_queries" / "Q50900.jpg")
    lines.append("Q50900,")
    (root / "final_ground_truth.csv").write_text("\n".join(lines) + "\n")
    return root


def write_concepts(root: Path, paint: Paint = flat, concepts: int = 2, views: int = 3) -> Path:
    for concept in range(concepts):
        for view in range(views):
            save(paint(concept, view), root / "dataset" / f"thing{concept}" / f"{view:02}.jpg")
    (root / "dataset" / "prompts_and_classes.txt").write_text(
        "Classes\n\nsubject_name,class\nthing0,toy\nthing1,dog\n\nPrompts\n\nObject Prompts\n"
        "'a {0} {1} on a beach'.format(unique_token, class_token),\n"
    )
    return root


def write_gldv2(root: Path, paint: Paint = flat, landmarks: int = 2) -> Path:
    index, solution, recognition = ["id"], ["id,images,Usage"], ["id,landmarks,Usage"]
    for landmark in range(landmarks):
        positives = []
        for view in range(2):
            name = f"{landmark:x}{view:x}a{landmark:013x}"
            save(paint(landmark, view), root / "index" / name[0] / name[1] / name[2] / f"{name}.jpg")
            positives.append(name)
            index.append(name)
        name = f"f{landmark:x}b{landmark:013x}"
        save(paint(landmark, 2), root / "test" / name[0] / name[1] / name[2] / f"{name}.jpg")
        usage = "Private" if landmark % 2 else "Public"
        solution.append(f"{name},{' '.join(positives)},{usage}")
        recognition.append(f"{name},{100 + landmark},{usage}")
    solution.append("eeeeeeeeeeeeeeee,None,Ignored")
    for name, lines in (
        ("index.csv", index),
        ("retrieval_solution_v2.1.csv", solution),
        ("recognition_solution_v2.1.csv", recognition),
    ):
        (root / name).write_text("\n".join(lines) + "\n")
    return root


PRODUCTS = {"10": ["soap"], "11": ["soap"], "12": ["cream"], "13": ["cream"], "14": ["cream"], "15": ["oil"]}
SUITS = {"90": ["soap", "cream"], "91": ["cream", "cream", "oil"], "92": ["soap", "perfume"]}


def write_product1m(root: Path, paint: Paint = flat) -> Path:
    for part, photos in (("gallery", PRODUCTS), ("test", SUITS)):
        lines = []
        for number, (name, labels) in enumerate(photos.items()):
            save(paint(number, 0 if part == "gallery" else 1), root / part / f"{name}.jpg")
            lines.append("#####".join([name, "标题", "https://a", "http://b", "#;#".join(labels)]))
        (root / f"product1m_{part}_ossurl_v2.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


ILIAS_OBJECTS = ("bold_bimp_000", "cozy_flup_001")


def write_ilias(root: Path, paint: Paint = flat, lists: bool = True, distractors: int = 0) -> Path:
    """Two objects with a photo, words and three positives each; scale and clutter of every quarter."""
    image_ids, text_ids, positive_ids = [], [], []
    scales, clutters = (0.01, 0.1, 0.2, 0.5), (5, 20, 40, 60)
    for number, name in enumerate(ILIAS_OBJECTS):
        folder = root / "ilias_core" / name
        image = paint(number, 0)
        save(image, folder / "query" / f"Q{number:03}_00.jpg")
        (folder / "query" / f"Q{number:03}_00_bbox.txt").write_text(
            f"1 1 {image.width - 2} {image.height - 2}\n"
        )
        (folder / "query" / f"T{number:03}.txt").write_text(f"a thing\nof number {number}")
        image_ids.append(f"{name}/query/Q{number:03}_00.jpg,10")
        text_ids.append(f"{name}/query/T{number:03}.txt")
        for view in range(3):
            save(paint(number, view + 1), folder / "pos" / f"P{number:03}_{view:02}.jpg")
            at = (number + view) % 4
            positive_ids.append(f"{name}/pos/P{number:03}_{view:02}.jpg,{scales[at]},{clutters[at]}")
    for number in range(distractors):
        save(paint(50 + number, 0), root / "mini_ilias_yfcc100m" / f"{number:03}" / f"{number:012}.jpg")
    if lists:
        (root / "image_ids").mkdir()
        for file, lines in (
            ("image_query_ids.txt", image_ids),
            ("text_query_ids.txt", text_ids),
            ("positive_ids.txt", positive_ids),
            ("mini_ilias_yfcc100m_ids.txt", [f"{number:012}" for number in range(distractors)]),
        ):
            (root / "image_ids" / file).write_text("\n".join(lines) + "\n")
    taxonomy = {
        "product": {"toy": {"figure": [ILIAS_OBJECTS[0]]}},
        "art": {"painting": {"other": [ILIAS_OBJECTS[1]]}},
    }
    (root / "taxonomy.json").write_text(json.dumps(taxonomy))
    return root


def write_instre(
    root: Path, paint: Paint = flat, mat: Callable[[Mapping[str, Any]], bytes] | None = None
) -> Path:
    """Two objects, of S1 and S2, with a query and two positives each; and a photo of M that shows the first too."""
    imlist: list[str] = []
    qimlist: list[str] = []
    gnd: list[dict[str, Any]] = []
    for number, folder in enumerate(("INSTRE-S1/01a_book", "INSTRE-S2/02b_tower")):
        start = len(imlist)
        for view in range(2):
            imlist.append(f"{folder}/{view:03}.jpg")
            save(paint(number, view), root / imlist[-1])
            (root / imlist[-1]).with_suffix(".txt").write_text("1 1 10 10\n")
        qimlist.append(f"{folder}/100.jpg")
        image = save(paint(number, 2), root / qimlist[-1])
        with Image.open(image) as opened:
            width, height = opened.size
        image.with_suffix(".txt").write_text(f"4 3 {width - 8} {height - 6}\n")
        gnd.append({"ok": [start + 1, start + 2], "bbx": [4, 3, width - 4, height - 3]})
    imlist.append("INSTRE-M/01_book_tower/000.jpg")
    save(paint(0, 5), root / imlist[-1])
    gnd[0]["ok"].append(len(imlist))
    content = {"imlist": imlist, "qimlist": qimlist, "gnd": gnd}
    (root / "gnd_instre.mat").write_bytes((mat or mat_bytes)(content))
    return root


def mat_bytes(variables: Mapping[str, Any], compress: bool = True) -> bytes:
    """A MAT-file of MATLAB 5: lists of text are cells, lists of dictionaries structures, numbers rows of doubles."""
    parts = [b"MATLAB 5.0 MAT-file, made for a test".ljust(124) + struct.pack("<H2s", 0x0100, b"IM")]
    for name, value in variables.items():
        element = _element(14, _matrix(name, value))
        packed = zlib.compress(element)
        parts.append(struct.pack("<II", 15, len(packed)) + packed if compress else element)
    return b"".join(parts)


def _matrix(name: str, value: Any) -> bytes:
    if isinstance(value, str):
        return _head(4, (1, len(value)), name) + _element(4, value.encode("utf-16-le"))
    if isinstance(value, Sequence) and value and isinstance(value[0], str):
        cells = b"".join(_element(14, _matrix("", one)) for one in value)
        return _head(1, (1, len(value)), name) + cells
    if isinstance(value, Sequence) and value and isinstance(value[0], dict):
        names = b"".join(field.encode().ljust(32, b"\0") for field in value[0])
        fields = b"".join(_element(14, _matrix("", one)) for entry in value for one in entry.values())
        head = _head(2, (1, len(value)), name) + _element(5, struct.pack("<i", 32)) + _element(1, names)
        return head + fields
    numbers = np.asarray(value, "<f8")
    return _head(6, (1, len(numbers)), name) + _element(9, numbers.tobytes())


def _head(kind: int, size: tuple[int, int], name: str) -> bytes:
    flags = _element(6, struct.pack("<II", kind, 0))
    return flags + _element(5, struct.pack("<ii", *size)) + _element(1, name.encode())


def _element(kind: int, body: bytes) -> bytes:
    if 0 < len(body) <= 4:
        return struct.pack("<HH", kind, len(body)) + body.ljust(4, b"\0")
    return struct.pack("<II", kind, len(body)) + body + b"\0" * (-len(body) % 8)


def evil_pickle(path: Path) -> bytes:
    """A pickle that would make a folder at `path` if it were loaded without care."""

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.mkdir, (path,))

    buffer = io.BytesIO()
    pickle.dump({"imlist": [], "qimlist": [], "gnd": [Evil()]}, buffer)
    return buffer.getvalue()


WRITERS: dict[str, Callable[..., Path]] = {
    "ilias": write_ilias,
    "instre": write_instre,
    "roxford": write_roxford,
    "rparis": lambda root, paint=flat: write_roxford(root, paint, official="rparis6k"),
    "gldv2": write_gldv2,
    "product1m": write_product1m,
    "holidays": write_holidays,
    "ukbench": write_ukbench,
    "copydays": write_copydays,
    "disc21": write_disc21,
    "dreambooth": write_concepts,
}
"""Writers by the name of the set: each takes a folder, and how photos are painted."""
