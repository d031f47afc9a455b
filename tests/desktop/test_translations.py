"""Translations: complete, up to date, loaded, and nothing that the user reads escapes them."""

from __future__ import annotations

import re
import string
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import translations
from PySide6.QtCore import QLocale, QObject, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lookalike.errors import LookalikeError, Phrase
from lookalike.judges.mllm.errors import JudgeError
from lookalike.progress import Progress, Stage
from lookalike.search.word_notes import empty_answer, nothing_looks_like, nothing_then, nothing_to_look_for
from lookalike.watching.excludes import NO_MEDIA_REASON
from lookalike.words.source import Reason, WordHit
from lookalike.worker import WorkerDiedError
from lookalike_desktop.qt.failures import describe_failure
from lookalike_desktop.qt.progress_text import progress_text, stage_text
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.qt.translation import install_translations, languages
from lookalike_desktop.search.queries import photo_request
from lookalike_desktop.widgets.reason_text import reason_text
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]

MARK = "⟦"


class _Marking(QTranslator):
    """A language in which everything that can be translated begins with a bracket."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"{MARK}{text}⟧"

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def marking(qapp: QApplication) -> Iterator[QObject]:
    translator = _Marking()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    installed = install_translations(qapp, "de")
    yield
    for translator in installed:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


def messages(language: str) -> Iterator[tuple[str, ElementTree.Element]]:
    tree = ElementTree.parse(translations.FOLDER / f"lookalike_{language}.ts")
    for message in tree.getroot().iter("message"):
        translation = message.find("translation")
        assert translation is not None
        yield message.findtext("source") or "", translation


def forms(translation: ElementTree.Element) -> list[str]:
    return [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]


@pytest.mark.slow
def test_the_files_are_up_to_date() -> None:
    assert translations.main(["--check"]) == 0, "run python packaging/translations.py"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_nothing_is_left_untranslated(language: str) -> None:
    left = [source for source, found in messages(language) if found.get("type") or not all(forms(found))]
    assert left == []


def fields(text: str) -> list[str]:
    return sorted(name or "" for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_translations_have_the_fields_and_the_marks_of_their_source() -> None:
    wrong = []
    for source, found in messages("de"):
        for form in forms(found):
            same = fields(form) == fields(source) and form.count("%n") == source.count("%n")
            # A title stays a title, a sentence a sentence, and what opens a dialog still says so.
            ends = all(form.endswith(mark) == source.endswith(mark) for mark in ("…", "?", ":", "."))
            edges = (form[:1].isspace(), form[-1:].isspace()) == (source[:1].isspace(), source[-1:].isspace())
            if not (same and ends and edges):
                wrong.append((source, form))
    assert wrong == []


def test_shortcuts_in_german_are_those_of_german_keyboards() -> None:
    english = re.compile(r"\b(Ctrl|Shift|Home|Del|Enter)\b")
    assert [form for _, found in messages("de") for form in forms(found) if english.search(form)] == []


@pytest.mark.usefixtures("german")
def test_german_is_loaded_with_its_numbers_and_qt_s_own_words() -> None:
    assert "de" in languages()
    assert QApplication.translate("ActivityPage", "%n skipped file(s)", "", 1) == "1 Datei übergangen"
    assert QApplication.translate("ActivityPage", "%n skipped file(s)", "", 3) == "3 Dateien übergangen"
    assert QApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    assert QLocale().toString(1234567) == "1.234.567"


def test_other_languages_fall_back_to_english_with_its_plurals(qapp: QApplication) -> None:
    before = QLocale()
    installed = install_translations(qapp, "fr")
    try:
        assert QApplication.translate("ActivityPage", "%n skipped file(s)", "", 1) == "1 skipped file"
        assert QApplication.translate("ActivityPage", "%n skipped file(s)", "", 2) == "2 skipped files"
    finally:
        for translator in installed:
            qapp.removeTranslator(translator)
        QLocale.setDefault(before)


def read_texts(window: QWidget) -> Iterator[tuple[str, str]]:
    """Every text of a window that a user may see or hear, and where it stands."""
    for widget in [window, *window.findChildren(QWidget)]:
        name = type(widget).__name__
        yield name, widget.toolTip()
        yield name, widget.accessibleName()
        yield name, widget.accessibleDescription()
        if isinstance(widget, QLabel | QAbstractButton):
            yield name, widget.text()
        if isinstance(widget, QLineEdit):
            yield name, widget.placeholderText()
        if isinstance(widget, QComboBox):
            yield from ((name, widget.itemText(row)) for row in range(widget.count()))
        if isinstance(widget, QTreeWidget):
            header = widget.headerItem()
            assert header is not None
            yield from ((name, header.text(column)) for column in range(widget.columnCount()))
    for action in window.findChildren(QAction):
        yield "QAction", action.text()


UNTRANSLATED = re.compile(
    # Names of programs, formats and languages, keys, figures with their units, paths and file names.
    r"Lookalike|GB|JPEG|English|Deutsch|"
    r"[\d.,:/ –·-]+( ?(GB|MB|kB|bytes|B|s|min|h|KB))?|.*[/\\].*|[\w-]+\.(jpg|png|sqlite)"
)


@pytest.mark.slow
@pytest.mark.usefixtures("marking")
def test_no_sentence_escapes_translation(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, album: Path
) -> None:
    window = open_window(indexed)
    assert window.session.library is not None
    models = {listing.name for listing in window.session.library.models.listings()}
    names = {album.name, "photo", *(path.name for path in album.iterdir()), *models}
    qtbot.waitUntil(lambda: bool(window.library_page.model.ids), timeout=PATIENCE)
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    window.navigator.open_photo(window.library_page.model.ids[1])
    escaped = set()
    for number in range(window.pages.count()):
        window.pages.setCurrentIndex(number)
        page = window.navigator.current_page
        if page is not None:
            page.shown.emit()
        qtbot.wait(200)
        for where, text in read_texts(window):
            plain = re.sub(r"<[^>]+>", "", text).strip()
            if MARK in plain or not re.search(r"[A-Za-z]{2}", plain) or plain.rstrip(".") in names:
                continue
            if not UNTRANSLATED.fullmatch(plain):
                escaped.add((where, plain))
    assert escaped == set()


@pytest.mark.slow
@pytest.mark.usefixtures("german")
def test_the_window_speaks_german(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: bool(window.library_page.model.ids), timeout=PATIENCE)
    assert window.search_bar.field.placeholderText().startswith("Ein Foto ablegen")
    assert window.folders_panel.findChild(QLabel) is not None
    assert stage_text(Stage.WATCHING) == "Wartet auf Änderungen"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (
            "a {b}.jpg is damaged and cannot be shown.",
            "a {b}.jpg ist beschädigt und lässt sich nicht zeigen.",
        ),
        (
            "/home/me/x.jpg may not be read. Check the file's permissions.",
            "/home/me/x.jpg darf nicht gelesen werden. Prüfen Sie die Rechte der Datei.",
        ),
        (
            "a.jpg crashes the program that decodes it. The decoder ended with exit code 3.",
            "a.jpg bringt das Programm zum Absturz, das es dekodiert. Der Decoder endete mit dem Code 3.",
        ),
        ("it lies in a protected folder", "liegt in einem geschützten Ordner"),
        (
            "The model fails at this photo, which is tried again when it changes. "
            "/a b.jpg may not be read. Check the file's permissions.",
            "Das Modell scheitert an diesem Foto; es wird erneut versucht, wenn es sich ändert. "
            "/a b.jpg darf nicht gelesen werden. Prüfen Sie die Rechte der Datei.",
        ),
        (
            "1,234 photos are kept online only and will be indexed once downloaded.",
            "1.234 Fotos liegen nur online und werden indiziert, sobald sie heruntergeladen sind.",
        ),
        (
            "It lies on a network drive. It is looked through every 5 minutes.",
            "Liegt auf einem Netzlaufwerk. Alle 5 Minuten wird nachgesehen.",
        ),
        (
            NO_MEDIA_REASON,
            "Darin liegt eine .nomedia-Datei, deshalb bleibt der Ordner mit seinen Unterordnern außen vor.",
        ),
        ("it cannot be reached (this or that)", "nicht erreichbar (this or that)"),
        ("Something that no template says.", "Something that no template says."),
        ("Something or other", "Something or other"),
        ("", ""),
    ],
)
def test_what_was_stored_in_english_is_read_in_german(stored: str, shown: str) -> None:
    assert translate_stored(stored) == shown


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    "text",
    [
        "a.jpg cannot be read (x). " * 40 + "foo",
        "It is no longer there. " * 200,
        "It is no longer there. " * 1000,
        "x" * 100_000,
    ],
    ids=["no end", "many", "long and many", "long"],
)
def test_text_that_is_no_message_stays_as_it_is(text: str) -> None:
    # Before, the first took time without end, and the third ended in a recursion.
    assert translate_stored(text) == text


@pytest.mark.usefixtures("german")
def test_sentences_of_the_core_in_quotes_stay_as_they_are() -> None:
    typed = "a.jpg cannot be read (x). " * 40
    assert translate_stored(nothing_then(typed)) == f"Kein Foto erfüllt alles von „{typed.strip()}“."


@pytest.mark.usefixtures("german")
def test_what_was_typed_stays_as_it_is() -> None:
    shown = translate_stored(nothing_then("1,234 It is no longer there."))
    assert shown == "Kein Foto erfüllt alles von „1,234 It is no longer there.“."


def _hits(*kinds: str) -> list[WordHit]:
    return [WordHit(number, 1.0, Reason(kind, "", False)) for number, kind in enumerate(kinds)]


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    "told",
    [
        *(
            nothing_looks_like("roter Ball", _hits(*kinds), count)
            for kinds in (("name",), ("folder",), ("name", "folder"))
            for count in (1, 2000)
        ),
        *(empty_answer("roter Ball", looked, count) for looked in (True, False) for count in (0, 1, 2000)),
        nothing_then("roter Ball"),
        nothing_then(""),
        nothing_to_look_for("-"),
    ],
)
def test_what_a_search_by_words_says_is_read_in_german(told: str) -> None:
    shown = translate_stored(told)
    assert shown != told and ("roter Ball" in shown) == ("roter Ball" in told)
    assert ("2.000" in shown) == ("2,000" in told)
    english = {"photo", "photos", "the", "for", "has", "have", "Nothing", "words"}
    assert not english & set(re.findall(r"\w+", shown))


@pytest.mark.usefixtures("german")
def test_how_fast_a_job_is_has_the_comma_of_the_language() -> None:
    progress = Progress(Stage.READING_TEXT, 53, 203, rate=2.24, eta=None)
    assert progress_text(progress) == "53 von 203 · 2,2 Fotos/s"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("espresso maker", "sieht aus wie Kaffeemaschine"),
        ("lion", "sieht aus wie Löwe"),
        ("golden retriever", "sieht aus wie golden retriever"),
    ],
)
def test_labels_have_german_names_where_there_are_any(label: str, shown: str) -> None:
    assert reason_text(Reason("label", label, certain=True)) == shown


@pytest.mark.usefixtures("german")
def test_a_failure_is_shown_in_german_with_the_failure_that_it_tells_of() -> None:
    died = WorkerDiedError(
        "{process} was ended by {signal}.", process=Phrase("The decoder"), signal="SIGSEGV"
    )
    error = LookalikeError(
        "{name} cannot be used: {problem}", "{remedy}", name="a", problem=died, remedy=Phrase("")
    )
    assert describe_failure(error).message.endswith("Der Decoder wurde durch SIGSEGV beendet.")
    # What was put together before it was raised is looked up as what is stored is.
    assert describe_failure(JudgeError("a is damaged.")).message == "a ist beschädigt."


def test_in_english_stored_texts_stay_as_they_are(qapp: QApplication) -> None:
    text = "/a b/c.jpg cannot be read: Permission denied. Check its permissions and the space on its drive."
    assert translate_stored(text) == text
