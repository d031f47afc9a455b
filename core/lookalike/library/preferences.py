"""How the user has searches checked, kept in the library's catalog."""

from __future__ import annotations

from lookalike.catalog.catalog import Catalog
from lookalike.judges.kinds import judge_modes
from lookalike.search.settings import SearchSettings

MODE, ORDERS, TOP, WEIGHT = "mode", "orders", "top", "weight"
BOTH_ORDERS = "both"


def read_search_settings(catalog: Catalog) -> SearchSettings:
    """The settings that were kept, and the defaults for what was not."""
    plain = SearchSettings()
    mode, top, weight = (catalog.setting(name) for name in (MODE, TOP, WEIGHT))
    return SearchSettings(
        mode=mode if mode in judge_modes() else plain.mode,
        both_orders=catalog.setting(ORDERS) == BOTH_ORDERS,
        top=int(top) if top else plain.top,
        weight=float(weight) if weight else None,
    )


def write_search_settings(catalog: Catalog, settings: SearchSettings) -> None:
    """Keep what is asked, in which orders, of how many candidates, and λ; the rest belongs to one search."""
    catalog.choose(MODE, settings.mode)
    catalog.choose(ORDERS, BOTH_ORDERS if settings.both_orders else "")
    catalog.choose(TOP, str(settings.top))
    catalog.choose(WEIGHT, "" if settings.weight is None else str(settings.weight))
