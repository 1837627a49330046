"""What the packaged program knows of its making: commit and day, and where its maker publishes new versions.

``ACME_UPDATE_URL`` and ``ACME_UPDATE_KEY`` (an Ed25519 public key, base64) name the latter; without them a person gives
both in the settings. The look for new versions is off in either case until a person agrees.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def write(target: Path) -> Path:
    """Write the stamp, which the program reads as ``resources/build.json``; returns it."""
    changed = "+" if _git("status", "--porcelain", "--untracked-files=no", "--", "acme_desktop", "resources") else ""
    commit = _git("rev-parse", "--short=10", "HEAD")
    stamp = {
        "commit": f"{commit}{changed}" if commit else "unknown",
        "date": time.strftime("%Y-%m-%d", time.gmtime(moment())),
        "update_url": os.environ.get("ACME_UPDATE_URL", ""),
        "update_key": os.environ.get("ACME_UPDATE_KEY", ""),
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    return target


def moment() -> int:
    """The last commit's time in seconds since 1970, so that the same commit gives the same archive."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    return int(_git("log", "-1", "--format=%ct") or time.time())


def _git(*words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
