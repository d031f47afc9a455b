"""Edits are named, with their parameters, and told from other photos; the original is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageDraw, ImageEnhance, ImageFilter

from lookalike.pairs import Edit, PairKind
from tests.builders.pair_graph import SmallPairGraph
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import SmallLibrary

SIZE = (480, 360)


def _sticker(photo: Image.Image) -> Image.Image:
    covered = photo.copy()
    ImageDraw.Draw(covered).ellipse((60, 60, 180, 180), fill=(250, 220, 20))
    return covered


def _screenshot(photo: Image.Image) -> Image.Image:
    screen = Image.new("RGB", (photo.width + 60, photo.height + 160), (18, 18, 20))
    screen.paste(photo, (30, 80))
    return screen


def _mirrored(photo: Image.Image) -> Image.Image:
    return photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _signed() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "Adobe Photoshop 25.0 (Windows)"
    return exif


EDITS: dict[str, tuple[Callable[[Image.Image], Image.Image], dict[str, Any]]] = {
    "recompress.jpg": (lambda photo: photo, {"quality": 40}),
    "resize.jpg": (lambda photo: photo.resize((240, 180), Image.Resampling.LANCZOS), {"quality": 85}),
    "crop.jpg": (lambda photo: photo.crop((70, 50, 410, 300)), {"quality": 85}),
    "turned.jpg": (lambda photo: photo.transpose(Image.Transpose.ROTATE_90), {"quality": 85}),
    "upside_down.jpg": (lambda photo: photo.transpose(Image.Transpose.ROTATE_180), {"quality": 85}),
    "slightly_turned.jpg": (
        lambda photo: photo.rotate(5, Image.Resampling.BICUBIC, expand=True),
        {"quality": 85},
    ),
    "mirrored.jpg": (_mirrored, {"quality": 85}),
    "mirrored_alike.jpg": (_mirrored, {"quality": 92}),
    "mirrored_signed.jpg": (_mirrored, {"quality": 92, "exif": _signed()}),
    "darker.jpg": (lambda photo: ImageEnhance.Brightness(photo).enhance(0.6), {"quality": 85}),
    "grey.jpg": (lambda photo: photo.convert("L").convert("RGB"), {"quality": 85}),
    "sharper.jpg": (lambda photo: photo.filter(ImageFilter.UnsharpMask(1.5, 80, 0)), {"quality": 92}),
    "softer.jpg": (lambda photo: photo.filter(ImageFilter.GaussianBlur(0.7)), {"quality": 92}),
    "sticker.jpg": (_sticker, {"quality": 85}),
    "screenshot.png": (_screenshot, {}),
    "other.webp": (lambda photo: photo, {"quality": 70}),
    "same.png": (lambda photo: photo, {}),
}
EXPECTED = {
    "recompress.jpg": {Edit.RECOMPRESS},
    "resize.jpg": {Edit.RESIZE},
    "crop.jpg": {Edit.CROP},
    "turned.jpg": {Edit.ROTATE},
    "upside_down.jpg": {Edit.ROTATE},
    "slightly_turned.jpg": {Edit.ROTATE},
    "mirrored.jpg": {Edit.MIRROR},
    "mirrored_alike.jpg": {Edit.MIRROR},
    "mirrored_signed.jpg": {Edit.MIRROR},
    "darker.jpg": {Edit.RECOLOUR},
    "grey.jpg": {Edit.RECOLOUR},
    "sharper.jpg": {Edit.FILTER},
    "softer.jpg": {Edit.FILTER},
    "sticker.jpg": {Edit.OVERLAY},
    "screenshot.png": {Edit.SCREENSHOT, Edit.FORMAT},
    "other.webp": {Edit.FORMAT},
}
DIRECTED = {
    "crop.jpg",
    "darker.jpg",
    "grey.jpg",
    "mirrored.jpg",
    "mirrored_signed.jpg",
    "recompress.jpg",
    "resize.jpg",
    "screenshot.png",
    "slightly_turned.jpg",
    "sticker.jpg",
    "turned.jpg",
    "upside_down.jpg",
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> SmallPairGraph:
    folder = tmp_path_factory.mktemp("edits")
    album = folder / "album"
    album.mkdir()
    textured_photo(7, SIZE).save(album / "original.jpg", quality=92)
    with Image.open(album / "original.jpg") as opened:
        original = opened.convert("RGB")
    for name, (edit, options) in EDITS.items():
        edit(original).save(album / name, **options)
    for number in range(3):
        textured_photo(90 + number, SIZE).save(album / f"other{number}.jpg", quality=90)
    library = SmallLibrary(folder / "library")
    library.folders.add(album)
    made = SmallPairGraph(library)
    made.update()
    return made


@pytest.mark.slow
class TestEditsOfOnePhoto:
    @pytest.mark.parametrize("name", list(EXPECTED))
    def test_is_an_edit_of_its_original(self, graph: SmallPairGraph, name: str) -> None:
        pair = graph.between("original.jpg", name)
        assert pair is not None
        assert pair.kind is PairKind.EDITED
        assert set(pair.edits) >= EXPECTED[name]
        assert pair.match > 0.9
        assert set(pair.edits) & {Edit.CROP, Edit.MIRROR, Edit.SCREENSHOT} <= EXPECTED[name]

    @pytest.mark.parametrize("name", sorted(DIRECTED))
    def test_the_original_is_found(self, graph: SmallPairGraph, name: str) -> None:
        pair = graph.between("original.jpg", name)
        assert pair is not None
        assert pair.original == graph.ids()["original.jpg"]

    @pytest.mark.parametrize("name", ["mirrored_alike.jpg", "sharper.jpg", "softer.jpg"])
    def test_no_original_is_named_where_nothing_tells(self, graph: SmallPairGraph, name: str) -> None:
        pair = graph.between("original.jpg", name)
        assert pair is not None and pair.original is None

    def test_the_same_pixels_in_another_container(self, graph: SmallPairGraph) -> None:
        pair = graph.between("original.jpg", "same.png")
        assert pair is not None
        assert (pair.kind, pair.edits, pair.original) == (PairKind.SAME_PIXELS, (), None)

    def test_parameters(self, graph: SmallPairGraph) -> None:
        crop, turned = graph.between("original.jpg", "crop.jpg"), graph.between("original.jpg", "turned.jpg")
        assert crop is not None and turned is not None
        assert crop.details["cropped"] == pytest.approx(1 - 340 * 250 / (480 * 360), abs=0.01)
        assert crop.overlap == pytest.approx(340 * 250 / (480 * 360), abs=0.01)
        assert turned.details["quarter_turns"] in (1.0, 3.0)

    def test_the_transform_maps_the_first_photo_onto_the_second(self, graph: SmallPairGraph) -> None:
        pair = graph.between("original.jpg", "crop.jpg")
        assert pair is not None
        matrix = np.array(pair.transform).reshape(3, 3)
        if pair.first != graph.ids()["original.jpg"]:
            matrix = np.linalg.inv(matrix)
        x, y, w = matrix @ [70 / 480, 50 / 360, 1.0]
        assert (x / w, y / w) == pytest.approx((0.0, 0.0), abs=0.01)

    def test_other_photos_are_no_copies(self, graph: SmallPairGraph) -> None:
        others = {
            number for name, number in graph.ids().items() if name.startswith("other") and "webp" not in name
        }
        pairs = list(graph.graph.pairs({PairKind.SAME_PIXELS, PairKind.EDITED, PairKind.BURST}))
        assert pairs
        assert [pair for pair in pairs if {pair.first, pair.second} & others] == []


def test_two_exposures_are_no_copies(tmp_path: Path) -> None:
    album = tmp_path / "album"
    album.mkdir()
    scene = np.asarray(textured_photo(11, SIZE), np.float64)
    generator = np.random.default_rng(0)
    for number, light in enumerate((1.0, 0.7)):
        # The same light on the same sensor, with its noise: what a tripod gives.
        shot = scene * light + generator.normal(0.0, 6.0, scene.shape)
        Image.fromarray(shot.clip(0, 255).astype(np.uint8)).save(album / f"{number}.jpg", quality=92)
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    graph = SmallPairGraph(library)
    graph.update()
    pair = graph.between("0.jpg", "1.jpg")
    assert pair is not None
    assert pair.kind is PairKind.BURST


@pytest.mark.parametrize(
    ("times", "cameras", "kind"),
    [
        (("12:00:00", "12:00:30"), ("A", "A"), PairKind.BURST),
        (("12:00:00", "13:00:00"), ("A", "A"), PairKind.SAME_THING),
        (("12:00:00", "12:00:30"), ("A", "B"), PairKind.SAME_THING),
    ],
)
def test_a_burst_is_of_one_moment_and_one_camera(
    tmp_path: Path, times: tuple[str, str], cameras: tuple[str, str], kind: PairKind
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    scene = np.asarray(textured_photo(13, SIZE), np.float64)
    generator = np.random.default_rng(0)
    for number, (time, camera) in enumerate(zip(times, cameras, strict=True)):
        exif = Image.Exif()
        exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = camera, "camera"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"2015:11:16 {time}"
        shot = scene + generator.normal(0.0, 6.0, scene.shape)
        image = Image.fromarray(shot.clip(0, 255).astype(np.uint8))
        image.save(album / f"{number}.jpg", quality=92, exif=exif)
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    graph = SmallPairGraph(library)
    graph.update()
    pair = graph.between("0.jpg", "1.jpg")
    assert pair is not None
    assert pair.kind is kind


@pytest.mark.parametrize(("seconds", "kind"), [(1 / 640, PairKind.EDITED), (1 / 2500, PairKind.BURST)])
def test_another_exposure_time_is_another_exposure(tmp_path: Path, seconds: float, kind: PairKind) -> None:
    album = tmp_path / "album"
    album.mkdir()
    photo = textured_photo(12, SIZE)
    for name, one, time in (
        ("a", photo, 1 / 640),
        ("b", ImageEnhance.Brightness(photo).enhance(0.7), seconds),
    ):
        exif = Image.Exif()
        exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "A", "camera"
        exif.get_ifd(ExifTags.IFD.Exif).update(
            {
                ExifTags.Base.DateTimeOriginal: "2015:11:16 20:29:22",
                ExifTags.Base.ExposureTime: time,
                ExifTags.Base.FNumber: 5.0,
                ExifTags.Base.ISOSpeedRatings: 100,
            }
        )
        one.save(album / f"{name}.jpg", quality=92, exif=exif)
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    graph = SmallPairGraph(library)
    graph.update()
    pair = graph.between("a.jpg", "b.jpg")
    assert pair is not None
    assert pair.kind is kind
