"""A decoder that crashes at one photo, in whichever process it runs; as a program, a scan that meets it."""

from __future__ import annotations

import ctypes
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from lookalike.ingest import photo_reader
from lookalike.photos import FileBytes, Photo, decode
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

DEADLY = photo(666)


def deadly(file: FileBytes, longest_side: int) -> Photo:
    if file.data == DEADLY:
        ctypes.string_at(0)
    return decode(file, longest_side)


def serve(pipe: Connection) -> None:
    pipe.send(deadly(*pipe.recv()))


if __name__ == "__main__":
    photo_reader.decode = deadly
    library = SmallLibrary(Path(sys.argv[1]))
    library.folders.add(Path(sys.argv[2]))
    library.scan()
