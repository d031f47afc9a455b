"""Settings: what the user chose in one library, a typed property for each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar, overload

from lookalike.catalog.database import CatalogDatabase

T = TypeVar("T")


class Setting(Generic[T]):
    """One setting: a data descriptor over a row of the table ``settings``.

    A value that this version cannot read counts as not chosen.

    Args:
        key: name of the row; never changed, so that old libraries keep their choices.
        default: what holds while nothing is chosen.
        read: turns the stored text into the value; raises ValueError for what it cannot read.
        write: turns the value into the text.
    """

    def __init__(
        self, key: str, default: T, read: Callable[[str], T], write: Callable[[T], str] = str
    ) -> None:
        self._key = key
        self._default = default
        self._read = read
        self._write = write

    @overload
    def __get__(self, settings: None, owner: type[Settings]) -> Setting[T]: ...

    @overload
    def __get__(self, settings: Settings, owner: type[Settings]) -> T: ...

    def __get__(self, settings: Settings | None, owner: type[Settings]) -> T | Setting[T]:
        if settings is None:
            return self
        text = settings.read(self._key)
        if not text:
            return self._default
        try:
            return self._read(text)
        except ValueError:
            return self._default

    def __set__(self, settings: Settings, value: T) -> None:
        settings.write(self._key, "" if value is None else self._write(value))


def _boolean(true: str) -> tuple[Callable[[str], bool], Callable[[bool], str]]:
    """How a boolean is stored whose true is this word."""
    return lambda text: text == true, lambda value: true if value else ""


def _texts(text: str) -> tuple[str, ...]:
    """Texts as JSON, which names of any bytes survive in."""
    return tuple(json.loads(text))


def _optional_float(text: str) -> float | None:
    return float(text)


class Settings:
    """The choices kept in the catalog. Any thread, and any process, may read and change them.

    Attributes:
        judge: name of the judge that searches use; empty while none was chosen.
        descriptor: name of the imported model that describes the photos; empty for the embedded one.
        next_descriptor: name of the model that is to take its place; empty while no change is under way.
        excludes: patterns of what is left out of every watched folder, as in ``.gitignore``.
        pace: how hard indexing works, one of `lookalike.ingest.throttle.PACES`; empty while not chosen.
        mode: what judges are asked; empty while not chosen.
        both_orders: whether a judge looks at each pair in both orders.
        top: how many candidates are judged; None while not chosen.
        weight: share of the similarity in the score, 0 to 1; None for the calibrated one.
        token_compression: how visual tokens are stored; empty while not chosen.
        token_budget: how many visual tokens a photo becomes; empty while not chosen.
        token_limit: bytes that visual tokens may take; None while not chosen.
        feature_limit: bytes that kept local features may take; None while not chosen.
        thumbnail_limit: bytes that thumbnails may take; None while not chosen.
        keep_rules: which of several duplicates is kept, the first rule first; empty while not chosen.
        protected_folders: folders in which no duplicate is removed.
        tokens_ahead: whether visual tokens may be made while the computer is idle.
        recent_searches: words and paths that were searched for, the latest first.
        recent_searches_off: whether the user wants none to be kept.
        model_offer_declined: whether the user wants no multimodal model to be offered.
    """

    judge = Setting("judge", "", str)
    descriptor = Setting("descriptor", "", str)
    next_descriptor = Setting("next_descriptor", "", str)
    excludes = Setting[tuple[str, ...]]("excludes", (), lambda text: tuple(text.splitlines()), "\n".join)
    pace = Setting("pace", "", str)
    mode = Setting("mode", "", str)
    both_orders = Setting("orders", False, *_boolean("both"))
    top = Setting[int | None]("top", None, int)
    weight = Setting[float | None]("weight", None, _optional_float)
    token_compression = Setting("token_compression", "", str)
    token_budget = Setting("token_budget", "", str)
    token_limit = Setting[int | None]("token_limit", None, int)
    feature_limit = Setting[int | None]("feature_limit", None, int)
    thumbnail_limit = Setting[int | None]("thumbnail_limit", None, int)
    keep_rules = Setting[tuple[str, ...]]("keep_rules", (), lambda text: tuple(text.split()), " ".join)
    protected_folders = Setting[tuple[str, ...]]("protected_folders", (), _texts, json.dumps)
    tokens_ahead = Setting("tokens_ahead", False, *_boolean("1"))
    recent_searches = Setting[tuple[str, ...]]("recent_searches", (), _texts, json.dumps)
    recent_searches_off = Setting("recent_searches_off", False, *_boolean("1"))
    model_offer_declined = Setting("model_offer_declined", False, *_boolean("1"))

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    @contextmanager
    def together(self) -> Iterator[None]:
        """Change several settings at once: all of it is there afterwards, or nothing."""
        with self._database.transaction():
            yield

    def read(self, key: str) -> str:
        """The stored text of a setting; empty where there is none."""
        rows = self._database.rows("SELECT value FROM settings WHERE name = ?", (key,))
        value: str | bytes = rows[0][0] if rows else ""
        return value if isinstance(value, str) else os.fsdecode(value)

    def write(self, key: str, text: str) -> None:
        """Store the text of a setting. Users may name files in bytes that are no text; those are stored as bytes."""
        try:
            text.encode()
        except UnicodeEncodeError:
            stored: str | bytes = os.fsencode(text)
        else:
            stored = text
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, stored))
