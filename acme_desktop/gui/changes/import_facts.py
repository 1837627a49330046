"""What the history knows of an import beyond its change: the file, the counts, and every setting that was chosen."""

from __future__ import annotations

from typing import Any

from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportRecord
from acme_desktop.gui.widgets import formatting

_MODES = {"upsert": "create and update", "create": "create only", "update": "update only"}
_SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_COUNTS = ("created", "updated", "unchanged", "superseded", "rejected", "skipped")
_DEFAULTS = ImportOptions().to_json()


def facts(record: ImportRecord) -> list[tuple[str, str]]:
    """(name, text) of everything; a blank text is not known."""
    counts = [f"{formatting.number(getattr(record, name))} {name}" for name in _COUNTS if getattr(record, name)]
    return [
        ("File", record.file),
        ("By", f"{record.actor}, {record.client}"),
        ("Began", formatting.exact_moment(record.started_at)),
        ("Time", _timing(record)),
        ("Rows", ": ".join([f"{formatting.number(record.read)} read", *([", ".join(counts)] if counts else [])])),
        ("Settings", settings(record)),
        ("Columns", ", ".join(f"{field} ← {name}" for field, name in _mapping(record).items())),
        ("SHA-256", record.profile.get("sha256") or ""),
        ("Rejects file", record.rejects_file or ""),
        ("Error", record.error or ""),
    ]


def _timing(record: ImportRecord) -> str:
    if record.seconds is None:
        return ""
    rate = f", {formatting.number(round(record.read / record.seconds))} rows/s" if record.seconds > 0.2 else ""
    return f"{formatting.duration(record.seconds)}{rate}"


def _mapping(record: ImportRecord) -> dict[str, Any]:
    return {field: name for field, name in (record.profile.get("mapping") or {}).items() if name}


def settings(record: ImportRecord) -> str:
    """How the file was read and merged, and every other setting that is not the usual one."""
    options, profile = {**_DEFAULTS, **record.options}, record.profile
    delimiter = profile.get("delimiter") or options["delimiter"]
    parts = [
        _MODES.get(str(options["mode"]), str(options["mode"])),
        "blank cells clear" if options["blank"] == "clear" else "blank cells keep",
        _chosen((profile.get("encoding") or options["encoding"] or "").upper(), options["encoding"]),
        _chosen(_SIGNS.get(delimiter, delimiter) or "", options["delimiter"]),
        *(_UNUSUAL[name](value) for name, value in options.items() if name in _UNUSUAL and value != _DEFAULTS[name]),
        # A setting that is newer than this list is told as it is kept.
        *(f"{name}: {value}" for name, value in options.items() if name not in _TOLD and value != _DEFAULTS.get(name)),
    ]
    return " · ".join(part for part in parts if part)


def _chosen(what: str, option: Any) -> str:
    return f"{what} (chosen)" if what and option is not None else what


def _pairs(value: Any, arrow: str) -> str:
    return ", ".join(f"{field} {arrow} {name}" for field, name in dict(value).items())


_UNUSUAL = {
    "sheet": lambda value: f"sheet “{value}”",
    "template": lambda value: f"template “{value}”",
    "mapping": lambda value: f"chosen: {_pairs(value, '←')}",
    "max_rejects": lambda value: f"at most {formatting.counted(value, 'reject', 'rejects')}",
    "literal_quotes": lambda _: "quotes are plain",
    "fill_down": lambda value: f"filled down: {_pairs(value, 'by')}",
}
# Those that are told elsewhere, or above.
_TOLD = {*_UNUSUAL, "mode", "blank", "encoding", "delimiter", "rejects_file"}
