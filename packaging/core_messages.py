"""Lists the core's messages for Qt Linguist, which sees translatable texts in the window's code only.

Usage: python packaging/core_messages.py [--check]

Writes ``desktop/lookalike_desktop/qt/core_messages.py``: the message and the remedy of every error of the core and the
phrases they are made of, as templates in the translation context "core", and what the models of the catalogue are good
for, in the context "models".
With ``--check``, only says whether that file is up to date.
"""

from __future__ import annotations

import ast
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "resources" / "models.toml"
CORE = ROOT / "core" / "lookalike"
OUTPUT = ROOT / "desktop" / "lookalike_desktop" / "qt" / "core_messages.py"
TERMINAL_ONLY = ("cli",)
"""Rooms whose errors the window never shows."""

BASE = "LookalikeError"
PHRASE = "Phrase"
FROM_SYSTEM = "os_errors"
"""What turns the system's failures into errors: a phrase, a remedy."""

HEADER = '''# fmt: off
# ruff: noqa: E501
"""The core's messages for Qt Linguist. Written by ``python packaging/core_messages.py``."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

MESSAGES = (
'''


def names_of_messages(modules: Iterable[ast.Module]) -> set[str]:
    """The names of `LookalikeError`, of all classes that derive from it, and of `Phrase`."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    found = {BASE}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found | {PHRASE}


def templates(modules: Iterable[ast.Module]) -> list[str]:
    """Messages and remedies of all errors and all phrases, sorted; what is put together beforehand is left out."""
    return sorted({text for _, texts in _wordings(list(modules)) for text in texts or () if text})


def put_together(modules: Iterable[ast.Module]) -> list[str]:
    """The words of errors and phrases that no translator can see, as they stand in the source.

    A text that a variable holds is let through: it was a template elsewhere, or comes from another program.
    """
    return [ast.unparse(words) for words, texts in _wordings(list(modules)) if texts is None]


def _wordings(modules: Sequence[ast.Module]) -> Iterator[tuple[ast.expr, list[str] | None]]:
    """Every message, remedy and phrase, with the texts that it may be; None for one that is made as it runs."""
    names = names_of_messages(modules)
    constants = [_constants(module) for module in modules]
    everywhere: dict[str, list[str]] = {}
    for some in constants:
        for name, text in some.items():
            everywhere.setdefault(name, []).append(text)
    for module, own in zip(modules, constants, strict=True):
        known = everywhere | {name: [text] for name, text in own.items()}
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                for words in _words(node, names):
                    yield words, _texts(words, known)


def _words(call: ast.Call, names: set[str]) -> list[ast.expr]:
    """Which arguments of a call are words."""
    function = call.func
    if isinstance(function, ast.Name) and function.id in names:
        return call.args[:2]
    if ast.unparse(function) == "super().__init__":
        # An error that words itself; whoever else calls it gives no text.
        return [words for words in call.args[:2] if _is_text(words)]
    # What cannot be done is a phrase by itself.
    return call.args[1:2] if isinstance(function, ast.Name) and function.id == FROM_SYSTEM else []


def _is_text(words: ast.expr) -> bool:
    return isinstance(words, ast.Constant) and isinstance(words.value, str)


def _texts(words: ast.expr, known: Mapping[str, list[str]]) -> list[str] | None:
    match words:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            first, second = _texts(one, known), _texts(other, known)
            return None if first is None or second is None else first + second
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            return known.get(name)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return []
    return None


def _constants(module: ast.Module) -> dict[str, str]:
    """The texts that a module gives names to."""
    return {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


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
