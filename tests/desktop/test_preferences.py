"""Preferences: kept in a file of the user's own, typed, and no reason not to start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from pytestqt.qtbot import QtBot

from lookalike import app_paths
from lookalike_desktop.qt.preferences import Preferences


def test_what_is_chosen_is_there_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    first = Preferences(file)
    assert (first.theme, first.tray, first.cell_size, first.language) == ("system", False, 2, "auto")
    first.theme, first.tray, first.cell_size = "dark", True, 4
    first.sort, first.geometry = "-name", QByteArray(b"\x00\x01 \xff")
    first.sync()
    second = Preferences(file)
    assert (second.theme, second.tray, second.cell_size) == ("dark", True, 4)
    assert (second.sort, second.geometry) == ("-name", QByteArray(b"\x00\x01 \xff"))


def test_what_this_version_cannot_read_counts_as_not_chosen(tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    file.write_text("[appearance]\ntheme=neon\ntray=perhaps\n[library]\ncell_size=large\nsort=a, b\n")
    preferences = Preferences(file)
    assert (preferences.theme, preferences.tray, preferences.cell_size) == ("system", False, 2)
    assert preferences.sort == ""


def test_others_hear_of_a_change_once(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "window.ini")
    with qtbot.waitSignal(preferences.changed) as heard:
        preferences.theme = "light"
    assert heard.args == [Preferences.theme.key]
    with qtbot.assertNotEmitted(preferences.changed):
        preferences.theme = "light"


def test_they_stand_in_the_users_own_file(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert app_paths.preferences() == own_home / "window.ini"
    Preferences().tray = True
    assert Preferences(own_home / "window.ini").tray


@pytest.mark.skipif(os.name != "posix", reason="Windows takes the home folder from elsewhere")
def test_without_a_home_they_last_as_long_as_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        for name in ("LOOKALIKE_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", "")
        preferences = Preferences()
    preferences.theme = "dark"
    assert preferences.theme == "dark"
