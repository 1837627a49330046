"""What the palette puts first."""

from __future__ import annotations

import pytest

from acme_desktop.gui.widgets.ranking import rank

TITLES = [
    "Import files",
    "Import history",
    "New product",
    "Edit product",
    "Delete",
    "Delete all products",
    "Find",
    "CSV",
]
CONTEXTS = ["File", "File", "Product", "Product", "Product", "Product", "View", "Edit › Copy as"]
NEVER = [len(TITLES)] * len(TITLES)


def found(query: str, recency: list[int] | None = None) -> list[str]:
    return [TITLES[match.index] for match in rank(query, TITLES, CONTEXTS, recency or NEVER)]


def test_nothing_asked_shows_everything_the_last_used_first() -> None:
    assert found("") == TITLES
    recency = list(NEVER)
    recency[6], recency[2] = 0, 1
    assert found("  ", recency)[:3] == ["Find", "New product", "Import files"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("delete", ["Delete", "Delete all products"]),
        ("DEL", ["Delete", "Delete all products"]),
        ("hist", ["Import history"]),
        ("np", ["New product"]),
        ("dap", ["Delete all products"]),
        ("prod", ["New product", "Edit product", "Delete all products", "Delete"]),
        ("copy csv", ["CSV"]),
        ("ithy", ["Import history"]),
        ("édit", ["Edit product", "CSV"]),
        ("file imp", ["Import files", "Import history"]),
        ("zzz", []),
    ],
)
def test_the_order(query: str, first: list[str]) -> None:
    assert found(query)[: len(first)] == first
    if not first:
        assert found(query) == []


def test_use_decides_among_equals_only() -> None:
    recency = list(NEVER)
    recency[1] = 0
    assert found("import", recency) == ["Import history", "Import files"]
    recency = list(NEVER)
    recency[5] = 0
    assert found("delete", recency)[0] == "Delete"


def test_closer_letters_come_first() -> None:
    matches = rank("ab", ["axxb", "xaxb"], ["", ""], [0, 0])
    assert [match.index for match in matches] == [1, 0]
    assert matches[0].letters == (1, 3)


@pytest.mark.parametrize(
    ("query", "title", "letters"),
    [("new", "New product", (0, 1, 2)), ("pro", "New product", (4, 5, 6)), ("np", "New product", (0, 4))],
)
def test_the_letters_to_point_out(query: str, title: str, letters: tuple[int, ...]) -> None:
    assert rank(query, [title], [""], [0])[0].letters == letters
