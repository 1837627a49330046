"""JSON, one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# Line ends for many readers, such as Python's splitlines, though not for JSON; and what UTF-8 does not take.
_ESCAPED = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


def line(value: Mapping[str, Any]) -> str:
    """An object on one line whatever a reader takes for a line's end; without the line end, always valid Unicode.

    Letters stay readable; values that JSON does not know are written as text.
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
