"""Exports as the most usual stranger reads them: pandas, without a word about types."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits, export
from acme_desktop.core.products.filters import Filter, Sort

PRODUCTS = [
    ("B-2", 'Lampe, "rund"', "zwei\nZeilen", True),
    ("C-3", "=1+1", "Größe 42 – ø 5″", False),
    ("Ż-4", "Żółta lampa", "text", True),
]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("p.csv", pd.read_csv),
        ("p.parquet", pd.read_parquet),
        ("p.jsonl", lambda path: pd.read_json(path, lines=True)),
        ("p.xlsx", lambda path: pd.read_excel(path, engine="calamine")),
    ],
)
def test_what_pandas_reads_is_what_was_exported(database: Database, tmp_path: Path, name: str, read) -> None:
    for sku, title, description, active in PRODUCTS:
        edits.create(
            database, sku=sku, name=title, description=description, active=active, author=Author("anna", "tests")
        )
    export.export(database, Filter(), Sort("id"), tmp_path / name)
    frame = read(tmp_path / name)
    assert list(frame.columns) == ["sku", "name", "description", "active"]
    assert [tuple(row) for row in frame.itertuples(index=False)] == PRODUCTS
