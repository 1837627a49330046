"""How long a start takes, part by part: `python build/measure_startup.py [--runs N] [--package DIR]`.

The second and later starts on an embedded database with the sample catalogue, under Xvfb, from the source tree and,
where it is built, from the packaged program. The figures are medians; what the machine did besides is told with them.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.screens import screen  # noqa: E402

SAMPLE = ROOT / "resources" / "samples" / "sample_products.csv"
PACKAGE = ROOT / "dist" / "acme-desktop"
VISIBLE, READY = "window visible", "catalogue ready"
LIMITS = {VISIBLE: 1.5, READY: 3.0}
PATIENCE_SECONDS = 120.0


def main() -> int:
    """Measure; returns 1 where a median is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--package", type=Path, default=PACKAGE, help="the packaged program's folder")
    options = parser.parse_args()
    programs = {"source tree": [sys.executable, "-m", "acme_desktop"]}
    if (options.package / "acme-desktop").exists():
        programs["packaged program"] = [str(options.package / "acme-desktop")]
    above = False
    with screen() as display:
        for name, command in programs.items():
            load = os.getloadavg()[0]
            with tempfile.TemporaryDirectory(prefix="acme-startup-") as folder:
                starts = _starts(command, Path(folder), display, options.runs)
            above |= _tell(name, starts, load)
    return int(above)


def _starts(command: list[str], folder: Path, display: str, runs: int) -> list[dict[str, float]]:
    """Seconds since the start at which each point was passed, for each of the starts."""
    environment = {**os.environ, "DISPLAY": display, "ACME_DATA_DIR": str(folder / "data")}
    for name in ("DATABASE_URL", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    subprocess.run([*command, "import", "--quiet", str(SAMPLE)], cwd=ROOT, env=environment, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return [_start(command, folder / f"run{number}", environment) for number in range(runs)]


def _start(command: list[str], file: Path, environment: dict[str, str]) -> dict[str, float]:
    # It stays for two seconds after its last user; a start that finds it there would be measured without it.
    subprocess.run([*command, "db", "stop", "--quiet"], cwd=ROOT, env=environment, check=True)
    began = time.time()
    window = subprocess.Popen(command, cwd=ROOT, env={**environment, "ACME_MILESTONES": str(file)})
    try:
        while not file.exists():
            if window.poll() is not None or time.time() - began > PATIENCE_SECONDS:
                raise SystemExit(f"{command[0]} did not show its catalogue")
            time.sleep(0.02)
    finally:
        window.send_signal(signal.SIGTERM)
        window.wait(PATIENCE_SECONDS)
    lines = (line.split(" ", 1) for line in file.read_text(encoding="utf-8").splitlines())
    return {name: float(moment) - began for moment, name in lines}


def _tell(name: str, starts: list[dict[str, float]], load: float) -> bool:
    """Print a table; returns whether a limit was missed."""
    medians = {point: statistics.median(start[point] for start in starts) for point in starts[0]}
    print(f"\n{name}: {len(starts)} starts, load {load:.1f} on {os.cpu_count()} cores before")
    print(f"{'passed':18} {'at':>7} {'share':>7}   (medians, seconds)")
    before = 0.0
    for point, at in sorted(medians.items(), key=lambda pair: pair[1]):
        print(f"{point:18} {at:7.2f} {at - before:7.2f}")
        before = at
    missed = {point: limit for point, limit in LIMITS.items() if medians[point] > limit}
    for point, limit in LIMITS.items():
        slowest = max(start[point] for start in starts)
        word = "ABOVE" if point in missed else "within"
        print(f"{point}: {medians[point]:.2f} s, {word} {limit} s; slowest {slowest:.2f} s")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
