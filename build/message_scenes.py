"""The scenes of what the program says by itself: a question before it closes, a breakdown's report, a new version."""

from __future__ import annotations

from typing import Any

_REPORT = """Acme Product Importer 0.1.0
Fatal Python error: Segmentation fault

Current thread 0x00007f2b (most recent call first):
  File "acme_desktop/core/importer/staging.py", line 88 in append
  File "acme_desktop/core/importer/run.py", line 141 in _stage
"""
_NOTES = "- Imports of wide files take half the time.\n- The history tells who undid what."


def shoot_messages(stage: Any) -> None:
    """One after the other, over the catalogue."""
    from acme_desktop.core.foundation.updates import Look
    from acme_desktop.gui.background.crash_watch import CrashReport
    from acme_desktop.gui.settings.crash_dialog import CrashDialog
    from acme_desktop.gui.settings.licences_dialog import LicencesDialog
    from acme_desktop.gui.settings.update_notice import UpdateDialog
    from acme_desktop.gui.widgets import leave_question

    window = stage.window
    found = Look(version="0.2.0", notes=_NOTES, url="https://example.com/acme/0.2.0", sha256="f1f9ddd3c6fc33d6" * 4)
    leave_question.ask_to_leave(window, [leave_question.IMPORT], lambda: None)
    _shoot(stage, "closeDialog", "leave-question")
    CrashDialog(window._runner, CrashReport(_REPORT, ()), window).open()
    _shoot(stage, "crashDialog", "crash-report")
    UpdateDialog(found, window).open()
    _shoot(stage, "updateDialog", "new-version")
    LicencesDialog(window._runner, window).open()
    stage.until(lambda: not window._runner.busy)
    _shoot(stage, "licencesDialog", "licences")


def _shoot(stage: Any, name: str, picture: str) -> None:
    dialog = stage.dialog(name)
    stage.shoot(picture)
    dialog.close()
    stage.rest(0.1)
