"""`products bulk-edit`: a preview until the count is confirmed."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def filled(acme: Any) -> Any:
    for sku, name, description in (("a-1", "Cup", "red"), ("a-2", "Cupboard", "red"), ("b-1", "cup " + "x" * 995, "")):
        assert acme("products", "create", "--sku", sku, "--name", name, "--description", description).status == 0
    return acme


def names(acme: Any) -> list[str]:
    return [product["name"][:12] for product in acme("products", "list", "--json").objects]


def test_without_a_count_it_is_a_preview(filled: Any) -> None:
    ran = filled("products", "bulk-edit", "--replace", "cup", "Beaker", "--any-case")
    assert ran.status == 0
    assert "Beakerboard" in ran.out
    assert "(the text would be too long)" in ran.out
    assert "2 products would be changed, 0 unchanged, 1 refused" in ran.err
    assert "--confirm 2" in ran.err
    found = filled("products", "bulk-edit", "--replace", "cup", "Beaker", "--any-case", "--json").objects
    assert [one["verdict"] for one in found] == ["changed", "changed", "too_long"]
    assert found[0] == {"sku": "a-1", "old": "Cup", "new": "Beaker", "verdict": "changed"}
    assert names(filled)[0] == "Cup"


def test_with_the_count_it_is_done_and_can_be_undone(filled: Any) -> None:
    change = ["products", "bulk-edit", "--replace", "Cup", "Mug", "--whole-words"]
    refused = filled(*change, "--confirm", "2")
    assert (refused.status, refused.out) == (5, "")
    assert "confirm the number 1" in refused.err
    made = filled(*change, "--confirm", "1", "--json").object
    assert made == {"change_set_id": made["change_set_id"], "changed": 1, "unchanged": 2, "refused": 0}
    assert names(filled)[:2] == ["Mug", "Cupboard"]
    assert filled("changes", "undo", str(made["change_set_id"])).status == 0
    assert names(filled)[:2] == ["Cup", "Cupboard"]


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (["--set-active", "no"], 3),
        (["a-1", "B-1", "--set-active", "no"], 2),
        (["--sku", "a-", "--set-description", "blue"], 2),
        (["--set-description", ""], 2),
        (["--replace", "re", "b", "--in", "description"], 2),
        (["--extend-name", "New ", ""], 2),
    ],
)
def test_each_kind_of_change(filled: Any, options: list[str], changed: int) -> None:
    assert filled("products", "bulk-edit", *options, "--confirm", str(changed), "--json").object["changed"] == changed


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 2),
        (["--set-active", "no", "--set-description", "x"], 2),
        (["--set-active", "no", "--any-case"], 2),
        (["a-1", "--name", "Cup", "--set-active", "no"], 2),
        (["--replace", "", "x"], 2),
        (["--extend-name", "", ""], 2),
        (["nothing", "--set-active", "no"], 4),
    ],
)
def test_wrong_usage(filled: Any, options: list[str], status: int) -> None:
    ran = filled("products", "bulk-edit", *options)
    assert (ran.status, ran.out) == (status, "")
    assert "Traceback" not in ran.err
