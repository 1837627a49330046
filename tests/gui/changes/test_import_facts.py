"""An import's facts: the settings that are always told, and every other one that was chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportRecord
from acme_desktop.gui.changes.import_facts import facts, settings

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def record(options: dict[str, Any], **profile: Any) -> ImportRecord:
    counts = dict.fromkeys(("created", "updated", "unchanged", "superseded", "rejected", "skipped"), 0)
    return ImportRecord(
        id=1,
        change_set_id=2,
        file="p.csv",
        status="completed",
        options=options,
        profile=profile,
        rejects_file=None,
        error=None,
        actor="anna",
        client="tests",
        started_at=NOW,
        finished_at=NOW,
        seconds=2.0,
        read=5,
        **{**counts, "created": 4, "rejected": 1},
    )


def told(**options: Any) -> str:
    return settings(record(ImportOptions(**options).to_json(), encoding="utf-8", delimiter=","))


def test_what_is_usual_is_told_in_short() -> None:
    assert told() == "create and update · blank cells clear · UTF-8 · comma"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "update", "blank": "keep"}, "update only · blank cells keep"),
        ({"encoding": "cp1252"}, "UTF-8 (chosen)"),
        ({"delimiter": ","}, "comma (chosen)"),
        ({"sheet": "Prices"}, "sheet “Prices”"),
        ({"template": "Spring"}, "template “Spring”"),
        ({"mapping": {"sku": "Code", "name": "#2"}}, "chosen: sku ← Code, name ← #2"),
        ({"max_rejects": 1}, "at most 1 reject"),
        ({"literal_quotes": True}, "quotes are plain"),
        ({"fill_down": {"name": "Handle"}}, "filled down: name by Handle"),
    ],
)
def test_what_differs_from_the_usual_is_told(options: dict[str, Any], words: str) -> None:
    assert words in told(**options)


def test_a_setting_that_is_newer_than_the_words_for_it_is_told_as_it_is_kept() -> None:
    assert "currency: EUR" in settings(record({"currency": "EUR"}))
    assert settings(record({})) == "create and update · blank cells clear"


def test_facts_that_are_not_known_stay_blank() -> None:
    known = dict(facts(record({}, sha256="ab12", mapping={"sku": "SKU", "active": None})))
    assert known["Rows"] == "5 read: 4 created, 1 rejected"
    assert known["Columns"] == "sku ← SKU"
    assert (known["SHA-256"], known["Error"], known["Rejects file"]) == ("ab12", "", "")
    assert "rows/s" in known["Time"]
