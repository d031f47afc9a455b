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

KEPT_AS_TEXT = {"Skipped": 1, "skip": 1, "note": 1, "_add_note": 1}
"""Calls whose arguments from this place on the window shows."""
KEPT_BY_NAME = ("reason", "problem", "untried")
"""Arguments that it shows by their names."""

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
            found: list[ast.expr] = []
            if isinstance(node, ast.Call):
                found = _words(node, names)
            elif isinstance(node, ast.ClassDef) and node.name in names:
                found = _own_words(node)
            for words in found:
                yield words, _texts(words, known)


def _words(call: ast.Call, names: set[str]) -> list[ast.expr]:
    """Which arguments of a call are words."""
    function = call.func
    if isinstance(function, ast.Name) and function.id in names:
        return call.args[:2]
    # What cannot be done is a phrase by itself.
    return call.args[1:2] if isinstance(function, ast.Name) and function.id == FROM_SYSTEM else []


def _own_words(error: ast.ClassDef) -> list[ast.expr]:
    """What an error that words itself says."""
    calls = [node for node in ast.walk(error) if isinstance(node, ast.Call)]
    return [
        words for call in calls if ast.unparse(call.func) == "super().__init__" for words in call.args[:2]
    ]


def unseen(modules: Iterable[ast.Module]) -> list[str]:
    """Sentences that the window shows and no translator sees, as they stand in the source.

    These are reasons of what was skipped, notes of searches and the like, which are kept as text: such a text is to be
    made of phrases.
    """
    calls = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.Call)]
    return [ast.unparse(words) for call in calls for words in _shown(call) if _is_sentence(words)]


def _shown(call: ast.Call) -> list[ast.expr]:
    """Which arguments of a call are shown by the window."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in KEPT_AS_TEXT:
            found = call.args[KEPT_AS_TEXT[name] :]
        case ast.Attribute(attr="append", value=ast.Name(id=name) | ast.Attribute(attr=name)) if (
            name.endswith("notes")
        ):
            found = call.args
        case _:
            found = []
    return [*found, *(word.value for word in call.keywords if word.arg in KEPT_BY_NAME)]


def _is_sentence(words: ast.expr) -> bool:
    match words:
        case ast.Constant(value=str(text)):
            return " " in text
        case ast.JoinedStr(values=parts):
            return any(
                isinstance(part, ast.Constant) and any(map(str.isalpha, str(part.value))) for part in parts
            )
        case ast.IfExp(body=one, orelse=other):
            return _is_sentence(one) or _is_sentence(other)
    return False


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
