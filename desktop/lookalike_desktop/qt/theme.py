"""Colours, shapes and icons: calm, light or dark as the system is."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from lookalike.resources import resource

DIRECTED = frozenset({"back", "previous", "next"})
"""Icons that point where reading goes, and the other way in languages that are read from the right."""

RADIUS = 8
"""Corner radius of tiles and fields, pixels."""

_LIGHT = {
    QPalette.ColorRole.Window: "#f5f5f3",
    QPalette.ColorRole.WindowText: "#23262b",
    QPalette.ColorRole.Base: "#ffffff",
    QPalette.ColorRole.AlternateBase: "#ecece8",
    QPalette.ColorRole.Text: "#23262b",
    QPalette.ColorRole.PlaceholderText: "#71757d",
    QPalette.ColorRole.Button: "#ffffff",
    QPalette.ColorRole.ButtonText: "#23262b",
    QPalette.ColorRole.Mid: "#d9d9d4",
    QPalette.ColorRole.Highlight: "#2563c9",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.ToolTipBase: "#23262b",
    QPalette.ColorRole.ToolTipText: "#f5f5f3",
    QPalette.ColorRole.Link: "#2563c9",
}
_DARK = {
    QPalette.ColorRole.Window: "#1d1f23",
    QPalette.ColorRole.WindowText: "#e6e7ea",
    QPalette.ColorRole.Base: "#26292e",
    QPalette.ColorRole.AlternateBase: "#191b1f",
    QPalette.ColorRole.Text: "#e6e7ea",
    QPalette.ColorRole.PlaceholderText: "#999ea8",
    QPalette.ColorRole.Button: "#2f3339",
    QPalette.ColorRole.ButtonText: "#e6e7ea",
    QPalette.ColorRole.Mid: "#41454d",
    QPalette.ColorRole.Highlight: "#6ea0f5",
    QPalette.ColorRole.HighlightedText: "#101216",
    QPalette.ColorRole.ToolTipBase: "#e6e7ea",
    QPalette.ColorRole.ToolTipText: "#1d1f23",
    QPalette.ColorRole.Link: "#8ab4ff",
}

_STYLE = """
QToolTip { border: none; padding: 6px 8px; }
QPushButton, QToolButton {
    border: 1px solid palette(mid); border-radius: 8px; padding: 6px 12px; background: palette(button);
}
QToolButton { padding: 6px; }
QToolButton::menu-indicator { image: none; }
QPushButton:hover, QToolButton:hover { border-color: palette(highlight); }
QPushButton:focus, QToolButton:focus { border-color: palette(highlight); }
QPushButton:pressed, QPushButton:checked, QToolButton:pressed, QToolButton:checked { background: palette(mid); }
QPushButton:disabled, QToolButton:disabled { color: palette(placeholder-text); }
QPushButton[primary="true"] {
    background: palette(highlight); color: palette(highlighted-text); border-color: palette(highlight);
    padding: 9px 18px; font-weight: 600;
}
QPushButton[large="true"] { padding: 9px 18px; }
QToolButton[flat="true"], QPushButton[flat="true"] { border-color: transparent; background: transparent; }
QToolButton[flat="true"]:hover, QPushButton[flat="true"]:hover { background: palette(mid); }
QToolButton[flat="true"]:focus, QPushButton[flat="true"]:focus { border-color: palette(highlight); }
QLineEdit, QComboBox, QPlainTextEdit, QAbstractSpinBox {
    border: 1px solid palette(mid); border-radius: 8px; padding: 7px 10px; background: palette(base);
    selection-background-color: palette(highlight); selection-color: palette(highlighted-text);
}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus { border-color: palette(highlight); }
QAbstractSpinBox { padding: 6px 10px; }
QAbstractSpinBox QLineEdit { border: none; padding: 0px; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 22px; background: transparent; }
QAbstractSpinBox::up-arrow { image: url("UP"); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url("DOWN"); width: 12px; height: 12px; }
QComboBox { padding: 6px 10px; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("DOWN"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { border: 1px solid palette(mid); background: palette(base); padding: 4px; }
QCheckBox::indicator {
    width: 14px; height: 14px; border: 1px solid palette(placeholder-text); border-radius: 4px;
    background: palette(base);
}
QCheckBox::indicator:checked {
    background: palette(highlight); border-color: palette(highlight); image: url("CHECK");
}
QCheckBox::indicator:focus { border-color: palette(highlight); }
QToolButton::menu-indicator { image: none; }
QMenuBar { background: palette(window); padding: 2px 8px 0px 8px; }
QMenuBar::item { padding: 4px 9px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: palette(mid); }
QMenu { border: 1px solid palette(mid); background: palette(base); padding: 6px; }
QMenu::item { padding: 6px 22px 6px 12px; border-radius: 6px; }
QMenu::item:disabled { color: palette(placeholder-text); }
QMenu::item:selected { background: palette(highlight); color: palette(highlighted-text); }
QMenu::separator { height: 1px; background: palette(mid); margin: 5px 8px; }
QProgressBar { border: none; border-radius: 3px; background: palette(mid); max-height: 6px; min-height: 6px; }
QProgressBar::chunk { border-radius: 3px; background: palette(highlight); }
QListView, QScrollArea, QTreeView { border: none; background: transparent; }
QListWidget { border: 1px solid palette(mid); border-radius: 8px; background: palette(base); padding: 4px; }
QListWidget:focus { border-color: palette(highlight); }
QListWidget::item { padding: 3px 6px; border-radius: 5px; }
QListWidget::item:selected { background: palette(highlight); color: palette(highlighted-text); }
QTreeView::item { padding: 4px 2px; }
QTreeView[choice="true"]::item { padding: 6px 8px; border: none; }
QTreeView[choice="true"]::item:selected {
    background: palette(highlight); color: palette(highlighted-text);
}
QHeaderView::section {
    border: none; border-bottom: 1px solid palette(mid); padding: 5px 4px; background: transparent;
    color: palette(placeholder-text);
}
QScrollBar:vertical { width: 12px; background: transparent; margin: 2px; }
QScrollBar::handle:vertical { background: palette(mid); border-radius: 4px; min-height: 36px; }
QScrollBar::handle:vertical:hover { background: palette(placeholder-text); }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QLabel[quiet="true"] { color: palette(placeholder-text); }
QLabel[heading="true"] { font-size: 15pt; font-weight: 600; }
QLabel[title="true"] { font-weight: 600; }
QFrame[card="true"] { background: palette(base); border: 1px solid palette(mid); border-radius: 10px; }
QFrame[row="true"]:focus, QFrame[selected="true"] { border-color: palette(highlight); }
QLabel[badge="true"] {
    border: 1px solid palette(highlight); border-radius: 9px; padding: 1px 8px; color: palette(highlight);
}
QLabel[pill="true"] {
    border-radius: 11px; padding: 5px 14px; background: palette(highlight); color: palette(highlighted-text);
    font-weight: 600;
}
QFrame[sidebar="true"] { background: palette(alternate-base); }
"""


_CHOSEN = "lookalike_theme"
"""Property of the application: what was chosen."""


def apply_theme(app: QApplication) -> None:
    """Give an application its look, and follow the system's change between light and dark."""
    app.setStyle("Fusion")
    QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: _follow(app))
    app.setProperty(_CHOSEN, "system")
    _follow(app)


def choose_theme(app: QApplication, theme: str) -> None:
    """Use the colours that the user wants.

    Args:
        app: the application.
        theme: "light", "dark", or "system" for what the system has now and later.
    """
    if theme == app.property(_CHOSEN):
        return
    app.setProperty(_CHOSEN, theme)
    hints = QGuiApplication.styleHints()
    # The system's own parts, such as the frame of the window, take the colours that Qt asks for.
    if theme == "system":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if theme == "dark" else Qt.ColorScheme.Light)
    _follow(app)


def _follow(app: QApplication) -> None:
    chosen = app.property(_CHOSEN)
    systems = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    set_dark(app, systems if chosen == "system" else chosen == "dark")


def set_dark(app: QApplication, dark: bool) -> None:
    """Use the dark or the light colours."""
    # Style sheets resolve palette() when they are set, so both are set together.
    palette = QPalette()
    for role, colour in (_DARK if dark else _LIGHT).items():
        palette.setColor(role, QColor(colour))
    faint = palette.color(QPalette.ColorRole.PlaceholderText)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    app.setPalette(palette)
    style = _STYLE
    for word, name in (("DOWN", "down"), ("UP", "up"), ("CHECK", "check")):
        style = style.replace(word, resource(f"icons/{name}.svg").as_posix())
    app.setStyleSheet(style)


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """A colour between two; `share` of the second."""
    return QColor.fromRgbF(
        first.redF() + (second.redF() - first.redF()) * share,
        first.greenF() + (second.greenF() - first.greenF()) * share,
        first.blueF() + (second.blueF() - first.blueF()) * share,
    )


def icon(name: str, colour: QColor | None = None, side: int = 20) -> QIcon:
    """An icon from ``resources/icons``, drawn in the text's colour."""
    palette = QGuiApplication.palette()
    normal = colour or palette.color(QPalette.ColorRole.ButtonText)
    faint = palette.color(QPalette.ColorRole.PlaceholderText)
    svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    mirrored = name in DIRECTED and QGuiApplication.isRightToLeft()
    for mode, tone in ((QIcon.Mode.Normal, normal), (QIcon.Mode.Disabled, faint)):
        for scale in (1, 2, 3):
            drawn = _drawn(svg, tone, side * scale, scale)
            result.addPixmap(drawn.transformed(QTransform(-1, 0, 0, 1, 0, 0)) if mirrored else drawn, mode)
    return result


def _drawn(svg: str, colour: QColor, side: int, scale: int) -> QPixmap:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing = QSvgRenderer(QByteArray(svg.replace("currentColor", colour.name()).encode()))
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
