"""Whatever a file holds: each row is imported exactly as written or reported at its line, and both paths agree.

`ACME_CAMPAIGN_CASES` sets how many cases the campaign tries (10,000 unless it is set).
"""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acme_desktop.cli import check
from acme_desktop.core.foundation.errors import Problem
from acme_desktop.core.foundation.product_rules import NAME_MAX, SKU_MAX, is_blank
from acme_desktop.core.importer import fast, source, text
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.rows import ACTIVE_WORDS
from tests.support import damage
from tests.support.damage import HEADERS, Piece, Style

CAMPAIGN = int(os.environ.get("ACME_CAMPAIGN_CASES", "10000"))
SMALL = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LARGE = settings(SMALL, max_examples=CAMPAIGN)

GROUPED = ImportOptions(fill_down={"name": damage.GROUP})

VALUES = st.one_of(
    st.sampled_from(["", "A1", "007", "1e5", "yes", "no", "x,y", "a;b", '5"', "  x ", "\u00a0", "<p>\nHi, you\n</p>"]),
    st.text(st.sampled_from("ab1,;|\t\"'\n\r <>é\u0301\u2028\ufeff\0"), max_size=12),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
STYLES = st.builds(
    Style,
    delimiter=st.sampled_from(",;\t|"),
    newline=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8", "utf-16-le", "utf-16-be"]),
    mark=st.just(True),
    header=st.sampled_from(HEADERS),
    columns=st.permutations(["sku", "name", "description", "active", "Price"]).map(tuple),
    final_newline=st.booleans(),
)


@st.composite
def written_files(draw: st.DrawFn) -> tuple[list[Piece], Style]:
    """A clean file of any values; SKUs are mostly there, so that some rows get through."""
    style = draw(STYLES)
    header = tuple(style.header.get(column, column) for column in style.columns)
    pieces = [Piece(damage.write(header, style), header, is_row=False)]
    for number in range(draw(st.integers(0, 12))):
        cells = [draw(VALUES) for _ in style.columns]
        if draw(st.booleans()):
            cells[style.columns.index("sku")] = f"A-{number:03}"
        pieces.append(Piece(damage.write(cells, style), tuple(cells)))
    return pieces, style


@contextmanager
def _file(folder: Path, content: bytes) -> Iterator[str]:
    path = folder / "file.csv"
    path.write_bytes(content)
    yield str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("properties")


def everything(table: text.TextTable, **how: Any) -> tuple[list[Any], list[Any]]:
    """All rows and all rejections of a text."""
    rows, rejected = [], []
    for chunk in table.chunks(**how):
        rows += chunk.accepted.to_pylist()
        rejected += chunk.rejected
    return rows, rejected


def plain(piece: Piece, style: Style) -> bool:
    """Whether nothing about a row is doubtful, so that it has to be imported."""
    says = dict(zip(style.columns, piece.cells or (), strict=True))
    return (
        not any(char in cell for cell in piece.cells or () for char in '\0\n\r"\ufeff,;|\t')
        and not is_blank(says["sku"].strip())
        and len(says["sku"]) <= SKU_MAX
        and not is_blank(says["name"])
        and len(says["name"]) <= NAME_MAX
        and (not says["active"].strip() or says["active"].strip().lower() in ACTIVE_WORDS)
    )


def check_clean(folder: Path, pieces: list[Piece], style: Style) -> None:
    with _file(folder, damage.to_bytes(pieces, style)) as path:
        report = check.report(path, ImportOptions(), rows=True)
    assert report["error"] is None, report["error"]
    assert damage.judge(pieces, style, report).mistakes == []
    if all(plain(piece, style) for piece in pieces[1:]):
        assert report["rejected"] == []


def check_damaged(
    folder: Path, seed: int, hits: int, *, groups: bool = False, ends: bool = False
) -> damage.Verdict | None:
    rng = random.Random(seed)
    pieces, style, _ = damage.random_damaged_file(rng, rng.choice((6, 20, 60, 120)), hits, groups=groups, ends=ends)
    with _file(folder, damage.to_bytes(pieces, style)) as path:
        report = check.report(path, GROUPED if groups else ImportOptions(), rows=True)
    return None if report["error"] else damage.judge(pieces, style, report)


def check_agreement(folder: Path, seed: int, *, groups: bool = False, ends: bool = False) -> int:
    """Compare the paths, over blocks so small that they end anywhere; the number of blocks that went the fast way."""
    rng = random.Random(seed)
    rows, hits = rng.choice((6, 20, 60)), rng.choice((0, 0, 1, 2, 3))
    pieces, style, _ = damage.random_damaged_file(rng, rows, hits, groups=groups, ends=ends)
    with _file(folder, damage.to_bytes(pieces, style)) as path:
        try:
            table = text.inspect(source.locate(path).parts[0], path, GROUPED if groups else ImportOptions())
        except Problem:
            return 0
        expected = everything(table, only_exact=True)
        assert everything(table) == expected
        assert everything(table, block=rng.choice((50, 300, 2_000)), only_exact=True) == expected
        taken, read = 0, fast.read

        def counting(*args: Any, **how: Any) -> Any:
            nonlocal taken
            outcome = read(*args, **how)
            taken += outcome is not None
            return outcome

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fast, "read", counting)
            assert everything(table, block=rng.choice((50, 300, 2_000))) == expected
    return taken


@given(written_files())
@SMALL
def test_a_clean_file_of_any_values(folder: Path, written: tuple[list[Piece], Style]) -> None:
    check_clean(folder, *written)


@pytest.mark.campaign
@given(written_files())
@LARGE
def test_campaign_of_clean_files(folder: Path, written: tuple[list[Piece], Style]) -> None:
    check_clean(folder, *written)


def measure(folder: Path, seeds: range, *, groups: bool = False, ends: bool = False) -> tuple[int, int, int, int]:
    """Files with a silent mistake, files refused, rows imported and intact rows, over damaged files."""
    wrong = refused = imported = intact = 0
    for seed in seeds:
        verdict = check_damaged(folder, seed, 1 + seed % 3, groups=groups, ends=ends)
        if verdict is None:
            refused += 1
            continue
        wrong += bool(verdict.mistakes)
        imported += verdict.imported
        intact += verdict.intact
    return wrong, refused, imported, intact


def test_damaged_files(folder: Path) -> None:
    wrong, refused, imported, intact = measure(folder, range(400))
    assert wrong == 0
    assert refused <= 1
    assert imported >= 0.97 * intact


@pytest.mark.campaign
def test_campaign_of_damaged_files(folder: Path) -> None:
    """Several pieces of damage can add up to a row that nothing tells from a true one; that stays very rare."""
    wrong, refused, imported, intact = measure(folder, range(1_000_000, 1_000_000 + CAMPAIGN))
    assert wrong <= CAMPAIGN / 2_000
    assert refused <= CAMPAIGN / 500
    assert imported >= 0.97 * intact


def test_names_are_filled_down_in_damaged_files(folder: Path) -> None:
    """A blank name takes its group's or is rejected; more are rejected here, since a broken first row has no name."""
    wrong, refused, imported, intact = measure(folder, range(200), groups=True)
    assert wrong == 0
    assert refused <= 1
    assert imported >= 0.8 * intact


@pytest.mark.campaign
def test_campaign_of_names_filled_down(folder: Path) -> None:
    seeds = range(2_000_000, 2_000_000 + CAMPAIGN // 2)
    wrong, refused, imported, intact = measure(folder, seeds, groups=True)
    assert wrong <= len(seeds) / 2_000
    assert refused <= len(seeds) / 500
    assert imported >= 0.8 * intact


def test_damaged_files_whose_lines_end_in_delimiters(folder: Path) -> None:
    """A line without its last delimiter costs itself only."""
    wrong, refused, imported, intact = measure(folder, range(200), ends=True)
    assert wrong == 0
    assert refused <= 1
    assert imported >= 0.98 * intact


@pytest.mark.campaign
def test_campaign_of_files_whose_lines_end_in_delimiters(folder: Path) -> None:
    wrong, refused, imported, intact = measure(folder, range(3_000_000, 3_000_000 + CAMPAIGN), ends=True)
    assert wrong <= CAMPAIGN / 1_000
    assert refused <= CAMPAIGN / 500
    assert imported >= 0.98 * intact


def test_both_paths_agree(folder: Path) -> None:
    assert sum(check_agreement(folder, seed) for seed in range(60)) > 100


def test_both_paths_agree_where_lines_end_in_delimiters(folder: Path) -> None:
    assert sum(check_agreement(folder, seed, ends=True) for seed in range(40)) > 20


def test_blocks_agree_where_names_are_filled_down(folder: Path) -> None:
    for seed in range(40):
        check_agreement(folder, seed, groups=True)


@pytest.mark.campaign
def test_campaign_of_agreement(folder: Path) -> None:
    assert sum(check_agreement(folder, seed) for seed in range(1_000_000, 1_000_000 + CAMPAIGN)) > CAMPAIGN


@pytest.mark.campaign
def test_campaign_of_agreement_where_lines_end_in_delimiters(folder: Path) -> None:
    for seed in range(3_000_000, 3_000_000 + CAMPAIGN):
        check_agreement(folder, seed, ends=True)


@pytest.mark.campaign
def test_campaign_of_agreement_where_names_are_filled_down(folder: Path) -> None:
    for seed in range(2_000_000, 2_000_000 + CAMPAIGN // 2):
        check_agreement(folder, seed, groups=True)
