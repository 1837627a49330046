"""A team's server where the person may read and write products, and create nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.cli import main as command_line
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl
from tests.cli.conftest import Ran

ROLE = "clerk_who_creates_nothing"


@pytest.fixture
def clerk(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """`clerk("products", "list")`, as a role that owns nothing and has no CREATE."""
    with database.connect() as connection:
        connection.execute(f"CREATE ROLE {ROLE}")
        connection.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
        connection.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    url = DatabaseUrl({**DatabaseUrl.parse(database.url).parameters, "options": f"-c role={ROLE}"})

    def clerk(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        status = command_line.main(
            ["--data-dir", str(tmp_path / "data"), "--database-url", str(url), *map(str, arguments)]
        )
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    yield clerk
    with database.connect() as connection:
        connection.execute(f"DROP OWNED BY {ROLE}")
        connection.execute(f"DROP ROLE {ROLE}")


def test_products_are_read_and_edited(clerk: Any) -> None:
    assert clerk("products", "create", "--sku", "A", "--name", "Café").status == 0
    assert clerk("products", "update", "A", "--name", "Caffè").status == 0
    listed = clerk(
        "products", "list", "--name", "CAFFE", "--ignore-accents", "--sort", "active", "--sort", "name", "--json"
    )
    assert [product["sku"] for product in listed.objects] == ["A"]
    assert clerk("products", "count").out == "1\n"
    assert clerk("export", "-").out.splitlines()[1:] == ["A,Caffè,,true"]
    assert clerk("products", "delete", "A").status == 0
    assert clerk("changes", "undo", "3").status == 0
    assert clerk("products", "get", "a").status == 0


def test_what_needs_the_right_to_create_is_refused_in_plain_words(clerk: Any, tmp_path: Path) -> None:
    maintained = clerk("db", "maintain")
    assert maintained.status == 5
    assert "does not let this role make indexes" in maintained.err
    file = tmp_path / "p.csv"
    file.write_text("sku,name\na,b\n")
    imported = clerk("import", file)
    assert imported.status == 1
    assert f"The role {ROLE} lacks the right CREATE: it may not make tables in the schema public" in imported.err
    assert f"GRANT CREATE ON SCHEMA public TO {ROLE};" in imported.err
    assert "Traceback" not in imported.err
    assert clerk("products", "count").out == "0\n"
    told = clerk("import", "--json", file)
    assert (told.status, told.object["status"], told.object["read"]) == (1, "failed", 0)
    assert told.object["error"].startswith(f"The role {ROLE} lacks the right CREATE")


@pytest.mark.parametrize(
    ("command", "title"),
    [
        ("webhooks deliver --until-empty", "lacks the rights USAGE and SELECT on the sequence dispatchers_id_seq"),
        ("products create --sku B --name b", "lacks the rights INSERT, UPDATE and DELETE on the table change_sets"),
        ("products delete A", "lacks the rights INSERT, UPDATE and DELETE on the table products"),
        ("webhooks add --url http://127.0.0.1:1/ --event product.created", "on the table webhooks"),
    ],
)
def test_a_reader_is_told_which_right_a_change_needs(
    database: Database, clerk: Any, acme: Any, command: str, title: str
) -> None:
    assert acme("products", "create", "--sku", "A", "--name", "a").status == 0
    with database.connect() as connection:
        connection.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
        connection.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {ROLE}")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}")
    assert clerk("products", "count").out == "1\n"
    ran = clerk(*command.split())
    assert ran.status == 1
    assert title in ran.err
    assert "GRANT " in ran.err
    assert "mistake of ours" not in ran.err
