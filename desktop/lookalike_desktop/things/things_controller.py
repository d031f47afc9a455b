"""Things controller: reads the things of the library, and carries out what the user says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from lookalike.progress import Stage
from lookalike.things.thing import Thing
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.things.things_page import ThingsPage

if TYPE_CHECKING:
    from lookalike.library import Library


class ThingsController(QObject):
    """Connects the page with the core.

    Args:
        session: the open library.
        page: the things.
        window: the parent of menus.
    """

    failed = Signal(Failure)
    """What the user wanted could not be done."""
    photo_looked_up = Signal(int, object)
    """A photo's content id, and the `Thing` that it shows; None without one."""

    def __init__(self, session: LibrarySession, page: ThingsPage, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._page = page
        self._window = window
        # Finding things anew may take seconds, for which nothing else is to wait.
        self._tasks = Tasks(1, "things", self.failed.emit, self)
        self._changes = -1
        page.renamed.connect(self.rename)
        page.apart_wanted.connect(self.take_apart)
        page.join_wanted.connect(self.join)
        page.judging_wanted.connect(self.set_judging)
        page.card_menu_wanted.connect(self.show_menu)
        session.activity.connect(self._on_activity)

    def read(self) -> None:
        """Read the things, and show them."""
        library = self._session.library
        if library is not None:
            self._tasks.run(library.things.all, self._page.show_things)
            self._read_judging(library)

    def _read_judging(self, library: Library) -> None:
        pairs = library.pairs
        self._tasks.run(
            lambda: (pairs.can_judge, pairs.judging), lambda state: self._page.show_judging(*state)
        )

    def set_judging(self, judging: bool) -> None:
        """Have a multimodal model decide what details leave open, or not."""
        library = self._session.library
        if library is not None:
            self._tasks.run(lambda: library.pairs.set_judging(judging), lambda _: None)
            self._read_judging(library)

    def look_up(self, content_id: int) -> None:
        """Find out which thing a photo shows; `photo_looked_up` follows."""
        library = self._session.library
        if library is not None:
            self._tasks.run(
                lambda: library.things.of(content_id),
                lambda thing: self.photo_looked_up.emit(content_id, thing),
            )

    def rename(self, thing_id: int, name: str) -> None:
        """Give a thing a name."""
        self._change(lambda library: library.things.rename(thing_id, name), again=False)

    def take_apart(self, thing_id: int, content_id: int) -> None:
        """A photo is not of a thing."""
        self._change(lambda library: library.things.apart(thing_id, [content_id]))

    def join(self, thing_id: int, other_id: int) -> None:
        """Two things are one, which is then shown."""

        def show(things: list[Thing]) -> None:
            self._page.show_things(things)
            kept = next((thing for thing in things if thing.id in (thing_id, other_id)), None)
            if kept is not None:
                self._page.open(kept)

        self._change(lambda library: library.things.join([thing_id, other_id]), show)

    def build_menu(self, thing: Thing) -> QMenu:
        """A menu of what can be done with a thing."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show its photos"), lambda: self._page.open(thing))
        menu.addAction(self.tr("Rename"), lambda: self._page.rename(thing))
        menu.addAction(self.tr("Same as another…"), lambda: self._page.choose_same(thing))
        return menu

    def show_menu(self, thing: Thing, place: QPoint) -> None:
        """Show the menu of a thing at a place on the screen."""
        self.build_menu(thing).popup(place)

    def close(self) -> None:
        """Wait for what has begun, and show nothing any more."""
        self._tasks.close()

    def _change(
        self,
        change: Callable[[Library], object],
        show: Callable[[list[Thing]], None] | None = None,
        again: bool = True,
    ) -> None:
        """Change something, show it at once, and then what follows from it for the other photos.

        Args:
            change: the change.
            show: shows the things; by default the page.
            again: whether things are to be found anew.
        """
        library = self._session.library
        if library is None:
            return

        def work() -> list[Thing]:
            change(library)
            return library.things.all()

        def find() -> list[Thing]:
            for _ in library.things.update():
                pass
            return library.things.all()

        self._tasks.run(work, show or self._page.show_things)
        if again:
            self._tasks.run(find, self._page.show_things)

    def _on_activity(self, activity: Activity) -> None:
        found = activity.progress.stage is Stage.FINDING_THINGS and activity.progress.ended
        if (found or activity.changes != self._changes) and self._page.isVisible():
            self._changes = activity.changes
            self.read()
