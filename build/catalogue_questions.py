"""What people ask a large catalogue, for measuring: every kind of filter and order, those that hurt among them.

The texts are those of `catalogue_sample`. Clustered questions are the hard ones: what matches lies together in the
order that is asked for, perhaps at its far end.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from acme_desktop.core.products.filters import Filter, Sort

QUESTIONS = {
    "no filter": Filter(),
    "active": Filter(active=True),
    "inactive": Filter(active=False),
    "a part of a SKU": Filter(search="c4ca42"),
    "SKUs that begin alike": Filter(sku="zx0"),
    "a word in 1 of 5,000": Filter(search="walnut"),
    "a word in 1 of 500": Filter(search="copper"),
    "a word in 1 of 100": Filter(search="velvet"),
    "a word in 1 of 20": Filter(search="marble"),
    "a word in most": Filter(description="warranty"),
    "nothing matches": Filter(search="zzzqq"),
    "two letters": Filter(search="am"),
    "two words": Filter(search="lamp 999"),
    "a phrase": Filter(name="desk lamp"),
    "a Cyrillic word": Filter(description="лампа", name="лампа"),
    "a maker, clustered by name": Filter(name="zwilling"),
    "a Cyrillic maker, clustered by name": Filter(name="северный"),
    "a word of the newest 1%": Filter(description="discontinued"),
    "a word of one month": Filter(description="recalled"),
    "a material and inactive": Filter(name="glass", active=False),
    "name and description": Filter(name="oak", description="pour la maison"),
    "a maker and a word of the newest 1%": Filter(name="acme", description="discontinued"),
    "created: two days": Filter(created_from=date(2025, 1, 2), created_to=date(2025, 1, 3)),
    "created: the last two months": Filter(created_from=date(2025, 9, 20)),
    "updated: never": Filter(updated_from=date(2035, 1, 1)),
    "updated: lately": Filter(updated_from=date(2025, 12, 1)),
    "changed by one import": Filter(changed_in=15),
    "changed by the last import": Filter(changed_in=21),
    "any accents, in the description": Filter(description="cafe creme", ignore_accents=True),
    "any accents, anywhere": Filter(search="creme", ignore_accents=True),
    "any accents, a frequent maker": Filter(search="bergstrom", ignore_accents=True),
}
"""Each is asked in each of the orders."""

ORDERS = tuple(
    Sort.parse(text)
    for text in (
        "sku", "sku:desc", "name", "name:desc", "created_at", "created_at:desc", "updated_at", "updated_at:desc",
        "id", "id:desc", "active", "active:desc", "name,created_at:desc", "created_at:desc,name", "active,name",
    )
)  # fmt: skip
"""Every order that has an index, and some of several fields."""

RARE_SHORT = Filter(search="qx")
"""Two letters that stand nearly nowhere: no index finds them."""


def told(sort: Sort) -> str:
    """The order as the command line takes it."""
    return ",".join(key.field + (":desc" if key.descending else "") for key in sort.keys)
