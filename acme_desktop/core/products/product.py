"""A product: the record, its JSON, and what an edit by hand may put into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.product_rules import Violation, clean_sku, violation

COLUMNS = "id, sku, name, description, active, created_at, updated_at, changed_in AS change_set_id"
"""What a `Product` is read from, for ``class_row(Product)``."""

FIELDS = ("sku", "name", "description", "active")
"""What people write."""


@dataclass(frozen=True)
class Product:
    """One product as it stands in the catalogue.

    Attributes:
        description: None where there is none.
        change_set_id: the change set that touched it last; None where another program wrote it.
    """

    id: int
    sku: str
    name: str
    description: str | None
    active: bool
    created_at: datetime
    updated_at: datetime
    change_set_id: int | None

    def to_json(self) -> dict[str, Any]:
        """The contract's object, keys in the contract's order."""
        return {
            "id": self.id,
            "sku": self.sku,
            "name": self.name,
            "description": self.description,
            "active": self.active,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "change_set_id": self.change_set_id,
        }


@dataclass(frozen=True)
class Changes:
    """What an edit sets; None leaves a field alone, and a description of "" clears it."""

    sku: str | None = None
    name: str | None = None
    description: str | None = None
    active: bool | None = None

    def clean(self) -> Changes:
        """The same with the SKU trimmed and normalised, and a description of white space alone as "".

        Raises:
            InvalidProduct: a value that a product may not have.
        """
        cleaned = replace(
            self,
            sku=None if self.sku is None else clean_sku(self.sku),
            # as an import sees it: white space alone is no description
            description="" if self.description and self.description.isspace() else self.description,
        )
        found = [
            wrong
            for field in ("sku", "name", "description")
            if (value := getattr(cleaned, field)) is not None and (wrong := violation(field, value)) is not None
        ]
        if found:
            raise InvalidProduct(found)
        return cleaned

    def applied_to(self, product: Product) -> Product:
        """The product as these changes would make it; they are clean already."""
        given = {field: value for field in FIELDS if (value := getattr(self, field)) is not None}
        if given.get("description") == "" and product.description != "":
            given["description"] = None  # only another program writes a blank one, and there it stays
        return replace(product, **given)


class InvalidProduct(InputProblem):
    """Values that a product may not have; `violations` names each with its field."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__(" ".join(wrong.message for wrong in violations), "Correct it and save again.")
        self.violations = tuple(violations)
