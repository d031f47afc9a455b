"""XMP document: an XMP file that properties can be written into, with everything else in it kept (ISO 16684-1).

Written with the standard library's ElementTree: the XMP packages for Python wrap Exempi, a library that pip does not
bring along, or exiftool. The reader of `lookalike.photos.xmp` mends flawed files; what is written over must have none.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from lookalike.errors import LookalikeError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
_META = "adobe:ns:meta/"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES = {"x": _META, "rdf": RDF, "dc": DC, "xmp": XMP, "exif": EXIF}

_EMPTY = (
    f'<x:xmpmeta xmlns:x="{_META}" x:xmptk="Lookalike"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about=""/>'
    "</rdf:RDF></x:xmpmeta>"
).encode()
_BEGIN = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = b'\n<?xpacket end="w"?>\n'
_GENERATED_PREFIX = re.compile(r"ns\d+")


class XmpDocumentError(LookalikeError):
    """An XMP file cannot be written into."""


class XmpDocument:
    """An XMP packet as a tree.

    Args:
        data: the packet; an empty one when None.

    Raises:
        XmpDocumentError: it is no XMP, or has a document type.
    """

    def __init__(self, data: bytes | None = None) -> None:
        data = _EMPTY if data is None else data
        self._prefixes = dict(_PREFIXES)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise XmpDocumentError("An XMP file has a document type, and is not written into.")
        parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True, insert_pis=True))
        try:
            for _, found in ElementTree.iterparse(io.BytesIO(data), ["start-ns"]):
                prefix, uri = found
                if prefix and prefix not in self._prefixes and not _GENERATED_PREFIX.fullmatch(prefix):
                    self._prefixes[prefix] = uri
            self._root = ElementTree.fromstring(data, parser)
        except ElementTree.ParseError as error:
            raise XmpDocumentError("An XMP file is not well formed, and is not written into.") from error
        rdf = self._root if self._root.tag == f"{{{RDF}}}RDF" else self._root.find(f".//{{{RDF}}}RDF")
        if rdf is None:
            raise XmpDocumentError("An XMP file has no RDF in it, and is not written into.")
        self._descriptions = rdf.findall(f"{{{RDF}}}Description")
        if not self._descriptions:
            about = {f"{{{RDF}}}about": ""}
            self._descriptions = [ElementTree.SubElement(rdf, f"{{{RDF}}}Description", about)]

    def set_text(self, namespace: str, name: str, value: str) -> None:
        """Set a simple property."""
        self._remove(namespace, name)
        self._descriptions[0].set(f"{{{namespace}}}{name}", value)

    def set_bag(self, namespace: str, name: str, values: Sequence[str]) -> None:
        """Set a property that is an unordered list."""
        self._remove(namespace, name)
        element = ElementTree.SubElement(self._descriptions[0], f"{{{namespace}}}{name}")
        bag = ElementTree.SubElement(element, f"{{{RDF}}}Bag")
        for value in values:
            ElementTree.SubElement(bag, f"{{{RDF}}}li").text = value

    def set_language_text(self, namespace: str, name: str, value: str) -> None:
        """Set a text that there may be in several languages, in the default one."""
        self._remove(namespace, name)
        element = ElementTree.SubElement(self._descriptions[0], f"{{{namespace}}}{name}")
        choices = ElementTree.SubElement(element, f"{{{RDF}}}Alt")
        ElementTree.SubElement(choices, f"{{{RDF}}}li", {_LANGUAGE: "x-default"}).text = value

    def has(self, namespace: str, name: str) -> bool:
        """Whether the packet has a property, whatever its value."""
        key = f"{{{namespace}}}{name}"
        return any(key in node.attrib or node.find(key) is not None for node in self._descriptions)

    def _remove(self, namespace: str, name: str) -> None:
        key = f"{{{namespace}}}{name}"
        for description in self._descriptions:
            description.attrib.pop(key, None)
            for element in description.findall(key):
                description.remove(element)

    def encode(self) -> bytes:
        """The packet as a file, in UTF-8."""
        for prefix, uri in self._prefixes.items():
            ElementTree.register_namespace(prefix, uri)
        packet: bytes = ElementTree.tostring(self._root, "utf-8")
        return _BEGIN + packet + _END
