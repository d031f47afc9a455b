"""Charts of figures with their intervals, as SVG that stands by itself and as tables.

Drawn here because matplotlib and what it needs would be a tenth of the installed program, for lines with markers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 170, 20, 50
COLOURS = ("#1f6feb", "#b42318", "#1a7f37", "#9a6700", "#8250df", "#57606a", "#bf3989", "#0a7c86")
"""Dark enough to be read on white, and told apart by most people; markers differ as well."""
TICKS = 6

SPREAD = 9
"""So many numbers have room beside each other along an axis."""


@dataclass(frozen=True)
class Point:
    """A figure at a place.

    Attributes:
        x: the place.
        y: the figure.
        low: lower end of its interval; None without one.
        high: upper end of its interval; None without one.
        label: what it is; empty where the name of its series says that.
    """

    x: float
    y: float
    low: float | None
    high: float | None
    label: str = ""


@dataclass(frozen=True)
class Series:
    """Points that a line joins, by rising x."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """What is drawn.

    Attributes:
        title: what the chart shows.
        x_name: what is along the horizontal axis, with its unit.
        y_name: what is along the vertical axis; it runs from 0 to 1.
        series: the lines; those without points are left out.
        logarithmic: whether the horizontal axis is.
        note: how the figures come about, a sentence or two.
    """

    title: str
    x_name: str
    y_name: str
    series: tuple[Series, ...]
    logarithmic: bool = False
    note: str = ""


def svg(chart: Chart) -> str:
    """A chart as one SVG element."""
    series = [one for one in chart.series if one.points]
    values = [point.x for one in series for point in one.points]
    to_x, ticks = _horizontal(values, chart.logarithmic)
    drawn = [_frame(chart, to_x, ticks)]
    for number, one in enumerate(series):
        drawn.append(_line(one, number, to_x))
        drawn.append(_legend(one.name, number))
    content = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(chart.title)}</title>\n{content}\n</svg>'
    )


def table(chart: Chart) -> list[list[str]]:
    """The rows of a chart's table, its head first: what, place, figure, interval."""
    rows = [["", chart.x_name, chart.y_name, "95 %"]]
    for one in chart.series:
        for point in one.points:
            interval = (
                "" if point.low is None or point.high is None else f"{point.low:.3f} to {point.high:.3f}"
            )
            rows.append([point.label or one.name, number_text(point.x), f"{point.y:.3f}", interval])
    return rows


def number_text(value: float) -> str:
    """A number of any size for people: 0.25, 12.5, 1,280."""
    if value >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _y(value: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(value, 0.0), 1.0))


def _horizontal(values: Sequence[float], logarithmic: bool) -> tuple[Callable[[float], float], list[float]]:
    """Where a value lies along the horizontal axis, and the values that are written there."""
    if logarithmic:
        positive = [value for value in values if value > 0] or [1.0]
        start, end = math.log10(min(positive)), math.log10(max(positive))
        powers = range(math.floor(start), math.ceil(end) + 1)
        every = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        ticks = [tick for tick in every if start - 0.01 <= math.log10(tick) <= end + 0.01]
        if len(ticks) > 2 and (end - start) / SPREAD > math.log10(2):
            ticks = [tick for tick in ticks if round(math.log10(tick), 6).is_integer()]
    else:
        start, end = min([0.0, *values]), max([*values, 0.0])
        step = _step((end - start) / TICKS)
        ticks = [count * step for count in range(math.ceil(start / step), math.floor(end / step + 1e-9) + 1)]
    span = (end - start) or 1.0

    def to_x(value: float) -> float:
        place = math.log10(max(value, 10**start)) if logarithmic else value
        return LEFT + (WIDTH - LEFT - RIGHT) * (place - start) / span

    return to_x, ticks


def _step(least: float) -> float:
    """The next larger round number."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def _frame(chart: Chart, to_x: Callable[[float], float], ticks: Sequence[float]) -> str:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#d0d7de"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    for tick in ticks:
        x = to_x(tick)
        parts.append(f'<path d="M{x:.1f} {bottom}v5" stroke="#57606a"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{number_text(tick)}</text>')
    parts.append(f'<path d="M{LEFT} {bottom}H{right}" stroke="#57606a"/>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{escape(chart.x_name)}</text>')
    height = (TOP + bottom) / 2
    parts.append(
        f'<text x="16" y="{height}" text-anchor="middle" transform="rotate(-90 16 {height})">'
        f"{escape(chart.y_name)}</text>"
    )
    return "\n".join(parts)


def _line(series: Series, number: int, to_x: Callable[[float], float]) -> str:
    colour = COLOURS[number % len(COLOURS)]
    places = [(to_x(point.x), _y(point.y), point) for point in sorted(series.points, key=lambda one: one.x)]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    parts = [f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for x, y, point in places:
        if point.low is not None and point.high is not None:
            parts.append(
                f'<path d="M{x:.1f} {_y(point.low):.1f}V{_y(point.high):.1f}" stroke="{colour}" opacity=".45"/>'
            )
        parts.append(
            _marker(x, y, number, f"{point.label or series.name}, {number_text(point.x)}: {point.y:.3f}")
        )
    return "\n".join(parts)


def _marker(x: float, y: float, number: int, said: str = "") -> str:
    """A circle, square, diamond or triangle; its words show where a pointer rests."""
    colour = COLOURS[number % len(COLOURS)]
    shapes = ("a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "m0 -4h8v8h-8z", "l4 -4l4 4l-4 4z", "m0 3.5h8l-4 -7.5z")
    title = f"<title>{escape(said)}</title>" if said else ""
    return f'<path d="M{x - 4:.1f} {y:.1f}{shapes[number % len(shapes)]}" fill="{colour}">{title}</path>'


def _legend(name: str, number: int) -> str:
    x, y = WIDTH - RIGHT + 24, TOP + 8 + 20 * number
    return _marker(x - 8, y, number) + f'<text x="{x + 4}" y="{y + 4}">{escape(name)}</text>'
