"""Feeds an endless table with the pages of a question; the newest question wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.foundation.progress import Progress
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.widgets.endless import EndlessTable
from acme_desktop.gui.widgets.notices import Banner

PAGE = 100
# A refresh reads again what is shown, and no more of it than this.
_REREAD = 500

Question = Callable[[Sequence[Any], int, Progress], Sequence[Any]]
"""Takes the records that are there and how many more are wanted; returns so many or, at the end, fewer. Runs off the
main thread."""


def last(there: Sequence[Any]) -> Any:
    """The last of the records that are there, or None."""
    return there[-1] if there else None


class Feed(QObject):
    """Asks and fills.

    Args:
        banner: says why there is no answer.
        spread: what the table shows of one record: one or several rows.
    """

    answered = Signal()
    busy = Signal(bool)

    def __init__(
        self,
        runner: JobRunner,
        table: EndlessTable,
        banner: Banner,
        spread: Callable[[Any], Sequence[Any]] = lambda record: (record,),
    ) -> None:
        super().__init__(table)
        self._runner, self._table, self._banner, self._spread = runner, table, banner, spread
        self._question: Question | None = None
        self._job: Job | None = None
        self.records: list[Any] = []
        table.more_wanted.connect(self._more)

    def ask(self, question: Question) -> None:
        """Show the answer to this from its beginning."""
        self._question = question
        self._start((), PAGE, self._begin)

    def refresh(self) -> None:
        """Read again what is shown; selection and place stay."""
        if self._question is not None:
            self._start((), max(PAGE, min(len(self.records), _REREAD)), self._begin)

    def stop(self) -> None:
        """Show nothing, and ask for nothing any more."""
        self._drop()
        self._question = None
        self.records = []
        self._table.restart([], complete=True)

    def _more(self) -> None:
        if self._question is not None and self._job is None:
            self._start(tuple(self.records), PAGE, self._continue)

    def _start(self, there: Sequence[Any], size: int, take: Callable[[int, Sequence[Any]], None]) -> None:
        self._drop()
        question = self._question
        assert question is not None
        self.busy.emit(True)
        self._job = self._runner.start(
            lambda progress: question(there, size, progress),
            lane=Lane.QUERY,
            owner=self,
            succeeded=lambda found: take(size, found),
            failed=self._fail,
            cancelled=self._table.stop_waiting,
        )

    def _drop(self) -> None:
        self._runner.drop(self._job)
        self._job = None

    def _begin(self, size: int, found: Sequence[Any]) -> None:
        self._end()
        self.records = list(found)
        rows = [row for one in found for row in self._spread(one)]
        self._table.restart(rows, complete=len(found) < size)
        self.answered.emit()

    def _continue(self, size: int, found: Sequence[Any]) -> None:
        self._end()
        self.records.extend(found)
        self._table.add([row for one in found for row in self._spread(one)], complete=len(found) < size)
        self.answered.emit()

    def _end(self) -> None:
        self._job = None
        self.busy.emit(False)

    def _fail(self, error: Exception) -> None:
        self._end()
        self._table.stop_waiting()
        told = errors.account(error)
        self._banner.say("danger", told.title, told.advice)
