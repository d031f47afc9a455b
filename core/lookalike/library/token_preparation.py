"""Token preparation: the visual tokens of a library, their status, making them ahead of searches, and the settings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import JudgePhoto
from lookalike.judges.token_judge import TokenJudge
from lookalike.judges.token_store import Compression, TokenStore
from lookalike.judges.token_store.budget import BUDGETS, DEFAULT_BUDGET, budget_tokens, suggested_budget
from lookalike.judges.token_store.store import LIMIT_BYTES
from lookalike.judges.token_store.upkeep import compress, pending
from lookalike.progress import Progress, ProgressMeter, Stage

SMALLEST_LIMIT = 16 << 20
COMPRESS_EVERY = 256
"""After so many photos the new tokens are compressed, where possible."""
RATE_SECONDS = 120.0
WAIT_SECONDS = 0.05


@dataclass(frozen=True)
class TokenStatus:
    """The status of the visual tokens of one model.

    Attributes:
        judge: the model's name.
        photos: how many photos the library has.
        done: how many of them have tokens.
        bytes: the size of these tokens.
        bytes_per_photo: their mean size; None while there are none.
        uncompressed: how many of these photos have tokens that are not yet compressed as chosen.
        compressible: whether `compress` can change that now; it needs some 160 photos to start with.
        seconds_per_photo: mean time that making the tokens of a photo took; None while there are none.
        disk: bytes on disk of the tokens of all models, dead space included.
        limit: bytes on disk that they may take.
        compression: how tokens are compressed.
        budget: the chosen budget, one of `BUDGETS`; empty where the model lets one choose nothing.
        suggested_budget: the budget that suits the model's speed on this computer; empty where that is unknown.
        tokens_per_photo: visual tokens that a photo becomes at most.
        ahead: whether they may be made while the computer is idle.
        news: what was damaged or could not be stored, in lines for the user.
    """

    judge: str
    photos: int
    done: int
    bytes: int
    bytes_per_photo: float | None
    uncompressed: int
    compressible: bool
    seconds_per_photo: float | None
    disk: int
    limit: int
    compression: str
    budget: str
    suggested_budget: str
    tokens_per_photo: int
    ahead: bool
    news: tuple[str, ...]


def open_store(catalog: Catalog, folder: Path) -> TokenStore:
    """Open the store of visual tokens in a folder, with the user's settings."""
    settings = catalog.settings
    return TokenStore(
        catalog,
        folder,
        compression=Compression.parse(settings.token_compression or str(Compression())),
        limit_bytes=settings.token_limit or LIMIT_BYTES,
        budget=settings.token_budget if settings.token_budget in BUDGETS else DEFAULT_BUDGET,
    )


class TokenPreparation:
    """The visual tokens of one library. Any thread may use it.

    Args:
        catalog: the library's catalog.
        store: its tokens.
        token_judge: ``token_judge(name)`` opens a judge that stores tokens; the chosen one for None.
        load: ``load(content_id, hash)`` makes a photo for the judge.
        reopen: called when judges that are open make or keep tokens in a way that is no longer wanted.
        speed: ``speed(name)``, the pairs per second that a model's trial has found, that of the chosen judge for None;
            None where it is unknown.
    """

    def __init__(
        self,
        catalog: Catalog,
        store: TokenStore,
        token_judge: Callable[[str | None], TokenJudge],
        load: Callable[[int, str], JudgePhoto],
        reopen: Callable[[], None],
        speed: Callable[[str | None], float | None],
    ) -> None:
        self.store = store
        self._catalog = catalog
        self._token_judge = token_judge
        self._load = load
        self._reopen = reopen
        self._speed = speed
        self._lock = threading.Lock()
        self._searches = 0

    @property
    def ahead(self) -> bool:
        """Whether the user lets tokens be made while the computer is idle."""
        return self._catalog.settings.tokens_ahead

    @contextmanager
    def pause_for_search(self) -> Iterator[None]:
        """Keep `make` from starting on another photo until the end of the block."""
        with self._lock:
            self._searches += 1
        try:
            yield
        finally:
            with self._lock:
                self._searches -= 1

    @property
    def searching(self) -> bool:
        """Whether a search is under way."""
        return self._searches > 0

    def status(self, judge: str | None = None) -> TokenStatus:
        """The status of a model's tokens.

        Args:
            judge: the model's name; None for the chosen judge.

        Raises:
            LookalikeError: there is no such model, it cannot work here, or it has no visual tokens.
        """
        model = self._token_judge(judge)
        tokens = model.token_set
        assert tokens is not None
        forms = self.store.rows.forms(tokens.id)
        done, size = sum(form[0] for form in forms.values()), sum(form[2] for form in forms.values())
        return TokenStatus(
            judge=model.name,
            photos=self._catalog.contents.count(),
            done=done,
            bytes=size,
            bytes_per_photo=size / done if done else None,
            uncompressed=sum(forms[dims][0] for dims in self.store.compression.finer if dims in forms),
            compressible=pending(tokens) > 0,
            seconds_per_photo=self.store.rows.mean_seconds(tokens.id),
            disk=self.store.size,
            limit=self.store.limit_bytes,
            compression=str(self.store.compression),
            budget=self.store.budget if model.chooses_tokens else "",
            suggested_budget=self._suggested(judge) if model.chooses_tokens else "",
            tokens_per_photo=model.tokens_per_photo,
            ahead=self.ahead,
            news=tuple(self.store.pending_messages()),
        )

    def _suggested(self, judge: str | None) -> str:
        speed = self._speed(judge)
        return "" if speed is None else suggested_budget(speed)

    def make(
        self, judge: str | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[Progress, None, None]:
        """Make the tokens of all photos that have none, newest photos first, and compress them.

        Pauses for searches after the current photo. May be closed at any yield; the next call continues from there.

        Args:
            judge: the model's name; None for the chosen judge.
            cancelled: once it returns true the work ends, at the latest after the current photo.

        Raises:
            LookalikeError: there is no such model, it crashed, or there is no more room for tokens.
        """
        model = self._token_judge(judge)
        tokens = model.token_set
        assert tokens is not None
        newest = self._catalog.contents.visible()
        rows = self._catalog.contents.get(newest)
        numbers = {row.hash: number for number, row in rows.items()}
        shown = [rows[number].hash for number in newest if number in rows]
        todo = tokens.lacking(shown)
        meter = ProgressMeter(Stage.PREPARING, len(shown), window=RATE_SECONDS, done=len(shown) - len(todo))
        yield meter.snapshot()
        photos = (self._load(numbers[content], content) for content in todo)
        for count, (content, reason) in enumerate(model.make_tokens(photos, cancelled), 1):
            if reason:
                paths = self._catalog.files.paths([numbers[content]])[numbers[content]]
                meter.skip(str(paths[0]) if paths else "", reason)
            else:
                meter.advance()
            yield meter.snapshot()
            if count % COMPRESS_EVERY == 0:
                yield from compress(tokens, cancelled)
            while self.searching and not cancelled():
                yield replace(meter.snapshot(), stage=Stage.WAITING, eta=None)
                time.sleep(WAIT_SECONDS)
        yield meter.end()
        yield from compress(tokens, cancelled)

    def compress(
        self, judge: str | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[Progress, None, None]:
        """Compress the existing tokens as chosen, without reading a photo again.

        Raises:
            LookalikeError: there is no such model, or the disk is full.
        """
        tokens = self._token_judge(judge).token_set
        assert tokens is not None
        yield from compress(tokens, cancelled)

    def choose(
        self,
        *,
        compression: str | None = None,
        limit_bytes: int | None = None,
        ahead: bool | None = None,
        budget: str | None = None,
    ) -> None:
        """Change how tokens are made and stored; None leaves a setting as it is.

        Raises:
            LookalikeError: a value is not valid.
        """
        if limit_bytes is not None and limit_bytes < SMALLEST_LIMIT:
            raise LookalikeError(
                "Visual tokens need at least {megabytes} MB.",
                "Choose a larger limit.",
                megabytes=SMALLEST_LIMIT >> 20,
            )
        wanted = None if compression is None else Compression.parse(compression)
        if budget is not None:
            budget_tokens(budget)
        if limit_bytes is not None:
            self._catalog.settings.token_limit = limit_bytes
            self.store.limit_bytes = limit_bytes
        if ahead is not None:
            self._catalog.settings.tokens_ahead = ahead
        changed = False
        if wanted is not None and wanted != self.store.compression:
            self._catalog.settings.token_compression = str(wanted)
            self.store.compression = wanted
            changed = True
        if budget is not None and budget != self.store.budget:
            self._catalog.settings.token_budget = budget
            self.store.budget = budget
            changed = True
        if changed:
            self._reopen()

    def clear(self) -> None:
        """Delete all tokens of all models.

        Raises:
            LookalikeError: the catalog cannot be written.
        """
        self.store.clear()
