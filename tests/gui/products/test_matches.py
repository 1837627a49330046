from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import listing
from acme_desktop.core.products.filters import Filter
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.products.marking import MarkingDelegate
from acme_desktop.gui.products.matches import Matcher
from acme_desktop.gui.products.model import ProductModel
from acme_desktop.gui.widgets import theme


def found(asked: Filter, field: str, text: str) -> list[str]:
    return [text[span.start : span.start + span.length] for span in Matcher(asked).spans(field, text)]


@pytest.mark.parametrize(
    ("asked", "field", "text", "parts"),
    [
        (Filter(search="lamp"), "name", "Lamp, LAMP and clamp", ["Lamp", "LAMP", "lamp"]),
        (Filter(search=" lamp "), "sku", "LAMP-1", ["LAMP"]),
        (Filter(name="lamp"), "description", "a lamp", []),
        (Filter(name="a", search="b"), "name", "ab b", ["ab", "b"]),
        (Filter(name="%"), "name", "5 % off", ["%"]),
        (Filter(name="cafe"), "name", "Café", []),
        (Filter(name="cafe", ignore_accents=True), "name", "Café CAFÉ cafe\u0301!", ["Café", "CAFÉ", "cafe\u0301"]),
        (Filter(name="strasse", ignore_accents=True), "name", "Straße 5", ["Straße"]),
        (Filter(name="łódka", ignore_accents=True), "name", "LODKA", ["LODKA"]),
        (Filter(name="CAFÉ"), "name", "ein Café", ["Café"]),
        (Filter(name="lamp"), "name", "😀 lamp 😀", ["lamp"]),
        (Filter(), "name", "anything", []),
    ],
)
def test_what_is_marked(asked: Filter, field: str, text: str, parts: list[str]) -> None:
    assert found(asked, field, text) == parts


@pytest.mark.parametrize("asked", ["cafe", "CAFÉ", "strasse", "ß", "lodka", "İ", "ı", "ǅ", "o\u0308", "ö", "Σ", "ﬁ"])
@pytest.mark.parametrize("bare", [False, True])
def test_a_product_that_the_catalogue_finds_has_something_marked(database: Database, asked: str, *, bare: bool) -> None:
    names = ["Café", "cafe", "Straße", "STRASSE", "Łódka", "lodka", "Büro", "Bu\u0308ro", "ﬁn", "Σίσυφος", "ın"]
    with database.connect() as connection:
        for number, name in enumerate(names):
            connection.execute(
                "INSERT INTO products (sku, sku_key, name) VALUES (%s, %s, %s)", (f"{number}", f"{number}", name)
            )
    question = Filter(name=asked, ignore_accents=bare)
    for product in listing.page(database, question, listing.Sort("sku"), 1, 100):
        assert Matcher(question).spans("name", product.name), product.name


@pytest.mark.parametrize("selected", [False, True])
@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_marks_can_be_read_on_every_ground(
    qtbot: QtBot,
    runner: JobRunner,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    colours: theme.Colours,
    *,
    selected: bool,
) -> None:
    with database.connect() as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name) VALUES ('a', 'a', 'MMMM lamp')")
    monkeypatch.setattr(theme, "colours", lambda: colours)
    model = ProductModel(runner)
    model.set_database(database)
    qtbot.waitUntil(lambda: model.product(0) is not None, timeout=10_000)
    delegate = MarkingDelegate()
    delegate.mark(Filter(name="mmmm"))
    image = QImage(300, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(colours.selected if selected else colours.base))
    option = QStyleOptionViewItem()
    option.rect, option.font = QRect(0, 0, 300, 30), QFont()
    option.state = QStyle.StateFlag.State_Enabled
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, 1))
    painter.end()
    seen = {image.pixelColor(x, 15).name() for x in range(60)}
    assert colours.warning_line in seen  # the ground of the mark
    assert contrast(colours.text, colours.warning_line) >= 4.5
    model.set_database(None)
    qtbot.waitUntil(lambda: not runner.busy, timeout=10_000)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(name: str) -> float:
    colour = QColor(name)
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
