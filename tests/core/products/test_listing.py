"""Pages, counts and single products, over every filter and order."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime

import psycopg
import pytest

from acme_desktop.core.database import catalogue_indexes, segments
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled, NotFound, UsageProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import listing, plans, reading
from acme_desktop.core.products.filters import SORT_FIELDS, Clause, Filter, Sort, finding_index, order_by, where
from acme_desktop.core.products.product import COLUMNS

PRODUCTS = [
    # sku, name, description, active, created_at, updated_at
    ("B-2", "apple 100%", "red_ish", True, "2026-01-01 00:00+00", "2026-03-01 12:00+00"),
    ("a-1", "Zebra", None, False, "2026-01-31 23:59:59.999999+00", "2026-03-02 12:00+00"),
    ("C-3", "ÄPFEL", "back\\slash", True, "2026-02-01 00:00+00", "2026-03-02 12:00+00"),
    ("D-4", "Zebra", "", True, "2026-02-15 00:00+00", "2026-03-04 12:00+00"),
]


@pytest.fixture(params=["no index", "all indexed", "half indexed"])
def filled(request: pytest.FixtureRequest, database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    indexed = {"no index": 0, "all indexed": len(PRODUCTS), "half indexed": 2}[request.param]
    fill(database, PRODUCTS[:indexed])
    if indexed:
        index(database, monkeypatch)
    fill(database, PRODUCTS[indexed:])
    return database


def fill(database: Database, products: Sequence[tuple[object, ...]]) -> None:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO products (sku, sku_key, name, description, active, created_at, updated_at) "
            "VALUES (%s::text, lower(%s::text), %s, %s, %s, %s, %s)",
            [(row[0], *row) for row in products],
        )


def index(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is in the catalogue now in a segment."""
    monkeypatch.setattr(catalogue_indexes, "_FEW", 1)
    assert catalogue_indexes.maintain(database)


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


ACCENTED = [
    ("É-1", "Café crème", None),
    ("E-2", "CAFE CREME", "smørrebrød"),
    ("E-3", "Cafe\u0301 creme", "100% Straße_1"),
    ("E-4", "Łódka", "Œuvre"),
    ("E-5", "Caff crème", "İstanbul"),
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Filter(name="cafe"), "E-2 E-3"),
        (Filter(name="cafe", ignore_accents=True), "E-2 E-3 É-1"),
        (Filter(name="CAFÉ Crème", ignore_accents=True), "E-2 E-3 É-1"),
        (Filter(name="fe\u0301 c", ignore_accents=True), "E-2 E-3 É-1"),
        (Filter(sku="e-", ignore_accents=True), "E-2 E-3 E-4 E-5 É-1"),
        (Filter(sku="é-", ignore_accents=True), "E-2 E-3 E-4 E-5 É-1"),
        (Filter(search="lodka", ignore_accents=True), "E-4"),
        (Filter(description="STRASSE_1", ignore_accents=True), "E-3"),
        (Filter(search="oeuvre", ignore_accents=True), "E-4"),
        (Filter(search="smorrebrod", ignore_accents=True), "E-2"),
        (Filter(search="istanbul", ignore_accents=True), "E-5"),
        (Filter(search="1%", ignore_accents=True), ""),
        (Filter(search="%", ignore_accents=True), "E-3"),
        (Filter(search="_", name="e", ignore_accents=True), "E-3"),
        (Filter(ignore_accents=True), "E-2 E-3 E-4 E-5 É-1"),
    ],
)
@pytest.mark.parametrize("indexed", [False, True])
def test_accents_can_be_ignored(
    database: Database, question: Filter, expected: str, indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(sku, name, description, True, "now", "now") for sku, name, description in ACCENTED]
    fill(database, rows[:3])
    if indexed:
        index(database, monkeypatch)
    fill(database, rows[3:])
    assert skus(database, question) == expected


@pytest.mark.parametrize(
    ("question", "everywhere", "ascii_only"),
    [
        (Filter(name="lamp"), "search", "search"),
        (Filter(name="лампа"), "search", None),
        (Filter(name="crème"), "search", None),
        (Filter(name="crème", ignore_accents=True), "folded", "folded"),
        (Filter(name="crème", sku="abc"), "search", "search"),
        (Filter(name="la"), None, None),
        (Filter(name="лампа", changed_in=3), "search", ""),
    ],
)
def test_an_index_is_asked_only_for_what_it_can_find(
    question: Filter, everywhere: str | None, ascii_only: str | None
) -> None:
    assert finding_index(question) == everywhere
    assert finding_index(question, ascii_only=True) == ascii_only


def test_a_server_with_trigrams_of_ascii_alone_is_known(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.connect() as connection:
        connection.execute("UPDATE pg_database SET datctype = 'C' WHERE datname = current_database()")
    fill(database, [("a", "Лампа", None, True, "now", "now"), ("b", "Lamp", None, True, "now", "now")])
    index(database, monkeypatch)
    with database.connect() as connection:
        assert segments.coverage(connection).ascii_only
    assert skus(database, Filter(name="ламп")) == "a"
    assert skus(database, Filter(name="lam")) == "b"


def test_the_indexes_find_what_is_asked_for(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.connect() as connection:
        connection.execute(_SERIES, (1, 2000))
        connection.execute("UPDATE products SET name = 'Café crème' WHERE id = 77")
    index(database, monkeypatch)
    with database.connect() as connection:
        connection.execute("SET enable_seqscan = off")
        for question, used in (
            (Filter(search="crème"), {"search"}),
            (Filter(name="北方的产品"), {"search"}),
            (Filter(name="creme", ignore_accents=True), {"search", "folded"}),
            (Filter(search="CREME", ignore_accents=True), {"search", "folded"}),
            (Filter(active=True), {"active"}),
        ):
            now = segments.coverage(connection)
            assert not now.ascii_only
            part = now.parts("folded")[0]
            query = f"EXPLAIN SELECT id FROM products WHERE {part} AND ({where(question).sql})"
            plan = str(connection.execute(query, where(question).values).fetchall())
            assert {kind for kind in segments.KINDS if f"products_{kind}_" in plan} == used, plan


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
        ("name,created_at:desc", "B-2 D-4 a-1 C-3"),
        ("name:desc,created_at", "C-3 a-1 D-4 B-2"),
        ("active, name:desc", "a-1 C-3 D-4 B-2"),
        ("active:desc,description,sku", "D-4 C-3 B-2 a-1"),
        ("name,sku:desc,created_at", "B-2 D-4 a-1 C-3"),
    ],
)
def test_orders(filled: Database, sort: str, expected: str) -> None:
    assert skus(filled, Filter(), Sort.parse(sort)) == expected


def test_a_sort_is_made_of_keys_that_make_a_difference() -> None:
    assert Sort.of() == Sort()
    keys = (Sort("name"), Sort("active", True), Sort("id"))
    order = Sort.of(keys[0], keys[1], Sort("name", True), keys[2], Sort("sku"))
    assert order.keys == keys
    assert order == Sort("name", then=Sort("active", True, Sort("name", True, Sort("id", then=Sort("sku")))))
    assert not order.slow
    assert Sort.parse("description").slow


@pytest.mark.parametrize("wrong", ["price", "sku:up", "", "name,", "sku; DROP TABLE products"])
def test_only_known_fields_sort(wrong: str) -> None:
    with pytest.raises(UsageProblem):
        Sort.parse(wrong)


_SERIES = """
INSERT INTO products (sku, sku_key, name, description, active, changed_in)
SELECT 'S' || n, 's' || n, 'Name ' || n %% 3,
    CASE n %% 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'd' || n %% 5 END, n %% 2 = 0, nullif(n %% 9, 0)
FROM generate_series(%s::int, %s::int) AS n
"""


@pytest.mark.parametrize(
    "order",
    [
        *(f"{field}{direction}" for field in SORT_FIELDS for direction in ("", ":desc")),
        "name,description:desc", "name:desc,active,created_at", "active,description:desc,sku", "description,id:desc",
    ],
)  # fmt: skip
@pytest.mark.parametrize("indexed", [False, True])
def test_pages_by_number_and_by_key_agree_and_cover_everything(
    database: Database, order: str, indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first, last in ((1, 10), (11, 25)):
        with database.connect() as connection:
            connection.execute(_SERIES, (first, last))
        if indexed and first == 1:
            index(database, monkeypatch)
    sort = Sort.parse(order)
    landmarks = listing.landmarks(database, Filter(), sort, step=3)
    assert (landmarks.total, len(landmarks.marks)) == (25, 9)
    everything = listing.page(database, Filter(), sort, 1, 100)
    assert len({product.id for product in everything}) == 25
    for number in range(1, 5):
        expected = everything[(number - 1) * 7 : number * 7]
        assert listing.page(database, Filter(), sort, number, 7) == expected
        assert listing.page(database, Filter(), sort, number, 7, landmarks=landmarks) == expected
        previous = everything[(number - 1) * 7 - 1] if number > 1 else None
        assert listing.after(database, Filter(), sort, previous, 7) == expected
    assert listing.page(database, Filter(), sort, 5, 7) == []
    assert listing.page(database, Filter(), sort, 5, 7, landmarks=landmarks) == []
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


@pytest.mark.parametrize("order", [*SORT_FIELDS, "name:desc,active", "active,created_at:desc,name"])
@pytest.mark.parametrize(
    "question", [Filter(search="name 1"), Filter(name="1"), Filter(changed_in=4), Filter(created_from=date(2026, 1, 1))]
)
def test_every_way_to_ask_gives_the_same(
    database: Database, order: str, question: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sort = Sort.parse(order)
    with database.connect() as connection:
        connection.execute(_SERIES, (1, 10))
    index(database, monkeypatch)
    with database.connect() as connection:
        connection.execute(_SERIES, (11, 40))
        plain = connection.execute(
            f"SELECT id FROM products WHERE {where(question).sql} ORDER BY {order_by(sort)} LIMIT 6 OFFSET 2",
            where(question).values,
        ).fetchall()
        asked = plans.Asked(question, sort)
        for way in plans.ways(asked, segments.coverage(connection), 6, 2):
            assert [(product.id,) for product in reading._ask(connection, way.query)] == plain
    assert listing.count(database, question) == len(listing.page(database, question, sort, 1, 100))


_EVERYTHING = f"SELECT {COLUMNS} FROM products ORDER BY sku_key LIMIT"
_QUICK = Clause(f"{_EVERYTHING} 9")
_ENDLESS = Clause(f"{_EVERYTHING} (SELECT 9 FROM pg_sleep(60))")
_SLOWER = Clause(f"{_EVERYTHING} (SELECT 9 FROM pg_sleep(0.2))")
_WRONG = Clause("SELECT 1 / 0")


@pytest.mark.parametrize(
    "ways",
    [
        (plans.Way(_ENDLESS, walks=True), plans.Way(_QUICK)),
        (plans.Way(_QUICK), plans.Way(_ENDLESS, walks=True)),
        (plans.Way(_QUICK, head_start=60), plans.Way(_WRONG)),
        (plans.Way(_SLOWER), plans.Way(_WRONG)),
    ],
)
def test_the_first_answer_counts_and_the_other_way_is_interrupted(
    filled: Database, ways: tuple[plans.Way, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ways", lambda *_: ways)
    assert [product.sku for product in listing.after(filled, Filter(), Sort(), None, 9)] == ["a-1", "B-2", "C-3", "D-4"]
    with filled.connect() as connection:
        running = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%'"
        )
        assert connection.execute(f"{running} AND state = 'active' AND pid <> pg_backend_pid()").fetchone() == (0,)
        # nothing of its settings stays behind
        row = connection.execute("SELECT current_setting('statement_timeout'), current_setting('enable_seqscan')")
        assert row.fetchone() == ("0", "on")


def test_what_is_wrong_with_the_best_way_is_told(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ways", lambda *_: (plans.Way(_WRONG), plans.Way(_ENDLESS)))
    with pytest.raises(psycopg.errors.DivisionByZero):
        listing.after(filled, Filter(), Sort(), None, 9)


def test_what_is_wrong_with_the_other_way_is_told_where_a_map_gives_too_few(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ways", lambda *_: (plans.Way(_QUICK, mapped=True), plans.Way(_WRONG)))
    with pytest.raises(psycopg.errors.DivisionByZero):
        listing.glance(filled, Filter(), Sort(), 9)
    assert listing.glance(filled, Filter(), Sort(), 4).sure is False


@pytest.mark.parametrize(
    "ways",
    [
        (plans.Way(_QUICK, mapped=True), plans.Way(_SLOWER)),
        (plans.Way(_SLOWER), plans.Way(_QUICK, mapped=True)),
        (plans.Way(_SLOWER, head_start=60), plans.Way(_ENDLESS, mapped=True)),
    ],
)
def test_a_map_that_gives_too_few_leaves_the_answer_to_the_other_way(
    filled: Database, ways: tuple[plans.Way, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ways", lambda *_: ways)
    found = listing.glance(filled, Filter(), Sort(), 9)
    assert [product.sku for product in found.products] == ["a-1", "B-2", "C-3", "D-4"]
    assert found.sure


@pytest.mark.parametrize("ways", [(plans.Way(_ENDLESS), plans.Way(_ENDLESS)), (plans.Way(_ENDLESS),)])
def test_a_cancelled_question_is_not_asked_another_way(
    filled: Database, ways: tuple[plans.Way, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ways", lambda *_: ways)
    progress = Progress()
    threading.Timer(0.2, progress.cancel).start()
    with pytest.raises(Cancelled):
        listing.after(filled, Filter(), Sort(), None, 9, progress)
    with pytest.raises(Cancelled):
        listing.after(filled, Filter(), Sort(), None, 9, progress)


@pytest.mark.parametrize("order", ["updated_at,name:desc", "created_at:desc,active", "active:desc", "active,sku"])
@pytest.mark.parametrize("question", [Filter(), Filter(search="name")])
@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize("groups", [1, 9])
def test_an_order_is_the_same_when_it_is_read_group_by_group(
    database: Database, order: str, question: Filter, indexed: bool, groups: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect() as connection:
        connection.execute(_SERIES, (1, 10))
    if indexed:
        index(database, monkeypatch)
    with database.connect() as connection:
        connection.execute(_SERIES, (11, 25))
        connection.execute("UPDATE products SET updated_at = '2026-01-01'::date + id::int % 3 * 7")
    sort = Sort.parse(order)
    everything = list(itertools.chain(*listing.stream(database, question, sort)))
    monkeypatch.setattr(reading, "_hopeless", lambda *_: True)
    monkeypatch.setattr(reading, "_GROUPS", groups)
    for place in (None, 0, 6, 13, 24):
        product = None if place is None else everything[place]
        begin = 0 if place is None else place + 1
        assert listing.after(database, question, sort, product, 10) == everything[begin : begin + 10]
        end = 25 if place is None else place
        assert listing.before(database, question, sort, product, 10) == everything[max(0, end - 10) : end]
    assert listing.page(database, question, sort, 3, 6) == everything[12:18]


def test_an_estimate_comes_from_the_statistics(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(_SERIES, (1, 1000))
        connection.execute("ANALYZE products")
    assert listing.estimate(database, Filter()) == 1000
    assert 400 < listing.estimate(database, Filter(active=True)) < 600


def test_names_too_long_for_an_index_sort_by_their_beginning(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, [(f"S{n}", "\N{GRINNING FACE}" * 1000 + str(n), None, True, "now", "now") for n in range(3)])
    index(database, monkeypatch)
    found = listing.after(database, Filter(), Sort("name"), None, 9)
    assert [product.sku for product in found] == ["S0", "S1", "S2"]
    assert listing.after(database, Filter(), Sort("name"), found[0], 9) == found[1:]
