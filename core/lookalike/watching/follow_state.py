"""Follow state: what a running follow remembers about the folders between two rounds."""

from __future__ import annotations

from lookalike.catalog.folders import Folder
from lookalike.watching.folder_locator import FolderLocation


class FollowState:
    """What `Follower.follow` knows about the folders.

    Attributes:
        locations: the folders that are watched, by id.
        notes: the note last recorded for each of them, by id.
        offline: ids of the folders already reported as offline.
        folders: every folder as it was last located.
        excludes: the library's patterns that the last round used; None before the first.
        located_at: when folders were last located, by the monotonic clock.
        overflows: dropped events reported so far.
        missing_mounts: missing volumes already reported, as folder id and mount point.
        postponed: paths that changed while they, or a folder around them, were being worked on; path → deep.
    """

    def __init__(self) -> None:
        self.locations: dict[int, FolderLocation] = {}
        self.notes: dict[int, str] = {}
        self.offline: set[int] = set()
        self.folders: set[Folder] = set()
        self.excludes: tuple[str, ...] | None = None
        self.located_at = float("-inf")
        self.overflows = 0
        self.missing_mounts: set[tuple[int, bytes]] = set()
        self.postponed: dict[bytes, bool] = {}

    def forget(self) -> None:
        """Have every folder located and looked through again in the next round."""
        self.locations, self.located_at = {}, float("-inf")
