"""The command line's log, and its last net for what nobody expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lookalike import log
from lookalike.cli import folders

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def released() -> Iterator[None]:
    """Leave the logging of other tests alone."""
    yield
    log.release()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command `folders` fails as no command should."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("nobody expected this")

    monkeypatch.setattr(folders, "Library", fail)


@pytest.mark.usefixtures("broken")
def test_an_unforeseen_error_is_one_line_and_the_log_has_the_traceback(call: Call) -> None:
    code, out, err = call("folders")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "ZeroDivisionError" in err
    assert str(log.log_file()) in err
    logged = log.log_file().read_text()
    assert "Traceback" in logged
    assert "nobody expected this" in logged


@pytest.mark.usefixtures("broken")
def test_verbose_shows_the_traceback(call: Call) -> None:
    code, _, err = call("--verbose", "folders")
    assert code == 1
    assert "Traceback" in err
    assert "nobody expected this" in err


@pytest.mark.usefixtures("broken")
def test_programs_get_the_unforeseen_error_as_json(call: Call) -> None:
    code, out, err = call("folders", "--json")
    assert (code, err) == (1, "")
    answer = json.loads(out)
    assert set(answer) == {"error", "remedy"}
    assert "ZeroDivisionError" in answer["error"]


def test_a_known_error_is_logged_in_one_line(call: Call, tmp_path: Path) -> None:
    code, _, err = call("--library", tmp_path / "library", "add", tmp_path / "nothing")
    assert code == 1
    assert "is not a folder" in err
    logged = log.log_file().read_text()
    assert "is not a folder" in logged
    assert "Traceback" not in logged


def test_the_terminal_names_the_command_that_helps(call: Call, tmp_path: Path) -> None:
    library = ("--library", tmp_path / "library")
    for command, named in (
        (("folders", "pause", tmp_path), "`lookalike folders` lists them."),
        (("tokens", "status"), "`lookalike models import LLM.gguf MMPROJ.gguf`"),
    ):
        code, _, err = call(*library, *command)
        assert code == 1
        assert named in err
    remedy = json.loads(call(*library, "folders", "pause", tmp_path, "--json")[1])["remedy"]
    assert remedy == "`lookalike folders` lists them."


def test_a_command_that_works_leaves_no_log(call: Call, tmp_path: Path) -> None:
    assert call("--library", tmp_path / "library", "folders")[0] == 0
    assert not log.log_file().exists()
