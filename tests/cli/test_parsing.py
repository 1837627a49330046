"""Wrong usage: every option says in plain words what it wants, and nobody meets the names of our functions."""

from __future__ import annotations

import argparse
import re
from typing import Any

import pytest

from acme_desktop.cli import main, parsing

_INTERNAL = re.compile(r"invalid|_[a-z]+ value|\bint\b|\bfloat\b|argument|'")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("products list --page 0", "products list: --page: “0” is not a whole number of 1 or more."),
        ("products list --page-size x", "--page-size: “x” is not a whole number of 1 or more."),
        ("products list --page 9000000000000000000", "is not a whole number"),
        ("products list --changed-by-import x", "--changed-by-import: “x” is not a whole number of 1 or more."),
        ("products list --active maybe", "--active: “maybe” is not one of yes or no."),
        ("products list --sort price", "--sort: products cannot be sorted by “price”: it takes sku, name, "),
        ("products list --created-from x", "--created-from: “x” is not a day such as 2026-11-23 or a time"),
        ("products list --as-of x", "--as-of: “x” is not a day"),
        ("products list --frobnicate 7", "products list: cannot make sense of --frobnicate 7."),
        ("products get A B", "products get: cannot make sense of B."),
        ("products get", "products get: SKU is missing."),
        ("products create", "--sku and --name are missing."),
        ("products update A --if-change-set x", "--if-change-set: “x” is not a whole number of 1 or more."),
        ("products delete-all --confirm many", "--confirm: “many” is not a whole number of 0 or more."),
        ("products bulk-edit --set-active yes --confirm -1", "--confirm: “-1” is not a whole number of 0 or more."),
        ("products bulk-edit", "one of these has to be given: --set-active --set-description --replace --extend-name."),
        ("import p.csv --max-rejects -1", "--max-rejects: “-1” is not a whole number of 0 or more."),
        ("import p.csv --mode replace", "--mode: “replace” is not one of upsert, create or update."),
        ("imports", "imports: ACTION is missing."),
        ("imports shw 1", "ACTION: “shw” is not one of list, show, rejects, undo or resume."),
        ("imports show x", "ID: “x” is not a whole number of 1 or more."),
        ("imports list --limit -1", "--limit: “-1” is not a whole number of 0 or more."),
        ("changes list --before x", "--before: “x” is not a whole number of 1 or more."),
        ("changes diff x", "ID: “x” is not a whole number of 1 or more."),
        ("webhooks add --rate x", "--rate: “x” is not a number such as 5 or 0.5."),
        ("webhooks add --batch-size x", "--batch-size: “x” is not a whole number."),
        ("webhooks echo --port 99999", "--port: “99999” is not a whole number from 0 to 65535."),
        ("webhooks deliveries --since x", "--since: “x” is not a day"),
        ("webhooks deliver", "one of these has to be given: --until-empty --watch."),
        ("webhooks deliver --watch --until-empty", "--until-empty: cannot stand together with --watch."),
        ("products list --page", "--page: a value is missing."),
    ],
)
def test_what_is_wanted_is_said_plainly(wrong: str, says: str, tmp_path: Any, capsys: Any) -> None:
    where = ["--data-dir", str(tmp_path), "--database-url", "postgresql://nobody@127.0.0.1:1/none"]
    assert main.main([*where, *wrong.split()]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    complaint, advice = told.err.splitlines()
    assert says in complaint
    assert not _INTERNAL.search(complaint)
    assert advice.endswith("--help`.")


def test_numbers() -> None:
    assert parsing.whole(1, 9)("9") == 9
    assert parsing.whole()("-3") == -3
    for text in ("0", "10", "1.5", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            parsing.whole(1, 9)(text)


def test_lists_of_words() -> None:
    assert [parsing.listed("a"), parsing.listed("ab"), parsing.listed("abc")] == ["a", "a or b", "a, b or c"]
