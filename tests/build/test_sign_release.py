"""What the maker's script writes is what an installed program believes."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import acme_desktop
from acme_desktop.core.foundation import releases

SCRIPT = Path(acme_desktop.__file__).parents[1] / "build" / "sign_release.py"


def sign(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, text=True, check=False)


def test_a_note_of_the_script_is_believed(tmp_path: Path) -> None:
    key, archive, out = tmp_path / "key", tmp_path / "a.tar.gz", tmp_path / "latest.json"
    archive.write_bytes(b"archive")
    made = sign("new-key", str(key))
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    words = ["note", "--key", str(key), "--url", "https://example.com/a.tar.gz", "--archive", str(archive)]
    done = sign(*words, "--notes", "Schöner.", "--out", str(out))
    assert done.returncode == 0, done.stderr
    signature = (tmp_path / "latest.json.sig").read_bytes()
    release = releases.read(out.read_bytes(), signature, made.stdout.strip(), datetime.now(UTC))
    assert (release.version, release.notes) == (acme_desktop.__version__, "Schöner.")
    assert release.sha256 == sha256(b"archive").hexdigest()


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    assert sign("new-key", str(tmp_path / "key")).returncode == 0
    before = (tmp_path / "key").read_bytes()
    assert sign("new-key", str(tmp_path / "key")).returncode != 0
    assert (tmp_path / "key").read_bytes() == before
