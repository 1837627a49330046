"""What all tests share: a real server for the run, and a database of its own for each test."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from acme_desktop.core.database.connections import Database
from tests.support import postgres


def pytest_configure() -> None:
    """Signals end the programs that tests start, also where the tests run in the background of a script.

    There a shell has them ignored, and a program that was started so leaves them ignored.
    """
    for number in (signal.SIGINT, *([signal.SIGHUP] if sys.platform != "win32" else [])):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_settings_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own database and data folder stay out of the tests."""
    for name in ("DATABASE_URL", "ACME_DATA_DIR", "PGHOST", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of the run's own embedded server; its user may create databases."""
    root = Path(tempfile.mkdtemp(prefix="acme-tests-"))
    try:
        with postgres.server(root / "data") as url:
            yield url
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def _template(server_url: str) -> str:
    postgres.make_template(server_url)
    return server_url


@pytest.fixture
def database_url(_template: str) -> Iterator[str]:
    """The URL of a migrated database of the test's own."""
    with postgres.clone(_template) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of the test's own."""
    database = Database.open(database_url)
    yield database
    database.close()
