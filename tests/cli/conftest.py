"""Runs commands in this process, against the test's own database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.cli import main as command_line
from acme_desktop.core.database.connections import Database


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> Any:
        """stdout as one JSON object."""
        (only,) = self.objects
        return only


@pytest.fixture
def acme(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """`acme("products", "list", "--json")` on the test's database and a data folder of its own."""

    def acme(*arguments: str | Path) -> Ran:
        where = ("--data-dir", str(tmp_path / "data"), "--database-url", database.url)
        capsys.readouterr()
        status = command_line.main([*where, *map(str, arguments)])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return acme
