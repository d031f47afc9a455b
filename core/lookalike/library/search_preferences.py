"""Search preferences: how the user wants candidates judged, stored in the library's settings."""

from __future__ import annotations

from lookalike.catalog.settings import Settings
from lookalike.judges.kinds import judge_modes
from lookalike.search.settings import SearchSettings


def read_search_settings(settings: Settings) -> SearchSettings:
    """The stored search settings, with defaults for those that are not stored."""
    plain = SearchSettings()
    return SearchSettings(
        mode=settings.mode if settings.mode in judge_modes() else plain.mode,
        both_orders=settings.both_orders,
        top=settings.top,
        alone=settings.judge_alone,
        pairs=settings.judge_pairs,
        weight=settings.weight,
    )


def write_search_settings(settings: Settings, chosen: SearchSettings) -> None:
    """Store how judges are asked and about how many candidates, and λ; the rest belongs to one search."""
    with settings.together():
        settings.mode = chosen.mode
        settings.both_orders = chosen.both_orders
        settings.top = chosen.top
        settings.judge_alone = chosen.alone
        settings.judge_pairs = chosen.pairs
        settings.weight = chosen.weight
