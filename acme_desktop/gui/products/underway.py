"""Edits on their way to the database: what the cells show until the catalogue itself says so."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.products.product import Changes, Product

NOTHING = Changes()


@dataclass(frozen=True)
class Shown:
    """How a product is to be shown: with which fields as a person has made them, and whether they are saved yet."""

    product: Product
    fields: frozenset[str]
    saved: bool


@dataclass
class _Way:
    """One product's edits: what is being saved, what waits behind it, and what is saved but not read again yet."""

    base: Product
    saving: Changes
    waiting: Changes
    saved: Changes
    saved_as: int | None = None


class Underway(QObject):
    """Edits of one product follow each other; each begins where the one before it ended."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ways: dict[int, _Way] = {}

    def forget(self) -> None:
        """Another catalogue."""
        self._ways.clear()
        self.changed.emit()

    def of(self, product: Product) -> Shown:
        """How this product is to be shown; `product` is as the catalogue was read last."""
        way = self._ways.get(product.id)
        if way is None:
            return Shown(product, frozenset(), saved=True)
        if way.saved_as is not None and (product.change_set_id or 0) >= way.saved_as:
            way.saved, way.saved_as = NOTHING, None
            if way.saving == NOTHING:
                del self._ways[product.id]
                return Shown(product, frozenset(), saved=True)
        wanted = merged(merged(way.saved, way.saving), way.waiting)
        return Shown(wanted.applied_to(way.base), named(wanted), saved=way.saving == NOTHING)

    def add(self, product: Product, changes: Changes) -> tuple[Product, Changes] | None:
        """Take an edit of a product as it was read; returns what to save now, over which state.

        None is returned where another edit of that product is still being saved.
        """
        way = self._ways.get(product.id)
        if way is not None and way.saving != NOTHING:
            way.waiting = merged(way.waiting, changes)
            self.changed.emit()
            return None
        if way is None:
            way = self._ways[product.id] = _Way(product, NOTHING, NOTHING, NOTHING)
        way.base, way.saving = product, changes
        self.changed.emit()
        return way.base, changes

    def saved(self, product: Product) -> tuple[Product, Changes] | None:
        """An edit is saved and left the product so; returns what to save next, if anything waits."""
        way = self._ways.get(product.id)
        if way is None:  # another catalogue is shown by now
            return None
        way.saved, way.saved_as = merged(way.saved, way.saving), product.change_set_id
        way.base, way.saving, way.waiting = product, way.waiting, NOTHING
        if way.saving == NOTHING and way.saved_as is None:
            del self._ways[product.id]
        self.changed.emit()
        return (way.base, way.saving) if way.saving != NOTHING else None

    def drop(self, product_id: int) -> Changes:
        """An edit came to nothing; returns what had waited behind it, which is dropped as well."""
        way = self._ways.pop(product_id, None)
        self.changed.emit()
        return way.waiting if way is not None else NOTHING


def merged(first: Changes, then: Changes) -> Changes:
    """Both, the second one over the first."""
    return replace(first, **{field: getattr(then, field) for field in named(then)})


def named(changes: Changes) -> frozenset[str]:
    """The fields that are set."""
    return frozenset(one.name for one in fields(changes) if getattr(changes, one.name) is not None)
