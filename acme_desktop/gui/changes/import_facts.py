"""Everything that the history knows of one import, as lines of a form."""

from __future__ import annotations

from typing import Any

from acme_desktop.core.importer.report import ImportRecord
from acme_desktop.gui.changes.work import PastImport
from acme_desktop.gui.widgets import formatting

_MODES = {"upsert": "create and update", "create": "create only", "update": "update only"}
_SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_COUNTS = ("created", "updated", "unchanged", "superseded", "rejected", "skipped")


def facts(past: PastImport) -> list[tuple[str, str]]:
    """(name, text) of everything that is known."""
    record = past.record
    counts = [f"{formatting.number(getattr(record, name))} {name}" for name in _COUNTS if getattr(record, name)]
    lines = [
        ("File", record.file),
        ("By", f"{record.actor}, {record.client}"),
        ("Began", formatting.exact_moment(record.started_at)),
        ("Time", _timing(record)),
        ("Rows", ": ".join([f"{formatting.number(record.read)} read", *([", ".join(counts)] if counts else [])])),
        ("Settings", _settings(record)),
        ("Columns", ", ".join(f"{field} ← {name}" for field, name in _mapping(record).items())),
        ("SHA-256", record.profile.get("sha256") or ""),
        ("Rejects file", record.rejects_file or ""),
        ("Error", record.error or ""),
    ]
    return [(name, text) for name, text in lines if text]


def _timing(record: ImportRecord) -> str:
    if record.seconds is None:
        return ""
    rate = f", {formatting.number(round(record.read / record.seconds))} rows/s" if record.seconds > 0.2 else ""
    return f"{formatting.duration(record.seconds)}{rate}"


def _mapping(record: ImportRecord) -> dict[str, Any]:
    return {field: name for field, name in (record.profile.get("mapping") or {}).items() if name}


def _settings(record: ImportRecord) -> str:
    options, profile = record.options, record.profile
    delimiter, limit = profile.get("delimiter"), options.get("max_rejects")
    parts = [
        _MODES.get(str(options.get("mode")), ""),
        "blank cells clear" if options.get("blank", "clear") == "clear" else "blank cells keep",
        (profile.get("encoding") or "").upper(),
        _SIGNS.get(delimiter, delimiter) if delimiter else "",
        f"at most {formatting.counted(limit, 'reject', 'rejects')}" if limit is not None else "",
        "quotes are plain" if options.get("literal_quotes") else "",
    ]
    return " · ".join(part for part in parts if part)
