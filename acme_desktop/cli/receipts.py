"""What became of an import, in words: a run's report, and what the history keeps of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.words import counted, printable, quoted
from acme_desktop.core.importer.members import Member, place
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportRecord, ImportReport, Superseded

_FATES = ("created", "updated", "unchanged", "superseded", "rejected", "skipped")
_ALWAYS = ("created", "updated", "unchanged")
_SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_USUAL = ImportOptions().to_json()
_MODES = {"upsert": "create and update", "create": "create only", "update": "update only"}


def lines(report: ImportReport) -> Iterator[str]:
    """A run in words: how it ended, its counts, and what to look at."""
    took = f"{report.seconds:.1f} s"
    if report.status in ("failed", "cancelled"):
        read = f"; {_counts(report, ())}; {took}" if report.read else ""
        yield f"{report.file}: {report.status}, and nothing was changed{read}"
    else:
        yield f"{report.file}: {report.status}; {_counts(report, _ALWAYS)}; {took}"
    if report.superseded:
        were = "was" if report.superseded == 1 else "were"
        be = "would be" if report.status == "previewed" else were
        one = counted(report.superseded, "row")
        yield f"{one} {be} replaced by a later row with the same SKU (the last one wins):"
        yield from (f"  {_replaced(one, report.members)}" for one in report.replaced)
        if report.superseded > len(report.replaced):
            all_of_them = f"; see acme-desktop imports show {report.import_id}" if report.import_id else ""
            yield f"  ... and {report.superseded - len(report.replaced):,} more{all_of_them}"
    if report.rejects_file:
        yield f"The rejected rows are in {report.rejects_file}: mend them there and import that file."


def facts(record: ImportRecord, superseded: Sequence[Superseded]) -> Iterator[tuple[str, object]]:
    """(label, value) of all that the history knows of an import; a value of None is not known."""
    profile = record.profile
    yield "import", record.id
    yield "file", record.file
    yield "status", record.status
    yield "error", record.error or None
    yield "by", f"{record.actor}, {record.client}"
    yield "started at", iso(record.started_at)
    yield "finished at", iso(record.finished_at) if record.finished_at else None
    yield "seconds", None if record.seconds is None else f"{record.seconds:.1f}"
    yield "change set", record.change_set_id or "none, for no product was changed"
    yield "rows read", ": ".join(filter(None, (f"{record.read:,}", _fates(record, ()))))
    yield "encoding", profile.get("encoding")
    delimiter = profile.get("delimiter")
    yield "delimiter", _SIGNS.get(delimiter, delimiter) if delimiter else None
    yield "header line", profile.get("header_line") or None
    yield "columns", _columns(profile.get("mapping") or {}) or None
    yield "settings", settings(record.options)
    yield "rejects file", record.rejects_file
    yield "SHA-256", profile.get("sha256")
    yield from (("superseded", _replaced(one, record.members)) for one in superseded)
    if record.superseded > len(superseded) > 0:
        yield "", f"... and {record.superseded - len(superseded):,} more"


def settings(chosen: dict[str, Any]) -> str:
    """The options of an import: what rows and blank cells do, and each other one that is not the usual."""
    options = {**_USUAL, **chosen}
    blank = "clears the field" if options["blank"] == "clear" else "leaves the field alone"
    told = [_MODES.get(options["mode"], options["mode"]), f"a blank cell {blank}"]
    for name, value in options.items():
        if name not in ("mode", "blank", "rejects_file") and value != _USUAL.get(name):
            told.append(f"--{_OPTIONS.get(name, name.replace('_', '-'))}{_value(value)}")
    return "; ".join(told)


_OPTIONS = {"mapping": "map"}


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return " " + " ".join(f"{field}={printable(header)}" for field, header in value.items())
    return "" if value is True else f" {printable(str(value))}"


def _columns(mapping: dict[str, str]) -> str:
    return ", ".join(f"{field} from {quoted(header)}" for field, header in mapping.items() if header)


def _counts(report: ImportReport, always: tuple[str, ...]) -> str:
    return ": ".join(filter(None, (f"{counted(report.read, 'row')} read", _fates(report, always))))


def _fates(report: ImportReport | ImportRecord, always: tuple[str, ...]) -> str:
    return ", ".join(f"{getattr(report, name):,} {name}" for name in _FATES if getattr(report, name) or name in always)


def _replaced(one: Superseded, members: Sequence[Member]) -> str:
    return f"{place(one.line, members)} by {place(one.by_line, members)}: {printable(one.sku)}"
