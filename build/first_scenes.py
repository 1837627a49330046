"""The scenes of a start, of everything that is empty at first, and of what goes wrong."""

from __future__ import annotations

from typing import Any


def shoot_start(stage: Any) -> None:
    """A server that does not answer, then the start of the embedded one."""
    window = stage.window
    window.open_database("postgresql://anna@127.0.0.1:9/catalogue")
    stage.until(lambda: window.rooms.currentWidget() is window.stuck)
    stage.shoot("no-database")
    window.open_database()
    stage.until(lambda: window.rooms.currentWidget() is window.starting)
    stage.rest(0.2)  # the start goes on meanwhile
    stage.shoot("starting", at_once=True)
    stage.until(lambda: window.products.model.count is not None)


def shoot_empty(stage: Any) -> None:
    """An empty catalogue, files dragged over it, and rooms in which nothing happened yet."""
    window = stage.window
    stage.shoot("first-run")
    window.drop_area.highlight(True)
    stage.shoot("drop-highlight")
    window.drop_area.highlight(False)
    window.changes.open_history()
    history = stage.dialog("historyDialog")
    stage.shoot("history-empty")
    history.close()
    window._actions["actionWebhooks"].trigger()
    webhooks = stage.dialog("webhookDialog")
    stage.shoot("webhooks-empty")
    webhooks.tabs.setCurrentWidget(webhooks.desk)
    stage.shoot("delivery-desk-empty")
    webhooks.close()
    stage.until(lambda: not webhooks.isVisible())


def shoot_errors(stage: Any) -> None:
    """An error of the environment, and one of ours with its details."""
    from PySide6.QtWidgets import QPushButton

    from acme_desktop.core.foundation.errors import EnvironmentProblem
    from acme_desktop.gui import errors

    full = EnvironmentProblem(
        "The disk is full: the export could not be finished.",
        "Free some space, or export to another disk. The file begun was removed.",
        "OSError: [Errno 28] No space left on device: '/media/usb/products.csv'",
    )
    for error, name in ((full, "error"), (ZeroDivisionError("division by zero"), "error-ours")):
        errors.show(stage.window, error)
        dialog = stage.dialog("errorDialog")
        stage.shoot(name)
        dialog.findChild(QPushButton, "errorFold").click()
        stage.shoot(f"{name}-details")
        dialog.close()
        stage.until(lambda shown=dialog: not shown.isVisible())
