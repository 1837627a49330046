"""`acme-desktop changes`: the list, the difference between two dates, the catalogue of then, and undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acme_desktop.core.database.connections import Database

KEYS = ["id", "kind", "actor", "client", "created_at", "created", "updated", "deleted", "undoes", "summary"]


def test_list_and_show(acme: Any) -> None:
    acme("products", "create", "--sku", "A", "--name", "Cup")
    acme("products", "delete", "A")
    ran = acme("changes", "list", "--json")
    assert [change["kind"] for change in ran.objects] == ["delete", "create"]
    assert list(ran.objects[0]) == KEYS
    newest = ran.objects[0]["id"]
    assert acme("changes", "show", str(newest), "--json").object == ran.objects[0]
    assert [change["kind"] for change in acme("changes", "list", "--json", "--limit", "1").objects] == ["delete"]
    older = acme("changes", "list", "--json", "--before", str(newest))
    assert [change["kind"] for change in older.objects] == ["create"]
    assert "Delete A" in acme("changes", "list").out
    assert "summary     Delete A" in acme("changes", "show", str(newest)).out
    assert acme("changes", "show", "999").status == 4
    assert acme("changes", "undo", "999").status == 4
    assert acme("changes", "undo", "x").status == 2


def test_undo_and_redo(acme: Any) -> None:
    acme("products", "create", "--sku", "A", "--name", "Cup")
    deleted = acme("products", "delete", "A", "--json").object["change_set_id"]
    ran = acme("changes", "undo", str(deleted), "--json")
    assert (ran.status, ran.object["undoes"], ran.object["created"], ran.object["kept"]) == (0, deleted, 1, [])
    assert acme("products", "get", "A").status == 0
    again = acme("changes", "undo", str(deleted), "--json")
    assert (again.status, again.out) == (5, "")
    assert acme("changes", "undo", str(ran.object["change_set_id"])).status == 0
    assert acme("products", "get", "A").status == 4


def test_what_was_touched_since_is_kept_and_named(acme: Any) -> None:
    for sku in ("A", "B"):
        acme("products", "create", "--sku", sku, "--name", "Cup")
    deleted = acme("products", "delete", "A", "B", "--json").object["change_set_id"]
    acme("products", "create", "--sku", "a", "--name", "Another")
    ran = acme("changes", "undo", str(deleted), "--json")
    assert ran.status == 3
    assert ran.object["kept"] == [{"sku": "A", "reason": "another product has its SKU now"}]
    assert "1 product changed since, and left alone:\n  A: another product has its SKU now" in ran.err


def now(database: Database) -> str:
    with database.connect() as connection:
        (moment,) = connection.execute("SELECT clock_timestamp()").fetchone()  # type: ignore[misc]
    return moment.isoformat()  # type: ignore[attr-defined, no-any-return]


def test_the_list_is_restricted(acme: Any) -> None:
    acme("products", "create", "--sku", "A", "--name", "Cup")
    acme("products", "delete", "A")

    def listed(*arguments: str) -> list[str]:
        return [change["kind"] for change in acme("changes", "list", "--json", *arguments).objects]

    assert listed("--kind", "create") == ["create"]
    assert listed("--kind", "create", "--kind", "delete") == ["delete", "create"]
    assert listed("--text", "delete a") == ["delete"]
    assert listed("--who", "nobody of that name") == []
    assert listed("--from", "2001-01-01", "--to", "2001-01-02") == []
    assert len(listed("--from", "2001-01-01")) == 2
    assert acme("changes", "list", "--kind", "wrong").status == 2


def test_the_difference_between_two_moments(acme: Any, database: Database, tmp_path: Path) -> None:
    for sku in ("A", "B"):
        acme("products", "create", "--sku", sku, "--name", "Cup")
    start = now(database)
    acme("products", "update", "A", "--name", "Mug")
    deleted = acme("products", "delete", "B", "--json").object["change_set_id"]
    end = now(database)
    acme("products", "create", "--sku", "C", "--name", "Jug")

    ran = acme("changes", "diff", "--from", start, "--to", end, "--json")
    assert [(one["kind"], one["sku"], one["changed"]) for one in ran.objects] == [
        ("changed", "A", ["name"]),
        ("deleted", "B", []),
    ]
    assert (ran.objects[0]["before"]["name"], ran.objects[0]["after"]["name"]) == ("Cup", "Mug")
    assert "0 created, 1 changed, 1 deleted." in ran.err
    assert "name: “Cup” -> “Mug”" in acme("changes", "diff", "--from", start, "--to", end).out
    assert [one["sku"] for one in acme("changes", "diff", "--from", end, "--json").objects] == ["C"]
    assert [one["sku"] for one in acme("changes", "diff", str(deleted), "--json").objects] == ["B"]
    chosen = acme("changes", "diff", "--from", start, "--kind", "created", "--out", tmp_path / "d.csv", "--json")
    assert chosen.object == {"file": str(tmp_path / "d.csv"), "differences": 1}
    assert acme("changes", "diff").status == 2
    assert acme("changes", "diff", "--from", end, "--to", start).status == 2
    assert acme("changes", "diff", "999").status == 4


def test_the_catalogue_as_of_a_moment(acme: Any, database: Database, tmp_path: Path) -> None:
    for sku in ("A", "B", "C"):
        acme("products", "create", "--sku", sku, "--name", "Cup")
    then = now(database)
    acme("products", "update", "A", "--name", "Mug")
    acme("products", "delete", "B")

    def listed(*arguments: str) -> list[tuple[str, str]]:
        ran = acme("products", "list", "--json", "--as-of", then, *arguments)
        return [(one["sku"], one["name"]) for one in ran.objects]

    assert listed() == [("A", "Cup"), ("B", "Cup"), ("C", "Cup")]
    assert listed("--page", "2", "--page-size", "2") == [("C", "Cup")]
    assert listed("--name", "mug") == []
    assert acme("products", "count", "--json", "--as-of", then).object == {"count": 3}
    assert "Page 1 of 1; 3 products." in acme("products", "list", "--as-of", then).err
    assert acme("products", "count", "--json", "--as-of", "2001-01-01").object == {"count": 0}
    assert acme("export", tmp_path / "then.csv", "--as-of", then).status == 0
    assert (tmp_path / "then.csv").read_text(encoding="utf-8").splitlines()[1] == "A,Cup,,true"
    assert acme("products", "list", "--as-of", "yesterday").status == 2


def test_the_history_of_a_product_names_the_file(acme: Any, tmp_path: Path) -> None:
    file = tmp_path / "spring.csv"
    file.write_text("sku,name\nA,Cup\n", encoding="utf-8")
    acme("import", file)
    assert acme("products", "history", "A", "--json").object["file"] == str(file)
    assert "spring.csv" in acme("products", "history", "A").out
