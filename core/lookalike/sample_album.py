"""Sample album: a few freely licensed photos to try Lookalike with."""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance, ImageOps

from lookalike import app_paths
from lookalike.errors import LookalikeError, Phrase, os_errors
from lookalike.resources import resource

CREDITS = "Credits.txt"


def sample_album() -> Path:
    """The folder of the sample album, created on the first call.

    The photos come from the package named in ``resources/sample_album.toml``; the bootstrap puts them into the
    environment. Several show the same thing: one real pair, and views made by cropping, rotating and darkening a
    photo, each with a file name that says so. An existing album is left as the user has it.

    Returns:
        The folder with the photos and ``Credits.txt``.

    Raises:
        LookalikeError: the photos are not installed, or the album cannot be written.
    """
    album = app_paths.home() / "sample album"
    if album.is_dir() and any(album.iterdir()):
        return album
    manifest = tomllib.loads(resource("sample_album.toml").read_text(encoding="utf-8"))
    photos = Path(sys.prefix) / "share" / "lookalike" / "sample-photos"
    if not all((photos / photo["file"]).is_file() for photo in manifest["photo"]):
        raise LookalikeError(
            "The sample photos are not installed.",
            "Add a folder with your own photos.",
        )
    with os_errors(
        Phrase("The sample album cannot be written to {folder}", folder=album),
        "Add a folder with your own photos instead.",
    ):
        album.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=album.parent, prefix="sample-album-") as scratch:
            gathered = Path(scratch) / album.name
            gathered.mkdir()
            for photo in manifest["photo"]:
                _add_photo(photos / photo["file"], photo, gathered)
            (gathered / CREDITS).write_text(_credits(manifest), encoding="utf-8")
            gathered.rename(album)
    return album


def _add_photo(source: Path, photo: dict[str, Any], folder: Path) -> None:
    shutil.copyfile(source, folder / f"{photo['name']}{source.suffix}")
    with Image.open(source) as image:
        original = image.convert("RGB")
    for view in photo["views"]:
        _make_view(original, view).save(folder / f"{photo['name']} ({view['name']}).jpg", quality=90)


def _make_view(image: Image.Image, view: dict[str, Any]) -> Image.Image:
    if crop := view.get("crop"):
        left, top, right, bottom = crop
        image = image.crop(
            (
                round(left * image.width),
                round(top * image.height),
                round(right * image.width),
                round(bottom * image.height),
            )
        )
    if turn := view.get("turn"):
        image = _rotate(image, turn)
    if view.get("grey"):
        image = ImageOps.grayscale(image).convert("RGB")
    if light := view.get("light"):
        image = ImageEnhance.Brightness(image).enhance(light)
    return image


def _rotate(image: Image.Image, degrees: float) -> Image.Image:
    """Rotate counter-clockwise, and crop at the same aspect ratio so that no empty corner shows."""
    width, height = image.size
    angle = math.radians(abs(degrees))
    # The largest centred w*s x h*s whose corners stay inside the rotated frame.
    shrinkage = math.sin(angle) * max(width / height, height / width) + math.cos(angle)
    inner_width, inner_height = int(width / shrinkage), int(height / shrinkage)
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    rotated = image.rotate(degrees, resample=Image.Resampling.BICUBIC)
    return rotated.crop((left, top, left + inner_width, top + inner_height))


def _credits(manifest: dict[str, Any]) -> str:
    lines = [
        f"These photos come with the Python package {manifest['package']}.",
        "",
        *(f"{photo['name']}: {photo['author']}; {photo['licence']}." for photo in manifest["photo"]),
        "",
        "A name in brackets says what was changed: those views were made from the photo of the same name.",
    ]
    return "\n".join(lines) + "\n"
