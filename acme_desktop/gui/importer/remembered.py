"""How a file like this was read the last time; nothing here knows Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from psycopg import Connection

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import InputProblem, Problem
from acme_desktop.core.importer import templates
from acme_desktop.core.importer.encoding import EncodingNeeded
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import Profile
from acme_desktop.core.importer.templates import Template
from acme_desktop.gui.importer import work

_TRIED_ENCODINGS = 4


@dataclass(frozen=True)
class FirstLook:
    """What is known of a file, with the options that it is read with.

    Attributes:
        filled_from: where the options come from, for people; "" where nothing was remembered.
    """

    profile: Profile | None
    error: Exception | None
    options: ImportOptions
    filled_from: str = ""


def first_look(database: Database | None, path: Path, options: ImportOptions) -> FirstLook:
    """Look at a file and read it as the last file with its header, if there was one.

    Raises:
        Problem: the file cannot be imported whatever the columns are.
    """
    try:
        profile, error = work.look(path, options)
    except EncodingNeeded as needed:
        found = _in_known_encoding(database, path, options, needed) if database is not None else None
        if found is None:
            raise
        return found
    if database is None or profile is None:
        return FirstLook(profile, error, options)
    with database.connect() as connection:
        template = templates.for_header(connection, profile.header)
    if template is None:
        return FirstLook(profile, error, options)
    # The file is in the encoding it is in, whatever the last one was in.
    filled = replace(template.applied_to(options), encoding=options.encoding)
    if filled == options:
        return FirstLook(profile, error, options)
    return _read_as(path, filled, template) or FirstLook(profile, error, options)


def _in_known_encoding(
    database: Database, path: Path, options: ImportOptions, needed: EncodingNeeded
) -> FirstLook | None:
    with database.connect() as connection:
        for codec, _ in needed.candidates[:_TRIED_ENCODINGS]:
            template = _remembering(connection, path, replace(options, encoding=codec))
            if template is not None:
                return _read_as(path, template.applied_to(options), template)
    return None


def _remembering(connection: Connection, path: Path, options: ImportOptions) -> Template | None:
    try:
        profile, _ = work.look(path, options)
    except Problem:
        return None
    template = templates.for_header(connection, profile.header)
    return template if template is not None and template.options.get("encoding") == options.encoding else None


def _read_as(path: Path, options: ImportOptions, template: Template) -> FirstLook | None:
    try:
        profile, error = work.look(path, options)
    except Problem:
        return None
    where = f"template “{template.name}”" if template.name else "the last file with these columns"
    return FirstLook(profile, error, options, where)


def known_templates(database: Database) -> list[Template]:
    """The named templates, by name."""
    with database.connect() as connection:
        return templates.listed(connection)


def save(database: Database, name: str, header: list[str], options: ImportOptions) -> list[Template]:
    """Keep the options under a name; returns all named templates."""
    if not name.strip():
        raise InputProblem("A template needs a name.", "Give it one.")
    with database.connect() as connection:
        templates.remember(connection, header, replace(options, template=name.strip()))
        return templates.listed(connection)


def forget(database: Database, name: str) -> list[Template]:
    """Remove a template; returns those that are left."""
    with database.connect() as connection:
        templates.forget(connection, name)
        return templates.listed(connection)
