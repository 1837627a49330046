"""The scenes of filtering: the panel, chips that wrap, the calendar, saved views, and the panel folded away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

WORDS = "LED lamp with dimmer"


def shoot_filters(stage: Any) -> None:
    """Needs an open catalogue with imports."""
    from acme_desktop.core.foundation.date_ranges import DateRange

    products = stage.window.products
    panel = products.filters
    panel.changed_in.load()  # as it does when the keyboard comes to it
    stage.until(lambda: panel.changed_in.choice.count())
    panel.name.setText("lamp")
    panel.active.setCurrentIndex(1)
    panel.ranges["created"].choice.setCurrentIndex(2)
    panel.changed_in._picked(1)  # the large one
    panel.ask()
    _settled(stage)
    stage.shoot("filters")
    products.views.save("Lamps of this week", products.shown_view())
    stage.until(lambda: products.views.current)
    panel.search.setText(WORDS)
    panel.sku.setText("LAM")
    days = DateRange(first=date.today() - timedelta(days=20), last=date.today())
    panel.ranges["updated"].set_value(days)
    panel.ask()
    stage.until(lambda: products.model.count is not None)
    panel.focus_field("updated")
    products.view_bar.chips.chips[1].text.setFocus()
    stage.shoot("filters-many-chips")
    panel.ranges["updated"].first.open_calendar()
    stage.shoot("filters-calendar")
    panel.ranges["updated"].first._popup.close()
    panel.search.clear()
    panel.remove("updated")
    _settled(stage)
    products.open_views()
    stage.shoot("saved-views")
    products.view_bar.button._menu.close()
    products.save_view()
    dialog = stage.dialog("saveViewDialog")
    dialog.name.setText("Lamps of this week")
    stage.shoot("saved-view-name")
    dialog.reject()
    panel.collapse(True)
    stage.shoot("filters-folded")
    panel.collapse(False)
    products.show_view(None)
    _settled(stage)


def _settled(stage: Any) -> None:
    model = stage.window.products.model
    stage.until(lambda: model.count is not None and (not model.count or model.product(0) is not None))
