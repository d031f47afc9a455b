"""How surely screenshots, documents and receipts are told from photographs.

``QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.photo_kinds PHOTOS... [--count 40] [--every 5]`` makes
screenshots (windows of Qt as they are grabbed, at the sizes of screens), pages and receipts (generated, photographed),
and takes every so many of the photos in the folders for photographs. All of it is recognised as a library does, from a
thumbnail, the metadata and the text, which is read. It prints what each was taken for, and precision and recall; then
the same without texts. ``--unread`` reads none, and is quick.
"""

from __future__ import annotations

import argparse
import io
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from lookalike.errors import LookalikeError
from lookalike.photos import decode, read_file, thumbnail
from lookalike.words.kind_look import SIDE, look_at
from lookalike.words.photo_kinds import DOCUMENT, KINDS, RECEIPT, SCREENSHOT, KindEvidence, kind_of
from lookalike.words.text_reader import READ_SIDE, TextReader
from tests.builders.screens import Screens
from tests.builders.text_photos import TextPhoto, TextPhotos

MESSENGER_SIDE = 1600
"""The longest side of pictures that messengers send, as JPEG."""

Example = tuple[str, Image.Image, tuple[int, int], str]
"""What it is, its pixels, the size and the format of its file."""


def screens(seed: int) -> Iterator[Example]:
    """A screenshot as it is taken, as JPEG, cut to a window, and as a messenger sends it."""
    image = Screens(seed).screen()
    yield "screenshot, PNG", image, image.size, "PNG"
    yield "screenshot, JPEG", _as_jpeg(image), image.size, "JPEG"
    window = image.crop((0, 0, int(image.width * 0.71), int(image.height * 0.83)))
    yield "screenshot, a window, PNG", window, window.size, "PNG"
    sent = image.copy()
    sent.thumbnail((MESSENGER_SIDE, MESSENGER_SIDE))
    yield "screenshot, sent as JPEG", _as_jpeg(sent), sent.size, "JPEG"


def papers(seed: int) -> Iterator[Example]:
    """A page and a receipt, photographed."""
    draw = TextPhotos(seed)
    page = draw.laid(draw.page(1400, letters=60 + seed % 30), (1500, 2000), fill=draw.rng.uniform(0.75, 1))
    receipt = draw.laid(draw.receipt(700), (1200, 1600), fill=draw.rng.uniform(0.7, 0.97))
    for name, paper in (("page", page), ("receipt", receipt), ("cover", draw.cover()), ("sign", draw.sign())):
        image = _as_jpeg(_photographed(draw, paper, seed).image)
        yield name, image, image.size, "JPEG"


def photographs(folders: list[Path], every: int, unread: bool) -> Iterator[Example]:
    """Photos of folders; also as PNG, and cut to the size of a screen."""
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file())[::every]:
            try:
                photo = decode(read_file(path), SIDE if unread else READ_SIDE)
            except LookalikeError:
                continue
            image = photo.image
            size = photo.facts.width, photo.facts.height
            yield f"photograph of {folder.name}", image, size, photo.facts.format
            yield f"photograph of {folder.name}, as PNG", image, size, "PNG"
            yield f"photograph of {folder.name}, 1920 × 1080", image, (1920, 1080), "JPEG"


def _photographed(draw: TextPhotos, paper: TextPhoto, seed: int) -> TextPhoto:
    paper = paper if seed % 2 else draw.turned(paper)
    paper = draw.dim(paper) if seed % 3 == 1 else paper
    return draw.noisy(paper, 10) if seed % 4 == 2 else paper


def _as_jpeg(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return Image.open(file).convert("RGB")


RIGHT = {"screenshot": SCREENSHOT, "page": DOCUMENT, "receipt": RECEIPT}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--count", type=int, default=40, help="of each kind that is made")
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--unread", action="store_true")
    options = parser.parse_args()
    application = QApplication([])
    reader = None if options.unread else TextReader()
    taken: dict[str, defaultdict[str, Counter[str]]] = {
        way: defaultdict(Counter) for way in ("with texts", "without")
    }
    seconds: list[float] = []
    read_before: tuple[Image.Image | None, KindEvidence | None] = (None, None)
    examples = [photographs(options.folders, options.every, options.unread)]
    examples += [make(1000 + seed) for seed in range(options.count) for make in (screens, papers)]
    for some in examples:
        for name, image, size, form in some:
            if read_before[0] is image and read_before[1] is not None:
                evidence = replace(read_before[1], width=size[0], height=size[1], format=form)
            else:
                small = Image.open(io.BytesIO(thumbnail(image)))
                began = time.process_time()
                look = look_at(small)
                seconds.append(time.process_time() - began)
                evidence = KindEvidence(*size, form, "", look)
                if reader is not None:
                    shown = image.copy()
                    shown.thumbnail((READ_SIDE, READ_SIDE))
                    found = reader.read(np.asarray(shown))
                    evidence = replace(evidence, text=found.text, text_share=found.share)
                read_before = image, evidence
            taken["with texts"][name][kind_of(evidence)] += 1
            taken["without"][name][kind_of(replace(evidence, text=None))] += 1
    del application
    for way, table in taken.items():
        if options.unread and way == "with texts":
            continue
        print(f"\n{way}")
        for name, kinds in table.items():
            said = ", ".join(f"{kind or 'none'} {count}" for kind, count in kinds.most_common())
            print(f"  {name:36} {kinds.total():5}  {said}")
        for kind in KINDS:
            right = sum(kinds[kind] for name, kinds in table.items() if RIGHT.get(name.split(",")[0]) == kind)
            there = sum(
                kinds.total() for name, kinds in table.items() if RIGHT.get(name.split(",")[0]) == kind
            )
            all_said = sum(kinds[kind] for kinds in table.values())
            print(f"  {kind}: recall {right / max(there, 1):.3f}, precision {right / max(all_said, 1):.3f}")
    print(f"\nlooking at a thumbnail: {1000 * np.mean(seconds):.1f} ms of processor time")


if __name__ == "__main__":
    main()
