"""Makes photos for tests: pictures with plenty to recognise, and files in every format and state."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageDraw, ImageFilter

from lookalike.photos import Annotations

ORIENTATION = 0x0112
_UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def textured_photo(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """An RGB picture that looks like no other seed's, full of corners at several scales.

    Cloudy ground, lit unevenly, with shapes of many colours scattered over it.
    """
    generator = np.random.default_rng(seed)
    width, height = size
    ground = _clouds(generator, size)
    image = Image.fromarray(ground)
    draw = ImageDraw.Draw(image)
    longest = max(size)
    for _ in range(140):
        x, y = generator.uniform(0, width), generator.uniform(0, height)
        reach = longest * generator.uniform(0.008, 0.07)
        colour = tuple(int(level) for level in generator.integers(0, 256, 3))
        edge = tuple(int(level) for level in generator.integers(0, 256, 3))
        if generator.random() < 0.2:
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour, outline=edge)
        else:
            angles = np.sort(generator.uniform(0, 2 * np.pi, generator.integers(3, 7)))
            radii = reach * generator.uniform(0.5, 1.3, len(angles))
            corners = np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1)
            draw.polygon([(float(left), float(top)) for left, top in corners], fill=colour, outline=edge)
    # A camera's softness and noise, without which corners would be those of a drawing.
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.6))).astype(np.float32)
    noisy = soft + generator.normal(0, 3, soft.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _clouds(generator: np.random.Generator, size: tuple[int, int]) -> NDArray[np.uint8]:
    total = np.zeros((size[1], size[0], 3), np.float32)
    strength = 1.0
    for cells in (2, 4, 9, 20, 45):
        grid = generator.uniform(0, 255, (cells, cells, 3)).astype(np.uint8)
        total += strength * np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC))
        strength *= 0.6
    pixels: NDArray[np.uint8] = (255 * (total - total.min()) / np.ptp(total)).astype(np.uint8)
    return pixels


def smooth_photo(size: tuple[int, int] = (320, 200)) -> Image.Image:
    """An RGB picture of soft colours that survives lossy formats, different in all four corners."""
    across = np.linspace(0, 1, size[0], dtype=np.float32)[None, :]
    down = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    red, green = 255 * across + 0 * down, 255 * down + 0 * across
    blue = 255 * (1 - across) * (1 - down)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).astype(np.uint8))


def write_album(folder: Path, count: int, seed: int = 0, size: tuple[int, int] = (320, 240)) -> list[Path]:
    """Write `count` different JPEGs named ``photo_000.jpg`` and so on; returns their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"photo_{number:03}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        textured_photo(seed * 100_003 + number, size).save(path, quality=90)
    return paths


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    """The image as a file of a format that Pillow writes."""
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def heic(image: Image.Image, **options: object) -> bytes:
    """The image as HEIC."""
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, **options)
    return file.getvalue()


def jxl(image: Image.Image, **options: Any) -> bytes:
    """The image as JPEG XL."""
    import pylibjxl

    return pylibjxl.encode(np.asarray(image), **options)


def jxl_header(width: int, height: int) -> bytes:
    """A bare JPEG XL codestream that claims a size and holds no more (ISO 18181-1, annex D)."""
    # Least significant bit first: not small, sizes of 30 bits each less one, no common ratio, default metadata.
    bits, at = 0x0A | 0x0 << 8, 8
    for value, count in ((0, 1), (3, 2), (height - 1, 30), (0, 3), (3, 2), (width - 1, 30), (1, 1)):
        bits |= value << at
        at += count
    return b"\xff" + bits.to_bytes(-(-at // 8), "little") + bytes(64)


def turned(image: Image.Image, orientation: int, file_format: str = "JPEG") -> bytes:
    """The upright image stored as a camera held otherwise would store it, with the EXIF orientation that says so."""
    undo = _UNDO[orientation]
    stored = image if undo is None else image.transpose(undo)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(
        stored, file_format, exif=exif.tobytes(), **({"quality": 95} if file_format != "TIFF" else {})
    )


def camera_exif() -> bytes:
    """An EXIF block as a phone writes it: date with fraction and offset, place, camera and lens."""
    exif = Image.Exif()
    exif[0x010F] = "Acme"
    exif[0x0110] = "Acme One"
    exif[0x0132] = "2024:02:03 04:05:06"
    details = exif.get_ifd(0x8769)
    details[0x9003] = "2023:05:06 07:08:09"
    details[0x9291] = "042"
    details[0x9011] = "+02:00"
    details[0xA434] = "Acme 24mm f/1.8"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "S", (33.0, 51.0, 24.84)
    place[3], place[4] = "E", (151.0, 12.0, 54.72)
    return exif.tobytes()


XMP_NAMESPACES = " ".join(
    f'xmlns:{name}="{uri}"'
    for name, uri in {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "digiKam": "http://www.digikam.org/ns/1.0/",
    }.items()
)


def xmp(said: Annotations) -> bytes:
    """An XMP packet with its rating as an attribute, as Lightroom and darktable write it."""
    rating = "" if said.rating is None else f'xmp:Rating="{said.rating}"'
    return _packet(rating, _lists(said))


def xmp_of_elements(said: Annotations, trees: tuple[tuple[str, str], ...] = ()) -> bytes:
    """An XMP packet of elements alone, as exiftool writes it; `trees` are (property, one branch)."""
    rating = "" if said.rating is None else f"<xmp:Rating> {said.rating} </xmp:Rating>"
    branches = "".join(
        f"<{name}><rdf:Seq><rdf:li>{escape(branch)}</rdf:li></rdf:Seq></{name}>" for name, branch in trees
    )
    return _packet("", rating + _lists(said) + branches)


def xmp_with(properties: str, said: Annotations | None = None) -> bytes:
    """An XMP packet with some more properties of the namespaces exif, photoshop, tiff and xmp."""
    namespaces = " ".join(
        f'xmlns:{name}="http://ns.adobe.com/{name}/1.0/"' for name in ("exif", "photoshop", "tiff")
    )
    return xmp(said or Annotations()).replace(
        b"</rdf:Description></rdf:RDF>",
        f"</rdf:Description><rdf:Description {namespaces}>{properties}".encode()
        + b"</rdf:Description></rdf:RDF>",
    )


def _packet(attributes: str, elements: str) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {XMP_NAMESPACES}><rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode()


def _lists(said: Annotations) -> str:
    parts = [
        f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></dc:{name}>'
        for name, text in (("title", said.title), ("description", said.description))
        if text
    ]
    if said.keywords:
        items = "".join(f"<rdf:li>{escape(keyword)}</rdf:li>" for keyword in said.keywords)
        parts.append(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>")
    return "".join(parts)


def iptc(
    title: str = "",
    keywords: tuple[str, ...] = (),
    caption: str = "",
    encoding: str = "utf-8",
    marked: bool = True,
) -> bytes:
    """IPTC-IIM records; `marked` says that they are UTF-8."""
    entries = [(1, 90, b"\x1b%G")] if marked else []
    entries += [(2, 5, title.encode(encoding))] if title else []
    entries += [(2, 25, keyword.encode(encoding)) for keyword in keywords]
    entries += [(2, 120, caption.encode(encoding))] if caption else []
    return b"".join(struct.pack(">BBBH", 0x1C, *entry[:2], len(entry[2])) + entry[2] for entry in entries)


def raw_dng(
    image: Image.Image, taken: str = "2023:05:06 07:08:09", camera: str = "Acme One", xmp: bytes = b""
) -> bytes:
    """A minimal DNG (Adobe's specification 1.4): uncompressed 16-bit Bayer values of the image, no preview.

    Args:
        image: RGB with even sides.
        taken: EXIF's DateTimeOriginal.
        camera: maker and model.
        xmp: an XMP packet for tag 700.
    """
    pixels = np.asarray(image).astype(np.uint16) << 8
    bayer = pixels[..., 1].copy()
    bayer[::2, ::2], bayer[1::2, 1::2] = pixels[::2, ::2, 0], pixels[1::2, 1::2, 2]
    maker, _, model = camera.partition(" ")
    matrix = struct.pack("<18i", *(int(n) for value in np.eye(3).ravel() for n in (value * 10000, 10000)))
    entries: list[tuple[int, int, int, bytes]] = [
        (254, 4, 1, struct.pack("<I", 0)),
        (256, 4, 1, struct.pack("<I", image.width)),
        (257, 4, 1, struct.pack("<I", image.height)),
        (258, 3, 1, struct.pack("<H", 16)),
        (259, 3, 1, struct.pack("<H", 1)),
        (262, 3, 1, struct.pack("<H", 32803)),
        (271, 2, len(maker) + 1, maker.encode() + b"\0"),
        (272, 2, len(camera) + 1, f"{maker} {model}".encode() + b"\0"),
        (273, 4, 1, b"data"),
        (274, 3, 1, struct.pack("<H", 1)),
        (277, 3, 1, struct.pack("<H", 1)),
        (278, 4, 1, struct.pack("<I", image.height)),
        (279, 4, 1, struct.pack("<I", bayer.nbytes)),
        *([(700, 1, len(xmp), xmp)] if xmp else []),
        (33421, 3, 2, struct.pack("<HH", 2, 2)),
        (33422, 1, 4, bytes((0, 1, 1, 2))),
        (34665, 4, 1, b"exif"),
        (50706, 1, 4, bytes((1, 4, 0, 0))),
        (50708, 2, len(camera) + 1, camera.encode() + b"\0"),
        (50721, 10, 9, matrix),
    ]
    details = struct.pack("<HHHII", 1, 0x9003, 2, len(taken) + 1, 0)
    body, at = b"", 8 + 2 + 12 * len(entries) + 4
    places = {b"exif": at, b"data": 0}
    text_at = at + len(details) + 4
    body = details[:-4] + struct.pack("<II", text_at, 0) + taken.encode() + b"\0"
    values = []
    for tag, kind, count, value in entries:
        if value not in places and len(value) > 4:
            values.append((tag, kind, count, struct.pack("<I", at + len(body))))
            body += value + bytes(len(value) % 2)
        else:
            values.append((tag, kind, count, value))
    places[b"data"] = at + len(body)
    directory = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHI", tag, kind, count)
        + (struct.pack("<I", places[value]) if value in places else value.ljust(4, b"\0"))
        for tag, kind, count, value in values
    )
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(4) + body + bayer.tobytes()


def wide_gamut_profile() -> bytes:
    """An ICC profile whose red and green are swapped against sRGB: its effect cannot be missed."""
    primaries = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return primaries.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


def srgb_profile() -> bytes:
    """The ICC profile of sRGB itself."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def sixteen_bit_grey_png(size: tuple[int, int] = (200, 100)) -> bytes:
    """A 16-bit grey PNG, a ramp from black on the left to white on the right."""
    ramp = np.broadcast_to(np.linspace(0, 65535, size[0]).astype(np.uint16), (size[1], size[0]))
    return encoded(Image.fromarray(np.ascontiguousarray(ramp)), "PNG")


def animation(file_format: str, frames: int = 3) -> bytes:
    """An animated GIF, WebP or PNG; the first frame is red, the others blue."""
    pictures = [Image.new("RGB", (64, 48), "red" if number == 0 else "blue") for number in range(frames)]
    for number, picture in enumerate(pictures):
        picture.putpixel((number, 0), (255, 255, 255))
    return encoded(pictures[0], file_format, save_all=True, append_images=pictures[1:], duration=50)


def write_variety(folder: Path) -> dict[str, Path]:
    """Write one small good photo of every format that can be made here, and some bad files.

    Returns:
        Name of the file without its folder → path. Bad files' names begin with ``bad_``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    photo = smooth_photo()
    jpeg = encoded(photo, "JPEG", quality=92)
    files = {
        "photo.jpg": jpeg,
        "photo.png": encoded(photo, "PNG"),
        "photo.webp": encoded(photo, "WEBP", quality=92),
        "photo.avif": encoded(photo, "AVIF", quality=92),
        "photo.heic": heic(photo, quality=92),
        "photo.tif": encoded(photo, "TIFF", compression="tiff_lzw"),
        "photo.bmp": encoded(photo, "BMP"),
        "photo.gif": encoded(photo.quantize(128), "GIF"),
        "photo.jp2": encoded(photo, "JPEG2000"),
        "photo.jxl": jxl(photo),
        "cmyk.jpg": encoded(photo.convert("CMYK"), "JPEG", quality=95),
        "bad_cut.jpg": jpeg[: len(jpeg) * 6 // 10],
        "bad_text.jpg": b"This is not a photo.\n" * 20,
        "bad_empty.jpg": b"",
        "bad_bomb.png": png_header(50_000, 50_000),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in files}
