"""The delivery desk: what was sent and what came back, what waits, and sending again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.webhooks.attempts import TEST, Delivery
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.gui import errors
from acme_desktop.gui.webhooks import words
from acme_desktop.gui.webhooks.buttons import button
from acme_desktop.gui.webhooks.folder_view import FolderView
from acme_desktop.gui.webhooks.plotting import Plots
from acme_desktop.gui.webhooks.work import SHOWN, Desk, Folder, Wish
from acme_desktop.gui.widgets import formatting, spacing
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Tile
from acme_desktop.gui.widgets.records import Column, RecordTable
from acme_desktop.gui.widgets.sparkline import PlotTile, Sparkline

_TYPING_MS = 300
_LEAST_SKU, _LEAST_CHOICE = 9, 8  # letters
_TIMES = {"Last hour": 1, "Last 24 hours": 24, "Last 7 days": 168, "Any time": 0}


def _outcome(one: Delivery, endpoint: Endpoint | None) -> str:
    if one.state == "retrying":
        why = one.error or "sent again by hand"
        if endpoint is not None and not endpoint.open:
            return f"Kept while its webhook is {'paused' if endpoint.enabled else 'off'}: {why}"
        times = [at for at in (one.due_at, endpoint.hold_until if endpoint is not None else None) if at is not None]
        return f"Tried again {words.until(max(times, default=None))}: {why}"
    if one.error:
        return one.error
    return {"sending": "On its way", "waiting": "Behind an earlier one of its product"}.get(one.state, "")


def _in_lines(span: str) -> str:
    """A line may end behind a unit, and not between a number and its unit."""
    return re.sub(r"(\d) ", "\\1\N{NO-BREAK SPACE}", span)


def _columns(known: dict[int, Endpoint]) -> tuple[Column, ...]:
    def where(one: Delivery) -> str:
        return words.host(known[one.webhook_id].url) if one.webhook_id in known else f"{one.webhook_id} (deleted)"

    return (
        Column("Time", 104, lambda one: words.when(one.created_at)),
        Column("Webhook", 208, where),
        Column("Event", 96, words.about),
        Column("State", 136, lambda one: words.STATES[one.state], tone=lambda one: words.TONES.get(one.state, "")),
        Column("Answer", 66, lambda one: "" if one.status_code is None else str(one.status_code), right=True),
        Column("Attempts", 80, lambda one: formatting.number(one.attempts), right=True),
        Column("What is next, and why", 0, lambda one: _outcome(one, known.get(one.webhook_id))),
    )


class DeliveryDesk(QWidget):
    """`wish` says what is to be shown; whoever reads it answers with `show_desk`."""

    asked = Signal()
    folder_wanted = Signal(int)
    replay_wanted = Signal(list)
    replay_all_wanted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._ask)
        self._given_up = 0
        self._above: list[int] = []  # the last delivery of each page above this one
        self._setup_filters()
        self._setup_figures()
        self._known: dict[int, Endpoint] = {}
        self.table = RecordTable(_columns(self._known), "deliveryTable", "Deliveries", several=True)
        self.table.picked.connect(self._picked)
        self.message = ElidedLabel(objectName="deskMessage", accessibleName="Deliveries shown")
        self.message.setProperty("role", "muted")
        self.newer = button("&Newer", "newerDeliveriesButton")
        self.newer.clicked.connect(lambda: self._turn(-1))
        self.older = button("&Older", "olderDeliveriesButton")
        self.older.clicked.connect(lambda: self._turn(1))
        self.again = button("Send &again", "replayButton", "refresh")
        self.again.clicked.connect(lambda: self.replay_wanted.emit([one.id for one in self._repeatable()]))
        self.all_again = button("", "replayAllButton")
        self.all_again.clicked.connect(self._want_all)
        self.folder = FolderView()
        self._setup_ui()
        self._picked()

    def _setup_filters(self) -> None:
        self.endpoint = self._choice("deskEndpoint", "Webhook", [("All webhooks", None)])
        states = [("Any state", None), *((words.STATES[name], name) for name in words.STATES)]
        self.state = self._choice("deskState", "State", states)
        self.time = self._choice("deskTime", "Time", list(_TIMES.items()))
        self.time.setCurrentIndex(1)
        self.import_ = self._choice("deskImport", "Import", [("Any change", None)])
        self.sku = QLineEdit(objectName="deskSku", placeholderText="SKU", clearButtonEnabled=True)
        self.sku.setAccessibleName("SKU of the product")
        self.sku.setMinimumWidth(self.sku.fontMetrics().horizontalAdvance("X" * _LEAST_SKU))
        self.sku.setMaximumWidth(spacing.scaled(self, 150))
        self.sku.textEdited.connect(lambda: self._typing.start())
        self.sku.returnPressed.connect(self._ask)

    def _choice(self, name: str, said: str, items: list[tuple[str, object]]) -> QComboBox:
        box = QComboBox(objectName=name, accessibleName=said)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(_LEAST_CHOICE)
        for text, value in items:
            box.addItem(text, value)
        box.activated.connect(self._ask)
        return box

    def _setup_figures(self) -> None:
        self.backlog = PlotTile("Events waiting", "deskBacklog")
        self.oldest = PlotTile("Oldest waits", "deskOldest")
        self.next = Tile("Next attempt", "deskNext")
        self.dead = Tile("Given up", "deskDead")
        self.success = Sparkline("Success", "deskSuccess")
        self.latency = Sparkline("Latency (95 %)", "deskLatency")

    def _setup_ui(self) -> None:
        filters = QHBoxLayout(spacing=8)
        for box in (self.endpoint, self.state, self.time, self.import_):
            filters.addWidget(box, 1)
        filters.addWidget(self.sku, 1)
        figures = QHBoxLayout(spacing=8)
        for tile in (self.backlog, self.oldest, self.next, self.dead):
            figures.addWidget(tile)
        figures.addWidget(self.success, 1)
        figures.addWidget(self.latency, 1)
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.message, 1)
        row.addWidget(self.newer)
        row.addWidget(self.older)
        row.addSpacing(16)
        row.addWidget(self.all_again)
        row.addWidget(self.again)
        upper = QWidget()
        above = QVBoxLayout(upper, spacing=8)
        above.setContentsMargins(0, 0, 0, 6)
        above.addWidget(self.table, 1)
        above.addLayout(row)
        halves = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        halves.addWidget(upper)
        halves.addWidget(self.folder)
        halves.setSizes([260, 190])
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        layout = QVBoxLayout(self, spacing=10)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.addLayout(filters)
        layout.addLayout(figures)
        layout.addWidget(halves, 1)

    # What is shown

    @property
    def wish(self) -> Wish:
        """What the filters say."""
        return Wish(
            self.endpoint.currentData(),
            self.state.currentData(),
            self.time.currentData(),
            self.sku.text().strip(),
            self.import_.currentData(),
            self._above[-1] if self._above else None,
        )

    def _ask(self) -> None:
        """Other filters begin with the newest page."""
        self._above.clear()
        self.asked.emit()

    def _turn(self, pages: int) -> None:
        shown = self.table.records.records
        if pages < 0:
            self._above.pop()
        elif shown:
            self._above.append(shown[-1].id)
        self.table.clearSelection()
        self.asked.emit()

    def show_desk(self, desk: Desk) -> None:
        """Show what was read; choices and selection stay."""
        self._offer(self.endpoint, [(words.host(one.url), one.id) for one in desk.endpoints])
        self._offer(self.import_, [(text, identifier) for identifier, text in desk.imports])
        self._known.clear()
        self._known.update((one.id, one) for one in desk.endpoints)
        self.table.refill(desk.deliveries)
        found, first = len(desk.deliveries), SHOWN * len(self._above) + 1
        if found and (self._above or desk.more):
            self.message.setText(f"{formatting.number(first)} to {formatting.number(first + found - 1)}, newest first")
        elif found:
            self.message.setText(formatting.counted(found, "delivery", "deliveries"))
        elif desk.endpoints:
            self.message.setText("No delivery fits these filters.")
        else:
            self.message.setText("There is no webhook yet, so nothing is sent.")
        self.newer.setVisible(bool(self._above) or desk.more)
        self.newer.setEnabled(bool(self._above))
        self.older.setVisible(self.newer.isVisibleTo(self))
        self.older.setEnabled(desk.more)
        waiting = desk.backlog
        self.backlog.show_figure(formatting.number(waiting.events), "warning" if waiting.events else "")
        age = (datetime.now(UTC) - waiting.oldest).total_seconds() if waiting.oldest else None
        self.oldest.show_figure("–" if age is None else _in_lines(words.span(age)))
        self.next.show_figure(_in_lines(words.until(waiting.next_attempt)) or "–")
        self._given_up = waiting.dead
        self.dead.show_figure(formatting.number(waiting.dead), "danger" if waiting.dead else "")
        self._plot(desk.plots)
        self._picked()

    def _plot(self, plots: Plots) -> None:
        self.backlog.show_line([one.events for one in plots.waits])
        self.oldest.show_line([one.oldest_seconds for one in plots.waits])
        good, bad = sum(one.succeeded for one in plots.slots), sum(one.failed for one in plots.slots)
        rate = formatting.percent(good / (good + bad)) if good + bad else "–"
        self.success.show_bars([(one.succeeded, one.failed) for one in plots.slots], rate)
        worst = [one.p95_ms for one in plots.slots]
        last = next((value for value in reversed(worst) if value is not None), None)
        self.latency.show_line(worst, "–" if last is None else f"{last:,.0f} ms")

    def _offer(self, box: QComboBox, items: list[tuple[str, int]]) -> None:
        if [box.itemData(place) for place in range(1, box.count())] == [value for _, value in items]:
            return
        chosen = box.currentData()
        with QSignalBlocker(box):
            while box.count() > 1:
                box.removeItem(1)
            for text, value in items:
                box.addItem(text, value)
            box.setCurrentIndex(max(0, box.findData(chosen)))

    def failed(self, error: Exception) -> None:
        """Say beside the table why nothing new is shown."""
        told = errors.account(error)
        self.table.refill([])
        self.older.setEnabled(False)
        self.message.setText(told.title)
        self._picked()

    def show_folder(self, folder: Folder) -> None:
        """Show a delivery's attempts, if it is still the one that is chosen."""
        chosen = self.table.selected()
        if len(chosen) == 1 and chosen[0].id == folder.delivery.id:
            self.folder.show_folder(folder)

    # What is wanted

    def _picked(self) -> None:
        chosen = self.table.selected()
        again = self._repeatable()
        soon = bool(again) and all(one.state in ("retrying", "waiting", "sending") for one in again)
        text = "Try &now" if soon else "Send &again"
        self.again.setText(f"{text} ({len(again)})" if len(again) > 1 else text)
        self.again.setAccessibleName(self.again.text().replace("&", ""))
        self.again.setEnabled(bool(again))
        state = self.state.currentData()
        repeatable = state if state in ("delivered", "retrying") else "dead"
        self.all_again.setText(f"Send a&ll “{words.STATES[repeatable].lower()}” again…")
        self.all_again.setAccessibleName(self.all_again.text().replace("&", ""))
        some = self._given_up if state is None else len(self.table.records.records)
        self.all_again.setEnabled(state in (None, repeatable) and some > 0)
        if len(chosen) == 1:
            self.folder_wanted.emit(chosen[0].id)
        else:
            self.folder.show_folder(None)

    def _repeatable(self) -> list[Delivery]:
        return [one for one in self.table.selected() if one.type != TEST]

    def _want_all(self) -> None:
        parts = [self.endpoint.currentText(), words.STATES[self.state.currentData() or "dead"].lower()]
        parts.append(self.time.currentText().lower())
        if self.import_.currentData() is not None:
            parts.append(self.import_.currentText())
        if self.sku.text().strip():
            parts.append(self.sku.text().strip())
        self.replay_all_wanted.emit(self.wish, ", ".join(parts))
