"""Translations of the window: finds what is to be translated, and makes what the program loads.

Usage: python packaging/translations.py [--check]

Reads the window's code and ``resources/translations/lookalike_*.ts``, which Qt Linguist edits; adds what is new to them
and takes out what is gone, then writes ``lookalike_*.qm`` beside them. With ``--check``, only says whether all of that
is up to date. English is a translation too, of nothing but plural forms.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import core_messages

ROOT = Path(__file__).parents[1]
WINDOW = ROOT / "desktop" / "lookalike_desktop"
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("en", "de")


def update(folder: Path) -> None:
    """Bring the sources for translators up to date, and compile them."""
    code = sorted(str(path.relative_to(ROOT)) for path in WINDOW.rglob("*.py"))
    for language in LANGUAGES:
        source = folder / f"lookalike_{language}.ts"
        plural = ["-pluralonly"] if language == "en" else []
        _run(
            "pyside6-lupdate",
            *code,
            *("-no-obsolete", "-locations", "none", "-source-language", "en", "-target-language", language),
            *plural,
            *("-ts", str(source)),
        )
        _run("pyside6-lrelease", str(source), "-qm", str(source.with_suffix(".qm")))


def _run(program: str, *arguments: str) -> None:
    path = Path(sys.executable).with_name(program)
    done = subprocess.run([path, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program}: {done.stdout}{done.stderr}")


def outdated() -> list[str]:
    """Names of the files that an update would change."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "translations"
        shutil.copytree(FOLDER, copy)
        update(copy)
        return [
            path.name
            for path in sorted(copy.iterdir())
            if not (FOLDER / path.name).exists() or (FOLDER / path.name).read_bytes() != path.read_bytes()
        ]


def main(arguments: Sequence[str]) -> int:
    """Update, or check; returns the exit status."""
    if list(arguments) == ["--check"]:
        if core_messages.main(["--check"]):
            return 1
        old = outdated()
        for name in old:
            print(f"resources/translations/{name} is out of date: run python packaging/translations.py")
        return 1 if old else 0
    if arguments:
        raise SystemExit(__doc__)
    core_messages.main([])
    FOLDER.mkdir(exist_ok=True)
    update(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
