"""Days and times on the command line, and the option to ask for the catalogue as it was."""

from __future__ import annotations

import argparse
from datetime import date, datetime

from acme_desktop.core.changes import moment


def day_or_time(text: str) -> date | datetime:
    """``2026-11-23``, or a time in ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a day such as 2026-11-23 or a time such as 2026-11-23T14:30+01:00"
        ) from None


def add_as_of_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that asks for the catalogue as it was."""
    parser.add_argument(
        "--as-of",
        type=day_or_time,
        metavar="DATE",
        help="the catalogue as it was: at the end of that day in UTC, as 2026-11-23, or at a time, "
        "as 2026-11-23T14:30+01:00",
    )


def as_of(options: argparse.Namespace) -> datetime | None:
    """The moment that the option names, or None for now."""
    return None if options.as_of is None else moment.end_of(options.as_of)
