"""Saved views from scripts: the ones that the window keeps, and their own."""

from __future__ import annotations

from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import saved_views
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.saved_views import View


@pytest.fixture
def filled(acme: Any) -> Any:
    for sku, name, active in (("b-2", "Cup", "yes"), ("A-1", "Mug", "no"), ("c-3", "cup and saucer", "yes")):
        assert acme("products", "create", "--sku", sku, "--name", name, "--active", active).status == 0
    return acme


def skus(acme: Any, *options: str) -> list[str]:
    ran = acme("products", "list", "--json", *options)
    assert ran.status == 0, ran.err
    return [product["sku"] for product in ran.objects]


def test_a_view_that_the_window_saved(filled: Any, database: Database) -> None:
    view = View(Filter(name="cup"), Sort("sku", descending=True), {"created": "last_7_days"}, {"widths": [1]})
    with database.connect() as connection:
        saved_views.save(connection, "Cups", view, Author("anna", "tests"))
    assert skus(filled, "--view", "Cups") == ["c-3", "b-2"]
    assert skus(filled, "--view", "Cups", "--sort", "sku") == ["b-2", "c-3"]
    assert skus(filled, "--view", "Cups", "--name", "mug") == ["A-1"]
    assert skus(filled, "--view", "Cups", "--active", "no") == []
    assert filled("products", "count", "--view", "Cups").out == "2\n"
    assert filled("export", "-", "--view", "Cups").out.splitlines()[1].startswith("c-3,")
    listed = filled("products", "views", "--json").object
    assert (listed["name"], listed["saved_by"]) == ("Cups", "anna")
    assert listed["filter"] == {"name": "cup", "created": {"preset": "last_7_days"}}
    assert "Cups" in filled("products", "views").out
    missing = filled("products", "list", "--view", "None")
    assert (missing.status, missing.out) == (4, "")
    assert "Saved views: Cups" in missing.err


def test_saving_renaming_and_deleting_a_view(filled: Any) -> None:
    saved = filled("products", "save-view", "Gone", "--active", "no", "--sort", "name:desc", "--sort", "sku", "--json")
    assert saved.object["filter"] == {"active": False}
    assert [key["field"] for key in saved.object["sort"]] == ["name", "sku"]
    assert skus(filled, "--view", "Gone") == ["A-1"]
    assert filled("products", "rename-view", "Gone", "Off the shelf").status == 0
    assert skus(filled, "--view", "Off the shelf") == ["A-1"]
    assert filled("products", "rename-view", "Gone", "Back").status == 4
    assert filled("products", "delete-view", "Off the shelf").status == 0
    assert filled("products", "delete-view", "Off the shelf").status == 4
    assert filled("products", "views", "--json").objects == []
