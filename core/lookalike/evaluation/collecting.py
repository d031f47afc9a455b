"""Collecting answers: asks questions one by one, saves each answer at once, and passes over those that are saved."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from lookalike.errors import LookalikeError
from lookalike.evaluation.answers import Answer
from lookalike.evaluation.runs import SavedRun, read_answers
from lookalike.progress import Progress, ProgressMeter, Skipped, Stage


@dataclass(frozen=True)
class Question:
    """One query of a run.

    Attributes:
        name: name of the query, as its answer has it.
        ask: gives the answer; None where the question is left out. Raises `LookalikeError` where the query cannot be
            read.
    """

    name: str
    ask: Callable[[], Answer | None]


def collect_answers(
    questions: Iterable[Question], count: int, run: SavedRun | None, take: Callable[[Answer], None]
) -> Generator[Progress, None, tuple[Skipped, ...]]:
    """Ask the questions that a saved run has no answer to.

    Args:
        questions: all questions of the run, made as they are asked for.
        count: how many there are.
        run: keeps the answers, and is closed at the end; None for nothing.
        take: gets every answer, those first that were saved before.

    Returns:
        What was skipped.
    """
    meter = ProgressMeter(Stage.SEARCHING, total=count, unit="queries")
    try:
        answered = set()
        for answer in () if run is None else read_answers(run.path):
            take(answer)
            answered.add(answer.query)
        for question in questions:
            if question.name not in answered:
                try:
                    found = question.ask()
                except LookalikeError as error:
                    meter.skip(question.name, str(error))
                    yield meter.snapshot()
                    continue
                if found is not None:
                    if run is not None:
                        run.add(found)
                    take(found)
            meter.advance()
            yield meter.snapshot()
    finally:
        if run is not None:
            run.close()
    yield meter.end()
    return tuple(meter.skipped)
