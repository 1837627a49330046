"""How often the desk's plots are read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import plots
from acme_desktop.gui.webhooks.plotting import Plotter

DAY = timedelta(hours=24)


def test_plots_are_read_again_only_after_a_while(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    now, read = [0.0], []
    real = plots.waiting

    def waiting(*arguments: object, **named: object) -> object:
        read.append(arguments[1])
        now[0] += 1.0  # what it costs
        return real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(plots, "waiting", waiting)
    plotter = Plotter(lambda: now[0])
    first = plotter.read(database, [1], DAY)
    now[0] = 20.0
    assert plotter.read(database, [1], DAY) is first
    assert plotter.read(database, [1, 2], DAY) is not first
    assert plotter.read(database, [1, 2], timedelta(hours=1)).waits
    now[0] = 200.0
    plotter.read(database, [1, 2], timedelta(hours=1))
    assert read == [[1], [1, 2], [1, 2], [1, 2]]
