"""Text encodings of metadata: bytes whose encoding nobody declares, or declares wrongly."""

from __future__ import annotations

_REPLACED = "\ufffd"
_ASCII = bytes(range(128))


def decode_text(raw: bytes) -> str:
    """Bytes as UTF-8 where most of what is not ASCII in them is that, else as Windows-1252, else as Latin-1.

    A text in UTF-8 that is cut within a letter, or has a broken byte, loses that letter and no other.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    broken = text.count(_REPLACED)
    if sum(letter > "\x7f" for letter in text) - broken > broken or not raw[:-3].strip(_ASCII):
        return text.replace(_REPLACED, "")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
