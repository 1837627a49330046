"""`acme-desktop export`: write products to a file, or as CSV to stdout."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import Any

from acme_desktop.cli import moments, output, products
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.products import export


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("export", help="write products to a csv, xlsx, parquet or jsonl file")
    parser.add_argument(
        "file", metavar="FILE", help=f"its name tells the format ({', '.join(export.FORMATS)}); - is stdout, as csv"
    )
    parser.add_argument(
        "--safe-for-spreadsheets",
        action="store_true",
        help="csv only: mark texts that a spreadsheet would calculate; importing the file takes the marks off again",
    )
    products.add_filter_options(parser)
    products.add_sort_option(parser)
    moments.add_as_of_option(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Export what matches; the file appears whole or not at all."""
    with contextlib.ExitStack() as resources:
        to_stdout = options.file == "-"
        target = resources.enter_context(output.stdout()).buffer if to_stdout else Path(options.file)
        progress = resources.enter_context(context.progress("Export" if to_stdout else options.file))
        number = export.export(
            context.workspace.database,
            products.chosen_filter(options, context),
            products.chosen_sort(options, context),
            target,
            progress,
            when=moments.as_of(options),
            safe=options.safe_for_spreadsheets,
        )
    if context.json and not to_stdout:
        context.emit({"file": options.file, "products": number})
    context.say(f"{counted(number, 'product')} exported.")
    return output.DONE
