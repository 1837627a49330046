"""Finding a product by the SKU that a person typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from acme_desktop.core.foundation.product_rules import clean_sku


def as_kept(connection: Connection[Any], skus: Sequence[str]) -> list[str]:
    """The SKUs trimmed and normalised; but one that another program wrote untidily is found as it stands."""
    untidy = [sku for sku in skus if clean_sku(sku) != sku]
    if not untidy:
        return list(skus)
    standing = connection.execute(
        "SELECT s FROM unnest(%s::text[]) AS s JOIN products ON sku_key = lower(s)", (untidy,)
    ).fetchall()
    exact = {sku for (sku,) in standing}
    return [sku if sku in exact else clean_sku(sku) for sku in skus]
