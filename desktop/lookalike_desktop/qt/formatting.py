"""Formatting of numbers, durations and sizes in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale


def format_count(count: int) -> str:
    """A count with the user's own digit groups."""
    return QLocale().toString(count)


def format_decimal(number: float, digits: int) -> str:
    """A number with so many decimals."""
    return QLocale().toString(number, "f", digits)


def format_duration(seconds: float) -> str:
    """A duration in the one unit that matters."""
    if seconds < 60:
        return QCoreApplication.translate("duration", "{0} s").format(max(1, round(seconds)))
    if seconds < 3600:
        return QCoreApplication.translate("duration", "{0} min").format(round(seconds / 60))
    return QCoreApplication.translate("duration", "{0} h {1} min").format(
        int(seconds // 3600), int(seconds % 3600 // 60)
    )


def format_size(size: int) -> str:
    """A file's size."""
    form = QLocale.DataSizeFormat.DataSizeTraditionalFormat
    return QLocale().formattedDataSize(size, _decimals(size, 1024), form)


def format_transfer(size: int) -> str:
    """A size or a memory demand in powers of a thousand, as model hubs and memory makers state them."""
    return QLocale().formattedDataSize(size, _decimals(size, 1000), QLocale.DataSizeFormat.DataSizeSIFormat)


def _decimals(size: int, step: int) -> int:
    """Decimals after which a size has two or three figures: 1.9 GB, but 279 MB."""
    amount = float(size)
    while amount >= step:
        amount /= step
    return 1 if amount < 100 else 0


def format_pace(pairs_per_second: float) -> str:
    """How fast a model compares pairs of photos."""
    if pairs_per_second >= 0.95:
        digits = 0 if pairs_per_second >= 10 else 1
        return QCoreApplication.translate("pace", "{0} pairs per second").format(
            format_decimal(pairs_per_second, digits)
        )
    return QCoreApplication.translate("pace", "{0} seconds per pair").format(
        format_decimal(1 / pairs_per_second, 1)
    )
