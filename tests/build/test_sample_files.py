"""What we hand out to be imported can be imported: the shipped sample and the generated file have no row to reject."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from acme_desktop.core.importer import chunks
from acme_desktop.core.importer.options import ImportOptions

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "sample_products.csv"


def read(path: Path) -> list[dict[str, object]]:
    """The accepted rows of a file of which nothing is rejected."""
    accepted: list[dict[str, object]] = []
    with chunks.open_source(path, ImportOptions()) as reader:
        for chunk in reader:
            assert chunk.rejected == ()
            accepted += chunk.accepted.to_pylist()
    return accepted


def test_the_shipped_sample_has_no_row_to_reject_and_no_sku_twice():
    rows = read(SAMPLE)
    assert len(rows) == 150
    assert len({str(row["sku"]).lower() for row in rows}) == 150
    assert any("\n" in str(row["description"]) for row in rows)
    assert {row["active"] for row in rows} == {True, False}


def test_a_generated_file_has_no_row_to_reject(make_sample: ModuleType, tmp_path: Path):
    make_sample.write(tmp_path / "large.csv", 3000)
    assert len(read(tmp_path / "large.csv")) == 3000
