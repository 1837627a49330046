"""All webhooks on the left; the chosen one's state, settings and test on the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.webhooks.endpoints import Endpoint, EndpointChanges
from acme_desktop.core.webhooks.trial import Trial
from acme_desktop.gui.webhooks import words
from acme_desktop.gui.webhooks.buttons import button
from acme_desktop.gui.webhooks.editor import Editor
from acme_desktop.gui.webhooks.trial_view import TrialView
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import EmptyPage, rule
from acme_desktop.gui.widgets.records import Column, RecordTable

_COLUMNS = (
    Column("URL", 0, lambda one: words.host(one.url)),
    Column("State", 96, words.state_of, tone=words.state_tone),
)


class EndpointsPage(QWidget):
    """Says what a person wants; whoever does it answers with `show_endpoints`, `saved` and `show_trial`."""

    save_wanted = Signal(object, EndpointChanges, bool)
    test_wanted = Signal(Endpoint)
    act_wanted = Signal(str, Endpoint)
    echo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.current: Endpoint | None = None
        self._result_is_new = False
        self._setup_ui()
        self._wire()
        self.show_endpoint(None)

    def _setup_ui(self) -> None:
        self.table = RecordTable(_COLUMNS, "webhookTable", "Webhooks")
        self.add = button("&New webhook", "addWebhookButton", "add")
        self.delete = button("De&lete…", "deleteWebhookButton", "delete")
        self.empty = EmptyPage(
            "webhook", "No webhook yet", "A webhook tells another program about every change. Fill in the form."
        )
        self.empty.setObjectName("noWebhookPage")
        self.empty.text.setMinimumWidth(150)
        first = self.empty.add_button("Add the first we&bhook", "firstWebhookButton", primary=True)
        first.clicked.connect(lambda: self.add.click())
        self.lists = QStackedWidget(objectName="webhookLists")
        self.lists.addWidget(self.table)
        self.lists.addWidget(self.empty)
        self.echo = button("Tr&y it without a server…", "webhookEchoButton")
        self.echo.setProperty("kind", "link")
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.add)
        row.addWidget(self.delete)
        row.addStretch()
        left = QWidget()
        side = QVBoxLayout(left, spacing=8)
        side.setContentsMargins(0, 12, 10, 0)
        side.addWidget(self.lists, 1)
        side.addLayout(row)
        side.addWidget(self.echo, alignment=Qt.AlignmentFlag.AlignLeft)
        splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        splitter.addWidget(left)
        splitter.addWidget(self._setup_right())
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        splitter.setSizes([370, 560])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _setup_right(self) -> QWidget:
        self.heading = ElidedLabel(objectName="webhookHeading")
        self.heading.setProperty("role", "heading")
        self.status = QLabel(objectName="webhookStatus", wordWrap=True)
        self.status.setProperty("role", "muted")
        self.more = button("Acti&ons", "webhookMoreButton")
        self.more.setProperty("menu", True)
        self._setup_menu()
        head = QHBoxLayout(spacing=8)
        names = QVBoxLayout(spacing=2)
        names.addWidget(self.heading)
        names.addWidget(self.status)
        head.addLayout(names, 1)
        head.addWidget(self.more, alignment=Qt.AlignmentFlag.AlignTop)
        self.editor = Editor()
        self.save = button("&Create", "saveWebhookButton")
        self.save.setProperty("kind", "primary")
        self.revert = button("Re&vert", "revertWebhookButton")
        self.test = button("&Test", "testWebhookButton")
        buttons = QHBoxLayout(spacing=8)
        buttons.addWidget(self.test)
        buttons.addStretch()
        buttons.addWidget(self.revert)
        buttons.addWidget(self.save)
        self.trial = TrialView()
        inside = QWidget()
        right = QVBoxLayout(inside, spacing=12)
        right.setContentsMargins(10, 12, 6, 4)
        right.addLayout(head)
        right.addWidget(self.editor)
        right.addLayout(buttons)
        right.addWidget(rule())
        right.addWidget(self.trial, 1)
        right.addStretch()
        scroll = QScrollArea(widgetResizable=True, objectName="webhookScroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        scroll.setMinimumWidth(inside.minimumSizeHint().width() + 14)
        # The layout grows after the result was set: the end of a result that has just come stays in view.
        scroll.verticalScrollBar().rangeChanged.connect(self._show_result)
        self._scroll = scroll
        return scroll

    def _setup_menu(self) -> None:
        menu = QMenu(self.more)
        self.actions_by_name = {}
        for name, text in (
            ("enable", "&Enable"),
            ("disable", "&Disable"),
            ("pause", "&Pause"),
            ("resume", "&Resume"),
            ("rotate", "R&otate the secret…"),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"{name}WebhookAction")
            action.triggered.connect(lambda _=False, name=name: self._act(name))
            self.actions_by_name[name] = action
        self.more.setMenu(menu)

    def _wire(self) -> None:
        self.table.picked.connect(self._picked)
        self.add.clicked.connect(self.begin_new)
        self.delete.clicked.connect(lambda: self._act("delete"))
        self.echo.clicked.connect(self.echo_wanted)
        self.save.clicked.connect(lambda: self._save(test=False))
        self.test.clicked.connect(self._test)
        self.revert.clicked.connect(lambda: self.show_endpoint(self.current))
        self.editor.changed.connect(self._show_buttons)

    # What is shown

    def show_endpoints(self, endpoints: Sequence[Endpoint]) -> None:
        """Show the webhooks as they are now; what a person is editing stays."""
        first = not self.table.records.records and self.current is None and not self.editor.url.text()
        self.table.refill(endpoints)
        self.lists.setCurrentWidget(self.table if endpoints else self.empty)
        if self.current is not None:
            now = next((one for one in endpoints if one.id == self.current.id), None)
            edited = now is not None and self.editor.differs_from(self.current)
            if now is None:
                self.show_endpoint(None)
            elif edited:
                self.current = now
                self._show_head()
            elif now != self.current:
                self.show_endpoint(now, keep_trial=True)
            else:
                self._show_head()
        elif first and endpoints:
            self.table.select({endpoints[0].id})

    def show_endpoint(self, endpoint: Endpoint | None, *, keep_trial: bool = False) -> None:
        """Show one webhook's settings; None is a new one."""
        self.current = endpoint
        self.editor.show_endpoint(endpoint)
        if not keep_trial:
            self._result_is_new = False
            self.trial.clear()
        self._show_head()
        self._show_buttons()

    def begin_new(self) -> None:
        """An empty form."""
        self.table.clearSelection()
        self.show_endpoint(None)
        self.editor.url.setFocus()

    def saved(self, endpoint: Endpoint) -> None:
        """It was saved: show it as it is now."""
        self.show_endpoint(endpoint, keep_trial=True)
        self.table.select({endpoint.id})

    def show_trial(self, endpoint: Endpoint, trial: Trial) -> None:
        """Show how the test went, if its webhook is still the one shown."""
        if self.current is not None and self.current.id == endpoint.id:
            self.trial.show_sent(trial.sent)
            # After the layout has looked at what came.
            self._result_is_new = True
            QTimer.singleShot(0, self, self._show_result)
        self._show_buttons()

    def _show_result(self) -> None:
        if self._result_is_new:
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _show_head(self) -> None:
        one = self.current
        self.more.setVisible(one is not None)
        if one is None:
            self.heading.setText("New webhook")
            self.status.setText("Its secret is shown once, when it is created.")
            return
        self.heading.setText(words.host(one.url))
        lines = [words.state_in_full(one)]
        if one.previous_secret_until is not None:
            lines.append(f"The secret was rotated: the old one stops signing {words.until(one.previous_secret_until)}.")
        self.status.setText(" ".join(lines))
        self.actions_by_name["enable"].setVisible(not one.enabled)
        self.actions_by_name["disable"].setVisible(one.enabled)
        held = one.paused or words.state_of(one) == "On hold"
        self.actions_by_name["pause"].setVisible(one.enabled and not one.paused)
        self.actions_by_name["resume"].setVisible(one.enabled and held)

    def _show_buttons(self) -> None:
        one = self.current
        edited = self.editor.differs_from(one) if one is not None else bool(self.editor.url.text())
        self.delete.setEnabled(one is not None)
        self.save.setText("&Create" if one is None else "&Save")
        self.save.setEnabled(edited)
        self.revert.setVisible(one is not None)
        self.revert.setEnabled(edited)
        text = "&Test" if one is not None and not edited else "Create and &test" if one is None else "Save and &test"
        self.test.setText(text)
        self.test.setAccessibleName(text.replace("&", ""))
        self.test.setEnabled((one is not None or edited) and not self.trial.busy.isVisibleTo(self.trial))

    # What is wanted

    def _picked(self) -> None:
        chosen = self.table.selected()
        if chosen and (self.current is None or chosen[0].id != self.current.id):
            self.show_endpoint(chosen[0])

    def _act(self, name: str) -> None:
        if self.current is not None:
            # The sentence at the top tells of it; an older result further down draws nobody's eyes any more.
            self._result_is_new = False
            self._scroll.verticalScrollBar().setValue(0)
            self.act_wanted.emit(name, self.current)

    def _save(self, *, test: bool) -> None:
        changes = self.editor.changes()
        if changes is not None:
            self.save.setEnabled(False)
            self.save_wanted.emit(self.current, changes, test)

    def _test(self) -> None:
        if self.current is None or self.editor.differs_from(self.current):
            self._save(test=True)
        else:
            self.begin_trial(self.current)

    def begin_trial(self, endpoint: Endpoint) -> None:
        """Ask for a test of a webhook that is saved."""
        self._result_is_new = False
        self.trial.wait()
        self.test.setEnabled(False)
        self.test_wanted.emit(endpoint)

    def not_done(self) -> None:
        """What was asked for did not happen; the form keeps what was typed."""
        if self.trial.busy.isVisibleTo(self.trial):
            self.trial.clear()
        self._show_buttons()
