"""Chunks: their schema, their size, progress, and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from acme_desktop.core.importer import chunks
from acme_desktop.core.importer.batches import CHUNK_ROWS, SCHEMA
from acme_desktop.core.importer.options import ImportOptions
from tests.support.reading import Files

MEASURE = """
import resource, sys
from acme_desktop.core.importer import chunks
from acme_desktop.core.importer.options import ImportOptions
rows = 0
with chunks.open_source(sys.argv[1], ImportOptions()) as reader:
    for chunk in reader:
        rows += chunk.read
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_profile_says_what_a_dialog_needs(files: Files) -> None:
    path = files.write("sku;name\n" + "".join(f"A{n};Cup\n" for n in range(200)))
    profile = chunks.inspect(path, ImportOptions())
    assert (profile.path, profile.kind, profile.encoding, profile.delimiter) == (path, "csv", "utf-8", ";")
    assert (profile.header_line, profile.header) == (1, ("sku", "name"))
    assert profile.mapping == {"sku": "sku", "name": "name"}
    assert len(profile.sample) == 50


def test_chunks_are_bounded_and_add_up(files: Files) -> None:
    rows = 2 * CHUNK_ROWS + 5
    path = files.write(
        "sku,name,active\n" + "".join(f"A{n},Cup,{'maybe' if n % 50_000 == 7 else 'yes'}\n" for n in range(rows))
    )
    with chunks.open_source(path, ImportOptions()) as reader:
        found = list(reader)
    assert all(chunk.accepted.schema == SCHEMA for chunk in found)
    assert all(chunk.accepted.num_rows <= CHUNK_ROWS for chunk in found)
    assert sum(chunk.read for chunk in found) == rows
    assert sum(len(chunk.rejected) for chunk in found) == 2
    assert all(chunk.read == chunk.accepted.num_rows + len(chunk.rejected) for chunk in found)
    positions = [chunk.position for chunk in found]
    assert positions == sorted(positions)
    assert positions[-1] == reader.total_bytes == Path(path).stat().st_size
    lines = pa.Table.from_batches([chunk.accepted for chunk in found]).column("line").to_pylist()
    assert lines == [n + 2 for n in range(rows) if n % 50_000 != 7]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    used = []
    for rows in (300_000, 1_200_000):
        path = tmp_path / f"{rows}.csv"
        with path.open("w") as target:
            target.write("sku,name,description\n")
            target.writelines(f'SKU-{n:08},Product {n},"A description, number {n}"\n' for n in range(rows))
        result = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, check=True, text=True)
        read, peak = map(int, result.stdout.split())
        assert read == rows
        used.append(peak)
        path.unlink()
    assert used[1] < used[0] * 1.15
