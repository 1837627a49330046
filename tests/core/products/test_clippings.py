from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

from acme_desktop.core.products import clippings
from acme_desktop.core.products.product import Product

MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
PRODUCTS = [
    Product(1, "007", "=1+1", None, True, MOMENT, MOMENT, 4),
    Product(2, "a|b", 'tab\tand "quote"', "two\nlines", False, MOMENT, MOMENT, None),
]
ROWS = [
    ["sku", "name", "description", "active"],
    ["007", "=1+1", "", "true"],
    ["a|b", 'tab\tand "quote"', "two\nlines", "false"],
]


def test_tsv_and_csv_read_back() -> None:
    for text, delimiter in ((clippings.as_tsv(PRODUCTS), "\t"), (clippings.as_csv(PRODUCTS), ",")):
        assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == ROWS


def test_tsv_quotes_only_what_has_to_be() -> None:
    assert clippings.as_tsv(PRODUCTS[:1]) == "sku\tname\tdescription\tactive\n007\t=1+1\t\ttrue\n"


def test_json_is_the_contracts() -> None:
    found = json.loads(clippings.as_json(PRODUCTS))
    assert found == [product.to_json() for product in PRODUCTS]


def test_markdown_is_one_table() -> None:
    assert clippings.as_markdown(PRODUCTS) == (
        "| sku | name | description | active |\n"
        "| --- | --- | --- | --- |\n"
        "| 007 | =1+1 |  | true |\n"
        '| a\\|b | tab and "quote" | two lines | false |\n'
    )
