"""Translations: loads Qt's and Lookalike's own for a language, and what English needs for its plural forms."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from lookalike.resources import resource

SYSTEM = "auto"
"""Stands for the language of the system."""


def languages() -> list[str]:
    """The codes of the languages that the window speaks, as in ``["de", "en"]``."""
    return sorted(path.stem.rpartition("_")[2] for path in _folder().glob("lookalike_*.qm"))


def install_translations(app: QCoreApplication, language: str = SYSTEM) -> list[QTranslator]:
    """Have the window speak a language; where it is not translated, English.

    Numbers and dates follow a language that was chosen, and else the system's own settings.

    Args:
        app: the application.
        language: a code, as in "de"; `SYSTEM` for the system's.

    Returns:
        What was installed, the application's to keep.
    """
    locale = QLocale.system() if language == SYSTEM else QLocale(language)
    QLocale.setDefault(locale)
    english = QLocale(QLocale.Language.English)
    own = str(_folder())
    # The last one is asked first: English stands behind the user's language.
    wanted = [(english, "lookalike", own)]
    wanted += [(locale, "qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))]
    wanted += [(locale, "lookalike", own)]
    installed = []
    for place, name, folder in wanted:
        translator = QTranslator(app)
        if translator.load(place, name, "_", folder) and app.installTranslator(translator):
            installed.append(translator)
    return installed


def _folder() -> Path:
    with suppress(FileNotFoundError):
        return Path(str(resource("translations")))
    return Path()
