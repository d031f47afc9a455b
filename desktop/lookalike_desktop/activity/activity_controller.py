"""Activity controller: tells the page of all jobs, and carries out what the user wants of them."""

from __future__ import annotations

from PySide6.QtCore import QObject

from lookalike_desktop.activity.activity_page import ActivityPage
from lookalike_desktop.activity.skipped_lines import skipped_lines
from lookalike_desktop.models.models_controller import ModelsController
from lookalike_desktop.models.token_preparation_controller import TokenPreparationController
from lookalike_desktop.qt.file_manager import show_in_folder, show_log
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.session.library_session import LibrarySession


class ActivityController(QObject):
    """Connects the page with the session and the controllers that run jobs.

    Args:
        session: the open library.
        page: the jobs and the skipped files.
        tokens: prepares photos for a multimodal model.
        models: downloads, imports and checks models.
        parent: the Qt parent.
    """

    def __init__(
        self,
        session: LibrarySession,
        page: ActivityPage,
        tokens: TokenPreparationController,
        models: ModelsController,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._page = page
        self._activity: Activity | None = None
        session.activity.connect(self._on_activity)
        session.paused_changed.connect(page.show_paused)
        session.photos_changed.connect(lambda _: self.read() if page.isVisible() else None)
        tokens.changed.connect(page.show_preparation)
        models.job_changed.connect(page.show_model_job)
        page.pause_wanted.connect(session.pause)
        page.hold_wanted.connect(tokens.hold)
        page.cancel_wanted.connect(models.cancel)
        page.try_again_wanted.connect(session.try_again)
        page.show_wanted.connect(show_in_folder)
        page.log_wanted.connect(show_log)
        page.shown.connect(self.read)

    def _on_activity(self, activity: Activity) -> None:
        before, self._activity = self._activity, activity
        self._page.show_activity(activity)
        if self._page.isVisible() and (before is None or before.skipped != activity.skipped):
            self.read()

    def read(self) -> None:
        """Read what was skipped, and list it."""
        library = self._session.library
        skipped = self._activity.skipped if self._activity is not None else ()
        if library is not None:
            self._session.tasks.run(
                lambda: skipped_lines(library.status().problems, skipped, library.folders.all()),
                self._page.show_skipped,
            )
