"""Follow timing: how often folders are looked at while they are followed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FollowTiming:
    """Times of following, in seconds.

    Attributes:
        settle: a file changed more recently than this may still be written to, so it is looked at again.
        tick: how soon `Follower.follow` notices that it is to stop, and what the user or another process changed
            about the folders.
        locate: how often drives that come and go are looked for.
        retry: how long after a failure following goes on; twice as long after the next one ...
        retry_limit: ... and never longer than this.
        rescan: how often folders are compared of whose changes the system does not tell.
        quiet: a burst of events is acted on once nothing has come for this long ...
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
