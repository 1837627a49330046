"""The webhooks room: sends while the window is open, and opens the dialog on what it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import endpoints, trial
from acme_desktop.core.webhooks.endpoints import Endpoint, EndpointChanges
from acme_desktop.gui import errors
from acme_desktop.gui.background.async_bridge import AsyncBridge
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.webhooks import words, work
from acme_desktop.gui.webhooks.dialog import WebhookDialog
from acme_desktop.gui.webhooks.echo_dialog import EchoDialog
from acme_desktop.gui.webhooks.plotting import Plotter
from acme_desktop.gui.webhooks.secret_dialog import SecretDialog
from acme_desktop.gui.webhooks.work import Desk, Wish
from acme_desktop.gui.widgets import formatting

_ACTS: dict[str, Callable[[Database, int], Any]] = {
    "enable": endpoints.enable,
    "disable": endpoints.disable,
    "pause": endpoints.pause,
    "resume": endpoints.resume,
    "rotate": endpoints.rotate,
    "delete": endpoints.delete,
}
_SAID = {
    "enable": "is enabled",
    "disable": "is disabled",
    "pause": "is paused",
    "resume": "goes on",
    "rotate": "has a new secret",
    "delete": "is deleted",
}


class WebhooksRoom(QObject):
    """Everything about webhooks on screen.

    Args:
        loop: the window's running loop, on which events are sent; without one nothing is sent.
        window: the parent of the dialogs.
    """

    said = Signal(str)

    def __init__(self, runner: JobRunner, loop: asyncio.AbstractEventLoop | None, window: QWidget) -> None:
        super().__init__(window)
        self.bridge = AsyncBridge(loop, self)
        self.dialog: WebhookDialog | None = None
        self._runner = runner
        self._window = window
        self._database: Database | None = None
        self._looking: Job | None = None
        self._asked: Wish | None = None
        self._opening: Job | None = None
        self._echo: EchoDialog | None = None
        self._plotter = Plotter()
        self._made: set[int] = set()

    # Coming and going

    def set_database(self, database: Database | None) -> None:
        """Send what this database holds; None sends nothing."""
        self._database = database
        if self.dialog is not None:
            self.dialog.close()
        if database is None:
            self.bridge.stop()
        else:
            self.bridge.start(database)

    def when_ended(self, then: Callable[[], object]) -> None:
        """Stop sending, and call `then` once nothing is on its way any more."""
        self.bridge.stop()
        self.bridge.when_ended(lambda: self._forget(then))

    def open(self) -> None:
        """Show the dialog, or bring it to the front."""
        if self._database is None:
            return
        if self.dialog is not None:
            self.dialog.show()
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        self.dialog = dialog = WebhookDialog(self._window)
        dialog.finished.connect(self._closed)
        dialog.looked.connect(self.look)
        dialog.confirmed.connect(self._confirmed)
        dialog.endpoints.save_wanted.connect(self._save)
        dialog.endpoints.test_wanted.connect(self._test)
        dialog.endpoints.act_wanted.connect(self._act)
        dialog.endpoints.echo_wanted.connect(self.open_echo)
        dialog.endpoints.editor.certificates.file_chosen.connect(self._read_certificates)
        dialog.desk.folder_wanted.connect(self._open_folder)
        dialog.desk.replay_wanted.connect(self._replay)
        dialog.desk.replay_all_wanted.connect(self._ask_replay_all)
        dialog.show()
        self.look()

    def _closed(self) -> None:
        self.dialog, self._asked = None, None
        self._looking = self._opening = None

    # Looking

    def look(self) -> None:
        """Read again what the dialog shows; while a look is under way only other filters start another."""
        dialog, database = self.dialog, self._database
        if dialog is None or database is None:
            return
        wish = dialog.desk.wish if dialog.on_desk else None
        if self._looking is not None and self._looking.running:
            if wish == self._asked:
                return
            self._runner.drop(self._looking)
        self._asked = wish
        if wish is None:
            read, show, failed = (lambda _: endpoints.listing(database)), dialog.show_endpoints, self._cannot_list
        else:
            read, show, failed = partial(self._read_desk, database, wish), dialog.desk.show_desk, dialog.desk.failed
        self._looking = self._runner.start(read, lane=Lane.QUERY, owner=dialog, succeeded=show, failed=failed)

    def _read_desk(self, database: Database, wish: Wish, _: object) -> Desk:
        return work.desk(database, wish, self._plotter)

    def _cannot_list(self, error: Exception) -> None:
        self.said.emit(errors.account(error).title)

    def _open_folder(self, delivery_id: int) -> None:
        dialog, database = self.dialog, self._database
        if dialog is None or database is None or (self._opening is not None and self._opening.running):
            # The next tick asks again for whatever is chosen then.
            return
        self._opening = self._runner.start(
            lambda _: work.folder(database, delivery_id),
            lane=Lane.QUERY,
            owner=dialog,
            succeeded=dialog.desk.show_folder,
        )

    # Doing

    def _do(self, task: Callable[[Database], Any], then: Callable[[Any], object]) -> None:
        dialog, database = self.dialog, self._database
        if dialog is None or database is None:
            return

        def failed(error: Exception) -> None:
            dialog.endpoints.not_done()
            errors.show(dialog, error)

        job = self._runner.start(lambda _: task(database), owner=dialog, succeeded=then, failed=failed)
        job.ended.connect(self.look)

    def _save(self, endpoint: Endpoint | None, changes: EndpointChanges, test: bool) -> None:
        self._do(lambda database: work.save(database, endpoint, changes), partial(self._saved, test))

    def _saved(self, test: bool, made: tuple[Endpoint, str | None]) -> None:
        endpoint, secret = made
        if self.dialog is None:
            return
        self.said.emit(f"The webhook to {words.host(endpoint.url)} was saved.")
        self.dialog.endpoints.saved(endpoint)
        if secret is not None:
            SecretDialog(secret, rotated=False, parent=self.dialog).open()
        if test:
            self.dialog.endpoints.begin_trial(endpoint)

    def _read_certificates(self, path: Path) -> None:
        if self.dialog is not None:
            field = self.dialog.endpoints.editor.certificates
            self._runner.start(
                lambda _: work.certificates(path),
                lane=Lane.QUERY,
                owner=field,
                succeeded=field.take,
                failed=field.fail,
            )

    def _test(self, endpoint: Endpoint) -> None:
        dialog = self.dialog
        if dialog is not None:
            self._do(
                lambda database: trial.run(database, endpoint.id),
                lambda result: dialog.endpoints.show_trial(endpoint, result),
            )

    def _act(self, name: str, endpoint: Endpoint) -> None:
        if self.dialog is None:
            return
        where = words.host(endpoint.url)
        if name == "delete":
            text = "What is on its way finishes; what waits is never sent. The deliveries stay in the log."
            self.dialog.ask(f"Delete the webhook to {where}?", text, name, "&Delete it", endpoint)
        elif name == "disable":
            text = "Changes are not noted for it any more until it is enabled again. What waits is kept."
            self.dialog.ask(f"Disable the webhook to {where}?", text, name, "&Disable it", endpoint)
        elif name == "rotate":
            text = "You get a new secret. For 24 hours the old one signs as well, so that receivers can be changed."
            self.dialog.ask(f"Rotate the secret of {where}?", text, name, "&Rotate it", endpoint)
        else:
            self._confirmed(name, endpoint)

    def _confirmed(self, name: str, subject: Any) -> None:
        if name == "replay":
            self._do(lambda database: work.replay_all(database, subject), self._replayed)
        else:
            self._do(lambda database: _ACTS[name](database, subject.id), partial(self._acted, name, subject))

    def _acted(self, name: str, endpoint: Endpoint, made: Any) -> None:
        self.said.emit(f"The webhook to {words.host(endpoint.url)} {_SAID[name]}.")
        if name == "rotate" and self.dialog is not None:
            SecretDialog(made[1], rotated=True, parent=self.dialog).open()

    def _replay(self, ids: list[int]) -> None:
        self._do(lambda database: work.replay(database, ids), self._replayed)

    def _ask_replay_all(self, wish: Wish, which: str) -> None:
        if self.dialog is not None:
            text = f"{which}.\nThey keep their ids: a receiver that has one already can tell."
            self.dialog.ask("Send all of these again?", text, "replay", "&Send them", wish)

    def _replayed(self, number: int) -> None:
        self.said.emit(f"{formatting.counted(number, 'delivery is', 'deliveries are')} sent again.")

    # Without a server

    def open_echo(self) -> None:
        """Show a receiver on this computer and a webhook to it."""
        database = self._database
        if database is None:
            return
        if self._echo is not None:
            self._echo.raise_()
            self._echo.activateWindow()
            return
        self._echo = EchoDialog(self._window)
        self._echo.try_wanted.connect(lambda url, former: self._try(database, url, former))
        self._echo.ended.connect(self._echo_ended)
        self._echo.show()

    def _try(self, database: Database, url: str, former: int | None) -> None:
        job = self._runner.start(
            lambda _: work.try_out(database, url, former),
            owner=self,
            succeeded=self._tried,
            failed=self._not_tried,
        )
        job.ended.connect(self.look)

    def _tried(self, made: tuple[Endpoint, Any]) -> None:
        self._made.add(made[0].id)
        if self._echo is not None:
            self._echo.tried(made)
        else:
            self._forget()

    def _not_tried(self, error: Exception) -> None:
        if self._echo is not None:
            self._echo.not_tried()
            errors.show(self._echo, error)

    def _echo_ended(self) -> None:
        self._echo = None
        self._forget()

    def _forget(self, then: Callable[[], object] | None = None) -> None:
        """Delete the webhooks that were made for a receiver which is gone."""
        database, made = self._database, set(self._made)
        if database is None or not made:
            if then is not None:
                then()
            return
        job = self._runner.start(
            lambda _: work.forget(database, made),
            owner=self,
            succeeded=lambda _: self._made.difference_update(made),
        )
        job.ended.connect(then or self.look)
