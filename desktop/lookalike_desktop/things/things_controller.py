"""Things controller: reads the things of the library, and carries out what the user says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from lookalike.progress import Stage
from lookalike.things.thing import Thing
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.qt.undo import UndoStack
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.things.things_page import ThingsPage

if TYPE_CHECKING:
    from lookalike.catalog.things import ThingsBefore
    from lookalike.library import Library

T = TypeVar("T")


class ThingsController(QObject):
    """Connects the page with the core.

    Args:
        session: the open library.
        page: the things.
        undo_stack: remembers what was decided.
        window: the parent of menus.
    """

    failed = Signal(Failure)
    """What the user wanted could not be done."""
    photo_looked_up = Signal(int, object)
    """A photo's content id, and the `Thing` that it shows; None without one."""

    def __init__(
        self, session: LibrarySession, page: ThingsPage, undo_stack: UndoStack, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._page = page
        self._undo_stack = undo_stack
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

        def work(library: Library) -> str:
            before = library.things.get(thing_id).name
            library.things.rename(thing_id, name)
            return before

        def record(before: str) -> None:
            self._undo_stack.record(
                self.tr("the name"),
                lambda: self._rename(thing_id, before),
                lambda: self._rename(thing_id, name),
            )

        self._change(work, record, again=False)

    def _rename(self, thing_id: int, name: str) -> None:
        self._change(lambda library: library.things.rename(thing_id, name), again=False)

    def take_apart(self, thing_id: int, content_id: int) -> None:
        """A photo is not of a thing."""
        self._decide(
            self.tr("taking a photo out"),
            [thing_id],
            lambda library: library.things.apart(thing_id, [content_id]),
        )

    def join(self, thing_id: int, other_id: int) -> None:
        """Two things are one, which is then shown."""

        def show(things: list[Thing]) -> None:
            self._page.show_things(things)
            kept = next((thing for thing in things if thing.id in (thing_id, other_id)), None)
            if kept is not None:
                self._page.open(kept)

        self._decide(
            self.tr("joining two things"),
            [thing_id, other_id],
            lambda library: library.things.join([thing_id, other_id]),
            show,
        )

    def _decide(
        self,
        text: str,
        thing_ids: Sequence[int],
        decide: Callable[[Library], object],
        show: Callable[[list[Thing]], None] | None = None,
    ) -> None:
        """Decide something on some things, and remember how to take it back."""

        def work(library: Library) -> ThingsBefore:
            before = library.things.before(thing_ids)
            decide(library)
            return before

        def record(before: ThingsBefore) -> None:
            self._undo_stack.record(
                text,
                lambda: self._change(lambda library: library.things.restore(before)),
                lambda: self._change(decide, show=show),
            )

        self._change(work, record, show)

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
        change: Callable[[Library], T],
        changed: Callable[[T], None] = lambda _: None,
        show: Callable[[list[Thing]], None] | None = None,
        again: bool = True,
    ) -> None:
        """Change something, show it at once, and then what follows from it for the other photos.

        Args:
            change: the change.
            changed: called with what it gave, in the GUI thread.
            show: shows the things; by default the page.
            again: whether things are to be found anew.
        """
        library = self._session.library
        if library is None:
            return

        def work() -> tuple[T, list[Thing]]:
            return change(library), library.things.all()

        def done(found: tuple[T, list[Thing]]) -> None:
            changed(found[0])
            (show or self._page.show_things)(found[1])

        def find() -> list[Thing]:
            for _ in library.things.update():
                pass
            return library.things.all()

        self._tasks.run(work, done)
        if again:
            self._tasks.run(find, self._page.show_things)

    def _on_activity(self, activity: Activity) -> None:
        found = activity.progress.stage is Stage.FINDING_THINGS and activity.progress.ended
        if (found or activity.changes != self._changes) and self._page.isVisible():
            self._changes = activity.changes
            self.read()
