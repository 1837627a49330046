"""One change to many products: what, of which products, exactly what becomes of them, and then all at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Snapshot
from acme_desktop.core.products import bulk_edit
from acme_desktop.core.products.bulk_edit import REFUSALS, Difference, Outdated, Preview, Which
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.products.bulk_change_form import BulkChangeForm
from acme_desktop.gui.products.bulk_rows import PAGE, BulkRows, BulkTable
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.notices import Banner

DEBOUNCE_MS = 250
_TABS: tuple[tuple[str, tuple[bulk_edit.Verdict, ...]], ...] = (
    ("Change", ("changed",)),
    ("Stay as they are", ("unchanged",)),
    ("Refused", REFUSALS),
)


class BulkEditDialog(QDialog):
    """Previews on every change of its fields, and applies what the preview showed; `applied` then comes.

    Args:
        runner: does the work.
        database: where.
        author: who.
        choices: of which products it may be, each with its words; the first is chosen.
    """

    applied = Signal(ChangeSet)

    def __init__(
        self,
        runner: JobRunner,
        database: Database,
        author: Author,
        choices: Sequence[tuple[str, Which]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bulkEditDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._database, self._author = runner, database, author
        self._choices = choices
        self._preview: Preview | None = None
        self._looking: Job | None = None
        self._reading: Job | None = None
        self._applying: Job | None = None
        self._debounce = QTimer(self, interval=DEBOUNCE_MS, singleShot=True)
        self._setup_ui()
        self._debounce.timeout.connect(self._look)
        self.form.changed.connect(self._forget)
        self.which.currentIndexChanged.connect(self._forget)
        self.kinds.currentChanged.connect(self._show_kind)
        self.rows.more_wanted.connect(self._read)
        self._forget()

    def _setup_ui(self) -> None:
        self.setWindowTitle("Edit several products")
        on_screen.fit(self, 900, 600)
        self.setMinimumSize(640, 420)
        self.banner = Banner()
        self.which = QComboBox(objectName="bulkWhich", accessibleName="Which products")
        for words, _ in self._choices:
            self.which.addItem(words)
        self.form = BulkChangeForm(self.which)
        self.kinds = QTabBar(objectName="bulkPreviewKinds", expanding=False, drawBase=False)
        self.kinds.setAccessibleName("What becomes of the products")
        for words, _ in _TABS:
            self.kinds.addTab(words)
        self.hint = QLabel(objectName="bulkPreviewHint", wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.rows = BulkRows(self)
        self.table = BulkTable(self.rows)
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Working")
        self.stage = QLabel(objectName="bulkStage")
        self.stage.setProperty("role", "muted")
        working = QHBoxLayout(spacing=10)
        working.addWidget(self.busy, 1)
        working.addWidget(self.stage)
        keep = self.busy.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(keep)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel_button = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.apply_button = self.buttons.addButton("A&pply", QDialogButtonBox.ButtonRole.AcceptRole)
        self.apply_button.setObjectName("applyBulkEditButton")
        self.again_button = self.buttons.addButton("&New preview", QDialogButtonBox.ButtonRole.ActionRole)
        self.again_button.setObjectName("newPreviewButton")
        self.again_button.setAutoDefault(False)
        self.again_button.hide()
        self.again_button.clicked.connect(self._again)
        self.apply_button.setDefault(True)
        self.setTabOrder(self.which, self.form.kind)
        self.buttons.accepted.connect(self._apply)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        layout.addWidget(self.form)
        layout.addWidget(self.banner)
        layout.addWidget(self.kinds)
        layout.addWidget(self.hint)
        layout.addWidget(self.table, 1)
        layout.addLayout(working)
        layout.addWidget(self.buttons)

    # The preview

    @property
    def preview(self) -> Preview | None:
        """What is shown and would be applied; None while that is not known."""
        return self._preview

    def _forget(self) -> None:
        """Something else is asked for: what was shown does not hold any more."""
        self._drop()
        self._show_preview(None)
        self._debounce.start()

    def _again(self) -> None:
        self.banner.hide()
        self.again_button.hide()
        self._forget()

    def _look(self) -> None:
        change = self.form.change()
        if change is None:
            self._say("Say above what is to be changed; the preview follows.")
            return
        database, which = self._database, self._choices[self.which.currentIndex()][1]
        self._work(True, "Comparing products")
        self._looking = self._runner.start(
            lambda progress: bulk_edit.preview(database, which, change, progress),
            lane=Lane.PREVIEW,
            owner=self,
            succeeded=self._show_preview,
            failed=self._fail,
        )

    def _show_preview(self, preview: Preview | None) -> None:
        self._preview = preview
        self._work(False)
        counts = [0, 0, 0]
        if preview is not None:
            counts = [preview.changed, preview.unchanged, sum(preview.refused.values())]
        for place, ((words, _), count) in enumerate(zip(_TABS, counts, strict=True)):
            self.kinds.setTabText(place, words if preview is None else f"{words} ({formatting.number(count)})")
            self.kinds.setTabEnabled(place, preview is not None and (count > 0 or place == 0))
        ready = preview is not None and preview.changed > 0
        self.apply_button.setEnabled(ready)
        noun = formatting.counted(counts[0], "product", "products")
        self.apply_button.setText(f"Chan&ge {noun}" if ready else "Chan&ge")
        self.kinds.setCurrentIndex(0)
        self._show_kind()

    def _show_kind(self) -> None:
        preview = self._preview
        self._runner.drop(self._reading)
        if preview is None:
            self.rows.clear()
            self._say("")
            return
        kind = self.kinds.currentIndex()
        self._say(self._words(preview, kind))
        self.rows.start(refused=kind == 2)

    def _words(self, preview: Preview, kind: int) -> str:
        if not preview.matched:
            return "There is no such product (any more)."
        if kind == 1:
            return "These are so already. They are not touched."
        if kind == 2:
            reasons = {"missing_name": "would have a blank name", "too_long": "would have a text that is too long"}
            parts = [f"{formatting.number(count)} {reasons[why]}" for why, count in preview.refused.items()]
            return f"{' · '.join(parts)}. They are left as they are."
        if not preview.changed:
            return "Nothing would change."
        return "What goes is struck through, what comes is marked. All of it is one step that can be undone."

    def _read(self, after: str) -> None:
        preview, database = self._preview, self._database
        if preview is None:
            return
        verdicts = _TABS[self.kinds.currentIndex()][1]
        self._reading = self._runner.start(
            lambda progress: bulk_edit.differences(
                database, preview, verdicts, after=after, size=PAGE, progress=progress
            ),
            lane=Lane.QUERY,
            owner=self,
            succeeded=self._came,
            failed=self._fail,
        )

    def _came(self, page: list[Difference]) -> None:
        self.rows.add(page)

    def _say(self, words: str) -> None:
        self.hint.setText(words)

    def _fail(self, error: Exception) -> None:
        self._work(False)
        told = errors.account(error)
        self.banner.say("danger", told.title, told.advice)
        self.again_button.show()

    def _drop(self) -> None:
        self._debounce.stop()
        self._runner.drop(self._looking)
        self._runner.drop(self._reading)

    # The change

    def _apply(self) -> None:
        preview, database, author = self._preview, self._database, self._author
        if preview is None or not preview.changed or self._applying is not None:
            return
        self._runner.drop(self._reading)
        self._lock(True)
        self._applying = self._runner.start(
            lambda progress: bulk_edit.apply(database, preview, author=author, progress=progress),
            lane=Lane.EDIT,
            owner=self,
            succeeded=self._done,
            failed=self._refused,
            cancelled=self._cancelled,
            progressed=self._watch,
        )

    def _done(self, made: ChangeSet) -> None:
        self._applying = None
        self.accept()
        self.applied.emit(made)

    def _refused(self, error: Exception) -> None:
        self._lock(False)
        if isinstance(error, Outdated):
            self.banner.say("warning", error.title, error.advice)
            self.again_button.show()
            self.again_button.setFocus()
            self.apply_button.setEnabled(False)
            return
        self._fail(error)

    def _cancelled(self) -> None:
        self._lock(False)
        self.banner.say("info", "Cancelled. Nothing was changed.")

    def _watch(self, snapshot: Snapshot) -> None:
        self.stage.setText(f"{snapshot.stage}…")

    def _lock(self, locked: bool) -> None:
        if not locked:
            self._applying = None
        for part in (self.form, self.kinds, self.table):
            part.setEnabled(not locked)
        self.apply_button.setEnabled(not locked)
        self.cancel_button.setEnabled(True)
        self.banner.hide()
        self._work(locked, "Changing products")

    def _work(self, busy: bool, stage: str = "") -> None:
        self.busy.setVisible(busy)
        self.stage.setText(f"{stage}…" if busy else "")

    def reject(self) -> None:
        # While it changes products, the first cancel stops that; the dialog stays to tell that nothing was changed.
        if self._applying is not None:
            self.cancel_button.setEnabled(False)
            self._runner.cancel(self._applying)
            return
        super().reject()

    def done(self, result: int) -> None:
        self._drop()
        super().done(result)
