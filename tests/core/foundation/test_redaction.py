"""What a report tells, and what not."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest

import acme_desktop
from acme_desktop.core.foundation.redaction import TextOnly, describe, redact


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at postgresql://anna:s3cret@db/cat?x=1 it", "at postgresql://*** it"),
        ("hook https://hooks.example.com/T0/s3cret failed", "hook https://*** failed"),
        ("password=s3cret host=x", "password=*** host=x"),
        ("Authorization: s3cret", "Authorization: ***"),
        ("key whsec_s3cret.", "key whsec_***"),
        (f"in {Path.home()}/x.py", "in ~/x.py"),
    ],
)
def test_addresses_and_secrets_are_not_told(text: str, told: str) -> None:
    assert redact(text) == told


def fail() -> None:
    try:
        raise KeyError("SKU-4711")
    except KeyError as error:
        raise ValueError("no price for Garden chair") from error


def test_an_error_is_told_by_its_place_and_kind() -> None:
    with pytest.raises(ValueError) as caught:
        fail()
    told = describe(caught.value)
    assert "in fail" in told
    assert "builtins.KeyError" in told
    assert "builtins.ValueError" in told
    assert "SKU-4711" not in told.replace('KeyError("SKU-4711")', "")
    assert "Garden" not in told.replace('ValueError("no price for Garden chair")', "")


def test_words_of_pythons_own_are_kept() -> None:
    with pytest.raises(AttributeError) as caught:
        None.colour  # type: ignore[attr-defined]  # noqa: B018
    assert "'NoneType' object has no attribute 'colour'" in describe(caught.value)


def test_the_parts_of_a_group_are_told() -> None:
    told = describe(ExceptionGroup("all of Garden", [ValueError("chair"), TypeError("x")]))
    assert "builtins.ValueError" in told
    assert "builtins.TypeError" in told
    assert "Garden" not in told
    assert "chair" not in told


def test_a_log_line_is_told_without_its_values() -> None:
    record = logging.LogRecord("acme_desktop.x", logging.INFO, "", 0, "the file %s has %d rows", ("a.csv", 3), None)
    line = TextOnly().format(record)
    assert line.endswith("INFO acme_desktop.x: the file %s has %d rows")
    assert "a.csv" not in line


def test_every_log_line_of_ours_has_its_values_beside_its_text() -> None:
    """So that the text alone tells nothing of a person's data."""
    package = Path(acme_desktop.__file__).parent
    told = [
        (path, call.args[0])
        for path in package.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("_log", "logging")
        and call.func.attr in ("debug", "info", "warning", "error", "exception", "critical")
    ]
    assert len(told) > 10
    assert [str(path) for path, text in told if not isinstance(text, ast.Constant)] == []
