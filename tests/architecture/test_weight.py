"""What a plain import does not load: it would cost every command its time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_READ = """
import sys
from acme_desktop.core.importer import run
from acme_desktop.core.importer.chunks import open_source
from acme_desktop.core.importer.options import ImportOptions
with open_source(sys.argv[1], ImportOptions()) as reader:
    assert sum(chunk.accepted.num_rows for chunk in reader) == 2
print(*(name for name in ("pandas", "alembic", "httpx", "PySide6", "keyring") if name in sys.modules))
"""


def test_reading_a_csv_loads_no_heavy_library_that_it_does_not_need(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('sku,name\nA,One\nB,"T ""w"" o"\n', encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
