"""Thing model: the covers of things as a grid shows them, with name and count."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from lookalike.things.thing import Thing
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.photo_model import PhotoModel


class ThingModel(PhotoModel):
    """A list of things. Each is known by its cover's content id, as a photo is of one thing only.

    Args:
        thumbnails: where the covers come from.
        parent: the Qt parent.
    """

    captioned = True

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(thumbnails, parent)
        self._things: dict[int, Thing] = {}

    def show_things(self, things: Sequence[Thing]) -> None:
        """Show these, in this order."""
        self._things = {thing.cover: thing for thing in things}
        self.show_ids([thing.cover for thing in things])
        if things:
            # Names and counts may have changed where covers have not.
            self.dataChanged.emit(self.index(0), self.index(len(things) - 1))

    def thing(self, cover: int | None) -> Thing | None:
        """The thing with this cover."""
        return self._things.get(cover) if cover is not None else None

    def thing_by_id(self, thing_id: int) -> Thing | None:
        """The thing with this number."""
        return next((thing for thing in self._things.values() if thing.id == thing_id), None)

    def caption(self, row: int) -> tuple[str, str]:
        """Name and count; where there is no name, the place stands with the count."""
        thing = self._things[self.ids[row]]
        count = self.tr("{0} photos").format(format_count(len(thing)))
        return thing.name, count if thing.name or not thing.place_name else f"{thing.place_name} · {count}"

    def accessible_text(self, row: int) -> str:
        """A thing's description for screen readers."""
        name, count = self.caption(row)
        return f"{name or self.tr('Thing without a name')}, {count}"
