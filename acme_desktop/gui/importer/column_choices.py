"""Which column is which field, and which field is filled down by which column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGroupBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.importer.fill_down import FILLED_FIELDS, Offer
from acme_desktop.core.importer.mapping import column_of
from acme_desktop.core.importer.options import FIELDS, REQUIRED_FIELDS, ImportOptions
from acme_desktop.gui.importer.choices import choice_box
from acme_desktop.gui.importer.sample_table import column_title
from acme_desktop.gui.widgets.fields import Form

FIELD_NAMES = {"sku": "SKU", "name": "Name", "description": "Description", "active": "Active"}
_MNEMONICS = {"sku": "S&KU", "name": "&Name", "description": "&Description", "active": "&Active"}
_FILL_LABELS = {"name": "&Fill blank names", "description": "F&ill blank descriptions"}
_FILL_HINT = (
    "A blank {0} takes the last one above it in rows that say the same in the column chosen here. "
    "Shops export the variants of a product that way."
)


def _labelled(rows: Form, text: str, box: QComboBox) -> None:
    label = QLabel(text)
    label.setBuddy(box)
    rows.add(label, box)


class ColumnChoices(QGroupBox):
    """A box for each product field with the file's columns, and for each that can be filled down the column to do it
    by; `changed` comes when a person chose another.
    """

    changed = Signal()

    def __init__(self, options: ImportOptions, parent: QWidget | None = None) -> None:
        super().__init__("Columns", parent)
        self._touched = bool(options.mapping)
        self._fill_down = dict(options.fill_down)
        self._header: tuple[str, ...] = ()
        self._offer: Offer | None = None
        self.boxes = {
            field: choice_box(f"mapping{field.title()}", f"Column for {name}", ())
            for field, name in FIELD_NAMES.items()
        }
        self.fills = {
            field: choice_box(f"fillDown{field.title()}", f"Column that {FIELD_NAMES[field]} is filled down by", ())
            for field in FILLED_FIELDS
        }
        self.offer = QPushButton("Fill blanks down", objectName="acceptOfferButton")
        self._setup_ui()

    def _setup_ui(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        rows = Form()
        layout.addLayout(rows)
        for field, box in self.boxes.items():
            _labelled(rows, f"{_MNEMONICS[field]}{' *' if field in REQUIRED_FIELDS else ''}", box)
            box.activated.connect(self._choose)
        for field, box in self.fills.items():
            _labelled(rows, _FILL_LABELS[field], box)
            box.setToolTip(_FILL_HINT.format(FIELD_NAMES[field].lower()))
            box.setAccessibleDescription(box.toolTip())
            box.activated.connect(lambda _: self._tell())
        self.offer.setProperty("kind", "link")
        self.offer.setAutoDefault(False)
        self.offer.clicked.connect(self._accept_offer)
        self.offer.hide()
        offered = QHBoxLayout()
        offered.addWidget(self.offer)
        offered.addStretch()
        rows.addRow("", offered)
        layout.addStretch()

    def show_columns(self, header: Sequence[str], mapping: dict[str, int], offer: Offer | None = None) -> None:
        """Offer these columns; what was chosen by hand stays while the columns are the same."""
        self._offer = offer
        same = tuple(header) == self._header
        if not same or not self._touched:
            self._show_fields(header, mapping)
        if not same:
            self._show_fills(header)
        self._settle()

    def _show_fields(self, header: Sequence[str], mapping: dict[str, int]) -> None:
        if self._header:
            self._touched = False
        self._header = tuple(header)
        for field, box in self.boxes.items():
            _offer_columns(box, "Not in this file", "{}", header, mapping.get(field))

    def _show_fills(self, header: Sequence[str]) -> None:
        for field, box in self.fills.items():
            by = None
            if field in self._fill_down:
                try:
                    by = column_of(header, field, self._fill_down[field])
                except InputProblem:  # what is remembered was another file's
                    by = None
            _offer_columns(box, "No, leave them blank", "From the row above, by “{}”", header, by)

    def start_anew(self, options: ImportOptions) -> None:
        """Take the columns from these options the next time they are shown."""
        self._touched = bool(options.mapping)
        self._fill_down = dict(options.fill_down)
        self._header = ()

    def _choose(self) -> None:
        self._touched = True
        self._tell()

    def _tell(self) -> None:
        self._settle()
        self.changed.emit()

    def _settle(self) -> None:
        """A field that is not in the file can't be filled; an offer that was accepted is none any more."""
        columns = self.columns
        for field, box in self.fills.items():
            box.setEnabled(field in columns)
        open_offer = self.open_offer
        self.offer.setVisible(open_offer is not None)
        if open_offer is not None:
            title = column_title(self._header, open_offer.column).replace("&", "&&")
            what = FIELD_NAMES[open_offer.field]
            fill = f"Fill blank {what.lower()}s d&own by “{title}”"
            self.offer.setText(fill if open_offer.fills else f"&Use “{title}” as the {what}")

    def _accept_offer(self) -> None:
        accepted = self.open_offer
        if accepted is not None:
            self._touched |= not accepted.fills
            boxes = self.fills if accepted.fills else self.boxes
            boxes[accepted.field].setCurrentIndex(accepted.column + 1)
            boxes[accepted.field].setFocus()
            self._tell()

    @property
    def open_offer(self) -> Offer | None:
        """What another column could do for the file, unless it does so already."""
        offer = self._offer
        if offer is None:
            return None
        done = offer.field in self.fill_down if offer.fills else self.columns.get(offer.field) == offer.column
        return None if done else offer

    @property
    def columns(self) -> dict[str, int]:
        """Field -> column, as chosen now."""
        return _chosen(self.boxes)

    @property
    def mapping(self) -> dict[str, str]:
        """What to tell the importer: nothing where nobody chose, else every field's column; "" leaves it out."""
        if not self._touched:
            return {}
        columns = self.columns
        return {field: self._name(columns[field]) if field in columns else "" for field in FIELDS}

    @property
    def fill_down(self) -> dict[str, str]:
        """Field -> name of the column that it is filled down by."""
        return {field: self._name(by) for field, by in self._fills_by().items()}

    @property
    def filled_by(self) -> dict[int, str]:
        """Column -> the names of the fields that are filled down by it."""
        by: dict[int, list[str]] = {}
        for field, column in self._fills_by().items():
            by.setdefault(column, []).append(FIELD_NAMES[field])
        return {column: " and ".join(names) for column, names in by.items()}

    def _fills_by(self) -> dict[str, int]:
        columns = self.columns
        return {field: by for field, by in _chosen(self.fills).items() if field in columns}

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
        for field, by in self._fills_by().items():
            if by == columns[field]:
                return f"{FIELD_NAMES[field]} can't be filled down by its own column. Choose the one that groups rows."
        return ""


def _offer_columns(box: QComboBox, none: str, words: str, header: Sequence[str], chosen: int | None) -> None:
    box.clear()
    box.addItem(none, None)
    for column in range(len(header)):
        box.addItem(words.format(column_title(header, column)), column)
    box.setCurrentIndex(0 if chosen is None else chosen + 1)


def _chosen(boxes: Mapping[str, QComboBox]) -> dict[str, int]:
    return {field: box.currentData() for field, box in boxes.items() if box.currentData() is not None}
