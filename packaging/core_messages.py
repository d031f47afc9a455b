"""Lists the core's messages for Qt Linguist, which sees translatable texts in the window's code only.

Usage: python packaging/core_messages.py [--check]

Writes ``desktop/lookalike_desktop/qt/core_messages.py``: the message and the remedy of every error of the core, as
templates in the translation context "core", and what the models of the catalogue are good for, in the context "models".
With ``--check``, only says whether that file is up to date.
"""

from __future__ import annotations

import ast
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "resources" / "models.toml"
CORE = ROOT / "core" / "lookalike"
OUTPUT = ROOT / "desktop" / "lookalike_desktop" / "qt" / "core_messages.py"
TERMINAL_ONLY = ("cli",)
"""Rooms whose errors the window never shows."""

BASE = "LookalikeError"

HEADER = '''# fmt: off
# ruff: noqa: E501
"""The core's messages for Qt Linguist. Written by ``python packaging/core_messages.py``."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

MESSAGES = (
'''


def error_names(modules: Iterable[ast.Module]) -> set[str]:
    """The names of `LookalikeError` and of all classes that derive from it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    found = {BASE}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def templates(modules: Iterable[ast.Module]) -> list[str]:
    """Messages and remedies of all errors, sorted; those that are put together beforehand are left out."""
    modules = list(modules)
    names = error_names(modules)
    return sorted({text for module in modules for text in _texts(module, names)})


def _texts(module: ast.Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
                    yield argument.value


def purposes() -> list[str]:
    """What the models of the catalogue are good for."""
    catalogue = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return sorted({model["good_for"] for model in catalogue["model"]})


def render(texts: Iterable[str], models: Iterable[str] = ()) -> str:
    """The module that names the texts."""
    lines = [
        f'    QT_TRANSLATE_NOOP("{context}", {json.dumps(text, ensure_ascii=False)}),\n'
        for context, some in (("core", texts), ("models", models))
        for text in some
    ]
    return f"{HEADER}{''.join(lines)})\n"


def read_core() -> list[ast.Module]:
    """The source of the core, parsed."""
    return [
        ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(CORE.rglob("*.py"))
        if path.relative_to(CORE).parts[0] not in TERMINAL_ONLY
    ]


def main(arguments: list[str]) -> int:
    """Write the file, or say whether it is up to date."""
    text = render(templates(read_core()), purposes())
    if "--check" in arguments:
        if OUTPUT.is_file() and OUTPUT.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(
            f"{OUTPUT.relative_to(ROOT)} is out of date: run python packaging/core_messages.py\n"
        )
        return 1
    OUTPUT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
