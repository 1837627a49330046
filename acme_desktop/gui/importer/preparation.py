"""What the mapping dialog has around it: templates, and the preview row by row."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer.templates import Template
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.importer import remembered
from acme_desktop.gui.importer.comparison import Comparison
from acme_desktop.gui.importer.differences_dialog import DifferencesDialog
from acme_desktop.gui.importer.mapping_dialog import MappingDialog


class Preparation(QObject):
    """Serves one mapping dialog, and goes with it."""

    def __init__(
        self, runner: JobRunner, dialog: MappingDialog, comparison: Comparison, database: Database | None
    ) -> None:
        super().__init__(dialog)
        self._runner, self._dialog, self._comparison, self._database = runner, dialog, comparison, database
        dialog.differences_wanted.connect(self._show_differences)
        templates = dialog.templates
        templates.setEnabled(database is not None)
        templates.save_wanted.connect(self._save)
        templates.forget_wanted.connect(self._forget)
        if database is not None:
            self._runner.start(
                lambda _: remembered.known_templates(database),
                lane=Lane.QUERY,
                owner=dialog,
                succeeded=templates.show_templates,
            )

    def _show_differences(self) -> None:
        staged, report = self._comparison.staged, self._comparison.report
        if staged is None or report is None:
            return
        shown = DifferencesDialog(self._runner, staged, report, self._dialog.entry.path.name, self._dialog)
        self._comparison.dropped.connect(shown.reject)
        shown.open()

    def _save(self, name: str) -> None:
        profile, database = self._dialog.profile, self._database
        if profile is None or database is None:
            return
        options = self._dialog.options()
        self._runner.start(
            lambda _: remembered.save(database, name, list(profile.header), options),
            owner=self._dialog,
            succeeded=partial(self._saved, name),
            failed=partial(errors.show, self._dialog),
        )

    def _saved(self, name: str, templates: list[Template]) -> None:
        self._dialog.templates.show_templates(templates)
        self._dialog.show_source(f"Kept as template “{name}”.")

    def _forget(self, name: str) -> None:
        database = self._database
        if database is not None:
            self._runner.start(
                lambda _: remembered.forget(database, name),
                owner=self._dialog,
                succeeded=self._dialog.templates.show_templates,
            )
