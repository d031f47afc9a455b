"""Photo errors: what can be wrong with one file, worded for the user."""

from __future__ import annotations

from lookalike.errors import LookalikeError


class PhotoError(LookalikeError):
    """A photo cannot be shown; the message is one line and names the file."""


class FileUnavailableError(PhotoError):
    """The file cannot be read at the moment; its content may be fine, and a later attempt may succeed."""


def printable(name: str) -> str:
    """The name made safe for one line: control characters and broken encodings become a replacement character."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)


def not_a_photo(name: str) -> PhotoError:
    """The content is none of the kinds that can be decoded."""
    return PhotoError("{name} is not a photo that Lookalike can read.", name=printable(name))


def cut_off(name: str) -> PhotoError:
    """The content ends before the picture does."""
    return PhotoError(
        "{name} is cut off and cannot be shown.", "Copy it again from its source.", name=printable(name)
    )


def damaged(name: str) -> PhotoError:
    """The content contradicts its own format."""
    return PhotoError(
        "{name} is damaged and cannot be shown.", "Copy it again from its source.", name=printable(name)
    )


def too_large(name: str, size: tuple[int, int] | None = None) -> PhotoError:
    """Decoding would take more memory than one photo may; `size` is (width, height) in pixels, where known."""
    pixels = f" ({size[0]} × {size[1]} pixels)" if size else ""
    return PhotoError(
        "{name} is too large to be shown{pixels}.",
        "Save a smaller copy of it.",
        name=printable(name),
        pixels=pixels,
    )


class LayoutError(ValueError):
    """The content is sound but of a layout that no decoder here knows; the argument names it in a few words."""


def unsupported(name: str, file_format: str, layout: str) -> PhotoError:
    """The content is sound, but of a kind that cannot be decoded.

    Args:
        name: the file's name.
        file_format: the format's name.
        layout: what is special about it, in a few words.
    """
    return PhotoError(
        "{name} is a kind of {file_format} that cannot be read ({layout}).",
        "Save a copy of it as JPEG or PNG.",
        name=printable(name),
        file_format=file_format,
        layout=layout,
    )
