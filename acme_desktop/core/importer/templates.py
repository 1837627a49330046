"""Remembered mappings: how files with a certain header were read the last time, and those that have a name."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.importer.options import ImportOptions

# What a template remembers of the options; the rest belongs to one run.
_REMEMBERED = ("mapping", "encoding", "delimiter", "mode", "blank", "sheet", "literal_quotes", "fill_down")


@dataclass(frozen=True)
class Template:
    """Remembered settings for files with one header; `name` is None where a person gave it none."""

    id: int
    name: str | None
    header: list[str]
    options: dict[str, Any]
    used_at: datetime

    def applied_to(self, chosen: ImportOptions) -> ImportOptions:
        """The options with what is remembered wherever nothing else was chosen."""
        plain = ImportOptions()
        known = ImportOptions.from_json(self.options)
        taken = {
            name: getattr(known, name)
            for name in _REMEMBERED
            if name in self.options and getattr(chosen, name) == getattr(plain, name)
        }
        return replace(chosen, **taken)


def header_key(header: Sequence[str]) -> str:
    """The fingerprint of a header: its cells in their order, whatever their letter case and surrounding blanks."""
    cells = [unicodedata.normalize("NFC", cell).strip().casefold() for cell in header]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def remember(connection: Connection[Any], header: Sequence[str], options: ImportOptions) -> None:
    """Keep how a file was read, for the next file with its header; under the name in the options, if there is one.

    Nothing is kept of options that nobody chose.
    """
    name = options.template
    if name is None and not any(getattr(options, one) != getattr(ImportOptions(), one) for one in _REMEMBERED):
        return
    kept = {key: value for key, value in options.to_json().items() if key in _REMEMBERED}
    values = {"name": name, "key": header_key(header), "header": Jsonb(list(header)), "options": Jsonb(kept)}
    if name is None:
        connection.execute("DELETE FROM mapping_templates WHERE name IS NULL AND header_key = %(key)s", values)
    connection.execute(
        "INSERT INTO mapping_templates (name, header_key, header, options) "
        "VALUES (%(name)s, %(key)s, %(header)s, %(options)s) "
        "ON CONFLICT (name) DO UPDATE SET header_key = EXCLUDED.header_key, header = EXCLUDED.header, "
        "options = EXCLUDED.options, used_at = EXCLUDED.used_at",
        values,
    )


def for_header(connection: Connection[Any], header: Sequence[str]) -> Template | None:
    """The template that was used last for files with this header."""
    with connection.cursor(row_factory=class_row(Template)) as cursor:
        return cursor.execute(
            f"{_SELECT} WHERE header_key = %s ORDER BY used_at DESC, id DESC LIMIT 1", (header_key(header),)
        ).fetchone()


def find(connection: Connection[Any], name: str) -> Template | None:
    """The template of that name."""
    with connection.cursor(row_factory=class_row(Template)) as cursor:
        return cursor.execute(f"{_SELECT} WHERE name = %s", (name,)).fetchone()


def named(connection: Connection[Any], name: str) -> Template:
    """The template of that name.

    Raises:
        NotFound: there is none; names those there are.
    """
    template = find(connection, name)
    if template is None:
        known = ", ".join(str(one.name) for one in listed(connection)) or "none"
        raise NotFound(
            f"There is no mapping template named {name}.",
            f"Known templates: {known}. Give --map or --fill-down with --template to make one.",
        )
    return template


def listed(connection: Connection[Any]) -> list[Template]:
    """The named templates, by name."""
    with connection.cursor(row_factory=class_row(Template)) as cursor:
        return cursor.execute(f"{_SELECT} WHERE name IS NOT NULL ORDER BY name").fetchall()


def forget(connection: Connection[Any], name: str) -> None:
    """Remove a named template."""
    connection.execute("DELETE FROM mapping_templates WHERE name = %s", (name,))


_SELECT = "SELECT id, name, header, options, used_at FROM mapping_templates"
