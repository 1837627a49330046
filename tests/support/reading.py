"""Read a file that a test wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acme_desktop.cli import check
from acme_desktop.core.importer.options import FIELDS, ImportOptions


class Files:
    """Writes small files and reads them as `check --rows` does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, content: str | bytes, name: str = "products.csv") -> str:
        path = self._folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def report(self, content: str | bytes, name: str = "products.csv", **options: Any) -> dict[str, Any]:
        return check.report(self.write(content, name), ImportOptions(**options), rows=True)

    def rows(self, content: str | bytes, name: str = "products.csv", **options: Any) -> list[tuple[Any, ...]]:
        """(line, sku, name) of the accepted rows, and description and active where the file has them."""
        report = self.report(content, name, **options)
        assert report["error"] is None, report["error"]
        assert report["rejected"] == []
        return accepted(report)

    def reasons(self, content: str | bytes, name: str = "products.csv", **options: Any) -> list[tuple[int, int, str]]:
        """(line, end_line, reason) of the rejected rows."""
        report = self.report(content, name, **options)
        assert report["error"] is None, report["error"]
        assert report["read"] == len(report["accepted"]) + len(report["rejected"])
        return rejected(report)

    def error(self, content: str | bytes, name: str = "products.csv", **options: Any) -> str:
        """Why the file is refused as a whole."""
        report = self.report(content, name, **options)
        assert report["error"], report
        assert report["status"] == "failed"
        assert report["accepted"] == []
        return str(report["error"])


def accepted(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The accepted rows as tuples, without the fields that the file does not have."""
    order = [field for field in FIELDS if field in report["mapping"]]
    return [tuple(row[field] for field in ("line", *order)) for row in report["accepted"]]


def rejected(report: dict[str, Any]) -> list[tuple[int, int, str]]:
    """The rejected rows' lines and reasons."""
    return [(row["line"], row["end_line"], row["reason"]) for row in report["rejected"]]
