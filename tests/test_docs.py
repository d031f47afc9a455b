"""The documentation says what is so: commands, links, names of the code, licences."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from lookalike import __version__
from lookalike.cli.main import cli
from tests.data import REPOSITORY
from tests.documentation import (
    all_modules,
    anchors,
    broken_links,
    commands,
    documents,
    examples,
    file_named,
    module_at,
    names_in,
    options_in,
    options_of,
    paths_in,
    sections,
    text_of,
    where,
    wrong_example,
)

CLI = REPOSITORY / "docs" / "cli.md"
NOTICES = REPOSITORY / "THIRD_PARTY_NOTICES.md"
OF_EVERY_COMMAND = "every-command"
README_LINES = 130
TERMS = 40

DOCUMENTS = documents()
COMMANDS = list(commands(cli, ("lookalike",)))
NAMING_CODE = [
    REPOSITORY / name for name in ("docs/architecture.md", "docs/glossary.md", "docs/following-files.md")
]
NAMING_CODE += [REPOSITORY / "CONTRIBUTING.md", REPOSITORY / "docs/models.md", REPOSITORY / "docs/privacy.md"]


def _name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def _project() -> dict[str, object]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(project, dict)
    return project


def _documented(line: str) -> str:
    """The section of a command, with those that it links to within the page and that of every command."""
    parts = sections(text_of(CLI))
    own = parts[line.replace(" ", "-")]
    linked = [parts[anchor] for anchor in re.findall(r"\]\(#([\w-]+)\)", own)]
    return "\n".join([own, *linked, parts[OF_EVERY_COMMAND]])


@pytest.mark.parametrize(("line", "command"), COMMANDS[1:], ids=[line for line, _ in COMMANDS[1:]])
class TestCommand:
    def test_has_a_section(self, line: str, command: click.Command) -> None:
        assert line.replace(" ", "-") in sections(text_of(CLI)), f"docs/cli.md has no heading for `{line}`"

    def test_has_its_options_documented(self, line: str, command: click.Command) -> None:
        assert options_of(command) - options_in(_documented(line)) == set()

    def test_has_no_option_documented_that_it_lacks(self, line: str, command: click.Command) -> None:
        own = sections(text_of(CLI))[line.replace(" ", "-")]
        assert options_in(own) - options_of(command) - options_of(cli) - {"--help"} == set()

    def test_has_help(self, line: str, command: click.Command) -> None:
        assert command.help
        unexplained = [
            parameter.name
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.help
        ]
        assert unexplained == []

    def test_has_an_example_unless_it_is_a_group(self, line: str, command: click.Command) -> None:
        if isinstance(command, click.Group) and not command.invoke_without_command:
            return
        own = examples(sections(text_of(CLI))[line.replace(" ", "-")])
        assert any(words[: line.count(" ")] == line.split()[1:] for words in own)

    def test_speaks_json(self, line: str, command: click.Command) -> None:
        if not isinstance(command, click.Group):
            assert "--json" in options_of(command)


def test_the_program_has_its_own_options_documented() -> None:
    assert options_of(cli) - options_in(sections(text_of(CLI))[OF_EVERY_COMMAND]) == set()


def test_no_section_is_about_a_command_that_there_is_not() -> None:
    lines = {line.replace(" ", "-") for line, _ in COMMANDS}
    assert {anchor for anchor in anchors(text_of(CLI)) if anchor.startswith("lookalike-")} - lines == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_command_lines_can_be_typed(document: Path) -> None:
    wrong = [wrong_example(cli, words) for words in examples(text_of(document))]
    assert [line for line in wrong if line] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_lead_somewhere(document: Path) -> None:
    assert broken_links(document) == []


@pytest.mark.parametrize("document", NAMING_CODE, ids=_name)
def test_files_that_are_named_exist(document: Path) -> None:
    # The files of a user's library are no files of the repository.
    theirs = {
        path for path in paths_in(text_of(document)) if path.startswith("library/") and ".py" not in path
    }
    assert [path for path in sorted(paths_in(text_of(document)) - theirs) if file_named(path) is None] == []


@pytest.mark.parametrize("document", NAMING_CODE, ids=_name)
def test_names_of_the_code_are_where_they_are_said_to_be(document: Path) -> None:
    wrong = []
    for name, path in names_in(text_of(document)):
        file = file_named(path)
        if file is None or name not in module_at(file).names:
            wrong.append(f"{name} in {path}: {where(name)}")
    assert wrong == []


def test_the_walks_name_the_code() -> None:
    parts = sections(text_of(REPOSITORY / "docs" / "architecture.md"))
    for walk in ("one-photo", "one-query", "one-pair"):
        assert len(names_in(parts[walk])) >= 8


def test_the_map_has_every_room_in_the_order_of_imports() -> None:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]
    (layers,) = (one["layers"] for one in contracts["contracts"] if one.get("containers") == ["lookalike"])
    table = sections(text_of(REPOSITORY / "docs" / "architecture.md"))["the-rooms"]
    rows = [
        re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines() if line.startswith("| `")
    ]
    assert [set(row) for row in rows] == [set(layer.split(" | ")) for layer in layers]
    code = (REPOSITORY / "core/lookalike").iterdir()
    inside = {path.stem for path in code if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert inside - {"__init__", "__main__"} == {room for row in rows for room in row}


def test_the_glossary_defines_terms_once() -> None:
    rows = re.findall(
        r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", text_of(REPOSITORY / "docs/glossary.md"), re.M
    )
    terms = [term for term, meaning, _ in rows if term != "term"]
    assert len(terms) >= TERMS
    assert len(set(terms)) == len(terms)
    assert [term for term, _, place in rows if term != "term" and not re.search(r"`[\w/]+\.py`", place)] == []


def test_the_readme_is_short() -> None:
    assert len(text_of(REPOSITORY / "README.md").splitlines()) <= README_LINES


def test_every_dependency_is_noticed() -> None:
    project = _project()
    optional = project["optional-dependencies"]
    assert isinstance(optional, dict)
    assert isinstance(project["dependencies"], list)
    wanted = [*project["dependencies"], *(one for extra in optional.values() for one in extra)]
    names = {re.split(r"[^\w.-]", one)[0].lower() for one in wanted}
    words = set(re.findall(r"[\w.-]*\w", text_of(NOTICES).lower()))
    assert names - words == set()


def test_every_model_is_noticed_with_its_licence() -> None:
    models = tomllib.loads((REPOSITORY / "resources" / "models.toml").read_text(encoding="utf-8"))["model"]
    rows = [[cell.strip() for cell in line.split("|")] for line in text_of(NOTICES).splitlines()]
    for model in models:
        (row,) = (row for row in rows if model["name"] in row)
        assert model["repository"] in row
        assert row[3].startswith(model["licence"])


def test_every_author_of_the_sample_album_is_noticed() -> None:
    photos = tomllib.loads((REPOSITORY / "resources" / "sample_album.toml").read_text(encoding="utf-8"))[
        "photo"
    ]
    for photo in photos:
        surname = re.split(r",| and ", photo["author"])[0].split()[-1]
        assert surname in text_of(NOTICES)


def test_every_mark_is_explained() -> None:
    pytest_options = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "pytest"
    ]
    registered = {mark.split(":")[0] for mark in pytest_options["ini_options"]["markers"]}
    table = sections(text_of(REPOSITORY / "CONTRIBUTING.md"))["setting-up"]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == registered


def test_the_change_log_has_the_version() -> None:
    assert _project()["version"] == __version__
    assert re.search(
        rf"^## \[?{re.escape(str(_project()['version']))}\b", text_of(REPOSITORY / "CHANGELOG.md"), re.M
    )


class TestTheTestsThemselves:
    """What is wrong is found: each check is tried on a document with that fault."""

    def test_a_broken_link(self, tmp_path: Path) -> None:
        document = tmp_path / "a.md"
        document.write_text("# Here\n[a](#here) [b](#there) [c](b.md) [d](https://example.org/x)\n")
        assert [line.split(":")[0] for line in broken_links(document)] == ["#there", "b.md"]

    def test_anchors_are_those_of_github(self) -> None:
        text = "# `lookalike folders exclude`\n## One, *two*!\n## One two\n```\n# no heading\n```\n"
        assert anchors(text) == {"lookalike-folders-exclude", "one-two", "one-two-1"}

    @pytest.mark.parametrize(
        "line", ["serch photo.jpg", "search photo.jpg --regoin 1", "folders exclude ad x", "--json status"]
    )
    def test_a_wrong_command_line(self, line: str) -> None:
        assert wrong_example(cli, line.split()) is not None

    @pytest.mark.parametrize(
        "line", ["search photo.jpg --region 0,0,1,1", "--library /x folders exclude add y"]
    )
    def test_a_right_command_line(self, line: str) -> None:
        assert wrong_example(cli, line.split()) is None

    def test_command_lines_are_found(self) -> None:
        text = 'Try `lookalike scan --json`.\n```\n$ lookalike search "a b"   say it\nother\n```\n'
        assert examples(text) == [["search", '"a b"'], ["scan", "--json"]]

    def test_names_and_paths_are_found(self) -> None:
        text = "`Query` in\n`search/query.py`, `f()` in `errors.py`, `a/*.py`, `search/none.py`, `--json`"
        assert names_in(text) == [("Query", "search/query.py"), ("f", "errors.py")]
        assert paths_in(text) == {"search/query.py", "search/none.py"}
        assert file_named("search/query.py") is not None
        assert file_named("search/none.py") is None

    def test_members_count_as_names(self) -> None:
        names = all_modules()["search/query.py"].names
        assert {"Query", "Query.positives", "crop", "Region"} <= names
        assert "Query.none" not in names
