"""Before an import: which column is which field, the file's first rows, and what would happen to the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.foundation.progress import Snapshot
from acme_desktop.core.importer.encoding import EncodingNeeded
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import Profile
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.core.importer.templates import Template
from acme_desktop.gui import errors
from acme_desktop.gui.importer.advice import in_window_terms, next_step
from acme_desktop.gui.importer.choices import DELIMITERS, ReadingChoices
from acme_desktop.gui.importer.column_choices import FIELD_NAMES, ColumnChoices
from acme_desktop.gui.importer.encoding_question import EncodingQuestion
from acme_desktop.gui.importer.entry import ImportEntry
from acme_desktop.gui.importer.outlook import Outlook
from acme_desktop.gui.importer.sample_table import SampleModel, SampleTable
from acme_desktop.gui.importer.template_button import TemplateButton
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.drop_area import DropArea
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Banner, Picture

_SETTLE_MS = 350


class MappingDialog(QDialog):
    """Asks how to import one file. `look_again` comes with options when the file must be read differently,
    `compare` when the comparison with the catalogue no longer fits, and `accepted` when the import shall start.
    """

    look_again = Signal(ImportOptions)
    compare = Signal(ImportOptions)
    files_dropped = Signal(list)
    differences_wanted = Signal()

    def __init__(self, entry: ImportEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mappingDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.entry = entry
        self._unsettled = self._again = ""
        self._profile: Profile | None = None
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(lambda: self.compare.emit(self.options()))
        self._setup_ui(entry.options)
        self.drop_area = DropArea(self, "Drop to add to the import queue")
        self.drop_area.dropped.connect(self.files_dropped)

    def _setup_ui(self, options: ImportOptions) -> None:
        self.setWindowTitle(f"Import {self.entry.path.name}")
        on_screen.fit(self, 1000, 800)
        # From the outside in: with a style sheet, Qt polishes whatever is inside once more for each parent it gets.
        layout = QVBoxLayout(self, spacing=10)
        layout.setContentsMargins(0, spacing.TOP, 0, spacing.BOTTOM)
        layout.addLayout(head := _row(12))
        content = QVBoxLayout(spacing=10)
        content.setContentsMargins(spacing.EDGE, 0, spacing.EDGE, 0)
        layout.addWidget(on_screen.Scrolling(content, "mappingContent"), 1)
        # What a person decides by stays in sight, as the buttons do.
        layout.addLayout(figures := _row(0))
        layout.addLayout(buttons := _row(10))
        self._setup_head(head)
        self._setup_content(content, options)
        self.outlook = Outlook()
        figures.addWidget(self.outlook)
        self._setup_buttons(buttons)
        self.columns.boxes["sku"].setFocus()
        self.columns.changed.connect(self._choices_changed)
        self.reading.changed.connect(self._choices_changed)
        self.reading.reading_changed.connect(lambda: self.look_again.emit(self.options()))
        self.question.chosen.connect(self.reading.choose_encoding)
        self.templates.chosen.connect(self._take_template)
        self.outlook.differences_wanted.connect(self.differences_wanted)

    def _setup_head(self, row: QHBoxLayout) -> None:
        title = ElidedLabel(self.entry.path.name, Qt.TextElideMode.ElideMiddle)
        title.setProperty("role", "heading")
        self.summary = ElidedLabel("Looking at the file…", objectName="fileSummary")
        self.source = ElidedLabel(objectName="templateNote")
        self.source.hide()
        self.templates = TemplateButton()
        row.addWidget(Picture("file", 36, "accent_text"))
        words = QVBoxLayout(spacing=2)
        row.addLayout(words, 1)
        words.addWidget(title)
        for line in (self.summary, self.source):
            line.setProperty("role", "muted")
            words.addWidget(line)
        row.addWidget(self.templates, alignment=Qt.AlignmentFlag.AlignTop)

    def _setup_content(self, content: QVBoxLayout, options: ImportOptions) -> None:
        self.banner = Banner()
        self.banner.setObjectName("mappingBanner")
        content.addWidget(self.banner)
        choices = QHBoxLayout(spacing=28)
        content.addLayout(choices)
        inside = content.parentWidget()
        self.columns = ColumnChoices(options, inside)
        self.question = EncodingQuestion(inside)
        self.reading = ReadingChoices(options, inside)
        for part in (self.columns, self.question, self.reading):
            choices.addWidget(part, 1)
        self.sample = SampleModel(self)
        self.table = SampleTable(self.sample, inside)
        content.addWidget(self.table, 1)
        content.addWidget(self.question.preview, 1)
        content.addStretch()

    def _setup_buttons(self, row: QHBoxLayout) -> None:
        self.busy = QProgressBar(textVisible=False, accessibleName="Comparing with the catalogue")
        self.busy.setFixedWidth(120)
        self.busy.hide()
        self.note = ElidedLabel(objectName="previewNote")
        self.note.setProperty("role", "muted")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton("&Start import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setObjectName("startImportButton")
        self.start.setDefault(True)
        self.start.setEnabled(False)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        row.addWidget(self.busy)
        row.addWidget(self.note, 1)
        row.addWidget(self.buttons)

    def done(self, result: int) -> None:
        self._settle.stop()
        super().done(result)

    # What is chosen

    def options(self) -> ImportOptions:
        """The options as they are chosen now."""
        return self.reading.options(self.columns.mapping, self.columns.fill_down)

    @property
    def profile(self) -> Profile | None:
        """The file as it was last looked at, with the columns as they are chosen now; None where it was refused."""
        chosen = {field: name for field, name in self.columns.mapping.items() if name}
        return replace(self._profile, mapping=chosen) if self._profile is not None and chosen else self._profile

    def _take_template(self, template: Template) -> None:
        options = template.applied_to(ImportOptions())
        self.columns.start_anew(options)
        self.reading.show_options(options)
        self.show_source(f"Filled in from template “{template.name}”.")
        self.look_again.emit(options)

    # What is known

    def show_source(self, text: str) -> None:
        """Say where the choices come from."""
        self.source.setText(text)
        self.source.setVisible(bool(text))

    def show_profile(self, profile: Profile, unsettled: Exception | None = None) -> None:
        """Show what was found in the file, and what a choice of columns has to settle."""
        self._profile = profile
        self._unsettled = errors.account(unsettled).title if unsettled is not None else ""
        self.question.withdraw()
        self.columns.show()
        self.table.show()
        self.outlook.show()
        named = {name.strip(): column for column, name in reversed(list(enumerate(profile.header)))}
        mapping = {
            field: int(name[1:]) - 1 if name.startswith("#") and name not in named else named[name.strip()]
            for field, name in profile.mapping.items()
        }
        self.columns.show_columns(profile.header, mapping, profile.offer)
        self.reading.show_profile(profile)
        self.sample.show(profile.header, profile.sample)
        self.summary.setText(self._facts(profile))
        self._choices_changed()

    def show_refusal(self, error: Exception) -> None:
        """Say why the file cannot be imported as it is, and what to try."""
        self._profile = None
        asking = isinstance(error, EncodingNeeded)
        self.banner.say("warning" if asking else "danger", errors.account(error).title, next_step(error))
        if isinstance(error, EncodingNeeded):
            self.reading.offer_encodings(error.candidates)
            self.question.ask(error.candidates)
        else:
            self.question.withdraw()
        self.columns.setVisible(not asking)
        self.table.hide()
        self.templates.allow_saving(False)
        self.outlook.hide()
        self.summary.setText("One question first." if asking else "This file cannot be imported as it is.")
        self.columns.setEnabled(False)
        self.start.setEnabled(False)
        self.show_note("")
        self.outlook.show_nothing()

    def _facts(self, profile: Profile) -> str:
        signs = dict(DELIMITERS)
        facts = [profile.kind.upper(), formatting.size(profile.size) if getattr(profile, "size", None) else ""]
        if profile.encoding:
            facts.append(profile.encoding.upper())
        if profile.delimiter:
            facts.append(signs.get(profile.delimiter, profile.delimiter).lower())
        if profile.header_line:
            facts.append(f"header on line {formatting.number(profile.header_line)}")
        facts.append(formatting.counted(len(profile.header), "column", "columns"))
        return " · ".join(fact for fact in facts if fact)

    def _choices_changed(self) -> None:
        profile = self._profile
        if profile is None:
            return
        self.columns.setEnabled(True)
        fields = {column: FIELD_NAMES[field] for field, column in self.columns.columns.items()}
        self.sample.mark(fields, self.columns.filled_by)
        problem = self.columns.problem
        if problem:
            self.banner.say("danger", self._unsettled or problem, problem if self._unsettled else "")
        else:
            self._warn("", profile.warnings)
        self.start.setEnabled(not problem)
        self.templates.allow_saving(not problem)
        self.outlook.show_nothing()
        if problem:
            self.show_note("")
            self._settle.stop()
        else:
            self._settle.start()

    def reconsider(self) -> None:
        """Ask for the comparison again: the catalogue is another one, or no import goes before any more."""
        self._choices_changed()

    # What would happen

    def show_note(self, text: str, fraction: float | None = None) -> None:
        """Say how the comparison stands; a fraction shows the bar."""
        self.note.setText(text)
        self.busy.setVisible(fraction is not None)
        self.busy.setMaximum(1000)
        self.busy.setValue(round((fraction or 0.0) * 1000))

    def show_preview(self, report: ImportReport) -> None:
        """Show what the import would do to the catalogue as it is now."""
        self.outlook.show_report(report)
        rows = formatting.counted(report.read, "row", "rows")
        self.show_note(f"{rows} read and compared with the catalogue.")
        if report.warnings:
            self._warn(self._again, report.warnings)

    def show_comparing(self, snapshot: Snapshot) -> None:
        """Show how far the comparison is; reading is most of it."""
        reading = snapshot.stage == "Reading"
        self.show_note(f"{snapshot.stage}…", 0.8 * (snapshot.fraction or 0.0) if reading else 0.85)

    def show_failed_comparison(self, error: Exception) -> None:
        """Say why the import would fail with these choices."""
        self.banner.say("danger", errors.account(error).title, next_step(error))
        self.show_note("")
        self.start.setEnabled(not isinstance(error, InputProblem))

    def say_again(self, error: Exception) -> None:
        """Say why the import that was started must be confirmed once more."""
        told = errors.account(error)
        self._again = told.title
        self.banner.say("warning", told.title, told.advice)

    def _warn(self, title: str, warnings: Sequence[str]) -> None:
        """Show warnings, without those that a choice in this dialog settled meanwhile; nothing without any."""
        offer, still_open = self._profile.offer if self._profile else None, self.columns.open_offer
        settled = offer.warning if offer is not None and still_open is None else None
        told = [in_window_terms(warning) for warning in warnings if warning != settled]
        if told or title:
            self.banner.say("warning", title, "\n".join(told))
        else:
            self.banner.hide()


def _row(gap: int) -> QHBoxLayout:
    """A row as wide as the dialog, with its margins."""
    row = QHBoxLayout(spacing=gap)
    row.setContentsMargins(spacing.EDGE, 0, spacing.EDGE, 0)
    return row
