"""Recent searches: words and files that were searched for last, unless the user wants none to be kept."""

from __future__ import annotations

import threading

from lookalike.catalog.settings import Settings

MOST = 20
"""Older ones are forgotten."""


class RecentSearches:
    """The recent searches of one library. Any thread may use it.

    Args:
        settings: where they are kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._changing = threading.Lock()

    @property
    def kept(self) -> bool:
        """Whether searches are kept."""
        return not self._settings.recent_searches_off

    def all(self) -> list[str]:
        """What was searched for, as it can be typed: words, or the path of a file; the latest first."""
        return list(self._settings.recent_searches)

    def add(self, text: str) -> None:
        """Keep a search; nothing is kept where the user has switched that off."""
        text = text.strip()
        if not text or not self.kept:
            return
        with self._changing:
            others = [one for one in self._settings.recent_searches if one != text]
            self._settings.recent_searches = (text, *others)[:MOST]

    def clear(self) -> None:
        """Forget them all."""
        with self._changing:
            self._settings.recent_searches = ()

    def keep(self, on: bool) -> None:
        """Keep searches from now on, or forget them all and keep none."""
        self._settings.recent_searches_off = not on
        if not on:
            self.clear()
