"""Why several photos, *not like this*, expansion and rotations of a query work as they do: the choices side by side.

    python -m tests.benchmarks.query_choices [GROUND_TRUTH.json] [--library FOLDER] [--judge geometry] [--rotations]

Exact searches over the descriptors of a data set with ground truth; means are per group first, then over groups.
With ``--library`` the indexed photos are kept for the next time. With ``--judge`` the choice of the query photo that
a judge compares a candidate with is measured too.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.evaluation.ground_truth import GroundTruth, read_ground_truth
from lookalike.evaluation.metrics import mean_by_group
from lookalike.judges.registry import NO_JUDGE
from lookalike.library import Library
from lookalike.search.query import Query
from lookalike.search.settings import SearchSettings
from tests.builders.inside import engine_of
from tests.data import evaluation_data
from tests.ranking_metrics import average_precision, recall_at

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Asked:
    """One query of the data set, as content ids."""

    group: str
    own: int
    positives: frozenset[int]
    junk: frozenset[int]


class Gallery:
    """Every descriptor of a library, in memory."""

    def __init__(self, library: Library, truth: GroundTruth) -> None:
        for path in truth.gallery:
            library.folders.add(path)
        for _ in library.scan():
            pass
        places = library.photos.ids_by_path()
        self.ids = np.unique(np.array(list(places.values()), np.int64))
        self.vectors = engine_of(library).record.vectors(self.ids)
        self.rows = {number: row for row, number in enumerate(self.ids.tolist())}
        self.asked = [
            Asked(
                query.group,
                places[query.photo],
                frozenset(places[path] for path in query.positives) - {places[query.photo]},
                frozenset(places[path] for path in query.junk if path in places),
            )
            for query in truth.queries
        ]

    def of(self, numbers: Iterable[int]) -> Vector:
        """The vectors of contents, one row each."""
        return self.vectors[[self.rows[number] for number in numbers]]

    def order(self, scores: NDArray[np.floating], hidden: Iterable[int]) -> list[int]:
        """Content ids by falling score, less some."""
        gone = set(hidden)
        return [n for n in self.ids[np.argsort(-scores, kind="stable")].tolist() if n not in gone]


def unit(vectors: Vector) -> Vector:
    """Rows of unit length."""
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def line(name: str, outcomes: list[tuple[str, list[int], frozenset[int]]]) -> None:
    """One line of the table: mAP and R@1."""
    precision = mean_by_group((group, average_precision(order, right)) for group, order, right in outcomes)
    first = mean_by_group((group, recall_at(1, order, right)) for group, order, right in outcomes)
    print(f"  {name:34} mAP {precision:.4f}  R@1 {first:.4f}  ({len(outcomes)})", flush=True)


def several_photos(gallery: Gallery) -> None:
    """Mean of the unit vectors against the best cosine."""
    ways: dict[str, Callable[[Vector], NDArray[np.floating]]] = {
        "the first alone": lambda probes: gallery.vectors @ probes[0],
        "mean of unit vectors": lambda probes: gallery.vectors @ unit(probes.mean(axis=0)),
        "best cosine": lambda probes: (gallery.vectors @ probes.T).max(axis=1),
        "half mean, half best": lambda probes: (
            (gallery.vectors @ probes.T).max(axis=1) + gallery.vectors @ probes.mean(axis=0)
        ),
    }
    for count in (2, 3, 5):
        print(f"{count} photos of the same thing")
        for name, way in ways.items():
            outcomes = []
            for asked in gallery.asked:
                others = sorted(asked.positives)
                if len(others) < count:
                    continue
                drawn = np.random.default_rng([asked.own, count]).choice(others, count - 1, replace=False)
                used = [asked.own, *drawn.tolist()]
                right = asked.positives - set(used)
                order = gallery.order(way(gallery.of(used)), {*used, *(asked.junk - right)})
                outcomes.append((asked.group, order, right))
            line(name, outcomes)
    # A detail of one thing beside a view of another: photos that have little in common.
    print("2 photos of different things, either is right")
    for name, way in ways.items():
        outcomes = []
        for asked in gallery.asked:
            other = gallery.asked[int(np.random.default_rng(asked.own).integers(len(gallery.asked)))]
            if other.group == asked.group:
                continue
            pair = frozenset({asked.own, other.own})
            right = (asked.positives | other.positives) - pair
            scores = way(gallery.of([asked.own, other.own]))
            hidden = pair | (asked.junk | other.junk) - right
            outcomes.append((asked.group, gallery.order(scores, hidden), right))
        line(name, outcomes)


def not_like_this(gallery: Gallery) -> None:
    """The best-ranked wrong photo is pointed at; it counts no more itself."""
    print("the first wrong photo is pointed at")

    def measured(name: str, score: Callable[[Vector, Vector], NDArray[np.floating]]) -> None:
        outcomes = []
        for asked in gallery.asked:
            query = gallery.of([asked.own])[0]
            hidden = {asked.own} | asked.junk
            order = gallery.order(gallery.vectors @ query, hidden)
            wrong = next(number for number in order if number not in asked.positives)
            scores = score(query, gallery.of([wrong])[0])
            outcomes.append((asked.group, gallery.order(scores, hidden | {wrong}), asked.positives))
        line(name, outcomes)

    def rocchio(beta: float) -> Callable[[Vector, Vector], NDArray[np.floating]]:
        return lambda query, wrong: gallery.vectors @ (query - beta * wrong)

    def hinge(beta: float) -> Callable[[Vector, Vector], NDArray[np.floating]]:
        def score(query: Vector, wrong: Vector) -> NDArray[np.floating]:
            cosines = gallery.vectors @ query
            return cosines - beta * np.maximum(0, gallery.vectors @ wrong - cosines)

        return score

    measured("as if it had not been", rocchio(0.0))
    for beta in (0.1, 0.2, 0.3, 0.4, 0.5, 0.7):
        measured(f"q − {beta}·wrong", rocchio(beta))
    for beta in (0.25, 0.5, 1.0, 2.0):
        measured(f"cos − {beta}·what is nearer the wrong", hinge(beta))


def expansion(gallery: Gallery) -> None:
    """α-weighted query expansion (arXiv 1711.02512)."""
    print("α-query expansion")
    for alpha, count in ((0, 0), (0, 2), (3, 1), (3, 2), (3, 3), (3, 5), (3, 10), (10, 3), (10, 5), (10, 10)):
        outcomes = []
        for asked in gallery.asked:
            query = gallery.of([asked.own])[0]
            scores = gallery.vectors @ query
            nearest = list(gallery.order(scores, {asked.own}))[:count]
            if count:
                near = gallery.of(nearest)
                weights = np.maximum(near @ query, 0) ** alpha
                scores = gallery.vectors @ unit(query + (weights[:, None] * near).sum(axis=0))
            outcomes.append((asked.group, gallery.order(scores, {asked.own} | asked.junk), asked.positives))
        line(f"α {alpha}, n {count}" if count else "without", outcomes)


def rotations(gallery: Gallery, library: Library) -> None:
    """Every fourth query, turned by a quarter and as it is, searched as it lies and in all four positions."""
    for name, turn in (("upright", None), ("turned by a quarter", Image.Transpose.ROTATE_90)):
        print(f"the query lies {name}")
        images = []
        for asked in gallery.asked[::4]:
            image = library.photos.image(asked.own, 1024)
            images.append(image if turn is None else image.transpose(turn))
        for way, tried in (("as it lies", False), ("best of the four positions", True)):
            outcomes = []
            settings = SearchSettings(limit=len(library), rotations=tried)
            for asked, image in zip(gallery.asked[::4], images, strict=True):
                (ranking,) = library.search.rankings(Query(image=image), settings, NO_JUDGE)
                hidden = {asked.own} | (asked.junk - asked.positives)
                order = [r.content_id for r in ranking.results if r.content_id not in hidden]
                outcomes.append((asked.group, order, asked.positives))
            line(way, outcomes)


def which_photo_is_judged(gallery: Gallery, library: Library, judge: str, top: int) -> None:
    """A candidate compared with the first query photo, with the nearest one, or with all of them."""
    fusion = library.search.fusion(library.judges.get(judge))
    matches: dict[int, dict[int, float]] = {}
    for asked in gallery.asked:
        *_, ranking = library.search.rankings(Query(content_id=asked.own), SearchSettings(top, top), judge)
        matches[asked.own] = {r.content_id: r.match for r in ranking.results if r.match is not None}
    for count in (2, 3):
        print(f"{count} photos, checked by {judge}")
        found: dict[str, list[tuple[str, list[int], frozenset[int]]]] = {}
        for asked in gallery.asked:
            others = sorted(n for n in asked.positives if n in matches)
            if len(others) < count:
                continue
            chosen = (
                np.random.default_rng([asked.own, count]).choice(others, count - 1, replace=False).tolist()
            )
            used = [asked.own, *chosen]
            right = asked.positives - set(used)
            probes = gallery.of(used)
            cosines = gallery.vectors @ probes.T
            scores = gallery.vectors @ unit(probes.mean(axis=0))
            order = gallery.order(scores, set(used) | asked.junk - right)
            head = order[:top]
            for name in ("not checked", "the first photo", "the nearest photo", "all, the best match"):
                total = {}
                for number in head:
                    row = gallery.rows[number]
                    compared = {
                        "not checked": [],
                        "the first photo": used[:1],
                        "the nearest photo": [used[int(np.argmax(cosines[row]))]],
                        "all, the best match": used,
                    }[name]
                    match = max((matches[one].get(number, 0.0) for one in compared), default=None)
                    total[number] = fusion.score(float(scores[row]), match)
                better = sorted(head, key=lambda n: -total[n]) + order[top:]
                found.setdefault(name, []).append((asked.group, better, right))
        for name, outcomes in found.items():
            line(name, outcomes)


def main() -> None:
    """Measure every choice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ground_truth", type=Path, nargs="?")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--judge", default="")
    parser.add_argument("--top", type=int, default=100)
    parser.add_argument(
        "--rotations", action="store_true", help="Only these: every fourth query in four positions."
    )
    options = parser.parse_args()
    truth = read_ground_truth(options.ground_truth or evaluation_data() / "dev" / "ground_truth.json")
    with (
        tempfile.TemporaryDirectory() as scratch,
        Library(options.library or Path(scratch)) as library,
    ):
        gallery = Gallery(library, truth)
        if options.rotations:
            rotations(gallery, library)
            return
        several_photos(gallery)
        not_like_this(gallery)
        expansion(gallery)
        if options.judge:
            which_photo_is_judged(gallery, library, options.judge, options.top)


if __name__ == "__main__":
    main()
