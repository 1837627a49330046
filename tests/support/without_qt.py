"""A pytest plugin for machines on which Qt cannot load: the window's tests are skipped, with the reason.

Used as ``pytest -p no:pytest-qt -p tests.support.without_qt``; ``build/dev.py test`` does so where it must.
"""

from __future__ import annotations

from pathlib import Path

import pytest

WINDOW_TESTS = Path(__file__).resolve().parents[1] / "gui"
REASON = "Qt cannot load on this machine: system libraries are missing (python3 build/dev.py setup names them)"
SETTINGS = (
    "qt_api",
    "qt_default_raising",
    "qt_log_format",
    "qt_log_ignore",
    "qt_log_level_fail",
    "qt_no_exception_capture",
    "qt_qapp_name",
)


class SkippedFolder(pytest.Collector):
    """A folder of tests of which nothing is imported, because importing needs Qt."""

    def collect(self) -> list[pytest.Item]:
        """Skip all of it."""
        pytest.skip(REASON, allow_module_level=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know pytest-qt's settings in its place, so that ``--strict-config`` accepts them."""
    for name in SETTINGS:
        parser.addini(name, "pytest-qt's own setting")


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Put the skipped folder where the window's tests would be."""
    if path == WINDOW_TESTS:
        return SkippedFolder.from_parent(parent, name=path.name, path=path)
    return None
