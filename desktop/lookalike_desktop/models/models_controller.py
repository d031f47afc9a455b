"""Models controller: downloading, importing, checking, using and removing models."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from lookalike.models.hub import host
from lookalike.models.installed import InstalledModel
from lookalike_desktop.models.models_page import ModelsPage
from lookalike_desktop.models.models_state import ModelsState, read_state
from lookalike_desktop.qt.formatting import format_pace, format_transfer
from lookalike_desktop.qt.jobs import Job
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from lookalike.library.model_manager import ModelListing
    from lookalike.models.check import ModelCheck


class ModelsController(QObject):
    """Connects the page with the core. One model is added or checked at a time.

    Args:
        session: the open library.
        page: the models.
        window: the parent of dialogs.
    """

    reported = Signal(str)
    """What came of it, one line for the user. Failures are emitted by the session."""

    judges_changed = Signal()
    """The list of judges changed, or another one is in use."""
    job_changed = Signal(str, object)
    """What is done with a model: its name, empty at the end, and the `Progress`, or None."""
    judge_used = Signal()
    """The user chose a judge on the page."""

    def __init__(self, session: LibrarySession, page: ModelsPage, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._page = page
        self._window = window
        self._job: Job | None = None
        page.download_wanted.connect(self.ask_download)
        page.cancel_wanted.connect(self.cancel)
        page.use_wanted.connect(self.use)
        page.words_wanted.connect(self.use_for_words)
        page.check_wanted.connect(self.check)
        page.remove_wanted.connect(self.ask_remove)
        page.files_wanted.connect(self.choose_files)
        page.folder_wanted.connect(self.choose_folder)

    @property
    def busy(self) -> bool:
        """Whether a model is being added or checked."""
        return self._job is not None

    def read(self, then: Callable[[], None] | None = None) -> None:
        """Read the list of models, and show it."""
        library = self._session.library
        if library is None:
            return

        def show(state: ModelsState) -> None:
            self._page.show_state(state)
            if then is not None:
                then()

        self._session.tasks.run(lambda: read_state(library), show)

    # Adding

    def ask_download(self, listing: ModelListing) -> None:
        """Ask whether to download, saying what that means, and do so."""
        rest = format_transfer(max(0, listing.size - listing.downloaded))
        self._ask(
            self.tr("Download {0}?").format(listing.name),
            self.tr(
                "{0} are downloaded over the network from {1}/{2}.\nLicence: {3}.\n\n"
                "Nothing of yours is sent. The model is kept and runs on this computer."
            ).format(rest, host(), listing.repository, listing.licence),
            self.tr("Download"),
            lambda: self.download(listing.name),
        )

    def download(self, name: str) -> None:
        """Download a model, continuing an unfinished download."""
        library = self._session.library
        if library is not None:
            self._begin(name, lambda cancelled: library.models.download(name, cancelled))

    def choose_files(self) -> None:
        """Ask for a judge's two files."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window, self.tr("Choose the model and its mmproj"), "", self.tr("Models (*.gguf)")
        )
        if chosen:
            self.import_files(tuple(map(Path, chosen)))

    def choose_folder(self) -> None:
        """Ask for a descriptor model's folder."""
        chosen = QFileDialog.getExistingDirectory(self._window, self.tr("Choose the model's folder"))
        if chosen:
            self.import_files((Path(chosen),))

    def import_files(self, files: tuple[Path, ...]) -> None:
        """Import the user's own model."""
        library = self._session.library
        if library is not None:
            self._begin(
                files[0].stem, lambda cancelled: library.models.import_files(files, cancelled=cancelled)
            )

    def check(self, listing: ModelListing) -> None:
        """Check that a model's files are unchanged and belong together."""
        library = self._session.library
        if library is not None:
            self._begin(listing.name, lambda _: library.models.check(listing.name))

    def _begin(self, name: str, make: Callable[[Callable[[], bool]], Generator[Any, None, Any]]) -> None:
        if self._job is not None:
            return
        self._job = Job(make, "models", self)
        self._job.progressed.connect(self._page.show_progress)
        self._job.progressed.connect(lambda progress: self.job_changed.emit(name, progress))
        self._job.succeeded.connect(self._on_succeeded)
        self._job.failed.connect(self._session.failed)
        self._job.finished.connect(self._on_finished)
        self._page.show_busy(name)
        self.job_changed.emit(name, None)
        self._job.start()

    def _on_succeeded(self, outcome: InstalledModel | list[ModelCheck] | None) -> None:
        if isinstance(outcome, InstalledModel):
            self.reported.emit(self._added_text(outcome))
            self.judges_changed.emit()
        for checked in outcome if isinstance(outcome, list) else ():
            self.reported.emit(self._checked_text(checked))

    def _on_finished(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._page.show_busy("")
        self.job_changed.emit("", None)
        self.read()

    def _added_text(self, model: InstalledModel) -> str:
        if model.pairs_per_second is None:
            return self.tr("{0} is installed.").format(model.name)
        return self.tr("{0} is installed. In a trial it did {1}.").format(
            model.name, format_pace(model.pairs_per_second)
        )

    def _checked_text(self, checked: ModelCheck) -> str:
        if not checked.problems:
            return self.tr("{0} is intact: its files are unchanged and belong together.").format(checked.name)
        return self.tr("{0}: {1} Remove the model and add it again.").format(
            checked.name, " ".join(map(translate_stored, checked.problems))
        )

    def cancel(self) -> None:
        """End a download, an import or a check; an unfinished download is kept."""
        if self._job is not None:
            self._page.show_cancelling()
            self._job.cancel()

    # Using and removing

    def use(self, listing: ModelListing) -> None:
        """Use a model in this library."""
        library = self._session.library
        if library is None:
            return

        def choose() -> None:
            if listing.kind == "judge":
                library.judges.choose(listing.name)
            else:
                library.descriptor.choose(listing.name)

        def chosen(_: None) -> None:
            if listing.kind == "judge":
                self.judges_changed.emit()
                self.judge_used.emit()
            else:
                self.reported.emit(self.tr("The photos will now be described with this model."))
            self.read()

        self._session.tasks.run(choose, chosen)

    def use_for_words(self, listing: ModelListing) -> None:
        """Have words find photos by a model, or where they do, no longer."""
        library = self._session.library
        if library is None:
            return
        row = self._page.row(listing.name)
        stop = row is not None and row.words_model is not None

        def choose() -> None:
            from lookalike.library.words_model import NO_MODEL

            library.words_model.choose(NO_MODEL if stop else listing.name)

        def chosen(_: None) -> None:
            if stop:
                self.reported.emit(self.tr("Words are now searched without a model."))
            else:
                self.reported.emit(
                    self.tr("{0} now looks at the photos, so that words find them by it.").format(
                        listing.name
                    )
                )
            self.read()

        self._session.tasks.run(choose, chosen)

    def ask_remove(self, listing: ModelListing) -> None:
        """Ask whether to delete a model, and do so."""
        if listing.installed:
            question = self.tr("Remove {0}?").format(listing.name)
            words = self.tr("Lookalike's copy is deleted, which frees {0}.").format(
                format_transfer(listing.size)
            )
        else:
            question = self.tr("Delete the unfinished download of {0}?").format(listing.name)
            words = self.tr("A new download then starts from the beginning.")
        self._ask(question, words, self.tr("Remove"), lambda: self.remove(listing))

    def remove(self, listing: ModelListing) -> None:
        """Delete a model, or an unfinished download."""
        library = self._session.library
        if library is None:
            return

        def work() -> None:
            if listing.installed:
                library.models.remove(listing.name)
            else:
                library.models.forget_download(listing.name)

        def removed(_: None) -> None:
            self.judges_changed.emit()
            self.read()

        self._session.tasks.run(work, removed)

    def _ask(self, question: str, words: str, yes: str, act: Callable[[], None]) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, question, question, parent=self._window)
        box.setInformativeText(words)
        button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.finished.connect(lambda _: act() if box.clickedButton() is button else None)
        box.finished.connect(box.deleteLater)
        box.open()

    def close(self) -> None:
        """End the running job and wait for it."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait()
