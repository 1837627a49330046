"""Change sets and imports that changed nothing, as one history in the order of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.changes.undone import Standing
from acme_desktop.core.importer.report import ImportRecord
from acme_desktop.gui.changes.entries import Cursor, Entry, merged

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def change(number: int, minutes: int, kind: str = "update", summary: str = "Edit A") -> Entry:
    at = NOON + timedelta(minutes=minutes)
    return Entry(ChangeSet(number, kind, "anna", "tests", at, 0, 1, 0, None, summary), None, None)


def failed(number: int, minutes: int, status: str = "failed") -> Entry:
    counts: dict[str, Any] = dict.fromkeys(
        ("read", "created", "updated", "unchanged", "superseded", "rejected", "skipped"), 0
    )
    record = ImportRecord(
        id=number,
        change_set_id=None,
        file="/tmp/p.csv",
        status=status,
        options={},
        profile={},
        rejects_file=None,
        error=None,
        actor="ben",
        client="tests",
        started_at=NOON + timedelta(minutes=minutes),
        finished_at=None,
        seconds=None,
        **counts,
    )
    return Entry(None, record, None)


def test_both_are_merged_by_time_and_a_clock_that_was_set_back_changes_no_order_within() -> None:
    changes = [change(9, 10), change(8, 30), change(7, 5)]
    imports = [failed(4, 20), failed(3, 1)]
    found = merged(changes, imports, 10)
    assert [one.id for one in found] == [
        ("import", 4),
        ("change", 9),
        ("change", 8),
        ("change", 7),
        ("import", 3),
    ]
    assert merged(changes, imports, 2) == found[:2]
    assert Cursor.below(found[:2]) == Cursor(9, 4)
    assert Cursor.below([]) == Cursor(None, None)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (change(1, 0), ("Edit", "Edit A", "anna", "Done")),
        (change(1, 0, "bulk_edit", ""), ("Bulk edit", "Change set 1", "anna", "Done")),
        (change(1, 0, "new_kind"), ("New kind", "Edit A", "anna", "Done")),
        (failed(1, 0), ("Import", "p.csv", "ben", "Failed")),
        (failed(1, 0, "interrupted"), ("Import", "p.csv", "ben", "Cut off")),
    ],
)
def test_what_people_read(entry: Entry, words: tuple[str, ...]) -> None:
    assert (entry.kind, entry.name, entry.actor, entry.state) == words


def test_an_undone_change_says_so() -> None:
    done = change(1, 0)
    assert Entry(done.change, None, Standing(2, True)).state == "Undone"
    assert Entry(done.change, None, Standing(3, False)).state == "Done"
