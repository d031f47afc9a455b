"""The log: written, rotated, configured once, and never in the way."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike import log
from lookalike.errors import LookalikeError

logger = logging.getLogger("lookalike.test")


@pytest.fixture(autouse=True)
def released() -> Iterator[None]:
    """Leave the logging of other tests alone."""
    yield
    log.release()


def text() -> str:
    return log.log_file().read_text(encoding="utf-8")


def own_handlers() -> list[logging.Handler]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, log.LogFile)]


def test_nothing_is_created_before_the_first_record(own_home: Path) -> None:
    log.configure()
    assert not log.log_file().parent.exists()
    logger.info("ready")
    assert log.log_file().parent.parent == own_home
    assert "ready" in text()


def test_a_record_says_when_where_and_in_which_thread() -> None:
    log.configure()
    logger.warning("the disk is full")
    assert " WARNING lookalike.test [" in text()
    assert "MainThread] the disk is full\n" in text()


def test_details_are_logged_only_when_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    logger.debug("a detail")
    logging.getLogger("another.package").info("chatter")
    assert not log.log_file().exists()
    log.configure(verbose=True)
    logger.debug("a detail")
    assert "a detail" in text()
    assert "a detail" in capsys.readouterr().err


def test_configuring_twice_keeps_one_handler_and_follows_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.configure()
    log.configure(verbose=True)
    log.configure()
    assert len(own_handlers()) == 1
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path / "elsewhere"))
    log.configure()
    logger.info("here")
    assert (tmp_path / "elsewhere" / "logs" / log.FILE_NAME).is_file()
    assert text().count("here") == 1


def test_a_full_file_makes_room_for_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2000)
    log.configure()
    for number in range(200):
        logger.info("record %d", number)
    files = sorted(path.name for path in log.log_file().parent.iterdir())
    assert files == [log.FILE_NAME, *(f"{log.FILE_NAME}.{number + 1}" for number in range(log.BACKUPS))]
    assert all(path.stat().st_size <= 2000 for path in log.log_file().parent.iterdir())
    assert "record 199" in text()


def test_a_file_that_another_process_has_rotated_is_left_for_the_new_one() -> None:
    log.configure()
    logger.info("first")
    log.log_file().rename(log.log_file().with_suffix(".log.1"))
    logger.info("second")
    assert "second" in text()
    assert "first" not in text()


def test_names_that_are_no_text_can_be_logged() -> None:
    # By hand, as pytest itself cannot pass such a record on.
    handler = log.LogFile(log.log_file())
    handler.emit(logging.LogRecord("name", logging.INFO, __file__, 1, "photo %s", ("caf\udce9.jpg",), None))
    handler.close()
    assert "caf\\udce9.jpg" in text()


def test_a_log_that_cannot_be_written_hurts_nothing(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A file where the folder should be holds for root as well, for whom no folder is read-only.
    (own_home / "logs").write_text("no folder")
    log.configure()
    logger.error("lost")
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full disk to offer")
def test_a_full_disk_hurts_nothing(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_home / "logs").mkdir()
    log.log_file().symlink_to("/dev/full")
    log.configure()
    logger.error("lost")
    # What was buffered cannot be written at the end either.
    for handler in own_handlers():
        handler.close()
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_warnings_of_packages_go_to_the_log() -> None:
    log.configure()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old function", DeprecationWarning, stacklevel=1)
    assert "old function" in text()
    log.release()
    assert warnings.showwarning.__module__ == "warnings"


def test_a_known_failure_has_its_traceback_among_the_details(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "lookalike"):
        try:
            raise LookalikeError("The drive is gone.", "Connect it.")
        except LookalikeError as error:
            log.log_failure(logger, "The scan", error)
    assert [(record.levelname, record.exc_info is not None) for record in caplog.records] == [
        ("WARNING", False),
        ("DEBUG", True),
    ]


def test_an_unexpected_failure_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise KeyError("side")
    except KeyError as error:
        log.log_failure(logger, "The scan", error)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError
