"""Saves pictures of screens in small files: with few colours, chosen so that nobody sees it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

COLOURS = 128
"""Of a picture: letters keep their smooth edges, and the file is a third as large as with all of them."""
_MOST_FREQUENT = 24


def save(picture: QImage, path: Path) -> None:
    """Write a picture of a screen as a PNG file, without what lies bare below the window."""
    # Of a PNG, quality 0 is the smallest file, and loses nothing.
    few_colours(covered(picture), COLOURS).save(str(path), "PNG", 0)


def covered(picture: QImage) -> QImage:
    """The picture down to its last row that is not all black: nothing of ours is."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), dtype=np.uint32).reshape(picture.height(), -1)
    rows = np.flatnonzero((pixels[:, : picture.width()] & 0xFFFFFF).any(axis=1))
    return picture.copy(0, 0, picture.width(), int(rows[-1]) + 1 if rows.size else picture.height())


def few_colours(picture: QImage, most: int) -> QImage:
    """The picture with at most so many colours: the most frequent ones, then those that would be worst off."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    height, width = picture.height(), picture.width()
    pixels = np.frombuffer(picture.constBits(), dtype=np.uint32).reshape(height, -1)[:, :width] & 0xFFFFFF
    colours, places, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    parts = np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=1).astype(np.float32)
    chosen = [int(one) for one in np.argsort(-counts)[: min(_MOST_FREQUENT, most)]]
    distance = np.min([((parts - parts[one]) ** 2).sum(axis=1) for one in chosen], axis=0)
    while len(chosen) < min(most, len(colours)):
        chosen.append(int(np.argmax(distance * np.sqrt(counts))))
        distance = np.minimum(distance, ((parts - parts[chosen[-1]]) ** 2).sum(axis=1))
    nearest = np.argmin([((parts - parts[one]) ** 2).sum(axis=1) for one in chosen], axis=0).astype(np.uint8)
    made = QImage(width, height, QImage.Format.Format_Indexed8)
    made.setColorTable([0xFF000000 | int(colours[one]) for one in chosen])
    rows = np.frombuffer(made.bits(), dtype=np.uint8).reshape(height, -1)
    rows[:, :width] = nearest[places.reshape(height, width)]
    return made
