"""The README's page for receivers: its examples are run as they stand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from acme_desktop.core.foundation.paths import RESOURCES
from acme_desktop.core.webhooks import signing

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
SECRET = signing.new_secret()
BODY = '{"name":"Fil à coudre 🧵"}'.encode()


def example(language: str) -> str:
    page = README.split("#### Receiving webhooks", 1)[1]
    found = re.search(rf"```{language}\n(.*?)```", page, re.S)
    assert found is not None
    return found[1]


def in_python(secret: str, headers: dict[str, str], body: bytes) -> bool:
    names: dict[str, Any] = {}
    exec(compile(example("python"), "README.md", "exec"), names)
    return bool(names["verify"](secret, headers, body))


def in_javascript(secret: str, headers: dict[str, str], body: bytes) -> bool:
    values = f"{json.dumps(secret)}, {json.dumps(headers)}, Buffer.from({json.dumps(body.hex())}, 'hex')"
    program = f"{example('javascript')}\nconsole.log(verify({values}));"
    ran = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True)
    return ran.stdout.strip() == "true"


@pytest.mark.parametrize(
    "verify",
    [
        in_python,
        pytest.param(in_javascript, marks=pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")),
    ],
)
def test_the_examples_tell_good_from_bad(verify: Callable[[str, dict[str, str], bytes], bool]) -> None:
    now = int(time.time())
    good = signing.headers([SECRET], "evt_7_42", now, BODY)
    rotated = signing.headers([signing.new_secret(), SECRET], "evt_7_42", now, BODY)
    old = signing.headers([SECRET], "evt_7_42", now - 1000, BODY)
    assert verify(SECRET, good, BODY)
    assert verify(SECRET, rotated, BODY)
    assert not verify(SECRET, good, BODY + b" ")
    assert not verify(SECRET, old, BODY)
    assert not verify(signing.new_secret(), good, BODY)
    assert not verify(SECRET, {**good, "webhook-signature": "v1,short"}, BODY)


def test_the_example_meets_the_schema() -> None:
    schema = json.loads((RESOURCES / "webhooks" / "event.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(example("json")))
