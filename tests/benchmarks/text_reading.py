"""How many words are read in photos of text, generated as people take them, with noise, blur and turn.

``python -m tests.benchmarks.text_reading [--photos 3] [--fonts FILE...] [--plain FOLDER]`` draws signs, covers,
receipts and pages with words that are known, spoils them as cameras do, keeps them as JPEG, and reads them. It prints
for each kind and each flaw the share of different words that a search for them finds (some word read in the photo
begins with it), and the share of the read words that are right; then processor time and memory. With ``--plain`` it
also reads photos of a folder (every `--every` th) and prints what was read there, to be looked at. With ``--engines``
it only compares rapidocr on OpenVINO with onnxruntime, where that is installed, and its own classifier of lines that
stand upside down with none.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.errors import LookalikeError
from lookalike.photos import open_image
from lookalike.terms import terms_of
from lookalike.words.text_reader import READ_SIDE, TextReader
from tests.builders.text_photos import TextPhoto, TextPhotos

QUALITY = 85

KINDS: dict[str, Callable[[TextPhotos], TextPhoto]] = {
    "sign": lambda draw: draw.sign(),
    "sign, far": lambda draw: draw.sign(share=(0.02, 0.03)),
    "cover": lambda draw: draw.cover(),
    "receipt": lambda draw: draw.laid(draw.receipt()),
    "page": lambda draw: draw.laid(draw.page(), fill=0.97),
    "page, 95 letters a line": lambda draw: draw.laid(draw.page(letters=95), fill=0.97),
}
"""Signs and covers have 2 megapixels, papers 12."""

FLAWS: dict[str, Callable[[TextPhotos, TextPhoto], TextPhoto]] = {
    "none": lambda draw, photo: photo,
    "noise": lambda draw, photo: draw.noisy(photo),
    "much noise": lambda draw, photo: draw.noisy(photo, 45),
    "blur": lambda draw, photo: draw.blurred(photo),
    "much blur": lambda draw, photo: draw.blurred(photo, 0.0012),
    "askew": lambda draw, photo: draw.turned(photo),
    "lying": lambda draw, photo: draw.quarter(photo, 1),
    "upside down": lambda draw, photo: draw.quarter(photo, 2),
    "dim": lambda draw, photo: draw.dim(photo),
    "askew, dim and blurred": lambda draw, photo: draw.dim(draw.blurred(draw.turned(photo))),
}


def prepared(photo: TextPhoto) -> Image.Image:
    """The photo as a library reads it: from a JPEG, and at the size that is read."""
    file = io.BytesIO()
    photo.image.save(file, "JPEG", quality=QUALITY)
    image = Image.open(file).convert("RGB")
    image.thumbnail((READ_SIDE, READ_SIDE), Image.Resampling.LANCZOS)
    return image


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=3, help="of each kind and flaw")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only this kind; all otherwise")
    parser.add_argument("--fonts", type=Path, nargs="*", default=[])
    parser.add_argument("--plain", type=Path)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--engines", action="store_true")
    options = parser.parse_args()
    if options.engines:
        _compare_engines([str(font) for font in options.fonts])
        return
    reader = TextReader()
    reader.read(np.zeros((64, 64, 3), np.uint8))
    spent: defaultdict[str, list[float]] = defaultdict(list)
    recalls: list[float] = []
    right = total = 0
    for kind in options.kind or KINDS:
        for flaw, spoil in FLAWS.items():
            found = wanted = 0
            for seed in range(options.photos):
                draw = TextPhotos(seed, [str(font) for font in options.fonts])
                photo = spoil(draw, KINDS[kind](draw))
                pixels = np.asarray(prepared(photo))
                began = time.process_time()
                read = set(terms_of(reader.read(pixels).text))
                spent[kind].append(time.process_time() - began)
                words = {term for word in photo.words for term in terms_of(word)}
                found += sum(any(one.startswith(word) for one in read) for word in words)
                wanted += len(words)
                right += len(read & words)
                total += len(read)
            recalls.append(found / wanted)
            print(f"{kind:24} {flaw:24} {recalls[-1]:.3f} of {wanted} words", flush=True)
    print(
        f"mean recall {np.mean(recalls):.4f}, worst {min(recalls):.3f}; of what was read {right / total:.4f} is right"
    )
    for kind, seconds in spent.items():
        print(f"{kind:24} {np.mean(seconds):.2f} s of processor time")
    if options.plain is not None:
        _read_plain(reader, options.plain, options.every)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _compare_engines(fonts: list[str]) -> None:
    """Recall and processor time of one receipt and one page, upright and lying, by each engine."""
    import_openvino()
    from rapidocr import EngineType, RapidOCR

    draw = TextPhotos(1, fonts)
    flat = [KINDS[kind](draw) for kind in ("receipt", "page")]
    photos = [prepared(one) for paper in flat for one in (paper, draw.quarter(paper, 1))]
    words = [{term for word in paper.words for term in terms_of(word)} for paper in flat for _ in range(2)]
    for name in ("openvino", "onnxruntime"):
        if importlib.util.find_spec(name) is None:
            continue
        engine = EngineType(name)
        reader = RapidOCR(
            params={
                "Global.log_level": "error",
                "Det.engine_type": engine,
                "Cls.engine_type": engine,
                "Rec.engine_type": engine,
            }
        )
        for classifies in (False, True):
            # The first round compiles what each length of line needs.
            for _round in range(2):
                found, began = [], time.process_time()
                for image, wanted in zip(photos, words, strict=True):
                    texts = reader(np.asarray(image)[..., ::-1].copy(), use_cls=classifies).txts or ()
                    read = {term for text in texts for term in terms_of(text)}
                    found.append(len(read & wanted) / len(wanted))
                seconds = time.process_time() - began
            shown = ", ".join(f"{recall:.3f}" for recall in found)
            print(f"{name}, {'with' if classifies else 'without'} classifier: {shown}; {seconds:.1f} s")


def _read_plain(reader: TextReader, folder: Path, every: int) -> None:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())[::every]
    some, seconds = 0, []
    for path in paths:
        try:
            pixels = np.asarray(open_image(path, READ_SIDE))
        except LookalikeError as error:
            print(error)
            continue
        began = time.process_time()
        read = reader.read(pixels)
        seconds.append(time.process_time() - began)
        if read.lines:
            some += 1
            print(
                path.relative_to(folder), [(line.text, round(line.confidence, 2)) for line in read.lines][:5]
            )
    print(f"text in {some} of {len(seconds)} photos, {np.mean(seconds):.2f} s of processor time a photo")


if __name__ == "__main__":
    main()
