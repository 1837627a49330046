"""Pages, counts and single products, over every filter and order."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound, UsageProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import listing
from acme_desktop.core.products.filters import SORT_FIELDS, Filter, Sort

PRODUCTS = [
    # sku, name, description, active, created_at, updated_at
    ("B-2", "apple 100%", "red_ish", True, "2026-01-01 00:00+00", "2026-03-01 12:00+00"),
    ("a-1", "Zebra", None, False, "2026-01-31 23:59:59.999999+00", "2026-03-02 12:00+00"),
    ("C-3", "ÄPFEL", "back\\slash", True, "2026-02-01 00:00+00", "2026-03-02 12:00+00"),
    ("D-4", "Zebra", "", True, "2026-02-15 00:00+00", "2026-03-04 12:00+00"),
]


@pytest.fixture
def filled(database: Database) -> Database:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO products (sku, sku_key, name, description, active, created_at, updated_at) "
            "VALUES (%s::text, lower(%s::text), %s, %s, %s, %s, %s)",
            [(row[0], *row) for row in PRODUCTS],
        )
    return database


def skus(database: Database, question: Filter, sort: Sort | None = None) -> str:
    found = listing.page(database, question, sort or Sort(), 1, 100)
    assert listing.count(database, question) == len(found)
    return " ".join(product.sku for product in found)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Filter(), "a-1 B-2 C-3 D-4"),
        (Filter(sku="", name="", search=" "), "a-1 B-2 C-3 D-4"),
        (Filter(sku=" A-"), "a-1"),
        (Filter(name="äpf"), "C-3"),
        (Filter(name="0%"), "B-2"),
        (Filter(name="0_"), ""),
        (Filter(description="_I"), "B-2"),
        (Filter(description="K\\S"), "C-3"),
        (Filter(search="ZEB"), "a-1 D-4"),
        (Filter(search="red"), "B-2"),
        (Filter(search="-4"), "D-4"),
        (Filter(search="\0"), ""),
        (Filter(sku="\udcff"), ""),
        (Filter(active=True), "B-2 C-3 D-4"),
        (Filter(active=False, name="zebra"), "a-1"),
        (Filter(created_from=date(2026, 1, 31)), "a-1 C-3 D-4"),
        (Filter(created_to=date(2026, 1, 31)), "a-1 B-2"),
        (Filter(created_to=date.max), "a-1 B-2 C-3 D-4"),
        (Filter(created_from=datetime(2026, 2, 1)), "C-3 D-4"),
        (Filter(updated_from=datetime(2026, 3, 2, 12, tzinfo=UTC), updated_to=date(2026, 3, 3)), "a-1 C-3"),
        (Filter(updated_to=datetime(2026, 3, 1, 12, tzinfo=UTC)), "B-2"),
        (Filter(changed_in=7), ""),
    ],
)
def test_filters(filled: Database, question: Filter, expected: str) -> None:
    assert skus(filled, question) == expected


def test_a_filter_knows_whether_it_restricts() -> None:
    assert Filter(sku=" ", description="").empty
    assert not Filter(active=False).empty


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("sku:desc", "D-4 C-3 B-2 a-1"),
        ("name", "B-2 a-1 D-4 C-3"),
        ("name:desc", "C-3 D-4 a-1 B-2"),
        ("description", "a-1 D-4 C-3 B-2"),
        ("active", "a-1 B-2 C-3 D-4"),
        ("created_at", "B-2 a-1 C-3 D-4"),
        ("updated_at:desc", "D-4 C-3 a-1 B-2"),
        ("id:asc", "B-2 a-1 C-3 D-4"),
    ],
)
def test_orders(filled: Database, sort: str, expected: str) -> None:
    assert skus(filled, Filter(), Sort.parse(sort)) == expected


@pytest.mark.parametrize("wrong", ["price", "sku:up", "", "sku; DROP TABLE products"])
def test_only_known_fields_sort(wrong: str) -> None:
    with pytest.raises(UsageProblem):
        Sort.parse(wrong)


@pytest.mark.parametrize("field", SORT_FIELDS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_by_number_and_by_key_agree_and_cover_everything(
    database: Database, field: str, descending: bool
) -> None:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, description, active) "
            "SELECT 'S' || n, 's' || n, 'Name ' || n % 3, "
            "CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'd' || n % 5 END, n % 2 = 0 FROM generate_series(1, 25) n"
        )
    sort = Sort(field, descending)
    everything = listing.page(database, Filter(), sort, 1, 100)
    assert len({product.id for product in everything}) == 25
    for number in range(1, 5):
        expected = everything[(number - 1) * 7 : number * 7]
        assert listing.page(database, Filter(), sort, number, 7) == expected
        previous = everything[(number - 1) * 7 - 1] if number > 1 else None
        assert listing.after(database, Filter(), sort, previous, 7) == expected
    assert listing.page(database, Filter(), sort, 5, 7) == []
    assert listing.before(database, Filter(), sort, None, 7) == everything[-7:]
    assert listing.before(database, Filter(), sort, everything[9], 7) == everything[2:9]


def test_get_takes_any_letter_case_and_form(filled: Database) -> None:
    assert listing.get(filled, " A-1\n").name == "Zebra"
    with pytest.raises(NotFound, match="'a-'") as missing:
        listing.get(filled, "a-")
    assert missing.value.exit_code == 4


def test_by_ids_leaves_out_what_is_gone(filled: Database) -> None:
    first = listing.get(filled, "a-1")
    assert listing.by_ids(filled, [first.id, 999_999]) == {first.id: first}


def test_a_product_in_json(filled: Database) -> None:
    product = listing.get(filled, "b-2")
    assert list(product.to_json()) == [
        "id", "sku", "name", "description", "active", "created_at", "updated_at", "change_set_id"
    ]  # fmt: skip
    assert product.to_json()["created_at"] == "2026-01-01T00:00:00.000000Z"
    assert product.to_json()["change_set_id"] is None


def test_questions_can_be_watched_and_cancelled(filled: Database) -> None:
    progress = Progress()
    assert listing.count(filled, Filter(), progress) == 4
    assert len(listing.page(filled, Filter(), Sort(), 1, 2, progress)) == 2
