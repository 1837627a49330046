"""What the importer's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.reading import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Small files, written and read."""
    return Files(tmp_path)
