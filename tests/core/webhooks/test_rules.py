"""What a webhook's URL may be."""

from __future__ import annotations

import httpx
import pytest

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.webhooks import rules


@pytest.mark.parametrize(
    "url", ["https://shop.example/hook", "http://127.0.0.1:8080", "https://münchen.example/ü?a=ż#x"]
)
def test_a_url_that_is_taken_can_be_sent_to(url: str) -> None:
    rules.check_url(url)
    httpx.Request("POST", url)


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example", "ftp://shop.example", "https://", "https://[::1", "https://shop.example:99999",
        "https://shop.example:x", "https://-ü.example", "https://münchen-.example", "https://ex\u200bample.com",
        "https://a:b@shop.example", "https://shop.example/a b", "https://shop.example\\x", f"https://a.b/{'x' * 2000}",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(InputProblem):
        rules.check_url(url)
