"""Makes photos of text whose words are known: signs, covers, receipts, pages and screens, as a camera takes them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from lookalike.words.synsets import kinds_of_nouns
from tests.builders.photo_files import textured_photo

Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Fonts = Sequence[str]
"""Files of fonts to choose from; the one that Pillow brings where there are none."""

SHOPS = ("SUPERMARKT MEYER", "CITY PHARMACY", "BÄCKEREI SCHULZE", "GREEN GROCERS LTD", "CAFE CENTRAL")
GREETINGS = ("Thank you for shopping", "Vielen Dank für Ihren Einkauf", "Please come again")


@dataclass(frozen=True)
class TextPhoto:
    """A picture with text.

    Attributes:
        image: RGB.
        words: the words in it, as they are written.
    """

    image: Image.Image
    words: tuple[str, ...]


@functools.cache
def plain_words() -> tuple[str, ...]:
    """English nouns of three to ten letters, in the order of the alphabet."""
    return tuple(
        sorted(
            word for word in kinds_of_nouns() if word.isascii() and word.isalpha() and 3 <= len(word) <= 10
        )
    )


class TextPhotos:
    """Draws text; the same seed gives the same pictures.

    Args:
        seed: of all chance.
        fonts: files of fonts.
    """

    def __init__(self, seed: int, fonts: Fonts = ()) -> None:
        self.rng = np.random.default_rng(seed)
        self._fonts = tuple(fonts)

    def font(self, size: int) -> Font:
        """One of the fonts, `size` pixels high."""
        if not self._fonts:
            return ImageFont.load_default(size)
        return ImageFont.truetype(self._fonts[int(self.rng.integers(len(self._fonts)))], size)

    def word(self) -> str:
        """A word, as it may stand in a text."""
        words = plain_words()
        return words[int(self.rng.integers(len(words)))]

    def ground(self, size: tuple[int, int]) -> Image.Image:
        """What lies around a text: a picture without one."""
        small = textured_photo(int(self.rng.integers(1 << 30)), (size[0] // 4, size[1] // 4))
        return small.filter(ImageFilter.GaussianBlur(2)).resize(size, Image.Resampling.BILINEAR)

    def sign(
        self, size: tuple[int, int] = (1600, 1200), share: tuple[float, float] = (0.05, 0.09)
    ) -> TextPhoto:
        """A sign of two to four words, from across the street.

        Args:
            size: pixels.
            share: of the photo's height that a word's is, at least and at most.
        """
        words = [self.word().upper() for _ in range(int(self.rng.integers(2, 5)))]
        high = int(size[1] * self.rng.uniform(*share))
        font = self.font(high)
        dark: Colour = (int(self.rng.integers(90)), int(self.rng.integers(90)), int(self.rng.integers(90)))
        light: Colour = (255 - dark[1] // 3, 255 - dark[2] // 3, 235)
        paper, ink = (dark, light) if self.rng.random() < 0.5 else (light, dark)
        image = self.ground(size)
        draw = ImageDraw.Draw(image)
        wide = max(font.getlength(word) for word in words)
        left, top = int((size[0] - wide) / 2), int((size[1] - 1.4 * high * len(words)) / 2)
        draw.rectangle(
            (left - high, top - high, left + wide + high, top + 1.4 * high * len(words) + high), fill=paper
        )
        for row, word in enumerate(words):
            draw.text((left, top + 1.4 * high * row), word, ink, font)
        return TextPhoto(image, tuple(words))

    def cover(self, size: tuple[int, int] = (1200, 1600)) -> TextPhoto:
        """A cover or poster: a title, and smaller lines on a picture."""
        image = self.ground(size).filter(ImageFilter.GaussianBlur(6))
        image = Image.blend(image, Image.new("RGB", size, (20, 25, 60)), 0.6)
        draw = ImageDraw.Draw(image)
        words: list[str] = []
        top = size[1] // 10
        for count, share in ((2, 0.055), (3, 0.03), (5, 0.02), (5, 0.016)):
            high = int(size[1] * share)
            line = [self.word().capitalize() for _ in range(count)]
            font = self.font(high)
            while font.getlength(" ".join(line)) > size[0] * 0.9:
                line.pop()
            draw.text((size[0] // 20, top), " ".join(line), (255, 250, 220), font)
            words += line
            top += int(high * 3)
        return TextPhoto(image, tuple(words))

    def receipt(self, width: int = 900, items: int | None = None) -> TextPhoto:
        """A receipt, flat and by itself: a shop, items with prices, a sum."""
        size = width // 22
        font = self.font(size)
        amounts = [f"{self.rng.uniform(0.5, 40):.2f}" for _ in range(items or int(self.rng.integers(8, 22)))]
        shop = SHOPS[int(self.rng.integers(len(SHOPS)))]
        rows: list[tuple[str, str]] = [(shop, ""), (f"{self.word().capitalize()} Street 12", "")]
        rows += [("12.05.2024 14:31", f"No. {int(self.rng.integers(1000, 9999))}"), ("", "")]
        rows += [(f"{self.word().upper()} {self.word()}", amount) for amount in amounts]
        total = f"{sum(map(float, amounts)):.2f}"
        rows += [
            ("", ""),
            ("TOTAL EUR", total),
            ("Card payment", total),
            ("VAT 19%", f"{float(total) * 0.16:.2f}"),
        ]
        rows += [("", ""), (GREETINGS[int(self.rng.integers(len(GREETINGS)))], "")]
        margin, pitch = width // 18, int(size * 1.45)
        image = Image.new("RGB", (width, pitch * len(rows) + 4 * margin), (247, 246, 242))
        draw = ImageDraw.Draw(image)
        for row, (left, right) in enumerate(rows):
            top = 2 * margin + pitch * row
            draw.text((margin, top), left, (40, 40, 45), font)
            draw.text((width - margin - font.getlength(right), top), right, (40, 40, 45), font)
        return TextPhoto(image, tuple(word for row in rows for part in row for word in part.split()))

    def page(self, width: int = 2000, letters: int = 75) -> TextPhoto:
        """A printed page, flat and by itself: a heading and paragraphs.

        Args:
            width: pixels.
            letters: in a line.
        """
        height = int(width * math.sqrt(2))
        image = Image.new("RGB", (width, height), (250, 250, 248))
        draw = ImageDraw.Draw(image)
        margin = width // 10
        size = int((width - 2 * margin) / letters * 1.9)
        heading, font = self.font(size * 2), self.font(size)
        words = [self.word().capitalize() for _ in range(3)]
        draw.text((margin, margin), " ".join(words), (20, 20, 20), heading)
        top = margin + size * 4
        while top < height - margin - size:
            for _ in range(int(self.rng.integers(4, 9))):
                line: list[str] = []
                while font.getlength(" ".join([*line, "mmmmmmmm"])) < width - 2 * margin:
                    line.append(self.word())
                draw.text((margin, top), " ".join(line), (25, 25, 25), font)
                words += line
                top += int(size * 1.4)
                if top >= height - margin - size:
                    break
            top += size
        return TextPhoto(image, tuple(words))

    def laid(self, flat: TextPhoto, size: tuple[int, int] = (3000, 4000), fill: float = 0.88) -> TextPhoto:
        """A paper on a table, from above.

        Args:
            flat: the paper.
            size: of the photo, pixels.
            fill: how much of the photo it takes in its tighter direction.
        """
        paper = flat.image
        scale = min(size[0] * fill / paper.width, size[1] * fill / paper.height)
        fitted = paper.resize((int(paper.width * scale), int(paper.height * scale)), Image.Resampling.BICUBIC)
        image = self.ground(size)
        image.paste(fitted, ((size[0] - fitted.width) // 2, (size[1] - fitted.height) // 2))
        return TextPhoto(image, flat.words)

    # What a camera does to it

    def noisy(self, photo: TextPhoto, sigma: float = 18.0) -> TextPhoto:
        """Noise of a dark room, in grey levels."""
        return self._changed(photo, lambda pixels: pixels + self.rng.normal(0, sigma, pixels.shape))

    def blurred(self, photo: TextPhoto, share: float = 0.0006) -> TextPhoto:
        """Out of focus.

        Args:
            photo: a picture.
            share: the blur's sigma as a share of the longest side; .0006 is 2.4 pixels of 12 megapixels.
        """
        return TextPhoto(
            photo.image.filter(ImageFilter.GaussianBlur(share * max(photo.image.size))), photo.words
        )

    def turned(self, photo: TextPhoto, degrees: float | None = None) -> TextPhoto:
        """Held askew, by up to 12 degrees to either side, and at a slant."""
        import cv2

        angle = math.radians(self.rng.uniform(-12, 12) if degrees is None else degrees)
        width, height = photo.image.size
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        middle = np.array([width / 2, height / 2], np.float32)
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]], np.float32)
        moved = (corners - middle) @ turn.T
        moved *= (1 + self.rng.uniform(-0.06, 0.06, (4, 1))).astype(np.float32)
        # All of it stays in the picture.
        moved *= min(width / np.ptp(moved[:, 0]), height / np.ptp(moved[:, 1]))
        moved += middle - (moved.max(axis=0) + moved.min(axis=0)) / 2
        matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
        pixels = cv2.warpPerspective(
            np.asarray(photo.image),
            matrix,
            (width, height),
            flags=cv2.INTER_AREA,
            borderMode=cv2.BORDER_REFLECT,
        )
        return TextPhoto(Image.fromarray(pixels), photo.words)

    def dim(self, photo: TextPhoto) -> TextPhoto:
        """In bad light, with a shadow across."""
        width = photo.image.width
        shadow = np.linspace(0.35, 0.75, width, dtype=np.float32)[None, :, None]
        return self._changed(photo, lambda pixels: pixels * shadow + self.rng.normal(0, 6, pixels.shape))

    @staticmethod
    def quarter(photo: TextPhoto, turns: int) -> TextPhoto:
        """Turned by quarters, as of a camera whose sensor did not know up."""
        ways = (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
        way = ways[turns % 4]
        return photo if way is None else TextPhoto(photo.image.transpose(way), photo.words)

    @staticmethod
    def _changed(
        photo: TextPhoto, change: Callable[[NDArray[np.float32]], NDArray[np.float64] | NDArray[np.float32]]
    ) -> TextPhoto:
        pixels = change(np.asarray(photo.image).astype(np.float32))
        return TextPhoto(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), photo.words)
