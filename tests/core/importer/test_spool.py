"""What can be read only once: pipes and standard input, and what can't be read at all."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, InputProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import chunks, spool
from acme_desktop.core.importer.fingerprint import Fingerprint, sha256
from acme_desktop.core.importer.options import ImportOptions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pipes with a name, and no devices as files")

ROWS = 100_000
TEXT = "sku,name\n" + "".join(f"S{i},Product {i}\n" for i in range(ROWS))


@contextmanager
def written(path: Path | int, content: str) -> Iterator[None]:
    """Somebody writes to a pipe meanwhile, as far as it is read."""

    def write() -> None:
        with suppress(BrokenPipeError), open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123  it may be a descriptor
            stream.write(content)

    thread = threading.Thread(target=write)
    thread.start()
    yield
    thread.join()


def read(name: str | Path) -> int:
    with spool.kept(str(name)), chunks.open_source(name, ImportOptions()) as reader:
        return sum(chunk.read for chunk in reader)


def test_a_pipe_with_a_name_is_read_from_its_first_row_to_its_last(tmp_path: Path) -> None:
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    with written(pipe, TEXT):
        assert read(pipe) == ROWS


def test_the_name_of_a_pipe_tells_the_format(tmp_path: Path) -> None:
    pipe = tmp_path / "p.jsonl"
    os.mkfifo(pipe)
    with written(pipe, '{"sku": "A", "name": "One"}\n'):
        assert read(pipe) == 1


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no names for open pipes")
def test_a_pipe_without_a_name() -> None:
    reading, writing = os.pipe()
    with written(writing, TEXT):
        assert read(f"/dev/fd/{reading}") == ROWS
    os.close(reading)


def test_a_pipe_that_nobody_writes_to_can_be_cancelled(tmp_path: Path) -> None:
    pipe, progress = tmp_path / "p.csv", Progress()
    os.mkfifo(pipe)
    threading.Timer(0.05, progress.cancel).start()
    with pytest.raises(Cancelled), spool.kept(str(pipe), progress):
        pass
    os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))  # lets the thread that waits for a writer go


def test_a_pipe_is_left_alone_by_what_only_looks_at_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    assert Fingerprint.of(pipe) is None
    assert sha256(pipe) is None
    with pytest.raises(InputProblem, match="is a pipe"):
        chunks.inspect(pipe, ImportOptions())


def test_what_is_no_file_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name may not be long
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(InputProblem, match="is a socket"):
            read("socket")
    with pytest.raises(InputProblem, match="is a device"):
        read("/dev/zero")
    with pytest.raises(InputProblem, match="is empty"):
        read(os.devnull)


def test_a_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "_LEFT_FREE", 1 << 62)
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    with written(pipe, "sku,name\n"), pytest.raises(EnvironmentProblem, match="disk is full"):
        read(pipe)


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(EnvironmentProblem, match="Standard input can't be read"):
        read("-")
