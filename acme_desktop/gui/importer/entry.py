"""One file in the import queue: where it stands and how that reads."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.foundation.progress import Snapshot
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import Profile
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import Job
from acme_desktop.gui.widgets import formatting

# How much of the bar each stage takes: reading knows its total, the database's own work does not.
_SHARES = {
    "Reading": (0.0, 0.6),
    "Comparing with the catalogue": (0.6, 0.75),
    "Writing to the catalogue": (0.75, 0.98),
}


class State(Enum):
    """A file's way through the queue; the value is what people read where there is nothing more to say."""

    LOOKING = "Looking at the file…"
    ASKING = "Waiting for your choices"
    QUEUED = "Waiting for its turn"
    RUNNING = "Starting…"
    STOPPING = "Cancelling…"
    DONE = "Imported"
    FAILED = "Not imported"
    CANCELLED = "Cancelled. The catalogue is unchanged."

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to the file."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


class ImportEntry(QObject):
    """A file, its options, and what is known of it so far."""

    changed = Signal()
    began = Signal()

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.options = ImportOptions()
        self.filled_from = ""
        self.cut_off: int | None = None  # the import to go on with
        self.state = State.LOOKING
        self.profile: Profile | None = None
        self.job: Job | None = None
        self.report: ImportReport | None = None
        self.error: Exception | None = None
        self._snapshot: Snapshot | None = None
        self._fraction = 0.0

    def move(self, state: State) -> None:
        """Go on to another state."""
        self.state = state
        if state is State.QUEUED:
            self._fraction, self._snapshot = 0.0, None
            self.report = self.error = None
        if state is State.DONE:
            self._fraction = 1.0
        self.changed.emit()
        if state in (State.ASKING, State.RUNNING):
            self.began.emit()

    def fail(self, error: Exception) -> None:
        """Note why it was not imported."""
        self.error = error
        self.move(State.FAILED)

    def watch(self, snapshot: Snapshot) -> None:
        """Take a look at the running import."""
        self._snapshot = snapshot
        begin, end = _SHARES.get(snapshot.stage, (self._fraction, self._fraction))
        self._fraction = max(self._fraction, begin + (end - begin) * (snapshot.fraction or 0.0))
        self.changed.emit()

    @property
    def fraction(self) -> float:
        """How much of the whole import is done, from 0 to 1."""
        return self._fraction

    @property
    def measured(self) -> bool:
        """Whether the stage under way knows its total; otherwise the bar only shows that something happens."""
        return self.state is not State.RUNNING or (self._snapshot is not None and self._snapshot.total is not None)

    @property
    def tone(self) -> str:
        """The colour of the status: "" is ordinary."""
        if self.state is State.FAILED:
            return "danger"
        if self.state is State.DONE and self.report is not None:
            return "warning" if self.report.rejected else "success"
        return ""

    @property
    def status(self) -> str:
        """One line that says how it stands."""
        if self.state is State.RUNNING and self._snapshot is not None and self._snapshot.stage:
            return _running(self._snapshot)
        if self.state is State.DONE and self.report is not None:
            return outcome(self.report)
        if self.state is State.FAILED and self.error is not None:
            return f"Not imported: {errors.account(self.error).title}"
        return self.state.value


def _running(snapshot: Snapshot) -> str:
    parts = [snapshot.stage]
    if snapshot.rows:
        parts.append(formatting.counted(snapshot.rows, "row", "rows"))
        if snapshot.total is not None and snapshot.seconds > 0.2:
            parts.append(f"{formatting.number(round(snapshot.rows / snapshot.seconds))} rows/s")
    return " · ".join(parts)


def outcome(report: ImportReport) -> str:
    """What an import did, in one line: "70 created · 10 updated · 7 rejected · 0.4 s"."""
    counts = (
        (report.created, "created"),
        (report.updated, "updated"),
        (report.unchanged, "unchanged"),
        (report.superseded, "superseded"),
        (report.skipped, "skipped"),
        (report.rejected, "rejected"),
    )
    parts = [f"{formatting.number(count)} {word}" for count, word in counts if count]
    return " · ".join([*(parts or ["No rows"]), formatting.duration(report.seconds)])
