"""A script that is killed politely ends as by Ctrl+C: it stops what it started and takes its files away."""

from __future__ import annotations

import signal
import sys
from types import FrameType

STATUS = 128 + signal.SIGTERM


def heed() -> None:
    """Let SIGTERM unwind the script from now on."""
    signal.signal(signal.SIGTERM, _leave)


def _leave(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is taken down is taken down whole
    sys.exit(STATUS)
