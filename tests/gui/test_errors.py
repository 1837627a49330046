from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.gui import errors


def test_a_problem_says_what_to_do_and_folds_its_details_away(qtbot: QtBot) -> None:
    dialog = errors.show(None, EnvironmentProblem("The disk is full.", "Free some space.", "ENOSPC at /data"))
    qtbot.addWidget(dialog)
    assert dialog.windowTitle() == "Acme Product Importer"
    assert (dialog.title_label.text(), dialog.advice_label.text()) == ("The disk is full.", "Free some space.")
    assert not dialog.details.isVisible()
    dialog.findChild(type(dialog._fold), "errorFold").click()
    assert dialog.details.isVisible()
    assert dialog.details.toPlainText() == "ENOSPC at /data"


def test_a_bug_of_ours_looks_different_and_has_the_traceback(qtbot: QtBot) -> None:
    try:
        raise ZeroDivisionError("a bug")
    except ZeroDivisionError as error:
        dialog = errors.show(None, error)
    qtbot.addWidget(dialog)
    assert dialog.windowTitle() == "Internal error"
    assert "ZeroDivisionError: a bug" in dialog.details.toPlainText()


def test_everything_can_be_copied(qtbot: QtBot) -> None:
    dialog = errors.show(None, EnvironmentProblem("The disk is full.", "Free some space.", "ENOSPC at /data"))
    qtbot.addWidget(dialog)
    dialog._copy()
    copied = QGuiApplication.clipboard().text()
    for part in ("The disk is full.", "Free some space.", "ENOSPC at /data", "PySide6"):
        assert part in copied
