"""The failure gallery: the worst queries, right and wrong results, and a page that neither loads nor runs anything."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lookalike.cli.main import run
from lookalike.evaluation.answers import Answer, Positive, RankedImage
from lookalike.evaluation.failures import worst_answers
from lookalike.evaluation.measures import QueryMeasure, average_precision
from tests.builders.photo_files import textured_photo
from tests.core.evaluation.rankings import placed
from tests.core.evaluation.test_runs import HEAD, save

EVIL = '<script>alert("x")</script>&amp;'


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_worst_come_first() -> None:
    measure = QueryMeasure("mAP", average_precision())
    answers = [placed([rank], query=f"q{rank}") for rank in (3, 1, 9, 2)]
    answers.append(placed([], query="none"))
    assert [(round(value, 2), one.query) for value, one in worst_answers(answers, measure, 2)] == [
        (0.11, "q9"),
        (0.33, "q3"),
    ]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A run with a failed query, one of words, and one whose photos are gone."""
    root = tmp_path / "set"
    root.mkdir()
    whole = textured_photo(3, (320, 240))
    whole.save(root / "query.jpg", quality=95)
    whole.rotate(6).save(root / "right.jpg", quality=95)
    textured_photo(4, (320, 240)).save(root / "wrong & co.jpg", quality=95)

    def ranked(*names: str) -> tuple[RankedImage, ...]:
        return tuple(RankedImage(name, 0.5, 0.25, 0.4) for name in names)

    failed = Answer(
        query=EVIL,
        group="g",
        kind="object",
        image="query.jpg",
        words="",
        region=(0.0, 0.0, 0.9, 1.0),
        attributes={},
        positives=(Positive("right.jpg", 2),),
        junk=(),
        returned=2,
        results=ranked("wrong & co.jpg", "right.jpg"),
    )
    words = replace(failed, query="words", image=None, words=EVIL, region=None)
    gone = replace(failed, query="gone", image="nowhere.jpg", region=None, results=ranked("nothing.jpg"))
    path = tmp_path / "run.jsonl"
    save(path, failed, words, gone, placed([1], query="good"), head=replace(HEAD, root=str(root)))
    return path


@pytest.mark.slow
def test_a_page_with_grounds(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.html"
    assert run(["evaluate", "failures", str(saved), str(target), "--worst", "3"]) == 0
    content = target.read_text(encoding="utf-8")
    page = Page(content)
    assert EVIL in page.text
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    sources = [values["src"] or "" for tag, values in page.tags if tag == "img"]
    assert len(sources) > 6
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "http" not in content.replace("http-equiv", "")
    assert "1, wrong: similarity 0.500, match 25.0%, score 0.400" in page.text
    assert "2, right" in page.text
    assert "good" not in page.text
    circles = [values for tag, values in page.tags if tag == "circle"]
    assert len(circles) >= 20, "matching points of the right photo"
    assert "nowhere.jpg" in page.text, "a photo that is gone costs one line"
    assert "wrong & co.jpg" in page.text


def test_without_a_judge_there_are_probabilities(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "page.html"
    assert run(["evaluate", "failures", str(saved), str(target), "--judge", "none", "--json"]) == 0
    page = Page(target.read_text(encoding="utf-8"))
    assert "match 25.0%" in page.text
    assert not [tag for tag, _ in page.tags if tag == "circle"]
    assert (
        run(["evaluate", "failures", str(saved), str(tmp_path / "no" / "page.html"), "--judge", "none"]) == 1
    )
    assert "cannot be written" in capsys.readouterr().err
