"""XMP reader for the properties of a packet (ISO 16684-1), as tolerant of flaws as programs are careless in writing it.

Bytes that are not in the encoding that they should be are taken for what they are. A text that is no XML is mended and
parsed once more: control characters, bare ampersands and angle brackets, and prefixes that nobody declares, which are
taken for the usual ones of their names. Where it breaks off all the same, what stands before counts. Document types are
refused, so no entities are expanded.

It is written by hand on top of expat: Pillow's ``getxmp`` needs another dependency (defusedxml), builds the whole tree,
and has nothing of a packet with a flaw; ``lxml`` with ``recover`` reads fewer of those right than this does
(docs/metadata.md has the comparison).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from xml.parsers import expat

from lookalike.photos.encodings import decode_text

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_ROOT = _RDF + "RDF"
_SUBJECT = _RDF + "Description"
_ITEM = _RDF + "li"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_DEFAULT_LANGUAGE = "x-default"
_MAX_DEPTH = 100
_PADDING = "\ufeff\0 \t\r\n"

_USUAL_NAMESPACES = {
    "rdf": _RDF.strip(),
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xap": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
}
"""What prefixes mean where nobody declares them (XMP specification, parts 1 and 2)."""

_END_OF_RDF = re.compile(rb"</[\w-]*:?RDF\s*>")
_BYTE_ORDER_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});)?")
_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*>")
_PREFIX = re.compile(r"[<\s/]([A-Za-z_][A-Za-z0-9_-]*):")
_MOST_PREFIXES = 1000
_NAME = r"[A-Za-z_][\w:.-]*"
_ATTRIBUTE = rf"\s+{_NAME}\s*=\s*(?:\"[^\"]*\"|'[^']*')"
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(rf"(<{_NAME})((?:{_ATTRIBUTE})+)(?=\s*/?>)")
_CUT_TAG = re.compile(rf"<{_NAME}(?:{_ATTRIBUTE})*")
_BARE_BRACKET = re.compile(r"<(?![A-Za-z_/!?\x80-\U0010ffff])")


class XmpError(ValueError):
    """The bytes are not XMP; the message gives the reason in a few words."""


def read_xmp(data: bytes, wanted: Collection[str]) -> dict[str, list[str]]:
    """The texts of some properties, in document order; the default language comes first.

    A property may be written as an attribute of its subject or as an element in it, with a single value or a list.

    Args:
        data: the packet; the caller limits its size.
        wanted: names of properties: the namespace, a space, and the local name.

    Raises:
        XmpError: the bytes are not XML, have a document type, or contain no RDF.
    """
    text = _decode(data)
    reader = _PropertyReader(wanted)
    flaw = _parse(text, reader)
    if flaw is not None:
        reader = _PropertyReader(wanted)
        if _parse(_mend(text), reader) is not None:
            reader.break_off()
    if not reader.has_root:
        raise XmpError(flaw or "it holds no RDF")
    return reader.found


def _parse(text: str, reader: _PropertyReader) -> str | None:
    """Have the elements read; returns at which line it breaks off and why, or None."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return f"line {error.lineno}: {expat.ErrorString(error.code)}"
    except _TooDeepError:
        return "it is nested too deeply"
    return None


def _decode(data: bytes) -> str:
    """The packet as text, without what stands before and after it."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, "ignore").strip(_PADDING)
    start = data.find(b"<")
    if start >= 0 and data[start + 1 : start + 2] == b"\0":
        # UTF-16: the non-zero byte of the "<" comes first (little-endian) or second (big-endian). UTF-32: likewise.
        wide = data[start + 1 : start + 4] == b"\0\0\0"
        order = "be" if start % (4 if wide else 2) else "le"
        return data.decode(f"utf-{32 if wide else 16}-{order}", "ignore").strip(_PADDING)
    end = _END_OF_RDF.search(data)
    # What follows the RDF may be anything, in any encoding; the elements around it hold nothing.
    return decode_text(data[max(start, 0) : end.end() if end else None]).strip(_PADDING)


def _mend(text: str) -> str:
    """The text without what is not XML, in an element that declares every prefix that it leaves undeclared."""
    text = _BARE_AMPERSAND.sub(_mended_reference, _NOT_XML.sub(" ", _DECLARATION.sub("", text, 1)))
    text = _BARE_BRACKET.sub("&lt;", text)
    cut = text.rfind("<")
    if cut > text.rfind(">") and (tag := _CUT_TAG.match(text, cut)):
        # It breaks off within a tag, whose finished attributes count.
        text = f"{text[:cut]}{tag[0]}>"
    text = _TAG.sub(_mended_tag, text)
    prefixes = itertools.islice(dict.fromkeys(match[1] for match in _PREFIX.finditer(text)), _MOST_PREFIXES)
    declared = " ".join(
        f'xmlns:{prefix}="{_USUAL_NAMESPACES.get(prefix, prefix)}"'
        for prefix in prefixes
        if not prefix.lower().startswith("xml")
    )
    return f"<mended {declared}>{text}</mended>"


def _mended_tag(match: re.Match[str]) -> str:
    """A tag's start with every attribute once, as it stands there first."""
    first: dict[str, str] = {}
    for attribute in _ATTRIBUTES.findall(match[2]):
        first.setdefault(attribute.partition("=")[0].strip(), attribute)
    return match[1] + "".join(first.values())


def _mended_reference(match: re.Match[str]) -> str:
    if match[1] is None and match[2] is None:
        return "&amp;"
    number = int(match[1]) if match[1] is not None else int(match[2], 16)
    if number > 0x10FFFF or _NOT_XML.match(chr(number)):
        return " "
    return match[0]


def _refuse_doctype(*_: object) -> None:
    raise XmpError("it has a document type")


class _TooDeepError(Exception):
    """There are elements within elements beyond all measure."""


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
            raise _TooDeepError
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
            self._finish(self._items or [(False, "".join(self._text))])

    def break_off(self) -> None:
        """Take in the finished items of the property in which the XML breaks off."""
        if self._property:
            self._finish(self._items)

    def _finish(self, items: list[tuple[bool, str]]) -> None:
        texts = [text for _, text in sorted(items, key=lambda item: not item[0])]
        if any(text.strip() for text in texts):
            self.found.setdefault(self._property, []).extend(texts)
        self._property = ""
