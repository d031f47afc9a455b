"""How a photo was taken, by its EXIF."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from PIL.ExifTags import IFD, Base

from lookalike.photos import Exposure, FileBytes, read_exposure, read_file


def with_exif(file_format: str, **values: float) -> bytes:
    exif = Image.Exif()
    # Pillow writes no block into a PNG whose first directory is empty.
    exif[Base.Make.value] = "Canon"
    details = exif.get_ifd(IFD.Exif)
    for name, value in values.items():
        details[Base[name].value] = value
    file = io.BytesIO()
    Image.new("RGB", (40, 30)).save(file, file_format, exif=exif)
    return file.getvalue()


def test_what_the_camera_wrote_is_read() -> None:
    for file_format in ("JPEG", "PNG", "WEBP", "AVIF"):
        data = with_exif(
            file_format,
            ExposureTime=0.004,
            FNumber=2.8,
            ISOSpeedRatings=400,
            FocalLength=35.0,
            FocalLengthIn35mmFilm=52,
            Flash=25,
        )
        found = read_exposure(FileBytes.of(data, "photo"))
        assert found == Exposure(0.004, 2.8, 400, 35.0, 52, flash=True), file_format
        assert found.known


def test_zeros_and_broken_files_say_nothing() -> None:
    data = with_exif("JPEG", ExposureTime=0.0, FNumber=0.0, ISOSpeedRatings=0, Flash=16)
    assert read_exposure(FileBytes.of(data, "photo")) == Exposure(flash=False)
    for broken in (b"", b"no photo", data[:40], b"\xff\xd8\xff\xe1\x00\x10Exif\0\0II*\0"):
        assert not read_exposure(FileBytes.of(broken, "photo")).known


def test_photos_of_phones_and_raw_files(data: Path) -> None:
    phone = read_exposure(read_file(data / "formats/heic/iphone_15_pro.heic"))
    raw = read_exposure(read_file(data / "formats/raw/canon_eos_6d.dng"))
    for found in (phone, raw):
        assert found.seconds is not None
        assert found.aperture is not None
        assert found.sensitivity is not None
