"""Bulk edits: the preview is exact, the change is what was previewed, or nothing."""

from __future__ import annotations

import random
import re
import threading
from typing import Any

import pytest

from acme_desktop.core.changes import undo
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.product_rules import BLANKS, WHITE_SPACE, is_blank
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import bulk_edit, edits, listing
from acme_desktop.core.products.bulk_changes import (
    BulkChange,
    ExtendName,
    InvalidChange,
    ReplaceText,
    SetActive,
    SetDescription,
)
from acme_desktop.core.products.bulk_edit import Outdated, Which
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes

ANNA = Author("anna", "window on lab-3")
EVERYTHING = Which()


def put(database: Database, *names: str, description: str | None = None) -> None:
    """Products p0, p1 ... with those names, as another program would write them."""
    with database.connect() as connection:
        for number, name in enumerate(names):
            connection.execute(
                "INSERT INTO products (sku, sku_key, name, description) VALUES (%s, %s, %s, %s)",
                (f"p{number}", f"p{number}", name, description),
            )


def column(database: Database, field: str = "name") -> list[Any]:
    with database.connect() as connection:
        return [value for (value,) in connection.execute(f"SELECT {field} FROM products ORDER BY sku_key").fetchall()]


def done(database: Database, change: BulkChange, which: Which = EVERYTHING) -> Any:
    return bulk_edit.apply(database, bulk_edit.preview(database, which, change), author=ANNA)


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (ReplaceText("name", "a", "o"), "Banana a A", "Bonono o A"),
        (ReplaceText("name", "A", "o", any_case=True), "Banana A", "Bonono o"),
        (ReplaceText("name", "äż", "x", any_case=True), "ÄŻ äŻ", "x x"),
        (ReplaceText("name", "cup", "mug", whole_words=True), "cup cupboard cup, hiccup", "mug cupboard mug, hiccup"),
        (ReplaceText("name", "cup", "mug", any_case=True, whole_words=True), "CUP Cups", "mug Cups"),
        (ReplaceText("name", "(a+b)*", "[x]", any_case=True), "(A+B)* aab", "[x] aab"),
        (ReplaceText("name", r"a.b\c$^|{2}?-#/&", r"\1&\\", any_case=True), r"A.B\C$^|{2}?-#/& axb", r"\1&\\ axb"),
        (ReplaceText("name", "100%", "%s", any_case=True), "100% wool %s", "%s wool %s"),
        (ReplaceText("name", "x", ""), "axbx", "ab"),
        (ExtendName("New: ", " (2026)"), "Cup", "New: Cup (2026)"),
        (ExtendName(suffix="%"), "50", "50%"),
    ],
)  # fmt: skip
def test_each_change_of_a_name(database: Database, change: BulkChange, before: str, after: str) -> None:
    put(database, before)
    seen = bulk_edit.preview(database, EVERYTHING, change)
    assert (seen.changed, seen.unchanged, seen.refused) == (1, 0, {})
    (difference,) = bulk_edit.differences(database, seen)
    assert (difference.old, difference.new) == (before, after)
    assert column(database) == [before]
    bulk_edit.apply(database, seen, author=ANNA)
    assert column(database) == [after]


def test_the_counts_and_the_reasons(database: Database) -> None:
    put(database, "Cup", "x", "x" * 600, "Mug", "x \u200b")
    seen = bulk_edit.preview(database, EVERYTHING, ReplaceText("name", "x", ""))
    assert (seen.matched, seen.changed, seen.unchanged, seen.refused) == (5, 0, 2, {"missing_name": 3})
    longer = bulk_edit.preview(database, EVERYTHING, ReplaceText("name", "x", "yy"))
    assert (longer.changed, longer.unchanged, longer.refused) == (2, 2, {"too_long": 1})
    (refused,) = bulk_edit.differences(database, longer, ("too_long",))
    assert (refused.sku, refused.verdict) == ("p2", "too_long")
    made = bulk_edit.apply(database, longer, author=ANNA)
    assert made is not None
    assert made.updated == 2
    assert column(database) == ["Cup", "yy", "x" * 600, "Mug", "yy \u200b"]


def test_blank_is_the_same_for_the_server_as_for_everything_else(database: Database) -> None:
    assert "".join(chr(code) for code in range(0x110000) if chr(code).isspace()) == WHITE_SPACE
    put(database, *(f"x{letter}" for letter in BLANKS), "x\u180e", "x.")
    seen = bulk_edit.preview(database, EVERYTHING, ReplaceText("name", "x", ""))
    assert all(is_blank(letter) for letter in BLANKS)
    assert not is_blank("\u180e")
    assert (seen.changed, seen.refused) == (2, {"missing_name": len(BLANKS)})


def test_it_is_one_change_set_with_before_images_that_can_be_undone(database: Database) -> None:
    put(database, "Cup a", "Mug", "Cup b")
    made = done(database, ReplaceText("name", "Cup", "Beaker"))
    assert (made.kind, made.actor, made.updated) == ("bulk_edit", "anna", 2)
    assert made.summary == "Bulk edit: replace ‘Cup’ by ‘Beaker’ in name, 2 products"
    assert column(database, "changed_in") == [made.id, None, made.id]
    with database.connect() as connection:
        kept = connection.execute("SELECT change_set_id, operation, name FROM product_versions ORDER BY 3").fetchall()
    assert kept == [(made.id, "update", "Cup a"), (made.id, "update", "Cup b")]
    undo.undo(database, made.id, author=ANNA)
    assert column(database) == ["Cup a", "Mug", "Cup b"]


def test_set_active_touches_only_what_differs(database: Database) -> None:
    put(database, "a", "b")
    edits.update(database, "p0", Changes(active=False), author=ANNA)
    seen = bulk_edit.preview(database, EVERYTHING, SetActive(False))
    assert [(one.sku, one.old, one.new) for one in bulk_edit.differences(database, seen)] == [("p1", True, False)]
    assert bulk_edit.apply(database, seen, author=ANNA).updated == 1  # type: ignore[union-attr]
    assert done(database, SetActive(False)) is None
    assert column(database, "active") == [False, False]


def test_a_description_is_set_cleared_and_replaced(database: Database) -> None:
    put(database, "a", "b")
    assert done(database, SetDescription("Line\nline")).summary == (
        "Bulk edit: set description to ‘Line line’, 2 products"
    )
    assert column(database, "description") == ["Line\nline"] * 2
    done(database, ReplaceText("description", "line", "row", any_case=True))
    assert column(database, "description") == ["row\nrow"] * 2
    done(database, ReplaceText("description", "row", ""))
    assert column(database, "description") == [None, None]
    assert done(database, ReplaceText("description", "x", "y")) is None
    done(database, SetDescription("x"))
    assert done(database, SetDescription(" \n")).summary == "Bulk edit: clear description, 2 products"
    assert column(database, "description") == [None, None]


def test_a_blank_description_of_another_program_is_left_where_nothing_is_found(database: Database) -> None:
    put(database, "a", description="  ")
    assert bulk_edit.preview(database, EVERYTHING, ReplaceText("description", "x", "y")).unchanged == 1


def test_only_the_chosen_products(database: Database) -> None:
    put(database, "Cup", "Cup", "Mug cup")
    ids = (listing.get(database, "p0").id, listing.get(database, "p2").id)
    done(database, ExtendName("A "), Which(ids=ids))
    assert column(database) == ["A Cup", "Cup", "A Mug cup"]
    # the change takes the products out of the very filter that found them
    done(database, ReplaceText("name", "cup", "x", any_case=True), Which(Filter(name="cup")))
    assert column(database) == ["A x", "x", "A Mug x"]


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE products SET name = 'Cup 2' WHERE sku = 'p0'",
        "UPDATE products SET description = 'theirs' WHERE sku = 'p0'",
        "DELETE FROM products WHERE sku = 'p0'",
        "INSERT INTO products (sku, sku_key, name) VALUES ('q', 'q', 'Cup')",
    ],
)
def test_a_change_by_someone_else_since_the_preview_refuses_it(database: Database, meanwhile: str) -> None:
    put(database, "Cup", "Cup", "Mug")
    seen = bulk_edit.preview(database, EVERYTHING, ReplaceText("name", "Cup", "x"))
    with database.connect() as connection:
        connection.execute(meanwhile)
    standing = column(database)
    with pytest.raises(Outdated) as refusal:
        bulk_edit.apply(database, seen, author=ANNA)
    assert refusal.value.exit_code == 5
    assert column(database) == standing
    bulk_edit.apply(database, bulk_edit.preview(database, EVERYTHING, seen.change), author=ANNA)
    assert not any("Cup" in name for name in column(database))


def test_a_change_of_a_product_that_is_not_concerned_does_not_matter(database: Database) -> None:
    put(database, "Cup", "Mug")
    seen = bulk_edit.preview(database, EVERYTHING, ReplaceText("name", "Cup", "x"))
    edits.update(database, "p1", Changes(description="New"), author=ANNA)
    assert bulk_edit.apply(database, seen, author=ANNA) is not None


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (ReplaceText("name", "", "x"), "find"),
        (ReplaceText("name", "a\0", "x"), "find"),
        (ReplaceText("name", "a", "\udcff"), "by"),
        (ReplaceText("name", "a" * 1001, "x"), "find"),
        (ExtendName(), "prefix"),
        (ExtendName("", "x" * 1001), "suffix"),
        (SetDescription("\0"), "text"),
    ],
)
def test_a_change_that_makes_no_sense(database: Database, change: BulkChange, part: str) -> None:
    with pytest.raises(InvalidChange) as refusal:
        bulk_edit.preview(database, EVERYTHING, change)
    assert refusal.value.part == part


def test_the_preview_is_read_in_pages_by_sku(database: Database) -> None:
    put(database, *(f"Cup {number}" for number in range(25)))
    seen = bulk_edit.preview(database, EVERYTHING, ReplaceText("name", "Cup", "Mug"))
    found: list[str] = []
    while page := bulk_edit.differences(database, seen, after=found[-1] if found else "", size=10):
        found += [one.sku_key for one in page]
    assert found == sorted(f"p{number}" for number in range(25))


def test_of_a_long_description_the_part_around_the_first_change_is_read(database: Database) -> None:
    put(database, "a", description="." * 5000 + "Cup" + "-" * 5000)
    for any_case in (False, True):
        change = ReplaceText("description", "Cup", "Mug", any_case=any_case)
        (one,) = bulk_edit.differences(database, bulk_edit.preview(database, EVERYTHING, change))
        assert isinstance(one.old, str)
        assert isinstance(one.new, str)
        assert one.cut > 4900
        assert len(one.old) <= 600
        assert one.old.index("Cup") == one.new.index("Mug") == 5000 - one.cut


def test_any_replacement_agrees_with_pythons_own(database: Database) -> None:
    """Thousands of texts of awkward letters, replaced by the server and by `re`."""
    chance = random.Random(7)
    letters = "aAbB  .-_$^()[]\\&1é"
    texts = sorted({"n" + "".join(chance.choices(letters, k=chance.randrange(1, 12))) for _ in range(400)})
    put(database, *texts)
    for round_ in range(24):
        find = "".join(chance.choices(letters, k=chance.randrange(1, 4)))
        by = "".join(chance.choices(letters, k=chance.randrange(0, 3)))
        any_case, whole_words = bool(round_ & 1), bool(round_ & 2)
        pattern = rf"(?<!\w){re.escape(find)}(?!\w)" if whole_words else re.escape(find)
        expected = {
            f"p{number}": re.sub(pattern, by.replace("\\", r"\\"), text, flags=re.IGNORECASE if any_case else 0)
            for number, text in enumerate(texts)
        }
        change = ReplaceText("name", find, by, any_case=any_case, whole_words=whole_words)
        seen = bulk_edit.preview(database, EVERYTHING, change)
        found = {one.sku: one.new for one in bulk_edit.differences(database, seen, size=1000)}
        wanted = {sku: name for sku, name in expected.items() if name != texts[int(sku[1:])]}
        assert found == wanted, change


def test_a_cancel_leaves_everything_as_it_was(database: Database) -> None:
    put(database, "Cup")
    seen = bulk_edit.preview(database, EVERYTHING, ExtendName("x"))
    progress = Progress()
    stages: list[str] = []
    waiting = threading.Event()

    def work() -> None:
        try:
            bulk_edit.apply(database, seen, author=ANNA, progress=progress)
        except Cancelled:
            stages.append("cancelled")

    with database.connect() as other:
        other.execute("LOCK TABLE products IN ROW EXCLUSIVE MODE")
        thread = threading.Thread(target=work)
        thread.start()
        while progress.snapshot().stage != "Waiting for other writers":
            waiting.wait(0.01)
        progress.cancel()
        thread.join(10)
    assert stages == ["cancelled"]
    assert column(database) == ["Cup"]
