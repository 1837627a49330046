"""One delivery: its attempts, what was sent, and what came back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QTabWidget, QVBoxLayout, QWidget

from acme_desktop.core.webhooks.attempts import Attempt
from acme_desktop.gui.webhooks import words, work
from acme_desktop.gui.webhooks.work import Folder
from acme_desktop.gui.widgets.records import Column, RecordTable

_COLUMNS = (
    Column("#", 34, lambda one: str(one.number), right=True),
    Column("Time", 104, lambda one: words.when(one.started_at)),
    Column(
        "Answer",
        0,
        lambda one: str(one.status_code) if one.status_code is not None else "No answer",
        tone=lambda one: "success" if one.ok else "danger",
    ),
    Column("Took", 80, lambda one: f"{one.total_ms:,.0f} ms", right=True),
)


def _heads(headers: dict[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


class FolderView(QWidget):
    """Empty until a delivery is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Folder | None = None
        self.attempts = RecordTable(_COLUMNS, "attemptTable", "Attempts of the delivery")
        self.attempts.picked.connect(self._show_attempt)
        self.tabs = QTabWidget(objectName="deliveryTabs", documentMode=True)
        self.tabs.tabBar().setDrawBase(False)
        self.answer = self._text("deliveryAnswer", "The answer", "An&swer")
        self.payload = self._text("deliveryPayload", "What is sent", "&Payload")
        self.request = self._text("deliveryRequest", "The request's headers", "Re&quest")
        halves = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        halves.addWidget(self.attempts)
        halves.addWidget(self.tabs)
        halves.setSizes([310, 620])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(halves)
        self.setMinimumHeight(130)

    def _text(self, name: str, said: str, title: str) -> QPlainTextEdit:
        text = QPlainTextEdit(objectName=name, readOnly=True, accessibleName=said)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text.setPlaceholderText("Choose a delivery above.")
        text.setTabChangesFocus(True)
        self.tabs.addTab(text, title)
        return text

    def show_folder(self, folder: Folder | None) -> None:
        """Show this delivery; the attempt that is looked at stays."""
        same = folder is not None and self._folder is not None and folder.delivery.id == self._folder.delivery.id
        if same and folder == self._folder:
            return
        before = {one.id for one in self.attempts.selected()} if same else set()
        self._folder = folder
        found = folder.attempts if folder is not None else []
        self.attempts.refill(found)
        if found and not before:
            self.attempts.select({found[-1].id})
        if folder is None:
            for text in (self.payload, self.answer, self.request):
                text.clear()
            return
        gone = "The products that it is about are not there any more."
        self.payload.setPlainText(work.pretty(folder.body) or gone)
        self._show_attempt()

    def _show_attempt(self) -> None:
        chosen: list[Attempt] = self.attempts.selected()
        if not chosen:
            self.answer.setPlainText("It was not tried yet." if self._folder is not None else "")
            self.request.clear()
            return
        one = chosen[0]
        lines = [] if one.ok else [words.answer_in_words(one.status_code, one.error)]
        if one.error and one.error not in lines:
            lines.append(one.error)
        status = [f"Status {one.status_code}"] if one.status_code is not None else []
        times = ", ".join(
            f"{name} {length:.1f} ms"
            for name, length in (("DNS", one.dns_ms), ("connect", one.connect_ms), ("first byte", one.first_byte_ms))
            if length is not None
        )
        lines.append(", ".join(part for part in (*status, times, f"total {one.total_ms:.1f} ms") if part))
        parts = ["\n".join(lines), work.pretty(one.response_body), _heads(one.response_headers)]
        self.answer.setPlainText("\n\n".join(part for part in parts if part))
        address = f"to {one.address}\n" if one.address else ""
        self.request.setPlainText(f"POST {address}{_heads(one.request_headers)}")
