"""Loads pages and the count of one question at a time, off the main thread; a newer question stops the older one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import listing
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.product import Product
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane

PAGE = 100
"""Products a page."""
AT_ONCE = 2
WAITING = 6


@dataclass(frozen=True)
class Question:
    """What the table asks for."""

    filter: Filter = field(default_factory=Filter)
    sort: Sort = field(default_factory=lambda: Sort("sku"))

    def with_(self, **changes: Any) -> Question:
        """The same question with another filter or sort."""
        return replace(self, **changes)


class PageLoader(QObject):
    """Asks the core for pages (numbered from 0) and the count; what comes late for an older question is dropped."""

    page = Signal(int, list)
    counted = Signal(int)
    failed = Signal(Exception)
    busy = Signal(bool)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._database: Database | None = None
        self._question = Question()
        self._loading: dict[int, Job] = {}
        self._waiting: list[int] = []
        self._counting: Job | None = None

    def set_database(self, database: Database | None) -> None:
        """Work with another database from now on."""
        self.stop()
        self._database = database

    def ask(self, question: Question) -> None:
        """Forget the question before, and count this one."""
        self.stop()
        self._question = question
        self.count()

    def count(self) -> None:
        """Count what the question matches."""
        if self._database is None:
            return
        self._runner.drop(self._counting)
        database, question = self._database, self._question
        self._counting = self._start(
            lambda progress: listing.count(database, question.filter, progress), self._count_came, self._count_ended
        )

    def want(self, number: int) -> None:
        """Load a page soon: the latest wish first, and older ones are let go when there are many."""
        if self._database is None or number in self._loading:
            return
        if number in self._waiting:
            self._waiting.remove(number)
        self._waiting.append(number)
        del self._waiting[:-WAITING]
        self._next()

    def stop(self) -> None:
        """Cancel all that is asked for, on the server too."""
        self._waiting.clear()
        for job in (*self._loading.values(), self._counting):
            self._runner.drop(job)
        self._loading.clear()
        self._counting = None
        self.busy.emit(False)

    def _next(self) -> None:
        while self._waiting and len(self._loading) < AT_ONCE:
            number = self._waiting.pop()
            self._loading[number] = self._load(number)
        self.busy.emit(bool(self._loading) or self._counting is not None)

    def _load(self, number: int) -> Job:
        database, question = self._database, self._question
        return self._start(
            lambda progress: listing.page(database, question.filter, question.sort, number + 1, PAGE, progress),
            partial(self._page_came, number),
            partial(self._page_ended, number),
        )

    def _start(self, work: Any, came: Any, ended: Any) -> Job:
        job = self._runner.start(work, lane=Lane.QUERY, owner=self, succeeded=came, failed=self.failed.emit)
        job.ended.connect(partial(ended, job))
        return job

    def _page_came(self, number: int, products: list[Product]) -> None:
        self.page.emit(number, products)

    def _page_ended(self, number: int, job: Job) -> None:
        if self._loading.get(number) is job:
            del self._loading[number]
            self._next()

    def _count_came(self, count: int) -> None:
        self.counted.emit(count)

    def _count_ended(self, job: Job) -> None:
        if self._counting is job:
            self._counting = None
            self._next()
