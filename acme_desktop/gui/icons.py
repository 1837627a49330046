"""The program's own icons: SVG line drawings, tinted for the theme in use and sharp at every scale."""

from __future__ import annotations

import weakref
from typing import Protocol

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from acme_desktop.core.foundation.paths import RESOURCES

_FOLDER = RESOURCES / "icons"
_SIZES = (12, 16, 18, 20, 24, 32, 36, 40, 48, 64)
"""All that are shown, at 100 and 200 %: a drawing that is scaled to another size is blurred."""


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon) -> None: ...


_tint = {"normal": "#1b2230", "disabled": "#9aa2af"}
_sources: dict[str, str] = {}
_wearers: list[tuple[weakref.ref[_HasIcon], str, str | None]] = []


def _draw(name: str, colour: str, size: int) -> QPixmap:
    if name not in _sources:
        _sources[name] = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    picture = QPixmap(QSize(size, size))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(_sources[name].replace("#000000", colour).encode())).render(painter)
    painter.end()
    return picture


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon in the theme's colour or the one given; disabled it is grey."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_draw(name, colour or _tint["normal"], size), QIcon.Mode.Normal)
        made.addPixmap(_draw(name, _tint["disabled"], size), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, size: int, ratio: float = 1.0, colour: str | None = None) -> QPixmap:
    """The drawing at `size` logical pixels on a screen of that device pixel ratio."""
    drawn = _draw(name, colour or _tint["normal"], round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def wear(wearer: _HasIcon, name: str, colour: str | None = None) -> None:
    """Give an action or button its icon, and again whenever the theme changes."""
    _wearers.append((weakref.ref(wearer), name, colour))
    wearer.setIcon(icon(name, colour))


def retint(normal: str, disabled: str) -> None:
    """Use these colours from now on, also in the icons that are already worn."""
    if _tint == {"normal": normal, "disabled": disabled}:
        return
    _tint.update(normal=normal, disabled=disabled)
    alive = []
    for reference, name, colour in _wearers:
        wearer = reference()
        if wearer is None:
            continue
        try:
            wearer.setIcon(icon(name, colour))
        except RuntimeError:  # Qt has deleted it already, Python has not
            continue
        alive.append((reference, name, colour))
    _wearers[:] = alive


def application_icon() -> QIcon:
    """The program's own icon."""
    drawing = _FOLDER / "acme-desktop.svg"
    return QIcon(str(drawing)) if drawing.exists() else icon("products", "#2459d3")
