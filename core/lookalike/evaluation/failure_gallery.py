"""A failure gallery: the worst queries of a saved run as one page of HTML, with what came first and why.

The page needs nothing beside it: thumbnails are inside as data URIs, there are no scripts, and a content security
policy forbids everything else. All text is escaped, as names of files and words of queries may hold anything.
"""

from __future__ import annotations

import base64
from collections.abc import Generator
from html import escape
from pathlib import Path

from lookalike.evaluation.failures import Failure, ShownPair, ShownPhoto, ShownResult, Standing, worst_queries
from lookalike.evaluation.measures import QueryMeasure
from lookalike.evaluation.runs import RunHead, read_head
from lookalike.judges.protocol import Judge
from lookalike.progress import Progress

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
    found = yield from worst_queries(run, measure, judge, count)
    sections = [_section(one, measure.name) for one in found]
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


def _section(failure: Failure, measure: str) -> str:
    """One query of the page."""
    answer = failure.answer
    found = sorted(one.rank for one in answer.positives if one.rank is not None)
    ranks = ", ".join(map(str, found[:10])) + (" …" if len(found) > 10 else "")
    lost = len(answer.positives) - len(found)
    story = (
        f"{len(answer.positives)} right photos, at ranks {ranks}" if found else "no right photo was returned"
    )
    story += f"; {lost} were not returned" if found and lost else ""
    results = "".join(map(_result, failure.results))
    pairs = "".join(_pair(one, failure) for one in failure.pairs)
    return (
        f"<section><h2>{escape(answer.query)}</h2>\n"
        f"<p>{escape(measure)} {failure.value:.3f}; {escape(answer.group)} ({escape(answer.kind)}); {story}.</p>\n"
        f'<div class="row">{_query(failure, failure.query)}{results}</div>{pairs}</section>'
    )


def _query(failure: Failure, photo: ShownPhoto | None) -> str:
    if photo is None:
        words = escape(failure.answer.words)
        return f'<figure><div class="words">{words}</div><figcaption>query</figcaption></figure>'
    return _figure(photo, "query", "query")


def _result(shown: ShownResult) -> str:
    one = shown.result
    said = "does not count" if shown.standing is Standing.JUNK else shown.standing.value
    match = "not checked" if one.match is None else f"match {one.match:.1%}"
    caption = f"{shown.rank}, {said}: similarity {one.similarity:.3f}, {match}, score {one.score:.3f}"
    kind = "" if shown.standing is Standing.JUNK else shown.standing.value
    return _figure(shown.photo, f"{caption} · {one.image}", kind)


def _pair(pair: ShownPair, failure: Failure) -> str:
    title = "The first wrong result" if pair.standing is Standing.WRONG else "The best right photo"
    match = "" if pair.match is None else f" Probability before calibration {pair.match:.1%}."
    said = f"<p>{title}: {escape(pair.summary)}{match}</p>"
    if pair.photo is None:
        return said
    photo = _figure(pair.photo, pair.photo.name, pair.standing.value)
    return f'{said}<div class="row">{_query(failure, pair.query)}{photo}</div>'


def _figure(photo: ShownPhoto, caption: str, kind: str) -> str:
    """A thumbnail with a caption, and points on it in shares of its sides."""
    said = f"<figcaption>{escape(caption)}</figcaption>"
    if not photo.picture:
        return f'<figure class="{kind}"><p>{escape(photo.problem)}</p>{said}</figure>'
    circles = "".join(
        f'<circle cx="{100 * x:.2f}%" cy="{100 * y:.2f}%" r="3" fill="none" stroke="hsl({number * 47 % 360} 90% 50%)" '
        f'stroke-width="2"/>'
        for number, (x, y) in enumerate(photo.points)
    )
    drawn = f"<svg>{circles}</svg>" if circles else ""
    content = base64.b64encode(photo.picture).decode("ascii")
    return (
        f'<figure class="{kind}"><div class="photo"><img src="data:image/jpeg;base64,{content}" alt="">{drawn}</div>'
        f"{said}</figure>"
    )
