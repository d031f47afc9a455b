"""The capability of judges that work on stored visual tokens: making these ahead of any search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, runtime_checkable

from lookalike.judges.protocol import Judge, JudgePhoto
from lookalike.judges.token_store import TokenSet


@runtime_checkable
class TokenJudge(Judge, Protocol):
    """A judge that reads a photo once, stores its visual tokens, and compares these from then on."""

    @property
    def token_set(self) -> TokenSet | None:
        """The stored tokens of this judge; None where none are stored."""
        ...

    @property
    def chooses_tokens(self) -> bool:
        """Whether the model lets one choose how many tokens a photo becomes."""
        ...

    @property
    def tokens_per_photo(self) -> int:
        """Visual tokens that a photo becomes at most."""
        ...

    def make_tokens(
        self, photos: Iterable[JudgePhoto], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[str, str]]:
        """Make and store the tokens of photos; those that have some already are passed over.

        Args:
            photos: photos with a content hash.
            cancelled: once true the work ends.

        Yields:
            Each photo's content hash, and why it has no tokens; an empty reason where it has.

        Raises:
            LookalikeError: the judge cannot work, or no more tokens can be stored.
        """
        ...
