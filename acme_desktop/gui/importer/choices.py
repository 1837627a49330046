"""What a person can choose for one import besides the columns: how the file is read, and what its rows may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGroupBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import Profile
from acme_desktop.gui.widgets.fields import Form

_MODES = (
    ("Create and update", "upsert"),
    ("Create new products only", "create"),
    ("Update existing products only", "update"),
)
_BLANKS = (("Clear the field", "clear"), ("Leave the field as it is", "keep"))
_ENCODINGS = (
    ("Automatic", None),
    ("UTF-8", "utf-8"),
    ("Western European (Windows-1252)", "cp1252"),
    ("Central European (Windows-1250)", "cp1250"),
    ("Turkish (Windows-1254)", "cp1254"),
    ("Cyrillic (Windows-1251)", "cp1251"),
    ("Greek (Windows-1253)", "cp1253"),
    ("Baltic (Windows-1257)", "cp1257"),
    ("Hebrew (Windows-1255)", "cp1255"),
    ("Arabic (Windows-1256)", "cp1256"),
    ("Western European (ISO 8859-15)", "iso8859-15"),
    ("Central European (ISO 8859-2)", "iso8859-2"),
    ("UTF-16 LE", "utf-16-le"),
    ("UTF-16 BE", "utf-16-be"),
    ("Western European (Mac Roman)", "mac-roman"),
    ("Western European (DOS 850)", "cp850"),
    ("Central European (DOS 852)", "cp852"),
    ("American (DOS 437)", "cp437"),
    ("Cyrillic (DOS 866)", "cp866"),
    ("Russian (KOI8-R)", "koi8-r"),
    ("Ukrainian (KOI8-U)", "koi8-u"),
    ("Japanese (Shift JIS)", "shift_jis"),
    ("Chinese (GB 18030)", "gb18030"),
    ("Chinese (Big5)", "big5"),
    ("Korean (EUC-KR)", "euc-kr"),
)
DELIMITERS = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Pipe"))


def encoding_name(codec: str) -> str:
    """What people call a codec."""
    return next((text for text, value in _ENCODINGS if value == codec), codec.upper())


def choice_box(name: str, words: str, items: Sequence[tuple[str, object]]) -> QComboBox:
    """A box to choose from: (text, value) each."""
    box = QComboBox(objectName=name, accessibleName=words)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(16)
    for text, value in items:
        box.addItem(text, value)
    return box


class ReadingChoices(QGroupBox):
    """How the file is read and what its rows may do. `reading_changed` means: look at the file again."""

    changed = Signal()
    reading_changed = Signal()

    def __init__(self, options: ImportOptions, parent: QWidget | None = None) -> None:
        super().__init__("How to import", parent)
        self._options = options
        self.mode = choice_box("importMode", "What the rows in the file do", _MODES)
        self.blank = choice_box("importBlank", "What a blank cell does", _BLANKS)
        self.encoding = choice_box("importEncoding", "Encoding of the file", _ENCODINGS)
        self.delimiter = choice_box(
            "importDelimiter", "Delimiter", (("Automatic", None), *((name, sign) for sign, name in DELIMITERS))
        )
        self.literal = QCheckBox("&Quotes are ordinary characters", objectName="importLiteralQuotes")
        self.limit = QSpinBox(
            objectName="importMaxRejects",
            accessibleName="The most rejected rows",
            minimum=-1,
            maximum=999_999,
        )
        self.limit.setSpecialValueText("Never")
        self.limit.setPrefix("After ")
        self.limit.setSuffix(" rejected rows")
        self.limit.setToolTip("The import fails and changes nothing as soon as it rejects more rows than this.")
        self.show_options(options)
        self.limit.lineEdit().setTextMargins(6, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        rows = Form()
        layout.addLayout(rows)
        for label, control in (
            ("&Rows in the file", self.mode),
            ("&Blank cells", self.blank),
            ("&Encoding", self.encoding),
            ("De&limiter", self.delimiter),
            ("Sto&p the import", self.limit),
        ):
            caption = QLabel(label)
            caption.setBuddy(control)
            rows.add(caption, control)
        rows.addRow("", self.literal)
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
        self.encoding.setItemText(0, f"Automatic ({found})" if found else "Automatic")
        sign = dict(DELIMITERS).get(profile.delimiter or "")
        self.delimiter.setItemText(0, f"Automatic ({sign.lower()})" if sign else "Automatic")
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

    def options(self, mapping: dict[str, str], fill_down: dict[str, str]) -> ImportOptions:
        """Everything that is chosen, with what was chosen of the columns."""
        return replace(
            self._options,
            mode=self.mode.currentData(),
            blank=self.blank.currentData(),
            encoding=self.encoding.currentData(),
            delimiter=self.delimiter.currentData(),
            literal_quotes=self.literal.isChecked(),
            max_rejects=self.limit.value() if self.limit.value() >= 0 else None,
            mapping=mapping,
            fill_down=fill_down,
        )
