"""`acme-desktop changes`: the list, and undo with its exit statuses."""

from __future__ import annotations

from typing import Any

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
