"""What indexing costs, beside the bare network, a plain loop, and the same with PyTorch.

    python -m tests.benchmarks.indexing FOLDER [--photos 600] [--rounds 3] [--megapixels 12 [--heic]]

Whole processes take turns on the same photos, so that a change of the machine's speed meets all of them:

* network        the embedded network alone, as the descriptor process runs it, on pixels prepared beforehand,
* torch network  the published network in PyTorch, in float32 on one thread, on the same pixels, in its best batch,
* loop           the plain loop: decode one photo, describe it, take the next,
* torch loop     the same with PyTorch on one thread, where it takes the least processor time,
* details        finding the local features alone, on photos decoded beforehand,
* index          ``lookalike add`` into a new library: reading, hashing, decoding, thumbnails, describing, finding and
                 indexing the local features, recording,
* index started  the same less its start, which is what it takes for the first photo alone,
* described      ``lookalike add --details-later``: what the loops do, and all that surrounds it; details follow.

Beside the clock it takes processor time, that of child processes included, and the memory of the descriptor process.
The figures of `index` are those of the whole process, its start included; the others count only their work. Ratios
are taken round by round and their median is printed.

With ``--megapixels``, the photos are first made as large as a camera's, by tiling the originals, and saved as JPEG or,
with ``--heic``, as HEIC without an embedded thumbnail. For other formats, name a folder with photos of theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pillow_heif
import psutil
from numpy.typing import NDArray
from PIL import Image

from lookalike.descriptors.efficientnet import MIDDLES, POWER, SPREAD, EfficientNetDescriber
from lookalike.descriptors.embedded_network import SIDE
from lookalike.descriptors.unit import unit_rows
from lookalike.local_features import LONGEST_SIDE, extract
from lookalike.photos import THUMBNAIL_SIDE, decode, is_photo, open_image, read_file

MODES = ("network", "torch network", "loop", "torch loop", "details")
TORCH_PHOTOS = 1
"""Photos per pass through PyTorch: with more views than two, they no longer fit the processor's cache."""

ASPECT = 4 / 3
QUALITY = 90

Pixels = NDArray[np.uint8]
Describe = Callable[[Sequence[Pixels]], NDArray[np.float32]]


def readable(folder: Path, count: int) -> list[Path]:
    """The first photos below a folder, in a fixed order."""
    return [path for path in sorted(folder.rglob("*")) if is_photo(path)][:count]


def torch_describe() -> Describe:
    """The embedded descriptor as PyTorch computes it, in float32."""
    import torch

    from tests.benchmarks.published_network import EfficientNetLite2, pooled

    torch.set_num_threads(1)
    network = EfficientNetLite2(SIDE)

    def describe(batch: Sequence[Pixels]) -> NDArray[np.float32]:
        views = torch.from_numpy(np.stack(batch).reshape(-1, SIDE, SIDE, 3))
        with torch.inference_mode():
            vectors = pooled(network(views), POWER, SPREAD).numpy()
        return unit_rows(unit_rows(vectors).reshape(len(batch), len(MIDDLES), -1).sum(axis=1))

    return describe


def work(mode: str, photos: list[Path]) -> dict[str, float]:
    """Seconds of the clock and of the processor for one of `MODES`."""
    if mode == "details":
        return find_details(photos)
    describer = EfficientNetDescriber()
    describe = torch_describe() if mode.startswith("torch") else describer.describe
    batch_size = TORCH_PHOTOS if mode.startswith("torch") else describer.batch_size

    def prepared(path: Path) -> Pixels:
        return describer.prepare(decode(read_file(path), max(describer.decode_size, THUMBNAIL_SIDE)).image)

    describe([prepared(photos[0])] * batch_size)
    pixels = [] if mode.endswith("loop") else [prepared(path) for path in photos]
    started, worked = time.perf_counter(), time.process_time()
    if mode.endswith("loop"):
        for path in photos:
            describe([prepared(path)])
    else:
        for first in range(0, len(pixels), batch_size):
            describe(pixels[first : first + batch_size])
    return {"clock": time.perf_counter() - started, "processor": time.process_time() - worked}


def find_details(photos: list[Path]) -> dict[str, float]:
    """Seconds of the clock and of the processor for the local features of photos, one after the other."""
    images = [decode(read_file(path), LONGEST_SIDE).image for path in photos]
    extract(images[0])
    started, worked = time.perf_counter(), time.process_time()
    for image in images:
        extract(image)
    return {"clock": time.perf_counter() - started, "processor": time.process_time() - worked}


def index(photos: list[Path], *options: str) -> dict[str, float]:
    """Seconds of the clock and of the processor for ``lookalike add``, and megabytes of the descriptor process.

    Args:
        photos: what is indexed, in a folder of their own.
        options: of the command.
    """
    with tempfile.TemporaryDirectory() as scratch:
        album = Path(scratch, "album")
        album.mkdir()
        for number, path in enumerate(photos):
            shutil.copyfile(path, album / f"{number:05}{path.suffix}")
        command = ["-m", "lookalike", "--library", str(Path(scratch, "library")), "add", str(album), "--json"]
        command += options
        started, worked = time.perf_counter(), children_seconds()
        # As installed: Python need not compile its modules at every start.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, env=environment)
        megabytes = 0.0
        while process.poll() is None:
            megabytes = max(megabytes, largest_child(process.pid))
            time.sleep(0.2)
        if process.returncode:
            raise RuntimeError("lookalike add failed")
        seconds = time.perf_counter() - started
        return {"clock": seconds, "processor": children_seconds() - worked, "megabytes": megabytes}


def children_seconds() -> float:
    """Processor time of all child processes that have ended, theirs included."""
    times = os.times()
    return times.children_user + times.children_system


def largest_child(pid: int) -> float:
    """Resident megabytes of the largest process below one; 0 while there is none."""
    sizes = [0.0]
    try:
        for child in psutil.Process(pid).children(recursive=True):
            sizes.append(child.memory_info().rss / 1e6)
    except psutil.NoSuchProcess:
        pass
    return max(sizes)


def camera_photos(photos: list[Path], megapixels: float, folder: Path, suffix: str) -> None:
    """Make photos of a camera's size by laying the mirrored original beside itself until the size is reached."""
    pillow_heif.register_heif_opener()
    width = round((megapixels * 1e6 * ASPECT) ** 0.5)
    size = (width, round(width / ASPECT))
    for number, path in enumerate(photos):
        tile = np.asarray(open_image(path, 10_000))
        across, down = -(-size[0] // tile.shape[1]), -(-size[1] // tile.shape[0])
        row = np.concatenate([tile[:, :: 1 if column % 2 == 0 else -1] for column in range(across)], axis=1)
        whole = np.concatenate([row[:: 1 if line % 2 == 0 else -1] for line in range(down)])
        Image.fromarray(whole[: size[1], : size[0]]).save(folder / f"{number:05}{suffix}", quality=QUALITY)


def measure(folder: Path, count: int, rounds: int) -> None:
    """Run the rounds and print the table."""
    photos = readable(folder, count)
    rows: list[dict[str, dict[str, float]]] = []
    for number in range(rounds):
        row: dict[str, dict[str, float]] = {}
        for mode in MODES:
            command = [sys.executable, "-m", "tests.benchmarks.indexing", str(folder)]
            command += ["--photos", str(count), "--mode", mode]
            row[mode] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        row["index"], row["described"] = index(photos), index(photos, "--details-later")
        first = index(photos[:1])
        share = len(photos) / max(len(photos) - 1, 1)
        row["index started"] = {
            key: share * (row["index"][key] - first[key]) for key in ("clock", "processor")
        }
        rows.append(row)
        print(f"round {number + 1}, milliseconds a photo, clock and processor; {len(photos)} photos")
        for name, found in row.items():
            clock, processor = (1000 * found[key] / len(photos) for key in ("clock", "processor"))
            memory = f"{found['megabytes']:8.0f} MB" if "megabytes" in found else ""
            print(f"    {name:16} {clock:8.1f} {processor:8.1f}{memory}", flush=True)
    for key, name, other in (
        ("processor", "network", "torch network"),
        ("processor", "described", "torch loop"),
        ("processor", "index", "torch loop"),
        ("processor", "index started", "torch loop"),
        ("processor", "index", "network"),
        ("clock", "described", "torch loop"),
        ("clock", "index", "torch loop"),
        ("clock", "index", "loop"),
        ("clock", "index", "network"),
    ):
        ratio = statistics.median(row[name][key] / row[other][key] for row in rows)
        print(f"{key}: {name} / {other}: {ratio:.2f}")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megapixels", type=float)
    parser.add_argument("--heic", action="store_true")
    parser.add_argument("--mode", choices=MODES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.mode:
        print(json.dumps(work(options.mode, readable(options.folder, options.photos))))
    elif options.megapixels is None:
        measure(options.folder, options.photos, options.rounds)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            photos, suffix = readable(options.folder, options.photos), ".heic" if options.heic else ".jpg"
            camera_photos(photos, options.megapixels, Path(scratch), suffix)
            measure(Path(scratch), options.photos, options.rounds)


if __name__ == "__main__":
    main()
