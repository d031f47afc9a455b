"""XMP files that are written into: what is set is read back, by exiftool too, and all else stays."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.duplicates.xmp_document import DC, EXIF, XMP, XmpDocument, XmpDocumentError
from lookalike.photos import read_sidecar

LIGHTROOM = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.6.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/" crs:Exposure2012="+0.50" xmp:Rating="2">
   <!-- by hand -->
   <dc:subject><rdf:Bag><rdf:li>old</rdf:li></rdf:Bag></dc:subject>
   <crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>255, 255</rdf:li></rdf:Seq></crs:ToneCurve>
   <lr:hierarchicalSubject><rdf:Bag><rdf:li>a|old</rdf:li></rdf:Bag></lr:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

SIMPLE = st.text(st.characters(min_codepoint=33, exclude_categories=("C", "Z")), min_size=1)


def write(document: XmpDocument, path: Path) -> Path:
    path.write_bytes(document.encode())
    return path


@given(rating=st.integers(1, 5), keywords=st.lists(SIMPLE, max_size=4))
def test_what_is_set_is_read_back(rating: int, keywords: list[str]) -> None:
    import unicodedata

    document = XmpDocument(LIGHTROOM)
    document.set_text(XMP, "Rating", str(rating))
    document.set_bag(DC, "subject", keywords)
    with tempfile.TemporaryDirectory() as folder:
        said = read_sidecar(write(document, Path(folder) / "a.xmp"))
    assert said.rating == rating
    wanted = {unicodedata.normalize("NFC", word)[:1000].casefold() for word in keywords}
    assert {word.casefold() for word in said.keywords} >= wanted


def test_all_else_stays(tmp_path: Path) -> None:
    document = XmpDocument(LIGHTROOM)
    document.set_text(XMP, "Rating", "5")
    data = document.encode()
    for kept in (b'crs:Exposure2012="+0.50"', b"<!-- by hand -->", b"255, 255", b"a|old", b"XMP Core 5.6.0"):
        assert kept in data
    assert b'Rating="2"' not in data and data.count(b"Rating=") == 1
    assert data.startswith(b"<?xpacket begin=")
    again = XmpDocument(data)
    assert again.encode() == data


@pytest.mark.parametrize(
    "data",
    [b"", b"no xml", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', LIGHTROOM[:400]],
    ids=["empty", "text", "no RDF", "document type", "cut off"],
)
def test_what_is_no_whole_xmp_is_not_written_into(data: bytes) -> None:
    with pytest.raises(XmpDocumentError):
        XmpDocument(data)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("data", [None, LIGHTROOM], ids=["new", "lightroom"])
def test_exiftool_reads_the_same(tmp_path: Path, data: bytes | None) -> None:
    document = XmpDocument(data)
    document.set_text(XMP, "Rating", "4")
    document.set_bag(DC, "subject", ["old", "sea & sun", "Ωmega"])
    document.set_language_text(DC, "title", "Bondi <x>")
    document.set_text(EXIF, "GPSLatitude", "33,51.414000S")
    document.set_text(EXIF, "GPSLongitude", "151,12.912000E")
    path = write(document, tmp_path / "a.xmp")
    done = subprocess.run(["exiftool", "-json", "-n", str(path)], capture_output=True, text=True, check=True)
    (said,) = json.loads(done.stdout)
    assert (said["Rating"], said["Title"]) == (4, "Bondi <x>")
    assert said["Subject"] == ["old", "sea & sun", "Ωmega"]
    assert said["GPSLatitude"] == pytest.approx(-33.8569) and said["GPSLongitude"] == pytest.approx(151.2152)
