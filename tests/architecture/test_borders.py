"""The borders of house.md hold at run time: core and command line never load Qt, and the import contracts are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QT = ("PySide6", "shiboken6", "qasync")

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
names = []
for part in ("acme_desktop.core", "acme_desktop.cli"):
    package = importlib.import_module(part)
    names += [part] + [module.name for module in pkgutil.walk_packages(package.__path__, part + ".")]
for name in names:
    if not name.endswith("migrations.env"):  # Alembic's own entry point, which only runs inside Alembic
        importlib.import_module(name)
print(json.dumps({"imported": names, "loaded": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_no_module_of_core_or_command_line_loads_qt():
    done = python("-c", IMPORT_EVERYTHING)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["imported"]) > 30
    assert "psycopg" in found["loaded"]
    assert not set(QT) & set(found["loaded"])


def test_a_headless_command_loads_no_qt_on_its_way_through_the_entry_point():
    sample = ROOT / "resources" / "samples" / "sample_products.csv"
    done = python("-X", "importtime", "-m", "acme_desktop", "check", str(sample), "--json")
    assert done.returncode == 0, done.stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "acme_desktop" in loaded
    assert not set(QT) & loaded


def test_the_import_contracts_are_kept():
    done = python("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    assert done.returncode == 0, done.stdout + done.stderr
