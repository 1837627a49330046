"""What a report may tell: where the program was and which kind of error came, never a password, an address or data.

An error's own words may quote a product, so that only those of errors that Python itself words are kept. A log line is
told as its text without the values that were put into it.
"""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path

_URL = re.compile(r"\b([a-z][a-z0-9+.-]*)://[^\s'\"<>]*", re.IGNORECASE)
_SECRET = re.compile(r"(?i)\b(pass(?:word|wd)?|secret|token|authorization|api[_-]?key)(\s*[=:]\s*)\S+")
_WEBHOOK_SECRET = re.compile(r"whsec_\S+")
_MESSAGE_LEFT_OUT = "(its message is left out: it may quote data)"
# Worded by Python from names in the code.
_SAFE_WORDS = (
    AttributeError, ImportError, IndexError, MemoryError, NameError, NotImplementedError, RecursionError,
    ZeroDivisionError,
)  # fmt: skip


def redact(text: str) -> str:
    """`text` without URLs' contents, secrets, and the name of the person's home."""
    text = _URL.sub(r"\1://***", text)
    text = _WEBHOOK_SECRET.sub("whsec_***", text)
    text = _SECRET.sub(r"\1\2***", text)
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def describe(error: BaseException) -> str:
    """The traceback of an error and of what led to it: places in the code and kinds of errors."""
    return redact("".join(_lines(traceback.TracebackException.from_exception(error), error, set())))


def _lines(told: traceback.TracebackException, error: BaseException, seen: set[int]) -> list[str]:
    seen.add(id(error))
    lines: list[str] = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        lines += _lines(traceback.TracebackException.from_exception(before), before, seen)
        lines.append("\nand then:\n")
    lines += told.stack.format()
    kind = type(error)
    words = str(error) if isinstance(error, _SAFE_WORDS) else _MESSAGE_LEFT_OUT if str(error) else ""
    lines.append(f"{kind.__module__}.{kind.__qualname__}{': ' if words else ''}{words}\n")
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            lines.append("\nin it:\n")
            lines += _lines(traceback.TracebackException.from_exception(one), one, seen)
    return lines


class TextOnly(logging.Formatter):
    """A log line as it stands in the code, without the values; an error as its traceback without messages."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback's where there is one."""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {redact(str(record.msg))}"
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + describe(record.exc_info[1])
        return line
