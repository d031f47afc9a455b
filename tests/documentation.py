"""What the documentation says, taken apart for `test_docs`: headings, links, commands, and names of the code."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from tests.data import REPOSITORY

CODE_ROOTS = ("core/lookalike", "desktop/lookalike_desktop", "")
"""What paths in the documentation may be relative to, in the order in which they are tried."""

_NOT_OURS = {"build", "dist", "node_modules", "shared", "venv", "__pycache__"}
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*(?:/|\.(?:py|toml|json|md|png|sqlite|yml|yaml))")
_NAME_IN_MODULE = re.compile(r"`([A-Za-z_][\w.]*)(?:\(\))?` in\s+`([\w./-]+\.py)`")


def documents(root: Path = REPOSITORY) -> list[Path]:
    """Every Markdown file of the repository."""
    found: list[Path] = []
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name for name in folders if name not in _NOT_OURS and (name == ".github" or name[0] != ".")
        ]
        found += [Path(folder) / name for name in files if name.endswith(".md")]
    return sorted(found)


@cache
def text_of(path: Path) -> str:
    """A document's text."""
    return path.read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    found: set[str] = set()
    for _, heading in _HEADING.findall(_FENCE.sub("", text)):
        plain = _LINK.sub(lambda link: link[0][1 : link[0].index("]")], heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-")
        number = 0
        while (numbered := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(numbered)
    return found


def broken_links(path: Path) -> list[str]:
    """The relative links of a document that lead nowhere, with what is wrong."""
    broken = []
    for link in _LINK.findall(_FENCE.sub("", text_of(path))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path if not name else path.parent / name
        if not target.exists():
            broken.append(f"{link}: there is no such file")
        elif anchor and anchor not in anchors(text_of(target)):
            broken.append(f"{link}: there is no such heading")
    return broken


def sections(text: str) -> dict[str, str]:
    """The text below each heading up to the next one of whatever level, by the heading's anchor."""
    fenced = _FENCE.sub(lambda block: re.sub(r"^#", "\0", block[0], flags=re.MULTILINE), text)
    parts = re.split(r"^#+ +(.+?) *$", fenced, flags=re.MULTILINE)
    return {
        next(iter(anchors(f"# {heading}"))): body.replace("\0", "#")
        for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def commands(group: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command of a tree with what one types for it, groups included."""
    yield " ".join(path), group
    if isinstance(group, click.Group):
        for name, command in sorted(group.commands.items()):
            yield from commands(command, (*path, name))


def options_of(command: click.Command) -> set[str]:
    """All spellings of a command's options."""
    return {
        spelling
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    }


def options_in(text: str) -> set[str]:
    """The options that a text names, in code."""
    code = [*_CODE.findall(_FENCE.sub("", text)), *_FENCE.findall(text)]
    return {option for piece in code for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", piece)}


def examples(text: str) -> list[list[str]]:
    """The command lines of `lookalike` in a text, in words; from blocks of code and from code in lines."""
    lines = [line.strip().removeprefix("$ ") for block in _FENCE.findall(text) for line in block.splitlines()]
    lines += _CODE.findall(_FENCE.sub("", text))
    cut = (re.split(r"\s{2,}|\s#", line)[0] for line in lines if line.startswith("lookalike "))
    return [re.findall(r'"[^"]*"|\'[^\']*\'|\S+', line)[1:] for line in cut]


def wrong_example(root: click.Group, words: list[str]) -> str | None:
    """What is wrong with a command line: a command or an option that there is not; None if nothing is."""
    command: click.Command = root
    known = options_of(root) | {"--help"}
    waits = False
    for word in words:
        if word.startswith("--"):
            if word not in known:
                return f"{command.name} has no option {word}"
            waits = command is root and word == "--library"
        elif waits:
            waits = False
        elif isinstance(command, click.Group):
            following = command.commands.get(word)
            if following is None and command.invoke_without_command:
                # An argument of a command that has commands below it.
                continue
            if following is None:
                return f"{command.name} has no command {word}"
            command, known = following, options_of(following) | {"--help"}
    return None


@dataclass(frozen=True)
class Module:
    """The names that a module defines: `Class`, `Class.member`, `function`, `CONSTANT`."""

    names: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> Module:
        """Read a module's source."""
        return cls(frozenset(_names(ast.parse(path.read_text(encoding="utf-8")).body)))


def _names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name
            if prefix:
                yield from (prefix + name for name in _set_on_self(node))
        elif isinstance(node, ast.ClassDef):
            yield prefix + node.name
            yield from _names(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield prefix + node.target.id
        elif isinstance(node, ast.Assign):
            yield from (prefix + target.id for target in node.targets if isinstance(target, ast.Name))


def _set_on_self(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


@cache
def module_at(path: Path) -> Module:
    """The module in a file."""
    return Module.read(path)


@cache
def all_modules() -> dict[str, Module]:
    """Every module of the program by its path as the documentation gives it."""
    found: dict[str, Module] = {}
    for root in ("core/lookalike", "desktop/lookalike_desktop"):
        for path in sorted((REPOSITORY / root).rglob("*.py")):
            start = REPOSITORY / (root if root == CODE_ROOTS[0] else "")
            found[path.relative_to(start).as_posix()] = module_at(path)
    return found


def file_named(name: str) -> Path | None:
    """The file or folder that a path in the documentation means; None if there is none."""
    for root in CODE_ROOTS:
        path = REPOSITORY / root / name
        if path.exists():
            return path
    return None


def paths_in(text: str) -> set[str]:
    """The paths of source files that a text names in code; those with a placeholder (`*`) are none."""
    code = _CODE.findall(_FENCE.sub("", text))
    return {piece for piece in code if _PATH.fullmatch(piece) and "*" not in piece and "/" in piece}


def names_in(text: str) -> list[tuple[str, str]]:
    """What a text names as "`Name` in `room/module.py`"."""
    return _NAME_IN_MODULE.findall(_FENCE.sub("", text))


def where(name: str) -> str:
    """A hint for a name that is not where the documentation says: which modules define it."""
    found = [path for path, module in all_modules().items() if name in module.names]
    return f"it is in {', '.join(found)}" if found else "no module defines it"
