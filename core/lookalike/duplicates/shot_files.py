"""Files of a shot: what goes along when a photo is removed, and which XMP file a photo has.

An XMP file that is named after the whole photo (``a.jpg.xmp``) goes with it; one that is named after the stem
(``a.xmp``) goes once no other photo of that stem stays in the folder. A raw file goes with the picture that it is shown
by, and only where the same raw file lies beside the photo that is kept (`checks`).
"""

from __future__ import annotations

import os
from collections.abc import Collection

from lookalike.catalog.shot_names import SIDECAR_SUFFIX, plain_name, shot_of
from lookalike.path_bytes import join, parent
from lookalike.photos import PHOTO_SUFFIXES


def sidecars_of(path: bytes) -> list[bytes]:
    """The XMP files of a photo, the one that counts most first.

    Raises:
        OSError: its folder cannot be listed.
    """
    whole = plain_name(os.fsdecode(os.path.basename(path)))  # noqa: PTH119
    names = (whole + SIDECAR_SUFFIX, whole.rpartition(".")[0] + SIDECAR_SUFFIX)
    found = [
        (names.index(plain), name)
        for name in os.listdir(parent(path))  # noqa: PTH208
        if (plain := plain_name(os.fsdecode(name))) in names
    ]
    return [join(parent(path), name) for _, name in sorted(found)]


def sidecars_going_with(path: bytes, going: Collection[bytes]) -> list[bytes]:
    """The XMP files that go when a photo does.

    Args:
        path: the photo.
        going: the photos that go together with it, itself among them.

    Raises:
        OSError: its folder cannot be listed.
    """
    own = plain_name(os.fsdecode(os.path.basename(path))) + SIDECAR_SUFFIX  # noqa: PTH119
    staying = None
    found = []
    for sidecar in sidecars_of(path):
        if plain_name(os.fsdecode(os.path.basename(sidecar))) != own:  # noqa: PTH119
            if staying is None:
                staying = _photos_of_shot(path) - set(going)
            if staying:
                continue
        found.append(sidecar)
    return found


def _photos_of_shot(path: bytes) -> set[bytes]:
    """The photos in a folder that share a shot with one of them."""
    shot, folder = shot_of(path), parent(path)
    names = (name for name in os.listdir(folder) if shot_of(join(folder, name)) == shot)  # noqa: PTH208
    return {
        join(folder, name)
        for name in names
        if os.path.splitext(os.fsdecode(name))[1].lower() in PHOTO_SUFFIXES  # noqa: PTH122
    }
