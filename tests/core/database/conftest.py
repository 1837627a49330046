from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from acme_desktop.core.database import cluster, embedded, superuser
from acme_desktop.core.foundation.paths import DataFolder
from tests.support.processes import eventually, mentioning


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder with a short path; at the end nothing that works for it may be left."""
    monkeypatch.setattr(embedded, "LINGER", 0.2)
    monkeypatch.setattr(cluster, "_INITDB", [*cluster._INITDB, "--no-sync"])  # a test's cluster may be lost
    place = Path(tempfile.mkdtemp(prefix="acme-t-"))
    yield place
    try:
        eventually(lambda: not mentioning(str(place)), what=f"end of {mentioning(str(place))}")
    finally:
        for process in mentioning(str(place)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        shutil.rmtree(place, ignore_errors=True)
        for owner in superuser.BASE.glob("clusters/*/cluster.json"):
            if f'"{place}/' in owner.read_text():
                shutil.rmtree(owner.parent, ignore_errors=True)


@pytest.fixture
def folder(place: Path) -> DataFolder:
    return DataFolder(place / "data")
