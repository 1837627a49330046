"""`acme-desktop products`: list, count, get, create, update and delete products, and their history."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from acme_desktop.cli import bulk_edit, moments, output, parsing, table, views
from acme_desktop.cli.output import Context
from acme_desktop.core.changes import history
from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.foundation import words
from acme_desktop.core.foundation.errors import Refused, UsageProblem
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.importer import past
from acme_desktop.core.products import as_of, changed_by, edits, listing
from acme_desktop.core.products.filters import SORT_FIELDS, Filter, Sort
from acme_desktop.core.products.product import Changes, Product

_PAGE_SIZE = 50
_YES_NO = ("yes", "no")
_WHICH = "the product's SKU, in any letter case"


def add_parser(subparsers: Any) -> None:
    """Add the command and its subcommands."""
    parser = subparsers.add_parser(
        "products", help="list, count, create, update, delete and edit products; their history; saved views"
    )
    actions = parsing.add_actions(parser)
    listed = actions.add_parser("list", help="list the products that match")
    add_filter_options(listed)
    add_sort_option(listed)
    moments.add_as_of_option(listed)
    listed.add_argument("--page", type=parsing.page, metavar="N", help="which page to show, from 1")
    listed.add_argument(
        "--page-size",
        type=parsing.page,
        metavar="N",
        help=f"products a page (default: {_PAGE_SIZE}; all with --json and no --page)",
    )
    counting = actions.add_parser("count", help="count the products that match")
    add_filter_options(counting)
    moments.add_as_of_option(counting)
    for name, told in (("get", "show a product"), ("history", "show what happened to a product, the newest first")):
        actions.add_parser(name, help=told).add_argument("sku", metavar="SKU", help=_WHICH)
    _add_editing(actions)
    bulk_edit.add_parser(actions, add_filter_options)
    views.add_parsers(actions, add_filter_options, add_sort_option)


def _add_editing(actions: Any) -> None:
    create = actions.add_parser("create", help="add a product")
    create.add_argument("--sku", required=True, help="a SKU that no product has")
    create.add_argument("--name", required=True, help="its name")
    update = actions.add_parser("update", help="change a product")
    update.add_argument("which", metavar="SKU", help=_WHICH)
    update.add_argument("--sku", help="the new SKU")
    update.add_argument("--name", help="the new name")
    update.add_argument(
        "--if-change-set",
        type=parsing.number_of,
        metavar="ID",
        help="refuse where the product's change_set_id is not this one, because someone changed it since",
    )
    for action in (create, update):
        action.add_argument("--description", metavar="TEXT", help='its description; "" is none')
        action.add_argument(
            "--active", choices=_YES_NO, help=f"whether it is active{' (default: yes)' * (action is create)}"
        )
    delete = actions.add_parser("delete", help="delete products, all of them or none")
    delete.add_argument("skus", nargs="+", metavar="SKU", help=_WHICH)
    everything = actions.add_parser("delete-all", help="delete every product")
    everything.add_argument(
        "--confirm",
        type=parsing.count,
        metavar="COUNT",
        help="how many products there are; without it nothing is deleted, and the number is told",
    )


def add_filter_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which products."""
    group = parser.add_argument_group("filters")
    group.add_argument(
        "--view", metavar="NAME", help="the filters and the order of a saved view; others that are given replace them"
    )
    for field in ("sku", "name", "description"):
        group.add_argument(f"--{field}", metavar="TEXT", help=f"the {field} contains this, in any letter case")
    group.add_argument("--search", metavar="TEXT", help="any of the three contains this")
    group.add_argument("--ignore-accents", action="store_true", help="with these four, cafe finds café as well")
    group.add_argument("--active", choices=_YES_NO, help="only active ones, or only others")
    group.add_argument(
        "--changed-by-import",
        type=parsing.number_of,
        metavar="ID",
        help="changed last by this import; see `imports list`",
    )
    for field in ("created", "updated"):
        for end, told in (("from", "then or later"), ("to", "then or earlier")):
            group.add_argument(
                f"--{field}-{end}",
                type=moments.day_or_time,
                metavar="DATE",
                help=f"{field} {told}: a whole day in UTC, as 2026-11-23, or a time, as 2026-11-23T14:30+01:00",
            )


def add_sort_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says in which order; `chosen_sort` reads it."""
    parser.add_argument(
        "--sort",
        type=_sort,
        action="append",
        metavar="FIELD[:desc]",
        help=f"by {', '.join(SORT_FIELDS)} (default: sku); repeat it to sort by one field, then by another",
    )


def chosen_sort(options: argparse.Namespace, context: Context) -> Sort:
    """The order that the options describe, else that of the view."""
    if not options.sort:
        return views.chosen(options.view, context).sort
    return Sort.of(*(key for sort in options.sort for key in sort.keys))


def chosen_filter(options: argparse.Namespace, context: Context) -> Filter:
    """The filter that the options describe, on top of the view's.

    Raises:
        NotFound: there is no such view or import, or the import changed nothing.
    """
    names = ("sku", "name", "description", "search", "created_from", "created_to", "updated_from", "updated_to")
    given = {name: getattr(options, name) for name in names}
    given |= {"active": _active(options.active), "ignore_accents": options.ignore_accents or None}
    if options.changed_by_import is not None:
        with context.workspace.database.connect() as connection:
            given["changed_in"] = changed_by.by_number(connection, options.changed_by_import).change_set_id
    question = views.chosen(options.view, context).filter_on()
    return replace(question, **{name: value for name, value in given.items() if value is not None})


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    actions = {
        "list": _list,
        "count": _count,
        "get": _get,
        "history": _history,
        "create": _create,
        "update": _update,
        "delete": _delete,
        "delete-all": _delete_all,
        "bulk-edit": _bulk_edit,
        "save-view": _save_view,
        **views.ACTIONS,
    }
    actions[options.action](options, context)
    return output.DONE


def _list(options: argparse.Namespace, context: Context) -> None:
    if context.json and options.page is None and options.page_size is None:
        for products in _stream(options, context):
            for product in products:
                context.emit(product.to_json())
        return
    number, size = options.page or 1, options.page_size or _PAGE_SIZE
    products = _page(options, context, number, size)
    if context.json:
        for product in products:
            context.emit(product.to_json())
        return
    _show_table(products, context)
    total = _total(options, context)
    pages = max(1, -(-total // size))
    context.say(f"Page {number} of {pages:,}; {counted(total, 'product')}.")


def _stream(options: argparse.Namespace, context: Context) -> Iterator[list[Product]]:
    database, question, sort = (
        context.workspace.database,
        chosen_filter(options, context),
        chosen_sort(options, context),
    )
    when = moments.as_of(options)
    if when is None:
        return listing.stream(database, question, sort)
    return as_of.stream(database, when, question, sort)


def _page(options: argparse.Namespace, context: Context, number: int, size: int) -> list[Product]:
    if options.as_of is not None:
        products = chain.from_iterable(_stream(options, context))
        return list(islice(products, (number - 1) * size, number * size))
    question, sort = chosen_filter(options, context), chosen_sort(options, context)
    return listing.page(context.workspace.database, question, sort, number, size)


def _total(options: argparse.Namespace, context: Context) -> int:
    database, question, when = context.workspace.database, chosen_filter(options, context), moments.as_of(options)
    return listing.count(database, question) if when is None else as_of.count(database, when, question)


def _show_table(products: Iterable[Product], context: Context) -> None:
    rows = [
        (product.sku, product.name, "yes" if product.active else "no", product.description or "")
        for product in products
    ]
    for line in table.lines(("SKU", "NAME", "ACTIVE", "DESCRIPTION"), rows):
        context.print(line)


def _count(options: argparse.Namespace, context: Context) -> None:
    number = _total(options, context)
    if context.json:
        context.emit({"count": number})
    else:
        context.print(str(number))


def _get(options: argparse.Namespace, context: Context) -> None:
    _show(options.sku, context)


def _show(sku: str, context: Context) -> None:
    product = listing.get(context.workspace.database, sku)
    if context.json:
        context.emit(product.to_json())
        return
    unknown = {"description": words.BLANK, "change_set_id": "none: another program wrote it"}
    known = {name: value for name, value in product.to_json().items() if value is not None}
    for line in table.facts((name, known.get(name, unknown.get(name))) for name in product.to_json()):
        context.print(line)


def _history(options: argparse.Namespace, context: Context) -> None:
    database = context.workspace.database
    events = history.history(database, options.sku)
    with database.connect() as connection:
        imports = [one.change_set.id for one in events if one.change_set and one.change_set.kind == "import"]
        files = {number: record.file for number, record in past.by_change_set(connection, imports).items()}
    for event in events:
        found = event.to_json()
        found["file"] = files.get(found["change_set_id"])
        if context.json:
            context.emit(found)
            continue
        who = f"{found['actor']}, {found['client']}" if event.change_set else "another program"
        context.print(f"{found['at']}  {event.operation:8}  {who}  {found['file'] or found['summary']}")
        for name in event.changed:
            old, new = words.quoted(found["before"][name]), words.quoted(found["after"][name])
            context.print(f"    {name}: {old} -> {new}")


def _create(options: argparse.Namespace, context: Context) -> None:
    edits.create(
        context.workspace.database,
        sku=options.sku,
        name=options.name,
        description=options.description,
        active=options.active != "no",
        author=context.author,
    )
    _show(options.sku, context)


def _update(options: argparse.Namespace, context: Context) -> None:
    changes = Changes(options.sku, options.name, options.description, _active(options.active))
    if changes == Changes():
        raise UsageProblem("Nothing to change was named.", "Name --sku, --name, --description or --active.")
    made = edits.update(
        context.workspace.database,
        options.which,
        changes,
        author=context.author,
        if_change_set=options.if_change_set,
    )
    if made is None:
        context.say("The product is so already; nothing was changed.")
    _show(options.sku if options.sku is not None else options.which, context)


def _bulk_edit(options: argparse.Namespace, context: Context) -> None:
    bulk_edit.run(options, context, chosen_filter(options, context))


def _delete(options: argparse.Namespace, context: Context) -> None:
    _tell_deleted(edits.delete(context.workspace.database, options.skus, author=context.author), context)


def _delete_all(options: argparse.Namespace, context: Context) -> None:
    database = context.workspace.database
    if options.confirm is None:
        number = listing.count(database, Filter())
        raise Refused(
            f"All of the catalogue, {counted(number, 'product')}, would be deleted.",
            f"To do so, add --confirm {number}. Nothing is deleted.",
        )
    with context.progress("Deleting") as progress:
        made = edits.delete_all(database, confirm=options.confirm, author=context.author, progress=progress)
    _tell_deleted(made, context)


def _tell_deleted(made: ChangeSet | None, context: Context) -> None:
    number = made.deleted if made else 0
    if context.json:
        context.emit({"change_set_id": made.id if made else None, "deleted": number})
        return
    context.print(f"{counted(number, 'product')} deleted.")
    if made:
        context.say(f"To take it back: acme-desktop changes undo {made.id}")


def _save_view(options: argparse.Namespace, context: Context) -> None:
    views.save(options, context, chosen_filter(options, context), chosen_sort(options, context))


def _active(word: str | None) -> bool | None:
    return None if word is None else word == "yes"


def _sort(text: str) -> Sort:
    try:
        return Sort.parse(text)
    except UsageProblem:
        fields = parsing.listed(SORT_FIELDS)
        raise argparse.ArgumentTypeError(
            f"products cannot be sorted by “{text}”: it takes {fields}, each alone or with :desc behind it"
        ) from None
