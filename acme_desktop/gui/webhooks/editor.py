"""The settings of one webhook as a form; what is wrong stands beside the field."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation.errors import Problem
from acme_desktop.core.webhooks.endpoints import LARGEST_BATCH, Endpoint, EndpointChanges
from acme_desktop.gui.webhooks import words
from acme_desktop.gui.webhooks.certificates_field import CertificatesField
from acme_desktop.gui.widgets.fields import Field, Form

_RATE_DECIMALS = 4


def _scope_of(url: str) -> str | None:
    """The reach that a URL needs, as far as its host tells; None where only the network's own names tell."""
    try:
        host = urlsplit(url).hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            return "loopback"
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return "loopback" if address.is_loopback else "private" if address.is_private else "public"


class _Rate(QDoubleSpinBox):
    """Requests a second; fractions are for receivers that take one every few seconds."""

    def __init__(self, **properties: object) -> None:
        super().__init__(
            decimals=_RATE_DECIMALS, minimum=0.0, maximum=100_000.0, suffix=" requests a second", **properties
        )
        self.setSpecialValueText("No limit")

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


class Editor(QWidget):
    """`changed` comes with every edit; `changes` is None while something is wrong."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope_chosen = False
        self.url = QLineEdit(objectName="webhookUrl", placeholderText="https://shop.example.com/webhooks")
        self.url_field = Field(self.url, "URL")
        self.events = {
            name: QCheckBox(text, objectName=f"webhookEvent{text}", accessibleName=f"When a product is {text.lower()}")
            for name, text in words.EVENTS.items()
        }
        self.mode = QComboBox(objectName="webhookMode", accessibleName="How events are sent")
        self.mode.addItem("Each event by itself", "each")
        self.mode.addItem("In batches", "batch")
        self.batch_size = QSpinBox(
            objectName="webhookBatchSize", minimum=1, maximum=LARGEST_BATCH, prefix="up to ", suffix=" events"
        )
        self.batch_size.setAccessibleName("The most events in a batch")
        self.rate = _Rate(objectName="webhookRate")
        self.rate.setAccessibleName("The most requests a second")
        for spin in (self.rate, self.batch_size):
            spin.lineEdit().setTextMargins(6, 0, 0, 0)
        self.scope = QComboBox(objectName="webhookScope")
        for name, text in words.SCOPES.items():
            self.scope.addItem(text, name)
        self.scope_field = Field(self.scope, "What it may reach")
        self.headers = QPlainTextEdit(
            objectName="webhookHeaders",
            placeholderText="Name: value, one a line",
            tabChangesFocus=True,
            accessibleName="Headers",
        )
        self.headers.setFixedHeight(self.fontMetrics().height() * 2 + 22)
        self.headers_field = Field(self.headers, "Headers, one a line")
        self.certificates = CertificatesField()
        self._setup_ui()
        self._wire()
        self.show_endpoint(None)

    def _setup_ui(self) -> None:
        self.events_row = QWidget()
        ticks = QHBoxLayout(self.events_row, spacing=14)
        ticks.setContentsMargins(0, 0, 0, 0)
        for tick in self.events.values():
            ticks.addWidget(tick)
        ticks.addStretch()
        self.events_message = QLabel(objectName="webhookEventsMessage")
        self.events_message.setProperty("role", "error")
        self.events_message.hide()
        events = QVBoxLayout(spacing=3)
        events.addWidget(self.events_row)
        events.addWidget(self.events_message)
        sending = QHBoxLayout(spacing=8)
        sending.addWidget(self.mode, 1)
        sending.addWidget(self.batch_size)
        rows = Form()
        self.setLayout(rows)
        for caption, control, buddy in (
            ("&URL", self.url_field, self.url),
            ("Events", events, None),
            ("S&end", sending, self.mode),
            ("R&ate", self.rate, self.rate),
            ("Reac&h", self.scope_field, self.scope),
            ("Hea&ders", self.headers_field, self.headers),
            ("Certificates", self.certificates, None),
        ):
            label = QLabel(caption)
            if buddy is not None:
                label.setBuddy(buddy)
            rows.add(label, control)

    def _wire(self) -> None:
        self.url.textEdited.connect(self._url_edited)
        self.url.editingFinished.connect(lambda: self._check_url(empty=False))
        self.scope.activated.connect(self._scope_picked)
        self.mode.currentIndexChanged.connect(self._edited)
        self.scope.currentIndexChanged.connect(self._edited)
        self.batch_size.valueChanged.connect(self._edited)
        self.rate.valueChanged.connect(self._edited)
        self.headers.textChanged.connect(self._edited)
        self.certificates.changed.connect(self._edited)
        for tick in self.events.values():
            tick.toggled.connect(self._edited)

    def show_endpoint(self, endpoint: Endpoint | None) -> None:
        """Fill the form; None is a new webhook."""
        with QSignalBlocker(self):
            self._scope_chosen = endpoint is not None
            self.url.setText(endpoint.url if endpoint else "")
            for name, tick in self.events.items():
                tick.setChecked(endpoint is None or name in endpoint.events)
            self.mode.setCurrentIndex(self.mode.findData(endpoint.mode if endpoint else "each"))
            self.batch_size.setValue(endpoint.batch_size if endpoint else LARGEST_BATCH)
            self.rate.setValue((endpoint.rate or 0.0) if endpoint else 0.0)
            self.certificates.show_certificates((endpoint.ca or "") if endpoint else "")
            self.scope.setCurrentIndex(self.scope.findData(endpoint.scope if endpoint else "public"))
            lines = [f"{name}: {value}" for name, value in (endpoint.headers if endpoint else {}).items()]
            self.headers.setPlainText("\n".join(lines))
            self._edited()
            self.url_field.complain("")
        self.changed.emit()

    def _url_edited(self) -> None:
        if not self._scope_chosen:
            self.scope.setCurrentIndex(self.scope.findData(_scope_of(self.url.text().strip()) or "public"))
        if self.url_field.problem:
            self._check_url(empty=False)
        self._edited()

    def _scope_picked(self) -> None:
        self._scope_chosen = True

    def _edited(self) -> None:
        self.batch_size.setVisible(self.mode.currentData() == "batch")
        self.events_message.setVisible(not self._events())
        self.events_message.setText("Choose at least one.")
        self._check_headers()
        needed = _scope_of(self.url.text().strip())
        fits = needed is None or self.scope.currentData() == needed
        self.scope_field.complain("" if fits else f"This URL needs: {words.SCOPES[needed].lower()}.")
        self.changed.emit()

    def _check_url(self, *, empty: bool = True) -> bool:
        url = self.url.text().strip()
        wrong = "" if url or not empty else "Enter where the events are sent."
        if url:
            try:
                EndpointChanges(url=url).check()
            except Problem as problem:
                wrong = problem.advice
        self.url_field.complain(wrong)
        return not wrong

    def _check_headers(self) -> bool:
        try:
            EndpointChanges(headers=self._headers()).check()
        except Problem as problem:
            self.headers_field.complain(f"{problem.title} {problem.advice}")
            return False
        except ValueError as error:
            self.headers_field.complain(str(error))
            return False
        self.headers_field.complain("")
        return True

    def _events(self) -> list[str]:
        return [name for name, tick in self.events.items() if tick.isChecked()]

    def _headers(self) -> dict[str, str]:
        headers = {}
        for line in self.headers.toPlainText().splitlines():
            name, colon, value = line.partition(":")
            if line.strip() and not colon:
                raise ValueError(f"“{line.strip()}” is not NAME: VALUE.")
            if line.strip():
                headers[name.strip()] = value.strip()
        return headers

    def changes(self) -> EndpointChanges | None:
        """Everything that the form says; None, with the complaint beside its field, while something is wrong."""
        right = self._check_url()
        if not right:
            self.url.setFocus()
        if not (self._check_headers() and self._events() and right):
            return None
        return self._values()

    def _values(self) -> EndpointChanges:
        return EndpointChanges(
            url=self.url.text().strip(),
            events=self._events(),
            mode=self.mode.currentData(),
            batch_size=self.batch_size.value(),
            rate=self.rate.value(),
            scope=self.scope.currentData(),
            headers=self._headers(),
            ca=self.certificates.pem,
        )

    def differs_from(self, endpoint: Endpoint) -> bool:
        """Whether anything was edited."""
        try:
            now = self._values()
        except ValueError:
            return True
        return (
            (now.url, list(now.events or ()), now.mode, now.batch_size, now.scope)
            != (endpoint.url, endpoint.events, endpoint.mode, endpoint.batch_size, endpoint.scope)
            or dict(now.headers or {}) != endpoint.headers
            or self.rate.value() != round(endpoint.rate or 0.0, _RATE_DECIMALS)
            or self.certificates.pem != (endpoint.ca or "")
        )
