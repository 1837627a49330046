"""Which right a role lacks, and what the owner has to run: PostgreSQL names the object, and not the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg

from acme_desktop.core.database.fitness import quoted
from acme_desktop.core.database.sessions import Connection
from acme_desktop.core.foundation.errors import EnvironmentProblem

_DENIED = re.compile(r'permission denied for (?P<kind>[a-z ]+?) "?(?P<name>[^"\n]+)')
_NOT_OWNER = re.compile(r'must be owner of (?P<kind>[a-z ]+?) "?(?P<name>[^"\n]+)')
_RELATION = """
SELECT current_user, n.nspname, pg_get_userbyid(c.relowner), ARRAY(
    SELECT one FROM unnest(
        CASE c.relkind WHEN 'S' THEN ARRAY['USAGE', 'SELECT'] ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END
    ) AS one
    WHERE NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, one) ELSE has_table_privilege(c.oid, one) END
)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass(quote_ident(%s))
"""
# The owner of a schema may be a role that stands for the owner of the database.
_SCHEMA = """
SELECT current_user, n.nspname,
    pg_get_userbyid(CASE WHEN pg_get_userbyid(n.nspowner) = 'pg_database_owner' THEN d.datdba ELSE n.nspowner END),
    ARRAY(SELECT one FROM unnest(ARRAY['USAGE', 'CREATE']) AS one WHERE NOT has_schema_privilege(n.oid, one)),
    to_regclass('alembic_version') IS NULL
FROM pg_namespace AS n, pg_database AS d
WHERE n.nspname = %s AND d.datname = current_database()
"""


def explain(error: BaseException, place: str, connect: Callable[[], Connection]) -> EnvironmentProblem | None:
    """What a psycopg `InsufficientPrivilege` means; None where its words or the server do not tell.

    Args:
        error: what psycopg raised.
        place: the database in the middle of a sentence.
        connect: makes a new connection as the same role.
    """
    said = str(error).strip()
    with suppress(psycopg.Error, EnvironmentProblem):
        if found := _NOT_OWNER.search(said):
            return _not_the_owner(found["kind"], found["name"], place, said, connect)
        if (found := _DENIED.search(said)) is None:
            return None
        if found["kind"] == "schema":
            return _in_schema(found["name"], place, said, connect)
        if found["kind"] in ("table", "sequence", "relation", "view"):
            return _on_relation(found["kind"], found["name"], place, said, connect)
    return None


def _on_relation(
    kind: str, name: str, place: str, said: str, connect: Callable[[], Connection]
) -> EnvironmentProblem | None:
    row = _look(connect, _RELATION, name)
    if row is None or not row[3]:
        return None
    role, schema, owner, missing = row
    return EnvironmentProblem(
        f"The role {role} lacks {_listed(missing)} on the {kind} {name} of {place}.",
        f"Its owner, {owner}, can grant it: GRANT {', '.join(missing)} ON ALL "
        f"{'SEQUENCES' if kind == 'sequence' else 'TABLES'} IN SCHEMA {quoted(str(schema))} TO {quoted(str(role))};",
        said,
    )


def _in_schema(name: str, place: str, said: str, connect: Callable[[], Connection]) -> EnvironmentProblem | None:
    row = _look(connect, _SCHEMA, name)
    if row is None or not row[3]:
        return None
    role, schema, owner, missing, empty = row
    grant = f"GRANT {', '.join(missing)} ON SCHEMA {quoted(str(schema))} TO {quoted(str(role))};"
    if empty:
        # Whoever makes the tables owns them, and only the owner can bring them up to date later.
        advice = f"No tables are there yet: have the owner, {owner}, run `acme-desktop db migrate`, or {grant}"
    else:
        advice = f"Its owner, {owner}, can grant it: {grant}"
    what = "use" if "USAGE" in missing else "make tables in"
    return EnvironmentProblem(
        f"The role {role} lacks {_listed(missing)}: it may not {what} the schema {name} of {place}.",
        advice,
        said,
    )


def _not_the_owner(
    kind: str, name: str, place: str, said: str, connect: Callable[[], Connection]
) -> EnvironmentProblem | None:
    row = _look(connect, _RELATION, name)
    if row is None:
        return None
    role, _, owner, _ = row
    return EnvironmentProblem(
        f"Only its owner, {owner}, may change the {kind} {name} of {place}, and this is the role {role}.",
        f"Have {owner} run `acme-desktop db migrate`, then try again.",
        said,
    )


def _look(connect: Callable[[], Connection], query: str, name: str) -> tuple[Any, ...] | None:
    with connect() as connection:
        return connection.execute(query, (name,)).fetchone()


def _listed(rights: Sequence[str]) -> str:
    if len(rights) == 1:
        return f"the right {rights[0]}"
    return f"the rights {', '.join(rights[:-1])} and {rights[-1]}"
