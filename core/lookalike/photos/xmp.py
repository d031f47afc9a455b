"""XMP reader for the properties of a packet (ISO 16684-1). Document types are refused, so no entities are expanded.

It is written by hand on top of expat: Pillow's ``getxmp`` needs another dependency (defusedxml) and builds the whole
tree, where this reads a few properties in one pass of bounded depth.
"""

from __future__ import annotations

from collections.abc import Collection
from xml.parsers import expat

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_ROOT = _RDF + "RDF"
_SUBJECT = _RDF + "Description"
_ITEM = _RDF + "li"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_DEFAULT_LANGUAGE = "x-default"
_MAX_DEPTH = 100
_PADDING = "\0 \t\r\n"


class XmpError(ValueError):
    """The bytes are not XMP; the message gives the reason in a few words."""


def read_xmp(data: bytes, wanted: Collection[str]) -> dict[str, list[str]]:
    """The texts of some properties, in document order; the default language comes first.

    A property may be written as an attribute of its subject or as an element in it, with a single value or a list.

    Args:
        data: the packet; the caller limits its size.
        wanted: names of properties: the namespace, a space, and the local name.

    Raises:
        XmpError: the bytes are not well-formed XML, have a document type, or contain no RDF.
    """
    reader = _PropertyReader(wanted)
    try:
        packet, encoding = _strip_padding(data)
    except UnicodeDecodeError as error:
        raise XmpError("unknown encoding") from error
    parser = expat.ParserCreate(encoding, " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(packet, True)
    except expat.ExpatError as error:
        raise XmpError(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, XmpError):
            raise
        raise XmpError("unknown encoding") from error
    if not reader.has_root:
        raise XmpError("it holds no RDF")
    return reader.found


def _strip_padding(data: bytes) -> tuple[bytes, str | None]:
    """The packet without its padding, and its encoding if the packet itself may not declare it."""
    start = data.find(b"<")
    if start < 0 or data[start + 1 : start + 2] != b"\0":
        return data.strip(_PADDING.encode()), None
    # UTF-16: the non-zero byte of the "<" comes first (little-endian) or second (big-endian).
    text = data[: len(data) // 2 * 2].decode("utf-16-be" if start % 2 else "utf-16-le")
    return text.strip("\ufeff" + _PADDING).encode(), "utf-8"


def _refuse_doctype(*_: object) -> None:
    raise XmpError("it has a document type")


class _PropertyReader:
    def __init__(self, wanted: Collection[str]) -> None:
        self.found: dict[str, list[str]] = {}
        self.has_root = False
        self._wanted = wanted
        self._path: list[str] = []
        self._property = ""
        self._items: list[tuple[bool, str]] = []
        self._text: list[str] = []
        self._is_default = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        parents = self._path[-2:]
        self._path.append(name)
        if len(self._path) > _MAX_DEPTH:
            raise XmpError("it is nested too deeply")
        if name == _ROOT:
            self.has_root = True
        elif name == _SUBJECT and parents[-1:] == [_ROOT]:
            for key, value in attributes.items():
                if key in self._wanted:
                    self.found.setdefault(key, []).append(value)
        # Nested descriptions belong to a value (an editing history, an ingredient), not to this photo.
        elif parents == [_ROOT, _SUBJECT]:
            self._property = name if name in self._wanted else ""
            self._items, self._text = [], []
        elif name == _ITEM:
            self._text = []
            self._is_default = attributes.get(_LANGUAGE) == _DEFAULT_LANGUAGE

    def text(self, text: str) -> None:
        if self._property:
            self._text.append(text)

    def end(self, name: str) -> None:
        self._path.pop()
        if not self._property:
            return
        if name == _ITEM:
            self._items.append((self._is_default, "".join(self._text)))
            self._text = []
        elif self._path[-2:] == [_ROOT, _SUBJECT]:
            items = self._items or [(False, "".join(self._text))]
            texts = [text for _, text in sorted(items, key=lambda item: not item[0])]
            if any(text.strip() for text in texts):
                self.found.setdefault(self._property, []).extend(texts)
            self._property = ""
