"""The capability of judges that can also say what a photo shows, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from lookalike.judges.protocol import Judge, JudgePhoto


@dataclass(frozen=True)
class Caption:
    """What a model says of a photo.

    Attributes:
        content: hash of the photo's bytes.
        text: a sentence; None where there is none.
        reason: why there is none, worded for the user.
    """

    content: str
    text: str | None
    reason: str = ""


@runtime_checkable
class CaptionJudge(Judge, Protocol):
    """A judge whose model writes captions."""

    @property
    def caption_key(self) -> str:
        """Names everything that a caption depends on besides the photo: model files, preprocessing, wording."""
        ...

    def captions(
        self, photos: Iterable[JudgePhoto], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Caption]:
        """Write captions, in the order of the photos; the next one is read while the model works on one.

        Args:
            photos: photos with a content hash.
            cancelled: once true the work ends.

        Raises:
            LookalikeError: the model cannot be loaded or is switched off.
        """
        ...
