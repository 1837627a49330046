"""Loads the pages of one question at a time, off the main thread; a newer question stops the older one.

A page beside one that is here is found by key; any other one by its number, from the nearest landmark once those are
gathered, which happens in the background for large answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import listing, places, positions
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.listing import Landmarks
from acme_desktop.core.products.positions import Stretch, Surroundings
from acme_desktop.core.products.product import Product
from acme_desktop.core.products.reading import Found
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.products.counting import Counting

PAGE = 100
"""Products a page."""
AT_ONCE = 2
WAITING = 6
LANDMARKS_FROM = 20_000
"""Answers of fewer products have their pages counted off fast enough."""
NEAR_END = 1_000
"""How far from the end a page is counted off from there."""
QUIET_MS = 2_000
"""How long a catalogue has to rest before landmarks of an older state are gathered anew."""


@dataclass(frozen=True)
class Question:
    """What the table asks for."""

    filter: Filter = field(default_factory=Filter)
    sort: Sort = field(default_factory=lambda: Sort("sku"))

    def with_(self, **changes: Any) -> Question:
        """The same question with another filter or sort."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Beside:
    """The products at the borders of a page that is wanted: the last one before it, the first one after it."""

    before: Product | None = None
    after: Product | None = None


class PageLoader(QObject):
    """Asks the core for pages (numbered from 0) and the count; what comes late for an older question is dropped.

    `as_of` is the newest change set before what was asked for last was read, or an older one; None while nobody knows.
    Of a new question the rows in sight come first, as `begun`, then the whole first page. Where they came at a glance
    (see `core.products.reading`), they are read once more in the background: `mistaken` says that others belong there,
    which `renew` finds. `beside` tells what is loaded at both sides of a page, `from_end` holds the pages that were
    counted off from the end while nobody knew where exactly that is. `renewed` comes with a `Stretch` of the newest
    state, and `settled` once landmarks of that state are here. Both `landmarks` and `settled` concern large answers
    only.
    """

    begun = Signal(list)
    page = Signal(int, list)
    renewed = Signal(Stretch)
    settled = Signal()
    mistaken = Signal()
    failed = Signal(Exception)
    busy = Signal(bool)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.beside: Callable[[int], Beside] = lambda _: Beside()
        self.counting = Counting(runner, self)
        self.counting.failed.connect(self.failed)
        self.counting.ended.connect(self._next)
        self.counting.counted.connect(self._gather_where_large)
        self._runner = runner
        self._database: Database | None = None
        self._question = Question()
        self._in_sight: int | None = None  # of a new question, until its first rows are here
        self._loading: dict[int, Job] = {}
        self._waiting: list[int] = []
        self._ahead: set[int] = set()
        self._renewing: Job | None = None
        self._confirming: Job | None = None
        self._gathering: Job | None = None
        self._outdated = False
        self.landmarks: Landmarks | None = None
        self.as_of: int | None = None
        self._dating: Job | None = None
        self.from_end: set[int] = set()
        self._quiet = QTimer(self, interval=QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._gather)

    @property
    def database(self) -> Database | None:
        """The database in use."""
        return self._database

    def set_database(self, database: Database | None) -> None:
        """Work with another database from now on."""
        self.stop()
        self._database, self.as_of = database, None
        self.counting.set_database(database)

    def ask(self, question: Question, in_sight: int = PAGE) -> None:
        """Forget the question before, and count this one; so many rows are in sight."""
        self.stop()
        self._question, self._in_sight = question, min(in_sight, PAGE)
        self.landmarks, self._outdated = None, False
        self.from_end.clear()
        self.counting.ask(question.filter)
        self._find_date()

    def want(self, number: int, *, ahead: bool = False) -> None:
        """Load a page soon: the latest wish first, older ones are let go when there are many; `ahead` is no hurry."""
        if self._database is None or number in self._loading:
            return
        if number in self._waiting:
            if ahead:
                return
            self._waiting.remove(number)
        if ahead:
            self._waiting.insert(0, number)
            self._ahead.add(number)
        else:
            self._waiting.append(number)
            self._ahead.discard(number)
        del self._waiting[:-WAITING]
        self._ahead.intersection_update(self._waiting)
        self._next()

    def renew(self, wanted: Surroundings) -> None:
        """Ask for the newest state of what is in sight, and for the count."""
        if self._database is None:
            return
        self._waiting.clear()
        for job in (*self._loading.values(), self._confirming):
            self._runner.drop(job)
        self._loading.clear()
        self.counting.again()
        if self.landmarks is not None or self._gathering is not None:
            self._outdated = True
            self._quiet.start()
        self.look_around(wanted)

    def look_around(self, wanted: Surroundings) -> None:
        """Ask for what is around some products; comes as `renewed`."""
        if self._database is None:
            return
        self._runner.drop(self._renewing)
        database, question, landmarks = self._database, self._question, self.landmarks
        self._renewing = self._start(
            lambda progress: positions.stretch(
                database, question.filter, question.sort, wanted, progress, landmarks=landmarks
            ),
            self._look_came,
            self._renewal_ended,
        )
        self.busy.emit(True)

    def _look_came(self, stretch: Stretch) -> None:
        self.as_of = stretch.as_of
        self.renewed.emit(stretch)

    def _find_date(self) -> None:
        database = self._database
        if database is None:
            return

        def find(_: Any) -> int:
            with database.connect() as connection:
                return places.newest_change(connection)

        def found(number: int) -> None:
            self.as_of = number

        self._dating = self._runner.start(find, lane=Lane.QUERY, owner=self, succeeded=found, failed=self.failed.emit)

    @property
    def renewing(self) -> bool:
        """Whether the newest state is on its way."""
        return self._renewing is not None

    def stop(self) -> None:
        """Cancel all that is asked for, on the server too."""
        self._waiting.clear()
        for job in (*self._loading.values(), self._renewing, self._confirming, self._gathering, self._dating):
            self._runner.drop(job)
        self._loading.clear()
        self._renewing = self._gathering = None
        self._quiet.stop()
        self.counting.stop()
        self.busy.emit(False)

    # Pages

    def _next(self) -> None:
        while len(self._loading) < AT_ONCE:
            ready = [number for number in self._waiting if self._may_load(number)]
            if not ready:
                break
            self._waiting.remove(ready[-1])
            self._loading[ready[-1]] = self._load(ready[-1])
        self.busy.emit(bool(self._loading) or self._renewing is not None or self.counting.running)

    def _may_load(self, number: int) -> bool:
        """Whether it is a page's turn: one beside another that is on its way waits for that, to be found by key."""
        if {number - 1, number + 1} & self._loading.keys():
            return False
        return number not in self._ahead or self.beside(number) != Beside()

    def _load(self, number: int) -> Job:
        if not number and self._in_sight is not None:
            return self._begin(self._in_sight)
        return self._start(self._reading(number), partial(self.page.emit, number), partial(self._page_ended, number))

    def _begin(self, in_sight: int) -> Job:
        """The rows in sight, then the others of the first page: where matches are sparse, a part comes far sooner."""
        database, question = self._database, self._question
        assert database is not None
        asked = (database, question.filter, question.sort)

        def begun(glance: Found) -> None:
            products, self._in_sight = glance.products, None
            self.counting.begin()
            if len(products) < in_sight:
                self.page.emit(0, products)
                return

            def came(page: list[Product]) -> None:
                self.page.emit(0, page)
                if not glance.sure:
                    self._confirm(products)

            self._loading[0] = self._start(
                lambda progress: products + listing.after(*asked, products[-1], PAGE - in_sight, progress),
                came,
                partial(self._page_ended, 0),
            )
            self.begun.emit(products)

        return self._start(
            lambda progress: listing.glance(*asked, in_sight, progress),
            begun,
            partial(self._page_ended, 0),
            Lane.FIRST_ROWS,
        )

    def _confirm(self, products: list[Product]) -> None:
        database, question = self._database, self._question
        assert database is not None

        def confirmed(found: list[Product]) -> None:
            if found != products:
                self.mistaken.emit()

        self._confirming = self._start(
            lambda progress: listing.after(database, question.filter, question.sort, None, len(products), progress),
            confirmed,
            lambda _: None,
        )

    def _reading(self, number: int) -> Callable[[Any], list[Product]]:
        database, question, landmarks, beside = self._database, self._question, self.landmarks, self.beside(number)
        assert database is not None
        asked = (database, question.filter, question.sort)
        self.from_end.discard(number)
        if beside.before is not None or not number:
            self._follow(number, number - 1)
            return lambda progress: listing.after(*asked, beside.before, PAGE, progress)
        if beside.after is not None:
            self._follow(number, number + 1)
            return lambda progress: listing.before(*asked, beside.after, PAGE, progress)
        if (rest := self._rest(number)) is not None:
            if self.counting.count is None:
                self.from_end.add(number)
            return lambda progress: listing.before(*asked, None, rest, progress)[:PAGE]
        return lambda progress: listing.page(*asked, number + 1, PAGE, progress, landmarks=landmarks)

    def _follow(self, number: int, neighbour: int) -> None:
        if neighbour in self.from_end:
            self.from_end.add(number)

    def _rest(self, number: int) -> int | None:
        """How many products there are from a page on, where that is not far from the end; perhaps about."""
        count = self.counting.count if self.counting.count is not None else self.counting.estimate
        rest = None if count is None else count - number * PAGE
        return rest if rest is not None and 0 < rest <= NEAR_END < (count or 0) else None

    def _start(self, work: Any, came: Any, ended: Any, lane: Lane = Lane.QUERY) -> Job:
        job = self._runner.start(work, lane=lane, owner=self, succeeded=came, failed=self.failed.emit)
        job.ended.connect(partial(ended, job))
        return job

    def _page_ended(self, number: int, job: Job) -> None:
        if self._loading.get(number) is job:
            del self._loading[number]
            self._next()

    def _renewal_ended(self, job: Job) -> None:
        if self._renewing is job:
            self._renewing = None
            self._next()

    # Landmarks

    def _gather_where_large(self, count: int) -> None:
        if count < LANDMARKS_FROM:
            self.landmarks = None
        elif self.landmarks is None and self._gathering is None:
            self._gather()

    def _gather(self) -> None:
        database, question = self._database, self._question
        if database is None:
            return
        self._runner.drop(self._gathering)
        self._gathering = self._start(
            lambda progress: listing.landmarks(database, question.filter, question.sort, progress),
            self._gathered,
            self._gathering_ended,
            Lane.LANDMARKS,
        )

    def _gathered(self, found: Landmarks) -> None:
        self.landmarks = found
        if self._outdated and not self._quiet.isActive():
            self._outdated = False
            self.settled.emit()

    def _gathering_ended(self, job: Job) -> None:
        if self._gathering is job:
            self._gathering = None
