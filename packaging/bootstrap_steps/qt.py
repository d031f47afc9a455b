"""The system libraries that Qt's wheels leave to a Linux distribution."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from bootstrap_steps import system
from bootstrap_steps.environment import Environment
from bootstrap_steps.terminal import say

MANAGERS = ("apt-get", "dnf", "pacman", "zypper")

# library, then its package for each of MANAGERS
EVERYWHERE = """
libEGL.so.1             libegl1              libglvnd-egl        libglvnd            libEGL1
libGL.so.1              libgl1               libglvnd-glx        libglvnd            libGL1
libX11.so.6             libx11-6             libX11              libx11              libX11-6
libdbus-1.so.3          libdbus-1-3          dbus-libs           dbus                libdbus-1-3
libfontconfig.so.1      libfontconfig1       fontconfig          fontconfig          libfontconfig1
libfreetype.so.6        libfreetype6         freetype            freetype2           libfreetype6
libglib-2.0.so.0        libglib2.0-0         glib2               glib2               libglib-2_0-0
libgthread-2.0.so.0     libglib2.0-0         glib2               glib2               libgthread-2_0-0
libxkbcommon.so.0       libxkbcommon0        libxkbcommon        libxkbcommon        libxkbcommon0
"""

X11 = """
libX11-xcb.so.1         libx11-xcb1          libX11-xcb          libx11              libX11-xcb1
libxcb-cursor.so.0      libxcb-cursor0       xcb-util-cursor     xcb-util-cursor     libxcb-cursor0
libxcb-icccm.so.4       libxcb-icccm4        xcb-util-wm         xcb-util-wm         libxcb-icccm4
libxcb-image.so.0       libxcb-image0        xcb-util-image      xcb-util-image      libxcb-image0
libxcb-keysyms.so.1     libxcb-keysyms1      xcb-util-keysyms    xcb-util-keysyms    libxcb-keysyms1
libxcb-randr.so.0       libxcb-randr0        libxcb              libxcb              libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0  xcb-util-renderutil xcb-util-renderutil libxcb-render-util0
libxcb-shape.so.0       libxcb-shape0        libxcb              libxcb              libxcb-shape0
libxcb-sync.so.1        libxcb-sync1         libxcb              libxcb              libxcb-sync1
libxcb-util.so.1        libxcb-util1         xcb-util            xcb-util            libxcb-util1
libxcb-xfixes.so.0      libxcb-xfixes0       libxcb              libxcb              libxcb-xfixes0
libxcb-xkb.so.1         libxcb-xkb1          libxcb              libxcb              libxcb-xkb1
libxkbcommon-x11.so.0   libxkbcommon-x11-0   libxkbcommon-x11    libxkbcommon-x11    libxkbcommon-x11-0
"""

FONTS = "fonts-dejavu-core dejavu-sans-fonts ttf-dejavu dejavu-fonts"

_MISSING = """
import ctypes, json, sys
missing = []
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        missing.append(name)
print(json.dumps(missing))
"""

_TRY = """
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
application = QApplication([])
print(len(QFontDatabase.families()), "font families")
"""


def prepare(environment: Environment) -> bool:
    """See that Qt can open a window here: on the display if there is one, in memory otherwise."""
    key = "display" if system.has_display() else "offscreen"
    if environment.stamps().get("qt") in (key, "display"):
        return True
    say("* Checking that windows can be drawn")
    if problem := _problem(environment):
        say(f"  {problem}")
        return False
    environment.stamp("qt", key)
    return True


def _problem(environment: Environment) -> str:
    if sys.platform.startswith("linux"):
        wanted = _packages(EVERYWHERE) | (_packages(X11) if system.has_display() else {})
        missing = [wanted[library] for library in _not_loading(environment, list(wanted))]
        if missing and not (system.may_install() and system.install(missing)):
            return f"The window needs system libraries. Install them: {system.how_to_install(missing)}"
    families = 0
    for platform in ("offscreen", "") if system.has_display() else ("offscreen",):
        env = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
        done = subprocess.run(
            [str(environment.python), "-c", _TRY],
            env=env | ({"QT_QPA_PLATFORM": platform} if platform else {}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()
            return f"Qt cannot start: {said[-1] if said else f'it ended with {done.returncode}'}"
        families = int(done.stdout.split()[0])
    if not families and sys.platform.startswith("linux"):
        fonts = [FONTS.split()[_column()]]
        if not (system.may_install() and system.install(fonts)):
            return f"There is no font to write with. Install one: {system.how_to_install(fonts)}"
    return ""


def _column() -> int:
    manager = system.package_manager()
    return MANAGERS.index(manager) if manager else 0


def _packages(table: str) -> dict[str, str]:
    rows = [line.split() for line in table.strip().splitlines()]
    return {row[0]: row[1 + _column()] for row in rows}


def _not_loading(environment: Environment, libraries: list[str]) -> list[str]:
    command = [str(environment.python), "-c", _MISSING, *libraries]
    return list(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
