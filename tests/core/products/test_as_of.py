"""The catalogue as of a moment and the difference between two, against the catalogue as it was seen then."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.changes import change_set, moment
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.undo import undo
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound, Refused, UsageProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.products import as_of, difference, edits, export, listing
from acme_desktop.core.products.difference import Between, Counts, Difference
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.product import Changes, Product

ANNA = Author("anna", "tests")
SKUS = [*"abcdefgh", "ÄB", "Ż"]
EARLIER = datetime(2001, 1, 1, tzinfo=UTC)

Catalogue = dict[int, tuple[Any, ...]]


def catalogue(database: Database) -> Catalogue:
    return {one.id: _values(one) for page in listing.stream(database, Filter(), Sort()) for one in page}


def _values(product: Product) -> tuple[Any, ...]:
    return product.sku, product.name, product.description, product.active, product.created_at, product.updated_at


def now(database: Database) -> datetime:
    with database.connect() as connection:
        (moment_,) = connection.execute("SELECT clock_timestamp()").fetchone()  # type: ignore[misc]
    return moment_  # type: ignore[return-value]


def then(database: Database, when: datetime, size: int = 3) -> Catalogue:
    """The catalogue of then, read in pages by key and checked against its stream and its count."""
    found: list[Product] = []
    while page := as_of.page(database, when, Filter(), Sort(), found[-1] if found else None, size):
        found += page
    assert found == [one for page in as_of.stream(database, when, Filter(), Sort(), size=2) for one in page]
    assert len(found) == as_of.count(database, when, Filter())
    return {one.id: _values(one) for one in found}


def all_differences(database: Database, between: Between, kind: difference.Kind | None = None) -> list[Difference]:
    found: list[Difference] = []
    while page := difference.page(database, between, kind, found[-1] if found else None, 3):
        found += page
    return found


def by_hand(before: Catalogue, after: Catalogue) -> dict[int, str]:
    kinds = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old is None:
            kinds[key] = "created"
        elif new is None:
            kinds[key] = "deleted"
        elif old[:4] != new[:4]:
            kinds[key] = "changed"
    return kinds


def foreign(database: Database, sku: str) -> None:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name) VALUES (%s, lower(%s), 'Direct') ON CONFLICT DO NOTHING",
            (sku, sku),
        )


def step(database: Database, chance: random.Random, made: list[ChangeSet], folder: Path) -> ChangeSet | None:
    """One random change; None where it was refused or was another program's."""
    sku, name = chance.choice(SKUS), f"N{chance.randrange(4)}"
    try:
        match chance.randrange(10):
            case 0 | 1:
                return edits.create(database, sku=chance.choice([sku, sku.upper()]), name=name, author=ANNA)
            case 2:
                changes = Changes(name=name, description=chance.choice(["", "text"]))
                return edits.update(database, sku, changes, author=ANNA)
            case 3:
                return edits.update(database, sku, Changes(sku=chance.choice(SKUS).upper()), author=ANNA)
            case 4:
                return edits.delete(database, [sku, chance.choice(SKUS)], author=ANNA)
            case 5:
                return edits.set_active(database, [sku], chance.random() < 0.5, author=ANNA)
            case 6 if chance.random() < 0.3:
                return edits.delete_all(database, confirm=listing.count(database, Filter()), author=ANNA)
            case 7 if made:
                return undo(database, chance.choice(made[-6:]).id, author=ANNA).change_set
            case 8:
                foreign(database, sku)
            case 9:
                rows = "".join(f"{chance.choice(SKUS)},N{chance.randrange(4)}\n" for _ in range(4))
                path = folder / "file.csv"
                path.write_text(f"sku,name\n{rows}", encoding="utf-8")
                report = run.import_file(database, path, ImportOptions(), Progress(), ANNA)
                if report.change_set_id is not None:
                    with database.connect() as connection:
                        return change_set.get(connection, report.change_set_id)
    except (Refused, NotFound):
        pass
    return None


@pytest.mark.parametrize(("many", "few"), [(20_000, -1), (-1, 1_000)], ids=["as a whole", "from a window"])
@pytest.mark.parametrize("seed", range(4))
def test_every_moment_of_a_random_life_is_found_again(
    database: Database, seed: int, many: int, few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difference, "_MANY", many)
    monkeypatch.setattr(moment, "_FEW", few)
    chance = random.Random(seed)
    made: list[ChangeSet] = []
    seen: list[tuple[datetime, Catalogue]] = [(now(database), {})]
    for _ in range(30):
        done = step(database, chance, made, tmp_path)
        if done is not None:
            before = seen[-1][1]
            made.append(done)
            kinds = {one.id: one.kind for one in all_differences(database, Between(change_set_id=done.id))}
            assert kinds == by_hand(before, catalogue(database))
        seen.append((now(database), catalogue(database)))
    for when, state in seen:
        assert then(database, when) == state
    assert then(database, EARLIER) == {}
    for _ in range(12):
        (start, before), (end, after) = sorted(chance.sample(seen, 2), key=lambda one: one[0])
        found = all_differences(database, Between(start, end))
        expected = by_hand(before, after)
        assert {one.id: one.kind for one in found} == expected
        assert [one.key for one in found] == sorted(one.key for one in found)
        for one in found:
            for values, state in ((one.before, before), (one.after, after)):
                assert (values is None) == (one.id not in state)
                if values is not None:
                    assert (values.sku, values.name, values.description, values.active) == state[one.id][:4]
        kinds = list(expected.values())
        assert difference.counts(database, Between(start, end)) == Counts(*map(kinds.count, difference.KINDS))
        chosen = chance.choice(difference.KINDS)
        assert all_differences(database, Between(start, end), chosen) == [one for one in found if one.kind == chosen]


def test_questions_are_asked_of_the_values_of_then(database: Database) -> None:
    edits.create(database, sku="A", name="Lamp", author=ANNA)
    edits.create(database, sku="B", name="Chair", author=ANNA)
    when = now(database)
    edits.update(database, "A", Changes(name="Desk", sku="Z"), author=ANNA)
    edits.update(database, "B", Changes(name="Lamp shade"), author=ANNA)
    (found,) = as_of.page(database, when, Filter(name="lamp"), Sort(), None, 10)
    assert (found.sku, found.name) == ("A", "Lamp")
    assert as_of.count(database, when, Filter(sku="z")) == 0
    names = [one.name for one in as_of.page(database, when, Filter(), Sort("name"), None, 10)]
    assert names == ["Chair", "Lamp"]


def test_an_export_of_then(database: Database, tmp_path: Path) -> None:
    edits.create(database, sku="A", name="Lamp", author=ANNA)
    when = now(database)
    edits.update(database, "A", Changes(name="Desk"), author=ANNA)
    stream = io.BytesIO()
    assert export.export(database, Filter(), Sort(), stream, when=when) == 1
    assert stream.getvalue() == b"sku,name,description,active\nA,Lamp,,true\n"
    assert export.export(database, Filter(), Sort(), tmp_path / "then.jsonl", when=when) == 1
    assert '"Lamp"' in (tmp_path / "then.jsonl").read_text(encoding="utf-8")


def test_a_change_that_was_not_finished_yet_does_not_count(database: Database) -> None:
    """A change set's number is given at its beginning: a higher one may be finished first."""
    edits.create(database, sku="A", name="Slow 1", author=ANNA)
    edits.create(database, sku="B", name="Fast 1", author=ANNA)
    start = now(database)
    with database.connect() as connection:
        slow = change_set.begin(connection, "update", ANNA)
        fast = edits.update(database, "B", Changes(name="Fast 2"), author=ANNA)
        assert fast is not None
        assert fast.id > slow
        between = now(database)
        connection.execute(
            "INSERT INTO product_versions (change_set_id, operation, sku_key, product_id, sku, name, active, "
            "created_at, updated_at, created_in, changed_in) SELECT %s, 'update', sku_key, id, sku, name, active, "
            "created_at, updated_at, created_in, changed_in FROM products WHERE sku_key = 'a'",
            (slow,),
        )
        connection.execute("UPDATE products SET name = 'Slow 2', changed_in = %s WHERE sku_key = 'a'", (slow,))
        change_set.finish(connection, slow, updated=1)
    end = now(database)

    def names(when: datetime) -> list[str]:
        return [one.name for one in as_of.page(database, when, Filter(), Sort(), None, 10)]

    def changed(start: datetime, end: datetime) -> list[str]:
        return [one.key for one in all_differences(database, Between(start, end))]

    assert [names(when) for when in (start, between, end)] == [
        ["Slow 1", "Fast 1"],
        ["Slow 1", "Fast 2"],
        ["Slow 2", "Fast 2"],
    ]
    assert (changed(start, between), changed(between, end), changed(start, end)) == (["b"], ["a"], ["a", "b"])


def test_a_clock_that_was_set_back_leaves_the_order_of_the_numbers(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO change_sets (kind, actor, client, created_at) "
            "SELECT 'import', 'anna', 'tests', now() + interval '1 hour' FROM generate_series(1, 2000)"
        )
        connection.execute("INSERT INTO change_sets (kind, actor, client) VALUES ('import', 'anna', 'tests')")
        found = moment.at(connection, datetime.now(UTC) + timedelta(minutes=1))
    assert (found.last, found.unfinished) == (2001, ())


def test_the_difference_as_csv(database: Database, tmp_path: Path) -> None:
    edits.create(database, sku="A", name="Lamp", author=ANNA)
    edits.create(database, sku="B", name="Chair", author=ANNA)
    start = now(database)
    edits.update(database, "A", Changes(name='Lamp "2"', description="Brass,\nround"), author=ANNA)
    edits.delete(database, ["B"], author=ANNA)
    edits.create(database, sku="C", name="Desk", active=False, author=ANNA)
    target = tmp_path / "difference.csv"
    assert difference.save(database, Between(start), None, target, Progress()) == 3
    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["change"], row["sku_before"], row["sku_after"]) for row in rows] == [
        ("changed", "A", "A"),
        ("deleted", "B", ""),
        ("created", "", "C"),
    ]
    assert (rows[0]["name_before"], rows[0]["name_after"]) == ("Lamp", 'Lamp "2"')
    assert rows[0]["description_after"] == "Brass,\nround"
    assert difference.save(database, Between(start), "deleted", target, Progress()) == 1


def test_a_span_that_ends_before_it_starts_is_refused(database: Database) -> None:
    with pytest.raises(UsageProblem):
        difference.counts(database, Between(now(database), EARLIER))
    with pytest.raises(NotFound):
        difference.page(database, Between(change_set_id=99), None, None, 10)


def test_bare_dates_are_whole_days_in_utc() -> None:
    day = date(2026, 11, 23)
    assert moment.start_of(day) == datetime(2026, 11, 23, tzinfo=UTC)
    assert moment.end_of(day) == datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC)
    exact = datetime(2026, 11, 23, 14, 30)
    assert moment.start_of(exact) == moment.end_of(exact) == exact.replace(tzinfo=UTC)
