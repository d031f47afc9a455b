"""The core's messages are listed for translators, can be filled in, and name no command."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import core_messages
import pytest
from PySide6.QtCore import QObject, QTranslator
from PySide6.QtWidgets import QApplication

from lookalike.cli.remedies import COMMANDS
from lookalike.errors import LookalikeError
from lookalike.progress import Stage
from lookalike_desktop.qt.failures import Failure, describe_failure
from lookalike_desktop.qt.progress_text import stage_text


class _Shouting(QTranslator):
    """A language in which everything of the core is upper case, but for the names in braces."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return text.replace("is not a folder", "IS NOT A FOLDER") if context == "core" else ""

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def shouting(qapp: QApplication) -> Iterator[QObject]:
    translator = _Shouting()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


@pytest.mark.usefixtures("shouting")
def test_the_window_shows_the_cores_messages_in_the_users_language() -> None:
    error = LookalikeError("{path} is not a folder.", "Check the name.", path="a")
    assert describe_failure(error) == Failure("a IS NOT A FOLDER. Check the name.")
    assert str(error) == "a is not a folder. Check the name."


@pytest.mark.slow
def test_the_list_for_translators_is_up_to_date() -> None:
    assert core_messages.main(["--check"]) == 0, "run python packaging/core_messages.py"


@pytest.mark.slow
def test_what_the_terminal_replaces_is_what_the_core_says() -> None:
    assert set(COMMANDS) <= set(core_messages.templates(core_messages.read_core()))


def test_errors_are_found_by_what_they_derive_from() -> None:
    source = """
class OwnError(LookalikeError): ...
class DeeperError(OwnError): ...
raise DeeperError("{name} is odd.", "Do " "this.", name=name)
raise ValueError("not for users")
raise OwnError(f"put together {name}")
"""
    assert core_messages.templates([ast.parse(source)]) == ["Do this.", "{name} is odd."]


def test_words_are_found_where_they_have_a_name_or_are_a_choice() -> None:
    source = """
AGAIN = "Try again."
MADE = f"Use {model}."
raise LookalikeError("It is one." if one else "It is two.", AGAIN)
with os_errors(Phrase("{path} cannot be read", path=path), module.AGAIN): ...
raise LookalikeError(error.template, MADE)
raise LookalikeError("{problem} " + reason, "Free some space." if full else f"Free {amount}.")
"""
    found = [ast.parse(source)]
    assert core_messages.templates(found) == [
        "It is one.",
        "It is two.",
        "Try again.",
        "{path} cannot be read",
    ]
    assert core_messages.put_together(found) == [
        "MADE",
        "'{problem} ' + reason",
        "'Free some space.' if full else f'Free {amount}.'",
    ]


def test_every_message_of_the_core_can_be_translated() -> None:
    assert core_messages.put_together(core_messages.read_core()) == [], (
        "give LookalikeError a template and its values"
    )


def test_an_error_that_words_itself_is_found() -> None:
    source = """
class BusyError(LookalikeError):
    def __init__(self, name):
        super().__init__("{name} is busy." if name else f"{other} is busy.", "Wait.", name=name)

class Window(QWidget):
    def __init__(self):
        super().__init__("no words")
"""
    found = [ast.parse(source)]
    assert core_messages.templates(found) == ["Wait."]
    assert core_messages.put_together(found) == ["'{name} is busy.' if name else f'{other} is busy.'"]


def test_sentences_that_are_no_phrases_are_found() -> None:
    source = """
Skipped(path, "It is odd.")
meter.skip(str(path), str(Phrase("It is odd.")))
self._notes.append(f"{judge} was not asked.")
problems.append(Skipped(path, reason=f"{error} {Phrase('Later.')}"))
Photo(problem="It is gone." if gone else "", temporary="It may pass.")
"""
    assert core_messages.unseen([ast.parse(source)]) == [
        "'It is odd.'",
        "f'{judge} was not asked.'",
        "'It is gone.' if gone else ''",
    ]


def test_every_line_that_the_window_shows_can_be_translated() -> None:
    assert core_messages.unseen(core_messages.read_core()) == [], "make it of phrases: str(Phrase(…))"


def test_every_stage_has_words() -> None:
    assert all(stage_text(stage) for stage in Stage)
