"""Throttle: slows indexing down on battery and, by choice, while other programs need the machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import psutil

FAST = "fast"
CAREFUL = "careful"
CONSIDERATE = "considerate"
PACES = (CAREFUL, FAST, CONSIDERATE)
"""`CAREFUL` (the default) is gentle on battery, `CONSIDERATE` under load as well, `FAST` never."""

LOOK_SECONDS = 10.0
"""How often battery and load are asked for."""

LOAD_PER_CORE = 1.5
"""A load average above this is more than indexing makes by itself: others wait for the cores."""

RESTS = 2.0
"""A gentle job rests this long for each second of work: a third of the machine's time is used ..."""

REST_LIMIT_SECONDS = 2.0
"""... but never longer than this at a time: what took long may have waited itself, as for a model being loaded."""


def on_battery() -> bool:
    """Whether the machine runs on its battery."""
    read = getattr(psutil, "sensors_battery", None)
    battery = read() if read is not None else None
    return battery is not None and battery.power_plugged is False


def load_per_core() -> float:
    """Processes that want a core, per core, over the last minute; 0 where the system does not say."""
    try:
        return float(psutil.getloadavg()[0]) / (os.cpu_count() or 1)
    except OSError:
        return 0.0


class Throttle:
    """Tells how long a job is to rest.

    Args:
        choice: gives the user's choice, one of `PACES`.
        battery: whether the machine runs on its battery.
        load: processes that want a core, per core.
        clock: tells the time, in seconds.
    """

    def __init__(
        self,
        choice: Callable[[], str],
        battery: Callable[[], bool] = on_battery,
        load: Callable[[], float] = load_per_core,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choice = choice
        self._battery = battery
        self._load = load
        self._clock = clock
        self._looked: float | None = None
        self._gentle = False

    def is_throttled(self) -> bool:
        """Whether the job is to leave most of the machine to others."""
        now = self._clock()
        if self._looked is None or now - self._looked >= LOOK_SECONDS:
            self._looked = now
            choice = self._choice()
            self._gentle = choice != FAST and self._battery()
            if choice == CONSIDERATE:
                self._gentle = self._gentle or self._load() > LOAD_PER_CORE
        return self._gentle

    def rest(self, worked: float) -> float:
        """How many seconds to rest after `worked` seconds of work."""
        return min(worked * RESTS, REST_LIMIT_SECONDS) if self.is_throttled() else 0.0
