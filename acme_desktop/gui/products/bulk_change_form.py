"""What a bulk edit shall do: a list of kinds, and the fields of the kind that is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.products.bulk_changes import (
    BulkChange,
    ExtendName,
    InvalidChange,
    ReplaceText,
    SetActive,
    SetDescription,
)
from acme_desktop.gui.widgets.fields import Field, Form

_KINDS = (
    ("Replace text", "replace"),
    ("Put text before or behind the name", "extend"),
    ("Set the description", "description"),
    ("Set active", "active"),
    ("Set inactive", "inactive"),
)


class BulkChangeForm(QWidget):
    """`changed` comes whenever the fields describe another change. `which`, the choice of products, stands above."""

    changed = Signal()

    def __init__(self, which: QComboBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox(objectName="bulkKind", accessibleName="What to do")
        for text, key in _KINDS:
            self.kind.addItem(text, key)
        self._pages = {"replace": self._replace(), "extend": self._extend(), "description": self._description()}
        rows = Form()
        for text, field in (("Whi&ch products", which), ("&What to do", self.kind)):
            label = QLabel(text)
            label.setBuddy(field)
            rows.add(label, field)
        layout = QVBoxLayout(self, spacing=10)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(rows)
        for page in self._pages.values():
            layout.addWidget(page)
        self._fields = {"find": self.find, "by": self.by, "prefix": self.prefix, "suffix": self.suffix}
        self._fields["text"] = self.text
        self.kind.currentIndexChanged.connect(self._show_kind)
        self._show_kind()

    def _line(self, name: str, title: str, hint: str) -> Field:
        line = QLineEdit(objectName=name, placeholderText=hint)
        line.textChanged.connect(self.changed)
        return Field(line, title)

    def _replace(self) -> QWidget:
        self.where = QComboBox(objectName="bulkField", accessibleName="In which field")
        self.where.addItem("Name", "name")
        self.where.addItem("Description", "description")
        self.where.currentIndexChanged.connect(self.changed)
        self.find = self._line("bulkFind", "Find", "The text to look for")
        self.by = self._line("bulkBy", "Replace by", "Leave blank to remove it")
        self.any_case = QCheckBox("Any &letter case", objectName="bulkAnyCase", accessibleName="Any letter case")
        self.whole_words = QCheckBox("Wh&ole words only", objectName="bulkWholeWords")
        self.whole_words.setAccessibleName("Whole words only")
        texts = QHBoxLayout(spacing=14)
        for text, field, stretch in (("&In", self.where, 0), ("&Find", self.find, 1), ("Replace &by", self.by, 1)):
            texts.addLayout(_above(text, field), stretch)
        ticks = QHBoxLayout(spacing=18)
        for box in (self.any_case, self.whole_words):
            box.toggled.connect(self.changed)
            ticks.addWidget(box)
        ticks.addStretch()
        page = QWidget()
        column = QVBoxLayout(page, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(texts)
        column.addLayout(ticks)
        return page

    def _extend(self) -> QWidget:
        self.prefix = self._line("bulkPrefix", "Before the name", "With its space, if it needs one")
        self.suffix = self._line("bulkSuffix", "Behind the name", "With its space, if it needs one")
        page = QWidget()
        row = QHBoxLayout(page, spacing=14)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(_above("&Before the name", self.prefix), 1)
        row.addLayout(_above("Be&hind the name", self.suffix), 1)
        return page

    def _description(self) -> QWidget:
        edit = QPlainTextEdit(objectName="bulkDescription", tabChangesFocus=True)
        edit.setFixedHeight(edit.fontMetrics().lineSpacing() * 3 + 20)
        edit.textChanged.connect(self.changed)
        self.text = Field(edit, "The new description", "Blank clears the description.")
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(_above("&The new description", self.text))
        return page

    def _show_kind(self) -> None:
        key = self.kind.currentData()
        for name, page in self._pages.items():
            page.setVisible(name == key)
        self.changed.emit()

    def choose(self, key: str) -> None:
        """Choose a kind by its key: replace, extend, description, active or inactive."""
        self.kind.setCurrentIndex(self.kind.findData(key))

    def change(self) -> BulkChange | None:
        """The change that the fields describe, or None where it makes no sense; then that stands beside the field."""
        made = self._made()
        for field in self._fields.values():
            field.complain("")
        try:
            made.check()
        except InvalidChange as wrong:
            field = self._fields[wrong.part]
            # Nobody is blamed for what they have not come to yet.
            if not self._untouched:
                field.complain(wrong.title)
            return None
        return made

    @property
    def _untouched(self) -> bool:
        texts = (self.find, self.by) if self.kind.currentData() == "replace" else (self.prefix, self.suffix)
        return self.kind.currentData() in ("replace", "extend") and not any(one.control.text() for one in texts)

    def _made(self) -> BulkChange:
        key = self.kind.currentData()
        if key == "replace":
            return ReplaceText(
                self.where.currentData(),
                self.find.control.text(),
                self.by.control.text(),
                any_case=self.any_case.isChecked(),
                whole_words=self.whole_words.isChecked(),
            )
        if key == "extend":
            return ExtendName(self.prefix.control.text(), self.suffix.control.text())
        if key == "description":
            return SetDescription(self.text.control.toPlainText())
        return SetActive(key == "active")


def _above(text: str, field: QWidget) -> QVBoxLayout:
    """A field with its label over it."""
    label = QLabel(text)
    label.setBuddy(field)
    column = QVBoxLayout(spacing=3)
    column.addWidget(label)
    column.addWidget(field)
    column.addStretch()
    return column
