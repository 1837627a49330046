"""Saved views on the command line: `products views`, `save-view`, `rename-view`, `delete-view`, and `--view NAME`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from acme_desktop.cli import table
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation import words
from acme_desktop.core.products import saved_views
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.saved_views import View

_AddOptions = Callable[[argparse.ArgumentParser], None]


def add_parsers(actions: Any, add_filter_options: _AddOptions, add_sort_option: _AddOptions) -> None:
    """Add the commands that are about views."""
    actions.add_parser("views", help="list the saved views")
    save = actions.add_parser("save-view", help="keep filters and an order under a name; one that exists is replaced")
    save.add_argument("view_name", metavar="NAME", help="the view's name")
    add_filter_options(save)
    add_sort_option(save)
    rename = actions.add_parser("rename-view", help="give a saved view another name")
    rename.add_argument("view_name", metavar="NAME", help="the view's name now")
    rename.add_argument("new", metavar="NEW", help="its new name")
    actions.add_parser("delete-view", help="delete a saved view").add_argument(
        "view_name", metavar="NAME", help="the view's name"
    )


def chosen(name: str | None, context: Context) -> View:
    """The view of that name, or every product by SKU without one.

    Raises:
        NotFound: there is no such view.
    """
    if name is None:
        return View()
    with context.workspace.database.connect() as connection:
        return saved_views.named(connection, name).view


def save(options: argparse.Namespace, context: Context, question: Filter, sort: Sort) -> None:
    """Keep a filter and an order; ranges that move with the day in the view it starts from are fixed to today's."""
    with context.workspace.database.connect() as connection:
        saved = saved_views.save(connection, options.view_name, View(question, sort), context.author)
    if context.json:
        context.emit(saved.to_json())
    context.say(f"The view {saved.name} was saved.")


def _list(_options: argparse.Namespace, context: Context) -> None:
    with context.workspace.database.connect() as connection:
        found = [view.to_json() for view in saved_views.listed(connection)]
    if context.json:
        for view in found:
            context.emit(view)
        return
    rows = [
        (
            view["name"],
            ", ".join(f"{name} {words.quoted(value)}" for name, value in view["filter"].items()),
            ", ".join(f"{key['field']}{':desc' if key['descending'] else ''}" for key in view["sort"]),
            view["saved_by"],
        )
        for view in found
    ]
    for line in table.lines(("NAME", "FILTER", "SORT", "SAVED BY"), rows):
        context.print(line)


def _rename(options: argparse.Namespace, context: Context) -> None:
    with context.workspace.database.connect() as connection:
        saved_views.rename(connection, options.view_name, options.new)
    context.say(f"The view {options.view_name} is called {options.new} now.")


def _delete(options: argparse.Namespace, context: Context) -> None:
    with context.workspace.database.connect() as connection:
        saved_views.named(connection, options.view_name)
        saved_views.delete(connection, options.view_name)
    context.say(f"The view {options.view_name} was deleted.")


ACTIONS: dict[str, Callable[[argparse.Namespace, Context], None]] = {
    "views": _list,
    "rename-view": _rename,
    "delete-view": _delete,
}
"""What these commands do."""
