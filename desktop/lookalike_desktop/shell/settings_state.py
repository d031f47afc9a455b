"""Settings state: what the user chose in a library, as the page of settings shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.duplicates.keep_rules import KeepRule
    from lookalike.library import Library


@dataclass(frozen=True)
class SettingsState:
    """The choices of one library, and what there is to choose from.

    Attributes:
        judges: names of the judges.
        judge: the one in use.
        modes: what it can be asked; empty where it knows only one question.
        mode: what it is asked.
        both_orders: whether it looks at each pair in both orders.
        together: whether a slow judge is asked behind a quick one, where it can change something.
        top: how many candidates it is shown; None for as many as it suggests.
        suggested_top: how many it suggests.
        budget: how many visual tokens a photo becomes: the name of a choice.
        suggested_budget: the choice that suits the judge's speed here; empty where that is unknown.
        token_limit: bytes that visual tokens may take on the disk.
        tokens_ahead: whether photos are prepared while the computer is idle.
        text_ahead: whether text in photos is read in the background.
        captions_ahead: whether a multimodal model describes photos in the background.
        pace: how hard indexing works.
        excludes: patterns of what is left out of the folders.
        rules: which of several duplicates is kept, the first rule first.
        protected: folders in which no duplicate is removed.
        folder: where the library lies.
    """

    judges: Sequence[str]
    judge: str
    modes: Sequence[str]
    mode: str
    both_orders: bool
    together: bool
    top: int | None
    suggested_top: int
    budget: str
    suggested_budget: str
    token_limit: int
    tokens_ahead: bool
    text_ahead: bool
    captions_ahead: bool
    pace: str
    excludes: Sequence[str]
    rules: Sequence[KeepRule]
    protected: Sequence[Path]
    folder: Path


def read_settings(library: Library) -> SettingsState:
    """Read the choices of a library; off the GUI thread."""
    from lookalike.judges.token_store.budget import suggested_budget

    judge, search = library.judges.in_use(), library.search.settings
    speeds = [
        listing.pairs_per_second
        for listing in library.models.listings()
        if listing.name == judge and listing.pairs_per_second is not None
    ]
    store = library.tokens.store
    return SettingsState(
        judges=library.judges.names(),
        judge=judge,
        modes=library.judges.modes(),
        mode=search.mode,
        both_orders=search.both_orders,
        together=not search.alone,
        top=search.top,
        suggested_top=library.judges.top(),
        budget=store.budget,
        suggested_budget=suggested_budget(speeds[0]) if speeds else "",
        token_limit=store.limit_bytes,
        tokens_ahead=library.tokens.ahead,
        text_ahead=library.texts.ahead,
        captions_ahead=library.captions.ahead,
        pace=library.folders.pace(),
        excludes=library.folders.excludes(),
        rules=library.duplicates.rules,
        protected=library.duplicates.protected_folders(),
        folder=library.folder,
    )
