"""Review of duplicates: which photos of each group go, as the user marks them, until they are cleaned up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lookalike.duplicates.groups import DuplicateGroup, DuplicatePhoto
from lookalike.duplicates.plan import CleanUpPlan, PlannedFile, PlannedGroup


@dataclass
class GroupReview:
    """What the user chose in one group.

    Attributes:
        group: the group.
        keep: the photo that stays whatever else goes.
        going: the paths of the photos that go.
        accepted: whether the user is done with it, so that a clean-up sees to it.
    """

    group: DuplicateGroup
    keep: DuplicatePhoto = field(init=False)
    going: set[Path] = field(init=False)
    accepted: bool = False

    def __post_init__(self) -> None:
        self.keep_photo(self.group.keep)

    def keep_photo(self, photo: DuplicatePhoto) -> None:
        """Keep a photo, and have all others go that can."""
        self.keep = photo
        self.going = {
            other.path for other in self.group.photos if other.path != photo.path and other.held is None
        }

    def toggle(self, photo: DuplicatePhoto) -> None:
        """Have a photo go, or stay after all; the one that is kept stays."""
        if photo.path == self.keep.path or photo.held is not None:
            return
        self.going ^= {photo.path}

    @property
    def bytes(self) -> int:
        """What its marks would free."""
        return sum(photo.bytes for photo in self.group.photos if photo.path in self.going)

    def planned(self) -> PlannedGroup | None:
        """What a clean-up is to do; None where nothing goes."""
        removed = tuple(_planned(photo) for photo in self.group.photos if photo.path in self.going)
        return PlannedGroup(self.group.kind, _planned(self.keep), removed) if removed else None


def plan_of(reviews: Sequence[GroupReview]) -> CleanUpPlan:
    """The plan of all groups that the user accepted."""
    planned = (review.planned() for review in reviews if review.accepted)
    return CleanUpPlan(tuple(group for group in planned if group is not None))


def carried_over(groups: Sequence[DuplicateGroup], before: Sequence[GroupReview]) -> list[GroupReview]:
    """Reviews of newly read groups, with the marks of those that are the same as before."""
    known = {review.group.id: review for review in before}
    reviews = []
    for group in groups:
        old = known.get(group.id)
        # Where a folder is protected, or no longer, there is something else to mark.
        same = old is not None and {(photo.path, photo.held) for photo in old.group.photos} == {
            (photo.path, photo.held) for photo in group.photos
        }
        review = GroupReview(group)
        if old is not None and same:
            review.accepted = old.accepted
            review.keep = next(photo for photo in group.photos if photo.path == old.keep.path)
            review.going = old.going
        reviews.append(review)
    return reviews


def _planned(photo: DuplicatePhoto) -> PlannedFile:
    return PlannedFile(photo.path, photo.hash, photo.bytes, photo.mtime_ns)
