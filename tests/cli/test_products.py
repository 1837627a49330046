"""`acme-desktop products`, as scripts use it."""

from __future__ import annotations

from typing import Any

import pytest

KEYS = ["id", "sku", "name", "description", "active", "created_at", "updated_at", "change_set_id"]


@pytest.fixture
def filled(acme: Any) -> Any:
    for sku, name, active in (("b-2", "Cup", "yes"), ("A-1", "Mug", "no"), ("c-3", "cup and saucer", "yes")):
        assert acme("products", "create", "--sku", sku, "--name", name, "--active", active).status == 0
    return acme


def test_create_prints_the_product(acme: Any) -> None:
    ran = acme("products", "create", "--sku", " 007 ", "--name", "Cup", "--description", "Blue", "--json")
    assert ran.status == 0
    assert list(ran.object) == KEYS
    assert (ran.object["sku"], ran.object["description"], ran.object["active"]) == ("007", "Blue", True)
    again = acme("products", "create", "--sku", "007", "--name", "Other")
    assert (again.status, again.out) == (5, "")
    assert "exists already" in again.err
    assert "Details" not in again.err
    blank = acme("products", "create", "--sku", " ", "--name", "Cup")
    assert (blank.status, blank.out) == (1, "")


def test_get(filled: Any) -> None:
    assert filled("products", "get", " a-1", "--json").object["name"] == "Mug"
    told = filled("products", "get", "A-1").out.splitlines()
    assert told[1:5] == ["sku            A-1", "name           Mug", "description    (blank)", "active         no"]
    missing = filled("products", "get", "nothing", "--json")
    assert (missing.status, missing.out) == (4, "")


def test_list(filled: Any) -> None:
    def skus(*options: str) -> list[str]:
        ran = filled("products", "list", "--json", *options)
        assert ran.status == 0
        return [product["sku"] for product in ran.objects]

    assert skus() == ["A-1", "b-2", "c-3"]
    assert list(filled("products", "list", "--json").objects[0]) == KEYS
    assert skus("--sort", "name:desc") == ["A-1", "c-3", "b-2"]
    assert skus("--name", "CUP") == ["b-2", "c-3"]
    assert skus("--search", "-1") == ["A-1"]
    assert skus("--active", "no") == ["A-1"]
    assert skus("--sort", "active", "--sort", "name:desc") == ["A-1", "c-3", "b-2"]
    assert skus("--name", "cüp") == []
    assert skus("--name", "cüp", "--ignore-accents") == ["b-2", "c-3"]
    assert skus("--sku", "nothing") == []
    assert skus("--page-size", "2") == ["A-1", "b-2"]
    assert skus("--page-size", "2", "--page", "2") == ["c-3"]
    assert skus("--page-size", "2", "--page", "9") == []
    assert skus("--created-to", "2000-01-01") == []
    assert skus("--created-from", "2000-01-01", "--updated-to", "2999-12-31T00:00+01:00") == ["A-1", "b-2", "c-3"]


def test_list_without_json_is_an_aligned_table(filled: Any) -> None:
    ran = filled("products", "list", "--page-size", "2")
    assert ran.out == "SKU  NAME  ACTIVE  DESCRIPTION\nA-1  Mug   no\nb-2  Cup   yes\n"
    assert "Page 1 of 2; 3 products." in ran.err


def test_count(filled: Any) -> None:
    assert filled("products", "count").out == "3\n"
    assert filled("products", "count", "--name", "cup", "--json").object == {"count": 2}


def test_update(filled: Any) -> None:
    seen = filled("products", "get", "A-1", "--json").object
    ran = filled("products", "update", "a-1", "--name", "Big mug", "--active", "yes", "--json")
    assert (ran.status, ran.object["name"], ran.object["active"]) == (0, "Big mug", True)
    late = filled("products", "update", "A-1", "--name", "x", "--if-change-set", str(seen["change_set_id"]))
    assert (late.status, late.out) == (5, "")
    assert "it was “Mug”, it is “Big mug”, yours is “x”" in late.err
    fresh = str(ran.object["change_set_id"])
    renamed = filled("products", "update", "A-1", "--sku", "Z-9", "--if-change-set", fresh, "--json")
    assert (renamed.status, renamed.object["sku"], renamed.object["id"]) == (0, "Z-9", seen["id"])
    assert filled("products", "update", "Z-9", "--sku", "B-2").status == 5
    assert filled("products", "update", "nothing", "--name", "x").status == 4
    same = filled("products", "update", "Z-9", "--name", "Big mug", "--json")
    assert (same.status, same.object["change_set_id"]) == (0, renamed.object["change_set_id"])
    assert "nothing was changed" in same.err


def test_history(filled: Any) -> None:
    filled("products", "update", "A-1", "--name", "Big mug")
    ran = filled("products", "history", "a-1", "--json")
    assert [event["operation"] for event in ran.objects] == ["updated", "created"]
    assert ran.objects[0]["changed"] == ["name"]
    assert "name: “Mug” -> “Big mug”" in filled("products", "history", "a-1").out
    filled("products", "update", "A-1", "--active", "yes", "--description", "Blue\nand big")
    filled("products", "update", "A-1", "--description", "")
    told = filled("products", "history", "a-1").out
    assert "active: no -> yes" in told
    assert "description: (blank) -> “Blue↵and big”" in told
    assert "description: “Blue↵and big” -> (blank)" in told
    filled("products", "delete", "A-1")
    assert filled("products", "history", "a-1", "--json").objects[0]["operation"] == "deleted"
    missing = filled("products", "history", "it's")
    assert (missing.status, "with the SKU “it's”." in missing.err) == (4, True)


def test_delete(filled: Any) -> None:
    assert filled("products", "delete", "A-1", "nothing").status == 4
    assert filled("products", "count").out == "3\n"
    ran = filled("products", "delete", "a-1", "B-2", "--json")
    assert (ran.status, ran.object["deleted"]) == (0, 2)
    assert filled("products", "count").out == "1\n"


def test_delete_all_wants_the_true_count(filled: Any) -> None:
    for options in ([], ["--confirm", "2"]):
        refused = filled("products", "delete-all", *options)
        assert (refused.status, refused.out) == (5, "")
        assert "3" in refused.err
    assert filled("products", "count").out == "3\n"
    assert filled("products", "delete-all", "--confirm", "3", "--json").object["deleted"] == 3
    assert filled("products", "count").out == "0\n"
    assert filled("products", "delete-all", "--confirm", "0", "--json").object == {"change_set_id": None, "deleted": 0}


@pytest.mark.parametrize(
    "wrong",
    [
        ["products"],
        ["products", "list", "--sort", "price"],
        ["products", "list", "--page", "0"],
        ["products", "list", "--active", "maybe"],
        ["products", "list", "--created-from", "yesterday"],
        ["products", "get"],
        ["products", "create", "--sku", "A"],
        ["products", "update", "A"],
        ["products", "update", "A", "--if-change-set", "x", "--name", "y"],
        ["products", "delete"],
        ["products", "delete-all", "--confirm", "many"],
    ],
)
def test_wrong_usage(acme: Any, wrong: list[str]) -> None:
    ran = acme(*wrong)
    assert (ran.status, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_products_that_an_import_changed(filled: Any, tmp_path: Any) -> None:
    file = tmp_path / "p.csv"
    file.write_text("sku,name\nb-2,Beaker\nd-4,Dish\n")
    imported = filled("import", str(file), "--json").object["import_id"]
    listed = filled("products", "list", "--changed-by-import", str(imported), "--json").objects
    assert [product["sku"] for product in listed] == ["b-2", "d-4"]
    assert filled("products", "count", "--changed-by-import", str(imported)).out == "2\n"
    assert filled("products", "count", "--changed-by-import", "99").status == 4
