"""What a product's fields may hold."""

from __future__ import annotations

import pytest

from acme_desktop.core.foundation.product_rules import clean_sku, is_blank, storable, violation


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\u200b \ufeff", "\t\r\n", "\u3000", "\u00ad\u2060"])
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)
    found = violation("sku", text)
    assert found is not None
    assert found.reason == "missing_sku"
    assert violation("description", text) is None


@pytest.mark.parametrize("text", ["0", " a ", "\u200bx", "-", "🎈"])
def test_what_shows_something_is_not(text: str) -> None:
    assert not is_blank(text)
    assert violation("name", text) is None


def test_a_sku_is_trimmed_and_composed_and_keeps_its_case() -> None:
    assert clean_sku(" \u00a0A\u0308b \n") == "Äb"


def test_limits_count_characters() -> None:
    assert violation("sku", "🎈" * 255) is None
    found = violation("sku", "🎈" * 256)
    assert found is not None
    assert (found.field, found.reason, found.message) == (
        "sku",
        "too_long",
        "The SKU has 256 characters; at most 255 are allowed.",
    )


def test_what_no_database_holds() -> None:
    assert not storable("a\0b")
    assert not storable("caf\udce9")
    assert storable("Zoë\ufffe")
