"""Processes that really break down, and what the next start finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.gui.background import crash_watch
from tests.support.processes import python

WATCHED = """
import ctypes, faulthandler, logging, os, sys, time
from pathlib import Path
from acme_desktop.core.foundation import logs
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.gui.background.crash_watch import CrashWatch

folder = DataFolder(Path(sys.argv[1]))
logs.start(folder)
watch = CrashWatch(folder.create(), "Acme Product Importer 1.2.3\\nQt 6")
watch.begin()
log = logging.getLogger("acme_desktop.tests")
log.info("looking at %s from %s", "Garden chair", "postgresql://anna:s3cret@db/cat")

def break_down():
    exec(sys.argv[2])

break_down()
watch.end()
"""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def run(folder: DataFolder, what: str) -> subprocess.CompletedProcess[str]:
    with python(WATCHED, str(folder.root), what, stderr=subprocess.DEVNULL) as process:
        process.communicate(timeout=60)
    return subprocess.CompletedProcess(what, process.returncode)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("what", "told"),
    [("os.abort()", "Aborted"), ("faulthandler._sigsegv()", "Segmentation fault"), ("ctypes.string_at(8)", "Segm")],
)
def test_a_crash_leaves_a_report(folder: DataFolder, what: str, told: str) -> None:
    assert run(folder, what).returncode < 0
    report = crash_watch.pending(folder)
    assert report is not None
    assert told in report.text
    assert "in break_down" in report.text
    assert "Acme Product Importer 1.2.3\nQt 6" in report.text
    assert "acme_desktop.tests: looking at %s from %s" in report.text
    assert "s3cret" not in report.text
    assert "Garden" not in report.text


def test_it_is_offered_until_it_is_discarded(folder: DataFolder) -> None:
    run(folder, "os.abort()")
    assert crash_watch.pending(folder) is not None
    report = crash_watch.pending(folder)
    assert report is not None
    report.discard()
    assert crash_watch.pending(folder) is None
    assert not any(path.is_dir() for path in crash_watch.place(folder).iterdir())


def test_an_error_that_nobody_handled_is_kept_though_the_program_ended_properly(folder: DataFolder) -> None:
    assert run(folder, "watch.note(ValueError('Garden chair has no price'))").returncode == 0
    report = crash_watch.pending(folder)
    assert report is not None
    assert "builtins.ValueError" in report.text
    assert "Garden" not in report.text


@pytest.mark.parametrize("what", ["pass", "os.kill(os.getpid(), 9)"])
def test_an_end_and_a_kill_are_no_breakdown_and_leave_nothing(folder: DataFolder, what: str) -> None:
    run(folder, what)
    assert crash_watch.pending(folder) is None
    assert not any(path.is_dir() for path in crash_watch.place(folder).iterdir())


def test_a_window_that_still_runs_is_left_alone(folder: DataFolder) -> None:
    with python(WATCHED, str(folder.root), "print(flush=True); sys.stdin.read(); os.abort()") as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert crash_watch.pending(folder) is None
        process.communicate("", timeout=60)
    assert crash_watch.pending(folder) is not None


def test_only_the_newest_are_kept(folder: DataFolder) -> None:
    for number in range(8):
        old = crash_watch.place(folder) / f"2020-01-0{number + 1}-10-00-00-77"
        old.mkdir(parents=True)
        (old / "trace.txt").write_text(f"trace {number}", encoding="utf-8")
    report = crash_watch.pending(folder)
    assert report is not None
    assert len(report.runs) == crash_watch.MOST_REPORTS
    assert [f"trace {number}" in report.text for number in range(8)] == [False] * 3 + [True] * 5


def test_without_a_place_to_write_the_program_runs_all_the_same(folder: DataFolder) -> None:
    crash_watch.place(folder.create()).write_text("", encoding="utf-8")
    assert run(folder, "pass").returncode == 0
    assert crash_watch.pending(folder) is None
