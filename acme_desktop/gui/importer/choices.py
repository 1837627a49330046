"""What a person can choose for one import: the columns' fields, and how the file is read and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGroupBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from acme_desktop.core.importer.options import FIELDS, REQUIRED_FIELDS, ImportOptions
from acme_desktop.core.importer.profile import Profile
from acme_desktop.gui.importer.sample_table import column_title
from acme_desktop.gui.widgets.fields import form

FIELD_NAMES = {"sku": "SKU", "name": "Name", "description": "Description", "active": "Active"}
_MNEMONICS = {"sku": "S&KU", "name": "&Name", "description": "&Description", "active": "&Active"}
_MODES = (
    ("Create new and update existing", "upsert"),
    ("Create new products only", "create"),
    ("Update existing products only", "update"),
)
_BLANKS = (("Clear the field", "clear"), ("Leave the field as it is", "keep"))
_ENCODINGS = (
    ("Find out", None),
    ("UTF-8", "utf-8"),
    ("Western European (Windows-1252)", "cp1252"),
    ("Central European (Windows-1250)", "cp1250"),
    ("Turkish (Windows-1254)", "cp1254"),
    ("Cyrillic (Windows-1251)", "cp1251"),
    ("Greek (Windows-1253)", "cp1253"),
    ("Baltic (Windows-1257)", "cp1257"),
    ("Western European (ISO 8859-15)", "iso8859-15"),
    ("UTF-16 LE", "utf-16-le"),
    ("UTF-16 BE", "utf-16-be"),
    ("Mac Roman", "mac-roman"),
    ("DOS (CP850)", "cp850"),
    ("Japanese (Shift JIS)", "shift_jis"),
    ("Chinese (GB 18030)", "gb18030"),
)
DELIMITERS = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Pipe"))


def encoding_name(codec: str) -> str:
    """What people call a codec."""
    return next((text for text, value in _ENCODINGS if value == codec), codec.upper())


def _box(name: str, words: str, items: Sequence[tuple[str, object]]) -> QComboBox:
    box = QComboBox(objectName=name, accessibleName=words)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(16)
    for text, value in items:
        box.addItem(text, value)
    return box


class ColumnChoices(QGroupBox):
    """A box for each product field with the file's columns; `changed` comes when a person chose another."""

    changed = Signal()

    def __init__(self, options: ImportOptions, parent: QWidget | None = None) -> None:
        super().__init__("Columns", parent)
        self._touched = bool(options.mapping)
        self._header: tuple[str, ...] = ()
        self.boxes = {
            field: _box(f"mapping{field.title()}", f"Column for {name}", ()) for field, name in FIELD_NAMES.items()
        }
        rows = form()
        for field, box in self.boxes.items():
            label = QLabel(f"{_MNEMONICS[field]}{' *' if field in REQUIRED_FIELDS else ''}")
            label.setBuddy(box)
            rows.addRow(label, box)
            box.activated.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addLayout(rows)
        layout.addStretch()

    def show_columns(self, header: Sequence[str], mapping: dict[str, int]) -> None:
        """Offer these columns; what was chosen by hand stays while the columns are the same."""
        if self._touched and tuple(header) == self._header:
            return
        if self._header:
            self._touched = False
        self._header = tuple(header)
        for field, box in self.boxes.items():
            box.clear()
            box.addItem("Not in this file", None)
            for column in range(len(header)):
                box.addItem(column_title(header, column), column)
            box.setCurrentIndex(mapping.get(field, -1) + 1)

    def start_anew(self, options: ImportOptions) -> None:
        """Take the columns from these options the next time they are shown."""
        self._touched = bool(options.mapping)
        self._header = ()

    def _choose(self) -> None:
        self._touched = True
        self.changed.emit()

    @property
    def columns(self) -> dict[str, int]:
        """Field -> column, as chosen now."""
        return {field: box.currentData() for field, box in self.boxes.items() if box.currentData() is not None}

    @property
    def mapping(self) -> dict[str, str]:
        """What to tell the importer: nothing where nobody chose, else every field's column; "" leaves it out."""
        if not self._touched:
            return {}
        columns = self.columns
        return {field: self._name(columns[field]) if field in columns else "" for field in FIELDS}

    def _name(self, column: int) -> str:
        # By name where that is clear: a mapping by position alone says that the file has no header.
        name = self._header[column].strip()
        alike = sum(other.strip() == name for other in self._header)
        return name if name and alike == 1 else f"#{column + 1}"

    @property
    def problem(self) -> str:
        """Why these columns cannot be imported, or ""."""
        columns = self.columns
        missing = [FIELD_NAMES[field] for field in REQUIRED_FIELDS if field not in columns]
        if missing and self._header:
            return f"Choose the column for {' and '.join(missing)}."
        used = list(columns.values())
        double = next((column for column in used if used.count(column) > 1), None)
        if double is not None:
            name = column_title(self._header, double)
            return f"“{name}” is chosen for two fields. Each field needs a column of its own."
        return ""


class ReadingChoices(QGroupBox):
    """How the file is read and what its rows may do. `reading_changed` means: look at the file again."""

    changed = Signal()
    reading_changed = Signal()

    def __init__(self, options: ImportOptions, parent: QWidget | None = None) -> None:
        super().__init__("How to import", parent)
        self._options = options
        self.mode = _box("importMode", "What the rows may do", _MODES)
        self.blank = _box("importBlank", "What a blank cell does", _BLANKS)
        self.encoding = _box("importEncoding", "Encoding of the file", _ENCODINGS)
        self.delimiter = _box(
            "importDelimiter", "Delimiter", (("Find out", None), *((name, sign) for sign, name in DELIMITERS))
        )
        self.literal = QCheckBox("&Quotes are ordinary characters", objectName="importLiteralQuotes")
        self.limit = QSpinBox(
            objectName="importMaxRejects", accessibleName="Most rejected rows", minimum=-1, maximum=999_999
        )
        self.limit.setSpecialValueText("No limit")
        self.show_options(options)
        self.limit.lineEdit().setTextMargins(6, 0, 0, 0)
        rows = form()
        for label, control in (
            ("&Rows may", self.mode),
            ("&Blank cells", self.blank),
            ("&Encoding", self.encoding),
            ("De&limiter", self.delimiter),
            ("&Most rejects", self.limit),
        ):
            caption = QLabel(label)
            caption.setBuddy(control)
            rows.addRow(caption, control)
        rows.addRow("", self.literal)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addLayout(rows)
        for box in (self.mode, self.blank):
            box.activated.connect(lambda: self.changed.emit())
        self.limit.valueChanged.connect(lambda: self.changed.emit())
        for box in (self.encoding, self.delimiter):
            box.activated.connect(lambda: self.reading_changed.emit())
        self.literal.toggled.connect(lambda: self.reading_changed.emit())

    def show_options(self, options: ImportOptions) -> None:
        """Set every control as these options say."""
        self._options = options
        for box, value in (
            (self.mode, options.mode),
            (self.blank, options.blank),
            (self.encoding, options.encoding),
            (self.delimiter, options.delimiter),
        ):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.literal.setChecked(options.literal_quotes)
        self.limit.setValue(-1 if options.max_rejects is None else options.max_rejects)

    def show_profile(self, profile: Profile) -> None:
        """Say what was found out about the file."""
        found = encoding_name(profile.encoding) if profile.encoding else ""
        self.encoding.setItemText(0, f"Find out ({found})" if found else "Find out")
        sign = dict(DELIMITERS).get(profile.delimiter or "")
        self.delimiter.setItemText(0, f"Find out ({sign.lower()})" if sign else "Find out")
        # A workbook has no encoding, delimiter or quotes.
        for control in (self.encoding, self.delimiter, self.literal):
            control.setEnabled(profile.delimiter is not None)

    def offer_encodings(self, candidates: Sequence[tuple[str, str]]) -> None:
        """Put the likely encodings first; the tooltip shows how each reads the file."""
        chosen = self.encoding.currentData()
        self.encoding.clear()
        likely = [name for name, _ in candidates]
        rest = [value for _, value in _ENCODINGS if value is not None and value not in likely]
        self.encoding.addItem("Choose…", None)
        for name, preview in candidates:
            self.encoding.addItem(encoding_name(name), name)
            self.encoding.setItemData(self.encoding.count() - 1, preview, Qt.ItemDataRole.ToolTipRole)
        for name in rest:
            self.encoding.addItem(encoding_name(name), name)
        self.encoding.setCurrentIndex(max(0, self.encoding.findData(chosen)))

    def choose_encoding(self, codec: str) -> None:
        """Read the file in this encoding."""
        if self.encoding.findData(codec) < 0:
            self.encoding.addItem(encoding_name(codec), codec)
        self.encoding.setCurrentIndex(self.encoding.findData(codec))
        self.reading_changed.emit()

    def options(self, mapping: dict[str, str]) -> ImportOptions:
        """Everything that is chosen."""
        return replace(
            self._options,
            mode=self.mode.currentData(),
            blank=self.blank.currentData(),
            encoding=self.encoding.currentData(),
            delimiter=self.delimiter.currentData(),
            literal_quotes=self.literal.isChecked(),
            max_rejects=self.limit.value() if self.limit.value() >= 0 else None,
            mapping=mapping,
        )
