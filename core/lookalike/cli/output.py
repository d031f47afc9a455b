"""Output of the command line: progress bars and plain lines for people, JSON for programs."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from lookalike.wording import counted

if TYPE_CHECKING:
    import click

    from lookalike.catalog.contents import ContentRow
    from lookalike.catalog.folders import Folder
    from lookalike.library.descriptor_migration import DescriptorChange
    from lookalike.library.detail_preparation import DetailStatus
    from lookalike.library.pair_service import PairStatus
    from lookalike.library.text_preparation import TextStatus
    from lookalike.library.words_model import WordsModelState
    from lookalike.progress import Progress, Skipped

T = TypeVar("T")

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], "\N{REPLACEMENT CHARACTER}")
"""Characters that a file's name may contain, but that would break the line or control the terminal."""


def say(line: str = "") -> None:
    """Print a line for people.

    Raises:
        OutputError: the standard output takes nothing, see `streams`.
    """
    _write(sys.stdout, line.translate(_CONTROLS))


def warn(line: str) -> None:
    """Print a line for people on the error stream, as it is not part of the answer.

    Where the stream takes nothing (it is closed, or its disk full), the line is lost, and the command goes on.
    """
    with suppress(OSError):
        _write(sys.stderr, line.translate(_CONTROLS))


def _write(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()


def when_taken(facts: ContentRow | None) -> dict[str, str | None]:
    """For JSON: when a photo was taken, and how exact that is."""
    precision = facts.precision if facts is not None else None
    return {
        "taken_at": facts.taken_at if facts is not None else None,
        "taken_at_precision": precision.value if precision is not None else None,
    }


def say_json(content: Any) -> None:
    """Print one JSON value on one line.

    Undecodable bytes of a name appear as `os.fsdecode` gives them, which `os.fsencode` reverses.
    """
    text = json.dumps(content, default=_plain, ensure_ascii=False)
    _write(sys.stdout, text.encode("utf-8", "backslashreplace").decode("utf-8"))


def show_usage(error: click.ClickException) -> None:
    """Print what is wrong with a command line, on the error stream."""
    text = io.StringIO()
    error.show(text)
    for line in text.getvalue().splitlines():
        warn(line)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value))


def progress_line(progress: Progress) -> str:
    """Progress in words: "indexing 120 of 340, 18.2 photos/s, 12 s left"."""
    if progress.total is None:
        return progress.stage
    if progress.unit == "bytes":
        parts = [f"{progress.stage} {progress.done / 1e6:.1f} of {progress.total / 1e6:.1f} MB"]
        if progress.rate > 0:
            parts.append(f"{progress.rate / 1e6:.1f} MB/s")
    else:
        parts = [f"{progress.stage} {progress.done} of {progress.total}"]
        if progress.rate > 0:
            parts.append(f"{progress.rate:.1f} {progress.unit}/s")
    if progress.eta is not None and progress.done < progress.total:
        parts.append(f"{duration(progress.eta)} left")
    if progress.skipped:
        parts.append(f"{len(progress.skipped)} skipped")
    return ", ".join(parts)


def changing_line(changing: DescriptorChange) -> str:
    """A change of the descriptor model in words."""
    line = f"changing to {changing.name}: {changing.described} of {changing.photos} photos described"
    if changing.waiting:
        line += f"; waiting for {changing.waiting} that cannot be read now (drive missing or folder paused)"
    return line


def words_model_line(state: WordsModelState) -> str:
    """How far the model for words is, in words."""
    line = f"{state.name}, {state.described} of {state.photos} photos described"
    return f"{line}; {state.problem}" if state.problem else line


def details_line(details: DetailStatus) -> str:
    """How many photos can be found by their details, in words."""
    line = f"{details.done} of {details.photos} photos can be found by their details"
    if details.lacking:
        line += f"; scan or watch sees to the other {details.lacking}"
    return f"{line} ({details.bytes / 1e6:.1f} MB)"


def pairs_line(pairs: PairStatus) -> str:
    """How far the pair graph has come, in words."""
    line = f"{counted(pairs.verified, 'pair')} compared"
    if pairs.to_join or pairs.to_verify:
        line += (
            f"; {counted(pairs.to_join, 'photo')} and {counted(pairs.to_verify, 'pair')} "
            "wait for watch, duplicates or things"
        )
    return line


def texts_line(texts: TextStatus) -> str:
    """How much of the text in photos is known, in words."""
    line = f"read in {texts.read} of {texts.photos} photos, {texts.with_text} have some"
    left = texts.photos - texts.read
    if not texts.installed:
        return f"{line}; reading text needs the extra “ocr”"
    if left > 0:
        line += f"; {'watch or ' if texts.ahead else ''}`lookalike text read` sees to the other {left}"
    return line


def duration(seconds: float) -> str:
    """A duration in words: "1 h 20 min"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def run_with_progress(work: Generator[Progress, None, T], quiet: bool) -> T:
    """Run a job to its end while showing its progress on the error stream.

    Args:
        work: the job.
        quiet: show nothing (the answer is JSON for a program).

    Returns:
        What the job returns.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    # Closing the generator stops its threads and saves what is finished, so that Ctrl-C leaves nothing half done.
    with closing(work):
        if quiet or not sys.stderr.isatty():
            return _run(
                work,
                lambda step: warn(progress_line(step)) if step.ended and step.total and not quiet else None,
            )
        bar = Bar(
            BarColumn(), TextColumn("{task.description}"), console=Console(stderr=True), auto_refresh=False
        )
        task = bar.add_task("", total=None)
        with Live(bar, console=bar.console, refresh_per_second=8, transient=False):
            return _run(
                work,
                lambda step: bar.update(
                    task, description=progress_line(step), completed=step.done, total=step.total
                ),
            )


def _run(work: Generator[Progress, None, T], show: Callable[[Progress], None]) -> T:
    while True:
        try:
            show(next(work))
        except StopIteration as end:
            result: T = end.value
            return result


def folder_state(folder: Folder) -> str:
    """The state of a watched folder in words; empty in the ordinary case."""
    if not folder.online:
        return "cannot be reached; what is known of its photos is kept"
    return "paused" if folder.paused else folder.note


def say_skipped(skipped: Iterable[Skipped]) -> None:
    """Print a line for each thing that was skipped."""
    for line in skipped:
        warn(f"  skipped {line.path}: {line.reason}" if line.path else f"  {line.reason}")
