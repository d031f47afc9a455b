"""Judge words: judges, and the questions that they can be asked, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


def judge_text(name: str) -> str:
    """What a judge does."""
    words = {
        "none": translate("Judges", "No checking"),
        "geometry": translate("Judges", "Check by matching points"),
    }
    return words.get(name) or translate("Judges", "Check with {0}").format(name)


def mode_text(mode: str) -> str:
    """What two photos have to show to be the same."""
    words = {
        "object": translate("Judges", "The same thing"),
        "landmark": translate("Judges", "The same place"),
        "artwork": translate("Judges", "The same work of art"),
        "edit": translate("Judges", "The same shot, edited"),
    }
    return words.get(mode, mode)
