"""A failure gallery: the worst queries of a saved run as one page of HTML, with what came first and why.

The page needs nothing beside it: thumbnails are inside as data URIs, there are no scripts, and a content security
policy forbids everything else. All text is escaped, as names of files and words of queries may hold anything.
"""

from __future__ import annotations

import base64
import heapq
from collections.abc import Callable, Generator, Iterable
from html import escape
from pathlib import Path

from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.evaluation.alterations import ALTERATION, STRENGTH, altered
from lookalike.evaluation.answers import Answer, Positive, RankedImage
from lookalike.evaluation.measures import QueryMeasure
from lookalike.evaluation.runs import RunHead, read_answers, read_head
from lookalike.judges.protocol import Explanation, Judge, JudgePhoto
from lookalike.photos import open_image, thumbnail
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.search.query import crop

SHOWN = 6
"""Results shown of each query."""

SIDE = 224
"""Longest side of a thumbnail, pixels."""

POINTS = 40
"""Matching points drawn of a pair."""

STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }
section { border-top: 1px solid #ccc; padding: 1em 0; }
.row { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; }
figure { margin: 0; width: 224px; }
figcaption { font-size: 13px; overflow-wrap: anywhere; }
.photo { position: relative; display: inline-block; border: 4px solid #999; }
.photo img { display: block; max-width: 216px; }
.photo svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.right .photo { border-color: #1a7f37; } .wrong .photo { border-color: #b42318; }
.words { border: 4px solid #999; padding: 1em; font-style: italic; }
"""


def worst_answers(answers: Iterable[Answer], measure: QueryMeasure, count: int) -> list[tuple[float, Answer]]:
    """The answers that are worth least, worst first, with what they are worth."""
    valued = (
        (value, answer.query, answer) for answer in answers if (value := measure.of(answer)) is not None
    )
    return [
        (value, answer)
        for value, _, answer in heapq.nsmallest(count, valued, key=lambda one: (one[0], one[1]))
    ]


def failure_gallery(
    run: Path, measure: QueryMeasure, judge: Judge | None, count: int
) -> Generator[Progress, None, str]:
    """Make the page of a saved run's worst queries.

    Args:
        run: the saved run; its photos are read where they were then.
        measure: what queries are worth.
        judge: who explains the first wrong result and the best right one; None for probabilities alone.
        count: how many queries.

    Returns:
        The page, HTML.

    Raises:
        LookalikeError: the run cannot be read.
    """
    head = read_head(run)
    worst = worst_answers(read_answers(run), measure, count)
    meter = ProgressMeter(Stage.READING, total=len(worst), unit="queries")
    sections = []
    for value, answer in worst:
        sections.append(_Section(Path(head.root), answer, judge).html(measure.name, value))
        meter.advance()
        yield meter.snapshot()
    yield meter.end()
    return _page(head, measure, sections)


def _page(head: RunHead, measure: QueryMeasure, sections: list[str]) -> str:
    title = escape(f"{head.dataset}: the worst queries by {measure.name}")
    conditions = escape(
        ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in head.conditions.items())
    )
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n"
        f"<p>{conditions}; {head.gallery} photos; {escape(head.date)}</p>\n"
        + "\n".join(sections)
        + "\n</body></html>\n"
    )


class _Section:
    """One query of the page.

    Args:
        root: the data set's folder.
        answer: the answer.
        judge: who explains; None for nobody.
    """

    def __init__(self, root: Path, answer: Answer, judge: Judge | None) -> None:
        self._root = root
        self._answer = answer
        self._judge = judge
        self._right = {one.image: one for one in answer.positives}

    def html(self, measure: str, value: float) -> str:
        """The section."""
        answer = self._answer
        found = sorted(one.rank for one in answer.positives if one.rank is not None)
        ranks = ", ".join(map(str, found[:10])) + (" …" if len(found) > 10 else "")
        lost = len(answer.positives) - len(found)
        story = (
            f"{len(answer.positives)} right photos, at ranks {ranks}"
            if found
            else "no right photo was returned"
        )
        story += f"; {lost} were not returned" if found and lost else ""
        results = "".join(self._result(rank, one) for rank, one in enumerate(answer.results[:SHOWN], 1))
        return (
            f"<section><h2>{escape(answer.query)}</h2>\n"
            f"<p>{escape(measure)} {value:.3f}; {escape(answer.group)} ({escape(answer.kind)}); {story}.</p>\n"
            f'<div class="row">{self._query()}{results}</div>{self._reasons()}</section>'
        )

    def _query(self, points: Iterable[tuple[float, float]] = ()) -> str:
        if self._answer.image is None:
            words = escape(self._answer.words)
            return f'<figure><div class="words">{words}</div><figcaption>query</figcaption></figure>'
        return _figure(self._load_query, "query", "query", points)

    def _result(self, rank: int, one: RankedImage) -> str:
        right = one.image in self._right
        said = "right" if right else "does not count" if rank in self._answer.junk else "wrong"
        match = "not checked" if one.match is None else f"match {one.match:.1%}"
        caption = f"{rank}, {said}: similarity {one.similarity:.3f}, {match}, score {one.score:.3f}"
        kind = said if said in ("right", "wrong") else ""
        return _figure(lambda side: self._load(one.image, side), f"{caption} · {one.image}", kind)

    def _reasons(self) -> str:
        """What the judge sees in the first wrong result, and in the best right photo."""
        if self._judge is None or self._answer.image is None:
            return ""
        wrong = next(
            (
                one.image
                for rank, one in enumerate(self._answer.results, 1)
                if one.image not in self._right and rank not in self._answer.junk
            ),
            None,
        )
        best = min(self._answer.positives, key=_rank_of, default=None)
        pairs = [("The first wrong result", wrong, "wrong")] if wrong is not None else []
        pairs += [("The best right photo", best.image, "right")] if best is not None else []
        return "".join(self._pair(self._judge, *one) for one in pairs)

    def _pair(self, judge: Judge, title: str, image: str, kind: str) -> str:
        try:
            found: Explanation = judge.explain(
                JudgePhoto("", self._load_query), JudgePhoto("", lambda side: self._load(image, side))
            )
        except LookalikeError as error:
            return f"<p>{title}: {escape(str(error))}</p>"
        verdict = found.verdict
        match = "" if verdict.match is None else f" Probability before calibration {verdict.match:.1%}."
        photo = _figure(lambda side: self._load(image, side), image, kind, found.candidate_points[:POINTS])
        return (
            f"<p>{title}: {escape(found.summary)}{match}</p>"
            f'<div class="row">{self._query(found.query_points[:POINTS])}{photo}</div>'
        )

    def _load(self, image: str, side: int) -> Image.Image:
        # A name outside the data set's folder is a whole path, which the join leaves as it is.
        return open_image(self._root / image, side)

    def _load_query(self, side: int) -> Image.Image:
        """The query as it was searched for: the region alone, of a decode in which it is large enough, altered."""
        region, attributes = self._answer.region, self._answer.attributes
        image = self._answer.image or ""
        if region is None:
            shown = self._load(image, side)
        else:
            left, top, right, bottom = region
            share = max(right - left, bottom - top, 0.05)
            shown = crop(self._load(image, int(side / share)), (left, top, right, bottom))
        if ALTERATION not in attributes:
            return shown
        query = self._answer.query.rpartition(" · ")[0]
        return altered(shown, str(attributes[ALTERATION]), float(attributes.get(STRENGTH, 0)), query)


def _rank_of(positive: Positive) -> float:
    return float("inf") if positive.rank is None else positive.rank


def _figure(
    load: Callable[[int], Image.Image], caption: str, kind: str, points: Iterable[tuple[float, float]] = ()
) -> str:
    """A thumbnail with a caption, and points on it in shares of its sides."""
    try:
        content = base64.b64encode(thumbnail(load(SIDE), SIDE)).decode("ascii")
    except LookalikeError as error:
        return f'<figure class="{kind}"><p>{escape(str(error))}</p><figcaption>{escape(caption)}</figcaption></figure>'
    circles = "".join(
        f'<circle cx="{100 * x:.2f}%" cy="{100 * y:.2f}%" r="3" fill="none" stroke="hsl({number * 47 % 360} 90% 50%)" '
        f'stroke-width="2"/>'
        for number, (x, y) in enumerate(points)
    )
    drawn = f"<svg>{circles}</svg>" if circles else ""
    return (
        f'<figure class="{kind}"><div class="photo"><img src="data:image/jpeg;base64,{content}" alt="">{drawn}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
