"""How long a search takes to the first and the tenth judged result, by a multimodal model alone and by judges together.

    python -m tests.benchmarks.cascade_speed [--library FOLDER] [--rounds 2] [--pairs 10]

``lookalike search PHOTO --json --stream`` in processes of their own, with a model of random weights in the true shape
of SmolVLM 256M (``tests.benchmarks.judging``). The ways take turns in each round, each with the same photo. Seconds
are those of the clock and, behind the stroke, of the processor, the model's process included, when the line arrived.

* alone          the model judges the index's candidates, whose photos it has not read before
* together       geometry first, and then the model where it matters; its photos are new, too
* …, read        the model has read the photos before; the query is no photo of the library
* …, of the library  the query is a photo of the library, read before like the others

Columns: the index's ranking, the first judged result, the tenth, all of geometry's, the model's first answer and its
last one. ``alone`` is ended with its tenth answer. The library is one of the development set, indexed if ``--library``
does not hold it; stored verdicts and visual tokens are forgotten before each search that is to be without.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from lookalike.evaluation.ground_truth import read_ground_truth
from lookalike.judges.protocol import JudgePhoto
from lookalike.library import Library
from lookalike.models.store import ModelStore
from lookalike.photos import open_image
from lookalike.search.query import Query
from lookalike.search.settings import SearchSettings
from tests.benchmarks.judging import write_model
from tests.builders.installed_models import put_judge
from tests.data import evaluation_data

NAME = "smol"
TENTH = 10


@dataclass
class Times:
    """Seconds of the clock and of the processor, by what had been reached."""

    reached: dict[str, tuple[float, float]] = field(default_factory=dict)
    judged: int = 0

    def note(self, what: str, seconds: tuple[float, float]) -> None:
        """Note something that is reached for the first time."""
        self.reached.setdefault(what, seconds)

    def __str__(self) -> str:
        names = ("index", "first", "tenth", "geometry", "model", "end")
        cells = []
        for name in names:
            wall, cpu = self.reached.get(name, (float("nan"),) * 2)
            cells.append(f"{wall:7.1f}/{cpu:5.1f}" if name in self.reached else f"{'-':>13}")
        return "  ".join(cells) + f"  {self.judged} judged"


def processor_seconds(process: psutil.Process) -> float:
    """Processor time of a process and those it has started."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:2])
    return total


def search(library: Path, photo: Path, geometry: int, *options: str, stop: int = 0) -> Times:
    """Search in a process of its own.

    Args:
        library: the library.
        photo: the query.
        geometry: candidates that geometry judges before the model.
        options: further options of the command.
        stop: ended when so many are judged; 0 for at its end.
    """
    command = [sys.executable, "-m", "lookalike", "--library", str(library), "search", str(photo)]
    started, found = time.perf_counter(), Times()
    with subprocess.Popen(
        [*command, "--judge", NAME, "--json", "--stream", *options], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        watched = psutil.Process(process.pid)
        for line in process.stdout:
            now = time.perf_counter() - started, processor_seconds(watched)
            ranking = json.loads(line)
            found.judged = ranking["judged"]
            found.note("index", now)
            for what, count in (("first", 1), ("tenth", TENTH), ("model", geometry + 1)):
                if found.judged >= count:
                    found.note(what, now)
            if geometry and found.judged >= geometry:
                found.note("geometry", now)
            if ranking["final"]:
                found.note("end", now)
            if stop and found.judged >= stop:
                process.terminate()
                break
    return found


def forget(library: Path, *tables: str) -> None:
    """Forget what earlier searches have found out."""
    with closing(sqlite3.connect(library / "catalog.sqlite")) as connection, connection:
        for table in tables:
            connection.execute(f"DELETE FROM {table}")


def main() -> None:
    """Write the model, search, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=10)
    options = parser.parse_args()
    truth = read_ground_truth(evaluation_data() / "dev" / "ground_truth.json")
    queries = [query.photo for query in truth.queries][:: len(truth.queries) // options.rounds]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["LOOKALIKE_HOME"] = str(folder / "home")
        files = write_model(folder)
        put_judge(ModelStore(folder / "home" / "models"), files.llm, files.mmproj, NAME)
        place = options.library or folder / "library"
        with Library(place) as library:
            for _ in library.scan([library.folders.add(path) for path in truth.gallery]):
                pass
            geometry = library.judges.top("geometry")
        print(
            f"{'':24}"
            + "".join(f"{name:>15}" for name in ("index", "first", "tenth", "geometry", "model", "end"))
        )
        for number, photo in enumerate(queries[: options.rounds]):
            # The same picture in other bytes is no photo of the library.
            other = folder / f"query-{number}.jpg"
            open_image(photo, 4096).save(other, quality=95)
            pairs = ("--pairs", str(options.pairs))
            ways = (
                ("alone", other, 0, ("--alone",), False),
                ("together", other, geometry, pairs, False),
                ("alone, read", other, 0, ("--alone",), True),
                ("together, read", other, geometry, pairs, True),
                ("alone, of the library", photo, 0, ("--alone",), True),
                ("together, of the library", photo, geometry, pairs, True),
            )
            for name, query, before, more, read in ways:
                forget(place, "pair_scores", *(() if read else ("visual_tokens",)))
                if read:
                    read_photos(place, query, options.pairs)
                found = search(place, query, before, *more, stop=0 if before else TENTH)
                print(f"{name:24}{found}", flush=True)


def read_photos(place: Path, photo: Path, pairs: int) -> None:
    """Have the model read the candidates of a query, and the query if it is a photo of the library."""
    with Library(place) as library:
        settings = SearchSettings(alone=True, top=max(TENTH, 2 * pairs))
        for _ in library.search.rankings(Query(file=photo), settings, NAME):
            pass
        name, own = library.search.identify(Query(file=photo))
        if own is not None:
            query = JudgePhoto(name, lambda side: open_image(photo, side))
            for _ in library.judges.token_judge(NAME).make_tokens([query]):
                pass
    forget(place, "pair_scores")


if __name__ == "__main__":
    main()
