"""Logs that rotate."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from acme_desktop.core.foundation import logs
from acme_desktop.core.foundation.paths import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    logger = logging.getLogger("acme_desktop")
    before, level = logger.handlers[:], logger.level
    logger.handlers = []
    yield DataFolder(tmp_path / "data")
    for handler in logger.handlers:
        handler.close()
    logger.handlers = before
    logger.setLevel(level)


def test_nothing_is_left_by_a_command_with_nothing_to_tell(folder: DataFolder) -> None:
    logs.start(folder)
    assert not folder.logs.exists()


def test_logs_rotate_and_only_so_many_are_kept(folder: DataFolder) -> None:
    logs.start(folder)
    for _ in range(80):
        logging.getLogger("acme_desktop.tests").info("x" * 100_000)
    files = sorted(path.name for path in folder.logs.iterdir())
    assert files == ["acme-desktop.log", *(f"acme-desktop.log.{number}" for number in range(1, 6))]
    assert all(path.stat().st_size <= 1_000_000 for path in folder.logs.iterdir())
