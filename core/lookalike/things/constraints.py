"""Constraints: what the user's decisions say of which photos are one thing, and which never are.

A later decision goes before an earlier one: who joins what was taken apart wants it joined, and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lookalike.catalog.things import ONE, Decision


@dataclass(frozen=True)
class Constraints:
    """What holds for photos, by their content hashes.

    Attributes:
        together: groups that are one thing; no photo is in two of them.
        apart: pairs that are never of one thing. Of a group one photo stands for all.
    """

    together: tuple[frozenset[str], ...]
    apart: tuple[tuple[str, str], ...]


def constraints_of(decisions: Iterable[Decision]) -> Constraints:
    """What some decisions amount to.

    Args:
        decisions: the latest first.
    """
    groups = _Groups()
    for decision in decisions:
        if decision.kind == ONE:
            groups.join((*decision.photos, *decision.others))
        else:
            for photo in decision.photos:
                for other in decision.others:
                    groups.keep_apart(photo, other)
    return groups.constraints()


class _Groups:
    """Photos that are one thing, in a forest of sets (Tarjan's union-find), and which sets must not be united."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._apart: dict[str, set[str]] = {}

    def join(self, photos: Iterable[str]) -> None:
        """Unite the groups of all these; those that are to be apart stay in several."""
        united: list[str] = []
        for photo in photos:
            root = self._find(photo)
            for position, other in enumerate(united):
                if root == other or root not in self._apart.get(other, ()):
                    united[position] = self._unite(other, root)
                    break
            else:
                united.append(root)

    def keep_apart(self, photo: str, other: str) -> None:
        """Say that two photos are not of one thing, unless they are already."""
        one, two = self._find(photo), self._find(other)
        if one != two:
            self._apart.setdefault(one, set()).add(two)
            self._apart.setdefault(two, set()).add(one)

    def constraints(self) -> Constraints:
        members: dict[str, set[str]] = {}
        for photo in self._above:
            members.setdefault(self._find(photo), set()).add(photo)
        together = sorted((frozenset(group) for group in members.values() if len(group) > 1), key=min)
        apart = sorted((one, two) for one, others in self._apart.items() for two in others if one < two)
        return Constraints(tuple(together), tuple(apart))

    def _find(self, photo: str) -> str:
        self._above.setdefault(photo, photo)
        while self._above[photo] != photo:
            self._above[photo] = self._above[self._above[photo]]
            photo = self._above[photo]
        return photo

    def _unite(self, kept: str, gone: str) -> str:
        if kept != gone:
            self._above[gone] = kept
            for other in self._apart.pop(gone, set()):
                self._apart[other].discard(gone)
                self._apart[other].add(kept)
                self._apart.setdefault(kept, set()).add(other)
        return kept
