"""Random changes and undos, checked against the catalogue as it was after each of them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.history import as_of
from acme_desktop.core.changes.undo import undo
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes

ANNA = Author("anna", "tests")
SKUS = "abcdef"


def catalogue(database: Database) -> dict[int, tuple[Any, ...]]:
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT id, sku, name, description, active, created_at, updated_at, created_in FROM products"
        )
        return {row[0]: row for row in rows}  # type: ignore[misc]


def change(database: Database, chance: random.Random, made: list[ChangeSet]) -> ChangeSet | None:
    """One random change, or None where it was refused or changed nothing."""
    sku, name = chance.choice(SKUS), str(chance.random())
    try:
        match chance.randrange(8):
            case 0 | 1:
                return edits.create(database, sku=chance.choice([sku, sku.upper()]), name=name, author=ANNA)
            case 2:
                return edits.update(database, sku, Changes(name=name), author=ANNA)
            case 3:
                new = chance.choice(SKUS + SKUS.upper())
                return edits.update(database, sku, Changes(sku=new), author=ANNA)
            case 4:
                return edits.delete(database, [sku, chance.choice(SKUS)], author=ANNA)
            case 5:
                return edits.set_active(database, [sku], chance.random() < 0.5, author=ANNA)
            case 6 if chance.random() < 0.3:
                return edits.delete_all(database, confirm=listing.count(database, Filter()), author=ANNA)
            case 7 if made:
                return undo(database, chance.choice(made[-10:]).id, author=ANNA).change_set
    except (Refused, NotFound):
        pass
    return None


@pytest.mark.parametrize("seed", range(4))
def test_every_state_comes_back(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    made: list[ChangeSet] = []
    states = [catalogue(database)]
    for _ in range(25):
        done = change(database, chance, made)
        now = catalogue(database)
        if done is None:
            assert now == states[-1]
            continue
        assert (done.created, done.deleted) == (len(now.keys() - states[-1]), len(states[-1].keys() - now))
        made.append(done)
        states.append(now)

    with database.connect() as connection:
        for done, state in zip(made, states[1:], strict=True):
            then = as_of(connection, list(range(100)), done.id)
            assert {found.product_id: (found.sku, found.name, found.active) for found in then.values()} == {
                row[0]: (row[1], row[2], row[4]) for row in state.values()
            }

    undos = []
    for index in reversed(range(len(made))):
        report = undo(database, made[index].id, author=ANNA)
        assert (report.kept, catalogue(database)) == ((), states[index])
        undos.append(report.change_set)
    for index, undone in enumerate(reversed(undos)):
        report = undo(database, undone.id, author=ANNA)
        assert (report.kept, catalogue(database)) == ((), states[index + 1])
