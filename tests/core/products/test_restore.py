"""Back to an earlier version: one change set, guarded and undoable, also of what is deleted."""

from __future__ import annotations

import json

import pytest

from acme_desktop.core.changes import undone
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.history import Event, State, history
from acme_desktop.core.changes.undo import undo
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.conflicts import Conflict
from acme_desktop.core.products.product import Changes
from acme_desktop.core.products.restore import restore
from acme_desktop.core.webhooks import payload
from tests.support.webhooks import add_webhook

ANNA = Author("anna", "tests")


def version(database: Database, sku: str, name: str) -> State:
    """The latest state with that name."""
    states = [event.after or event.before for event in history(database, sku)]
    return next(state for state in states if state is not None and state.name == name)


def newest(database: Database, sku: str) -> Event:
    return history(database, sku)[0]


@pytest.fixture
def edited(database: Database) -> Database:
    edits.create(database, sku="A", name="One", description="First", author=ANNA)
    edits.update(database, "A", Changes(sku="B", name="Two", description="", active=False), author=ANNA)
    return database


def test_an_edited_product_gets_its_earlier_values_back(edited: Database) -> None:
    current = listing.get(edited, "B")
    done = restore(edited, version(edited, "B", "One"), current=current, author=ANNA)
    assert done is not None
    assert (done.kind, done.summary, done.updated) == ("update", "Restore A", 1)
    back = listing.get(edited, "A")
    assert (back.id, back.name, back.description, back.active) == (current.id, "One", "First", True)
    assert restore(edited, version(edited, "A", "One"), current=back, author=ANNA) is None
    undo(edited, done.id, author=ANNA)
    assert listing.get(edited, "B").name == "Two"


def test_a_product_that_someone_changed_since_is_refused(edited: Database) -> None:
    seen = listing.get(edited, "B")
    edits.update(edited, "B", Changes(name="Three"), author=ANNA)
    with pytest.raises(Conflict):
        restore(edited, version(edited, "B", "One"), current=seen, author=ANNA)
    assert listing.get(edited, "B").name == "Three"
    edits.delete(edited, ["B"], author=ANNA)
    with pytest.raises(NotFound):
        restore(edited, version(edited, "B", "One"), current=seen, author=ANNA)


def test_a_deleted_product_comes_back_as_the_same_product(edited: Database) -> None:
    before = listing.get(edited, "B")
    other = edits.create(edited, sku="C", name="Other", author=ANNA)
    gone = edits.delete(edited, ["B", "C"], author=ANNA)
    done = restore(edited, version(edited, "B", "One"), current=None, author=ANNA)
    assert done is not None
    assert (done.kind, done.created, done.undoes) == ("restore", 1, gone.id)
    back = listing.get(edited, "A")
    assert (back.id, back.created_at, back.name) == (before.id, before.created_at, "One")
    assert newest(edited, "A").operation == "restored"
    with edited.connect() as connection:
        # One of two products came back: the deletion as a whole still stands.
        assert not undone.standing(connection, [gone.id])[gone.id].undone
        assert undone.next_undo(connection)[0].id == done.id  # type: ignore[index]
    undo(edited, done.id, author=ANNA)
    with pytest.raises(NotFound):
        listing.get(edited, "A")
    undo(edited, gone.id, author=ANNA)
    assert {listing.get(edited, sku).change_set_id for sku in "BC"}.isdisjoint({other.id, gone.id})


def test_a_restored_product_that_was_changed_and_changed_back_can_be_removed_again(edited: Database) -> None:
    edits.delete(edited, ["B"], author=ANNA)
    done = restore(edited, version(edited, "B", "Two"), current=None, author=ANNA)
    assert done is not None
    later = edits.update(edited, "B", Changes(name="Three"), author=ANNA)
    assert later is not None
    undo(edited, later.id, author=ANNA)
    assert undo(edited, done.id, author=ANNA).kept == ()
    with pytest.raises(NotFound):
        listing.get(edited, "B")


def test_what_stands_again_or_gave_its_sku_away_is_refused(edited: Database) -> None:
    gone = edits.delete(edited, ["B"], author=ANNA)
    state = version(edited, "B", "Two")
    edits.create(edited, sku="b", name="Newcomer", author=ANNA)
    with pytest.raises(Refused, match="Another product has the SKU B"):
        restore(edited, state, current=None, author=ANNA)
    edits.delete(edited, ["B"], author=ANNA)
    undo(edited, gone.id, author=ANNA)
    with pytest.raises(Refused, match="was brought back since"):
        restore(edited, state, current=None, author=ANNA)


def test_webhooks_are_told_of_a_product_that_came_back_and_of_no_other(edited: Database) -> None:
    for sku in ("A", "Z"):
        edits.create(edited, sku=sku, name="Other", author=ANNA)
    edits.delete(edited, ["A", "B", "Z"], author=ANNA)
    hook = add_webhook(edited)
    restore(edited, version(edited, "B", "Two"), current=None, author=ANNA)
    with edited.connect() as connection:
        page, ranges = payload.read_page(connection, payload.pending(connection, hook, [], 100))
    (event,) = [json.loads(one.text) for one in page if one.text]
    assert (event["type"], event["data"]["sku"], event["data"]["name"]) == ("product.created", "B", "Two")
    assert all(one.at_end for one in ranges)
