"""Clean rows as Arrow batches."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from acme_desktop.core.importer import batches
from acme_desktop.core.importer.batches import SCHEMA, batch_of
from acme_desktop.core.importer.rows import Rows


def rows_of(count: int) -> Rows:
    rows = Rows()
    for number in range(count):
        rows.line.append(number + 2)
        rows.sku.append(f"A-{number}")
        rows.name.append(f"Lämp {number}")
        rows.description.append(None if number % 3 else "…" * (number % 50))
        rows.active.append([True, False, None][number % 3])
    return rows


@pytest.mark.parametrize("count", [0, 1, batches._AT_ONCE, batches._AT_ONCE + 1, 3 * batches._AT_ONCE])
def test_a_batch_holds_every_row(count: int) -> None:
    rows = rows_of(count)
    batch = batch_of(rows)
    assert batch.schema == SCHEMA
    assert batch.to_pydict() == {field: list(getattr(rows, field)) for field in SCHEMA.names}


def test_arrow_is_given_few_values_at_a_time_so_that_other_threads_run_between(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(pa, name)

        def array(self, values: Any, kind: Any) -> Any:
            sizes.append(len(values))
            return pa.array(values, kind)

    monkeypatch.setattr(batches, "pa", Watched())
    assert batch_of(rows_of(50_000)).num_rows == 50_000
    assert max(sizes) <= 5_000
