"""The program's icon in every size and container that the systems want, drawn from the one SVG."""

from __future__ import annotations

import os
import struct
from pathlib import Path

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""Pixels of the icon theme's folders on Linux."""

_ICO = (16, 24, 32, 48, 64, 128, 256)
_ICNS = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}


def png(drawing: Path, size: int) -> bytes:
    """The drawing as a square PNG of `size` pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not picture.save(buffer, "PNG"):
        raise OSError(f"{drawing} cannot be drawn at {size} pixels")
    return bytes(buffer.data().data())


def write_theme(drawing: Path, folder: Path) -> None:
    """Fill an icon theme's folder (``.../icons/hicolor``) with the icon in all sizes and as it is."""
    for size in SIZES:
        target = folder / f"{size}x{size}" / "apps" / f"{drawing.stem}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(png(drawing, size))
    scalable = folder / "scalable" / "apps" / drawing.name
    scalable.parent.mkdir(parents=True, exist_ok=True)
    scalable.write_bytes(drawing.read_bytes())


def write_ico(drawing: Path, target: Path) -> Path:
    """The icon for Windows; returns `target`."""
    pictures = [(size, png(drawing, size)) for size in _ICO]
    offset = 6 + 16 * len(pictures)
    head = struct.pack("<HHH", 0, 1, len(pictures))
    for size, data in pictures:
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(head + b"".join(data for _, data in pictures))
    return target


def write_icns(drawing: Path, target: Path) -> Path:
    """The icon for macOS; returns `target`."""
    entries = b""
    for kind, size in _ICNS.items():
        data = png(drawing, size)
        entries += kind + struct.pack(">I", 8 + len(data)) + data
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"icns" + struct.pack(">I", 8 + len(entries)) + entries)
    return target
