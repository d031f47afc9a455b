"""Follow timing: how often folders are checked while they are followed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FollowTiming:
    """Intervals of following, in seconds.

    Attributes:
        settle: a file that changed more recently than this may still be written to, so it is looked at again.
        tick: how soon `Follower.follow` notices that it is to stop, and that the user or another process changed
            the list of folders.
        locate: how often to look for drives that come and go.
        retry: how long following pauses after a failure; twice as long after the next one ...
        retry_limit: ... and never longer than this.
        rescan: how often to compare folders whose changes the system does not report.
        quiet: a burst of events is acted on once no more have come for this long ...
        patience: ... or once its first event is this old.
    """

    settle: float = 1.0
    tick: float = 0.5
    locate: float = 10.0
    retry: float = 5.0
    retry_limit: float = 60.0
    rescan: float = 300.0
    quiet: float = 0.5
    patience: float = 5.0
