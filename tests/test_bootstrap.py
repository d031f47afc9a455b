"""The bootstrap: what it installs when, how it shows long work, and how it stops."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import psutil
import pytest
from bootstrap_steps import environment, menu, mllm, terminal
from bootstrap_steps.environment import Environment, fingerprint

from tests.data import REPOSITORY
from tests.processes import interruptible

BOOTSTRAP = REPOSITORY / "packaging" / "bootstrap.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A real environment, made by the bootstrap, with nothing installed in it."""
    made = Environment(tmp_path_factory.mktemp("place") / "venv")
    environment.make(made)
    return made


@pytest.fixture
def ready(made: Environment, tmp_path: Path) -> tuple[Environment, dict[str, str]]:
    """An environment with everything marked as installed but the runner, and the variables that choose it.

    Its ``lookalike`` prints its arguments and ends with status 7.
    """
    made.stamp("extra app", fingerprint(made.version()))
    made.stamp("qt", "display")
    photos = made.folder / "share" / "lookalike" / "sample-photos"
    photos.mkdir(parents=True, exist_ok=True)
    album = tomllib.loads((REPOSITORY / "resources" / "sample_album.toml").read_text(encoding="utf-8"))
    for photo in album["photo"]:
        (photos / photo["file"]).touch()
    program = made.program("lookalike")
    program.write_text(f"#!{sys.executable}\nimport sys\nprint('started with', sys.argv[1:])\nsys.exit(7)\n")
    program.chmod(0o755)
    # No pip reaches anything, and a compiler counts as there: an installation attempted after all fails.
    changes = {
        "LOOKALIKE_VENV": str(made.folder),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
        "CXX": "c++",
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
    }
    return made, os.environ | changes


def run_bootstrap(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BOOTSTRAP), *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_old_pythons_can_read_the_refusal() -> None:
    ast.parse(BOOTSTRAP.read_text(encoding="utf-8"), feature_version=(3, 6))
    script = (
        "import runpy, sys; sys.version_info = (3, 10, 12); runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(BOOTSTRAP)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr and "3.10" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_settled_environment_is_kept(made: Environment) -> None:
    mark = made.folder / "mark"
    mark.touch()
    environment.make(made)
    assert mark.exists()


@pytest.mark.slow
def test_a_moved_environment_is_made_anew(made: Environment, tmp_path: Path) -> None:
    # Its programs name the old folder in their first line.
    moved = Environment(tmp_path / "elsewhere")
    shutil.copytree(made.folder, moved.folder, symlinks=True)
    (moved.folder / "mark").touch()
    environment.make(moved)
    assert not (moved.folder / "mark").exists()
    assert moved.version() == made.version()
    assert str(moved.folder) in moved.stamps()["place"]


def test_a_folder_with_other_things_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(terminal.StepError, match="LOOKALIKE_VENV"):
        environment.make(Environment(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_only_what_is_installed_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    monkeypatch.setattr(environment, "REPOSITORY", tmp_path)

    def print_of(text: str, version: str = "3.12.1") -> str:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        return fingerprint(version)

    before = print_of(project)
    assert print_of(project.replace("line-length = 110", "line-length = 99")) == before
    assert print_of(project.replace('"click>=8.1"', '"click>=8.2"')) != before
    assert print_of(project, "3.13.0") != before


@pytest.mark.skipif(os.name == "nt", reason="the stand-in program is a POSIX script")
def test_a_second_start_installs_nothing(ready: tuple[Environment, dict[str, str]]) -> None:
    made, variables = ready
    mllm.reason_file(made).write_text(
        "This computer has no C++ compiler. Install one: sudo apt install g++.\n"
    )
    done = run_bootstrap("run", "some folder", "other", env=variables)
    assert "started with ['start', 'some folder', 'other']" in done.stdout
    assert "no C++ compiler" in done.stdout and mllm.RETRY in done.stdout
    assert "*" not in done.stdout, "no step was needed"
    assert done.returncode == 7, "the program's own status"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the stand-in program is a POSIX script")
def test_a_runner_that_cannot_be_had_is_told_and_remembered(
    ready: tuple[Environment, dict[str, str]],
) -> None:
    made, variables = ready
    mllm.reason_file(made).unlink(missing_ok=True)
    done = run_bootstrap("mllm", env=variables)
    assert done.returncode == 1
    assert "llama.cpp" in done.stdout and "Traceback" not in done.stderr
    assert mllm.failed_before(made)
    assert not mllm.is_ready(made)
    assert "started with" in run_bootstrap("run", env=variables).stdout


def test_watching_keeps_the_output_and_the_status(tmp_path: Path) -> None:
    script = "import sys; print('Collecting numpy'); print('ünd', file=sys.stderr); sys.exit(3)"
    lines: list[str] = []
    log = tmp_path / "logs" / "it.log"
    assert terminal.watch([sys.executable, "-X", "utf8", "-c", script], log, lines.append) == 3
    assert sorted(lines) == ["Collecting numpy", "ünd"]
    assert sorted(log.read_text(encoding="utf-8").split("\n")) == ["", "Collecting numpy", "ünd"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_stopping_ends_the_grandchildren(tmp_path: Path) -> None:
    grandchild = "import time; time.sleep(600)"
    child = (
        "import subprocess, sys; "
        f"p = subprocess.Popen([sys.executable, '-c', {grandchild!r}]); "
        f"open({str(tmp_path / 'pid')!r}, 'w').write(f'{{p.pid}}\\n'); p.wait()"
    )
    watcher = (
        "import sys; from pathlib import Path; from bootstrap_steps import terminal\n"
        f"terminal.watch([sys.executable, '-c', {child!r}], Path({str(tmp_path / 'log')!r}), lambda line: None)"
    )
    env = os.environ | {"PYTHONPATH": str(REPOSITORY / "packaging")}
    with subprocess.Popen(
        [sys.executable, "-c", watcher],
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,
    ) as process:
        deadline = time.monotonic() + 60
        while not ((pid := tmp_path / "pid").exists() and pid.read_text().endswith("\n")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        sleeper = psutil.Process(int(pid.read_text()))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in said
    assert psutil.wait_procs([sleeper], timeout=30)[1] == []


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Collecting torch==2.13.0+cpu", "looking for torch"),
        (
            "Downloading pyside6_essentials-6.12.0-cp310-abi3-manylinux_2_34_x86_64.whl (77.2 MB)",
            "fetching pyside6_essentials (77.2 MB)",
        ),
        ("Installing collected packages: nvidia, torch", "unpacking"),
        ("*** Configuring CMake...", "preparing the build"),
        (
            "[12/193] /usr/bin/g++ -I/x/vendor/llama.cpp/src -O3 -o ggml.dir/ggml-alloc.c.o -c /x/ggml-alloc.c",
            "  6 % compiled  ggml-alloc.c",
        ),
        ("[193/193] : && /usr/bin/g++ -shared -o bin/libllama.so a.o && :", "100 % compiled"),
        (
            "[ 42%] Building CXX object src/CMakeFiles/llama.dir/llama-vocab.cpp.o",
            " 42 % compiled  llama-vocab.cpp",
        ),
        ("-- Detecting C compiler ABI info - done", None),
    ],
)
def test_the_build_is_told_in_a_few_words(line: str, status: str | None) -> None:
    assert mllm.build_status(line) == status


def test_a_runner_for_another_processor_is_recognised() -> None:
    info = "CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 1 | AVX512_VNNI = 1 | LLAMAFILE = 1 | "
    newer = "processor : 0\nflags\t\t: fpu pni avx2 avx512f avx512_vnni\n"
    older = "processor : 0\nflags\t\t: fpu pni avx2\n"
    assert mllm.foreign_instructions(info, newer) == ""
    assert "AVX512, AVX512_VNNI" in mllm.foreign_instructions(info, older)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "status", "closing"), [("assert True", 0, "1 passed"), ("assert False", 1, "1 failed")]
)
def test_the_closing_line_comes_last(tmp_path: Path, body: str, status: int, closing: str) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {body}\n")
    script = (
        "import sys; from pathlib import Path; from bootstrap_steps import checks, environment\n"
        "sys.exit(checks.run(environment.Environment(Path(sys.prefix)), sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "test_it.py"), "-p", "no:cacheprovider"],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "packaging")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert closing in done.stdout.splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have menus of their own")
def test_the_menu_entries_start_this_program_and_go_again(
    ready: tuple[Environment, dict[str, str]], tmp_path: Path
) -> None:
    made, env = ready
    share = tmp_path / "own share"
    env = env | {"XDG_DATA_HOME": str(share)}
    program = made.program("lookalike-app")
    program.unlink(missing_ok=True)
    told = run_bootstrap("menu", env=env)
    assert (told.returncode, list(tmp_path.rglob("*.desktop"))) == (1, [])
    assert "not set up yet" in told.stdout
    program.touch()
    assert run_bootstrap("menu", env=env).returncode == 0
    entries = sorted((share / "applications").glob("*.desktop"))
    assert [entry.name for entry in entries] == ["lookalike-find.desktop", "lookalike.desktop"]
    find, plain = (entry.read_text(encoding="utf-8") for entry in entries)
    assert f'\nExec="{program}" --find %f\n' in find and "\nNoDisplay=true\n" in find
    assert f'\nExec="{program}" %F\n' in plain and "inode/directory;" in plain
    assert (share / "icons/hicolor/scalable/apps/lookalike.svg").is_file()
    assert run_bootstrap("menu", "--remove", env=env).returncode == 0
    assert not [path for path in share.rglob("*") if path.suffix in (".desktop", ".svg")]


def test_a_path_of_any_letters_stands_in_an_entry(tmp_path: Path) -> None:
    source = tmp_path / "x.desktop"
    source.write_text("[Desktop Entry]\nExec=lookalike-app %F\nTryExec=lookalike-app\n")
    told = menu.entry_text(source, Path('/a "b"/$c/100%/d'))
    assert 'Exec="/a \\\\"b\\\\"/\\\\$c/100%%/d" %F' in told
    assert 'TryExec=/a "b"/$c/100%/d' in told


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="needs desktop-file-utils")
@pytest.mark.parametrize("name", menu.ENTRIES)
def test_the_menu_entries_are_valid(name: str) -> None:
    told = subprocess.run(
        ["desktop-file-validate", str(REPOSITORY / "packaging" / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (0, "")
