from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtGui import QFont, QIcon, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.foundation.paths import RESOURCES
from acme_desktop.gui import icons
from acme_desktop.gui.widgets import formatting, theme
from acme_desktop.gui.widgets.chips import Chip, ChipWidget
from acme_desktop.gui.widgets.fields import ElidedLabel, Field, Form
from acme_desktop.gui.widgets.records import MOMENT, Column, RecordTable
from acme_desktop.gui.widgets.tables import title_width


@pytest.fixture(autouse=True)
def _english() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("window", "base", "alternate", "raised", "hover", "selected", "accent_soft")
TEXTS = {
    "text": (*GROUNDS, "button", "pressed", "warning_soft", "danger_soft", "success_soft", "warning_line"),
    "muted": (*GROUNDS, "warning_soft", "danger_soft"),
    "on_accent": ("accent", "accent_hover"),
    "accent_text": ("window", "base", "raised", "hover", "accent_soft"),
    "danger": ("window", "base", "selected", "danger_soft"),
    "warning": ("window", "base", "warning_soft"),
    "success": ("window", "base", "success_soft"),
}
"""What is written in which colour on which."""
MARKS = {
    "focus": ("window", "base", "raised", "button", "hover"),
    "handle": ("window", "base"),
    "accent": ("window", "base"),
}
"""What has to be found without words: the keyboard's frame, tick boxes and scroll bars, the tab that is open."""


def pairs(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(colour, ground) for colour, grounds in table.items() for ground in grounds]


FIXED = ("chevron", "check-white", "clear", "acme-desktop")
"""Drawings whose colour serves in both themes."""


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), pairs(TEXTS))
def test_every_text_can_be_read_on_its_ground(colours: theme.Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), pairs(MARKS))
def test_every_mark_stands_out_from_its_ground(colours: theme.Colours, mark: str, ground: str) -> None:
    assert contrast(getattr(colours, mark), getattr(colours, ground)) >= 3


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_a_dangerous_button_can_be_read(colours: theme.Colours) -> None:
    for ground in (colours.danger_fill, colours.danger_hover):
        assert contrast("#ffffff", ground) >= 4.5


def first_line(widget: QWidget, height: int) -> float:
    """The middle of a widget's first line, in the window's own pixels."""
    return widget.mapTo(widget.window(), QPoint()).y() + height / 2


@pytest.fixture
def large_font(qapp: QApplication) -> Iterator[QApplication]:
    """A system whose text is twice as large."""
    usual = qapp.font()
    large = QFont(usual)
    large.setPointSizeF(2 * usual.pointSizeF())
    qapp.setFont(large)
    look = theme.install(qapp)
    look.choose("light")
    yield qapp
    qapp.setFont(usual)
    look.choose("light")


def test_headings_grow_with_the_text(qtbot: QtBot, large_font: QApplication) -> None:
    label = QLabel("Heading")
    qtbot.addWidget(label)
    label.setProperty("role", "heading")
    label.show()
    assert label.font().pointSizeF() > 1.2 * large_font.font().pointSizeF()


def test_nothing_is_cut_where_the_text_is_large(qtbot: QtBot, large_font: QApplication) -> None:
    chip = ChipWidget(Chip("name", "Name contains “lamp”"))
    table = RecordTable((Column("Created", 40, str), Column("When", MOMENT, str), Column("Rest", 0, str)), "t", "T")
    for widget in (chip, table):
        qtbot.addWidget(widget)
        widget.show()
    assert chip.text.height() >= chip.text.fontMetrics().height()
    assert table.columnWidth(0) >= title_width(table, "Created")
    assert table.columnWidth(1) >= table.fontMetrics().horizontalAdvance("28 Sep 2026, 20:48")


def test_a_label_stands_on_the_line_of_its_field(qtbot: QtBot) -> None:
    theme.install(QApplication.instance()).choose("light")  # type: ignore[arg-type]
    page = QWidget()
    qtbot.addWidget(page)
    form = Form()
    page.setLayout(form)
    hinted = Field(QLineEdit(objectName="one"), "One", "With a line of explanation below.")
    controls = [QComboBox(), hinted, QPlainTextEdit(), QSpinBox()]
    labels = [QLabel("&Label", alignment=Qt.AlignmentFlag.AlignLeft) for _ in controls]
    for label, control in zip(labels, controls, strict=True):
        form.add(label, control)
    page.show()
    qtbot.waitExposed(page)
    line = hinted.control.height()
    for label, control in zip(labels, controls, strict=True):
        height = line if isinstance(control, (Field, QPlainTextEdit)) else control.height()
        top = label.contentsMargins().top()
        middle = first_line(label, 2 * top + label.fontMetrics().height())
        assert abs(middle - first_line(control, height)) <= 1, type(control).__name__


def test_numbers_and_durations() -> None:
    assert formatting.number(1234567) == "1,234,567"
    assert formatting.counted(1, "row", "rows") == "1 row"
    assert formatting.counted(2, "row", "rows") == "2 rows"
    assert formatting.duration(0.0401) == "40 ms"
    assert formatting.duration(0.41) == "0.4 s"
    assert formatting.duration(12.4) == "12 s"
    assert formatting.duration(200) == "3 min 20 s"
    assert formatting.percent(0.999) == "99 %"
    assert formatting.percent(1.0) == "100 %"


def test_moments_are_local() -> None:
    moment = datetime(2026, 11, 23, 20, 15, 7, tzinfo=UTC)
    local = moment.astimezone()
    assert formatting.moment(moment) == f"{local.day} Nov 2026, {local:%H:%M}"
    exact = formatting.exact_moment(moment)
    assert exact.startswith(f"{local.day} Nov 2026, {local:%H:%M}:07 (UTC{local:%z}"[:-2])
    assert exact.endswith(f":{local:%z}"[-2:] + ")")
    assert formatting.moment(None) == ""
    assert formatting.this_year(moment) == f"{local.day} Nov, {local:%H:%M}"


def test_a_field_complains_and_is_content_again(qtbot: QtBot) -> None:
    line = QLineEdit(objectName="line")
    field = Field(line, "Name", "As on the label.")
    qtbot.addWidget(field)
    assert field.message.text() == "As on the label."
    field.complain("The name is blank.")
    assert field.problem == "The name is blank."
    assert line.accessibleDescription() == "The name is blank."
    field.say_hint("As on the box.")
    assert field.message.text() == "The name is blank."
    field.complain("")
    assert field.problem == ""
    assert field.message.text() == "As on the box."


def test_an_elided_label_has_the_whole_in_its_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("A rather long sentence that cannot fit")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.toolTip() == "A rather long sentence that cannot fit"
    label.resize(900, 20)
    assert label.toolTip() == ""


DRAWINGS = sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg"))


def ink(image: QImage) -> str:
    """The colour of most of what is fully drawn."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return Counter(pixel.name() for pixel in pixels if pixel.alpha() == 255).most_common(1)[0][0]


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", [name for name in DRAWINGS if not name.startswith(FIXED)])
def test_every_icon_is_drawn_in_the_colour_of_the_theme(qtbot: QtBot, name: str, colours: theme.Colours) -> None:
    assert ink(icons.pixmap(name, 64, colour=colours.text).toImage()) == colours.text


@pytest.mark.parametrize("name", [name for name in DRAWINGS if name.startswith(FIXED)])
def test_every_drawing_of_the_style_sheet_is_there(qtbot: QtBot, name: str) -> None:
    image = QIcon(str(RESOURCES / "icons" / f"{name}.svg")).pixmap(64, 64).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(64) for y in range(64))


def test_an_icon_follows_the_theme(qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    icons.retint("#000000", "#808080")
    icons.wear(button, "add")
    before = button.icon().cacheKey()
    icons.retint("#ffffff", "#808080")
    assert button.icon().cacheKey() != before
    icons.retint(theme.LIGHT.text, theme.LIGHT.disabled)


def test_a_header_is_square_beside_a_scroll_bar(qtbot: QtBot) -> None:
    """Round as the frame is, it would leave a notch there."""
    table = RecordTable((Column("A", 0, str),), "t", "T")
    qtbot.addWidget(table)
    table.resize(200, 120)
    table.show()
    table.refill([SimpleNamespace(id=1)])
    assert not table.horizontalHeader().property("besideBar")
    table.refill([SimpleNamespace(id=number) for number in range(60)])
    qtbot.waitUntil(lambda: bool(table.horizontalHeader().property("besideBar")), timeout=5_000)
    table.refill([SimpleNamespace(id=1)])
    qtbot.waitUntil(lambda: not table.horizontalHeader().property("besideBar"), timeout=5_000)
