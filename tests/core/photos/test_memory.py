"""Memory stays bounded: bombs are refused by their headers, and threads share one budget."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from lookalike.photos import FileBytes, PhotoError, decode
from lookalike.photos.memory import MemoryBudget
from tests.builders.photo_files import encoded, jxl_header, png_header, smooth_photo

MEASURE = """
import sys
from pathlib import Path
from lookalike.photos import FileBytes, PhotoError, decode, read_file

def peak():
    if sys.platform == "win32":
        import psutil
        return psutil.Process().memory_info().peak_wset
    import resource
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

decode(FileBytes.of(Path(sys.argv[1]).read_bytes(), "warm-up"), 64)
for path in sys.argv[2:]:
    file = read_file(Path(path))
    before = peak()
    try:
        result = "x".join(map(str, decode(file, 320).image.size))
    except PhotoError as error:
        result = error.message
    print(Path(path).name, (peak() - before) >> 20, result, sep="|")
"""


def measure(paths: list[Path], folder: Path) -> dict[str, tuple[int, str]]:
    """Peak growth in MiB and the outcome of decoding each file, in a process of its own."""
    (folder / "warm-up").write_bytes(encoded(smooth_photo(), "JPEG"))
    lines = subprocess.run(
        [sys.executable, "-c", MEASURE, folder / "warm-up", *paths],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return {name: (int(grown), result) for name, grown, result in (line.split("|") for line in lines)}


def webp_bomb() -> bytes:
    """An animated WebP whose decoder would make two canvases of 16384 × 16384 on opening."""
    canvas = struct.pack("<I", 2) + (16383).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_bomb() -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0)
        + b",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x01L\x00;"
    )


def bmp_bomb() -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)
        + bytes(60)
    )


def tiff_bomb() -> bytes:
    data = encoded(Image.new("RGB", (10, 10)), "TIFF", compression="tiff_lzw")
    for tag in (256, 257):
        data = data.replace(struct.pack("<HHIH", tag, 4, 1, 10), struct.pack("<HHIH", tag, 4, 1, 60_000))
        data = data.replace(struct.pack("<HHIH", tag, 3, 1, 10), struct.pack("<HHIH", tag, 3, 1, 60_000))
    return data


def jpeg_bomb() -> bytes:
    """A progressive JPEG that claims 65,000 × 65,000 pixels, whose coefficients would all be kept."""
    data = encoded(smooth_photo((16, 16)), "JPEG", progressive=True)
    at = data.index(b"\xff\xc2") + 5
    return data[:at] + struct.pack(">HH", 65_000, 65_000) + data[at + 4 :]


def jp2_bomb() -> bytes:
    data = encoded(Image.new("RGB", (16, 16)), "JPEG2000")
    return data.replace(struct.pack(">II", 16, 16), struct.pack(">II", 60_000, 60_000))


def test_bombs_are_refused_before_they_take_memory(tmp_path: Path) -> None:
    bombs = {
        "bomb.png": png_header(60_000, 60_000),
        "header.png": png_header(2_000_000_000, 2_000_000_000),
        "bomb.webp": webp_bomb(),
        "bomb.gif": gif_bomb(),
        "bomb.bmp": bmp_bomb(),
        "bomb.tif": tiff_bomb(),
        "bomb.jpg": jpeg_bomb(),
        "bomb.jp2": jp2_bomb(),
        "bomb.jxl": jxl_header(60_000, 60_000),
    }
    for name, data in bombs.items():
        (tmp_path / name).write_bytes(data)
    measured = measure([tmp_path / name for name in bombs], tmp_path)
    for name in bombs:
        grown, result = measured[name]
        assert result.startswith(f"{name} is too large to be shown"), result
        assert grown < 32, name


def test_large_photos_are_decoded_small_in_little_memory(tmp_path: Path) -> None:
    # 100 megapixels: 400 MB if it were decoded whole.
    Image.new("L", (20_000, 5_000), 90).save(tmp_path / "panorama.jpg")
    grown, result = measure([tmp_path / "panorama.jpg"], tmp_path)["panorama.jpg"]
    assert result == "320x80"
    assert grown < 64


def test_bombs_of_the_data_set(data: Path, tmp_path: Path) -> None:
    paths = [
        data / "formats" / name
        for name in (
            "bomb/png_40000x40000.png",
            "bomb/png_header_2e9.png",
            "bomb/jpeg_60MP_flat.jpg",
            "avif/huge_17000x17000.avif",
            "png/limit_65536.png",
            "gif/decompression_bomb.gif",
            "jpeg/giant_image_header.jpg",
        )
    ]
    measured = measure(paths, tmp_path)
    assert len(measured) == len(paths)
    assert all(grown < 128 for grown, _ in measured.values()), measured


def test_a_jpeg_too_large_for_the_size_asked_comes_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    from lookalike.photos import jpeg

    monkeypatch.setattr(jpeg.budget, "limit", 2_000_000)
    image = decode(FileBytes.of(encoded(Image.new("L", (1600, 1000)), "JPEG"), "large.jpg"), 400).image
    assert max(image.size) == 400
    progressive = encoded(Image.new("L", (1600, 1000)), "JPEG", progressive=True)
    with pytest.raises(PhotoError, match=r"large\.jpg is too large to be shown \(1600 × 1000 pixels\)"):
        decode(FileBytes.of(progressive, "large.jpg"), 400)


def test_a_hundred_megapixels_fit_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from lookalike.photos import memory

    # As a photo of 100 megapixels to the true budget, so is one of a hundredth to a hundredth of it.
    monkeypatch.setattr(memory.budget, "limit", (1 << 30) // 100)
    photo = smooth_photo((1224, 816))
    assert decode(FileBytes.of(encoded(photo, "JPEG"), "large.jpg"), 5000).image.size == (1224, 816)
    # A PNG takes more memory beside its pixels: it comes as large as memory allows.
    size = decode(FileBytes.of(encoded(photo, "PNG"), "large.png"), 5000).image.size
    assert 400 < size[0] < 1224
    assert size[0] / size[1] == pytest.approx(1.5, rel=0.01)


def test_a_scan_by_scan_jpeg_counts_its_coefficients(monkeypatch: pytest.MonkeyPatch) -> None:
    from lookalike.photos import jpeg

    whole = encoded(smooth_photo((64, 48)), "JPEG")
    opened = jpeg.open_jpeg(whole)
    together = jpeg.draft(opened, whole, (8, 6))
    at = whole.index(b"\xff\xda")
    # The first scan holds one component of three, so libjpeg must keep what it decodes.
    separate = whole[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + whole[at + 14 :]
    opened = jpeg.open_jpeg(separate)
    assert jpeg.draft(opened, separate, (8, 6)) == together + 64 * 48 * 2 * 3 // 2


def test_the_budget_is_never_exceeded() -> None:
    budget = MemoryBudget(100)
    lock = threading.Lock()
    taken = most = 0

    def work(need: int) -> None:
        nonlocal taken, most
        for _ in range(20):
            with budget.take(need):
                with lock:
                    taken += need
                    most = max(most, taken)
                time.sleep(0.0005)
                with lock:
                    taken -= need

    threads = [threading.Thread(target=work, args=(need,)) for need in (100, 60, 50, 30, 30, 10, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 60 <= most <= 100
    with budget.take(100):
        pass


def test_the_budget_is_given_back_after_an_error() -> None:
    budget = MemoryBudget(10)
    with pytest.raises(io.UnsupportedOperation), budget.take(10):
        raise io.UnsupportedOperation
    with budget.take(10):
        pass
    with pytest.raises(ValueError, match="budget"), budget.take(11):
        pass
