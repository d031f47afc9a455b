"""Photos as a judge is given them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.judges.protocol import JudgePhoto
from tests.core.judges.mllm_reference import blobs


def photo(seed: int, content: str | None = None) -> JudgePhoto:
    return JudgePhoto(f"content{seed}" if content is None else content, lambda side: blobs(seed))


def unreadable(side: int) -> Image.Image:
    raise LookalikeError("photo7.jpg is cut short.", "Copy it again.")


def kept(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        return [row[0] for row in connection.execute("SELECT content FROM visual_tokens ORDER BY content")]
