"""States, failures and times of webhooks in plain words."""

from __future__ import annotations

from datetime import UTC, datetime

from acme_desktop.core.webhooks.attempts import Delivery
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.gui.widgets import formatting

EVENTS = {"product.created": "Created", "product.updated": "Updated", "product.deleted": "Deleted"}
SCOPES = {
    "public": "The internet",
    "private": "A private network",
    "loopback": "This computer only",
}
STATES = {
    "sending": "Sending",
    "retrying": "Failed, tries again",
    "waiting": "Waits its turn",
    "delivered": "Delivered",
    "dead": "Given up",
    "skipped": "Not sent",
    "split": "Sent in parts",
}
TONES = {"delivered": "success", "retrying": "warning", "dead": "danger"}
_CODES = {
    301: "It moved. Redirects are never followed: enter the new address.",
    302: "It redirects. Redirects are never followed: enter the address that it points to.",
    307: "It redirects. Redirects are never followed: enter the address that it points to.",
    308: "It moved. Redirects are never followed: enter the new address.",
    400: "It did not understand the request.",
    401: "It wants to know who asks: add an Authorization header.",
    403: "It refuses this request: check its access rules and the headers.",
    404: "There is nothing at this path: check the URL.",
    405: "It does not take POST requests at this path.",
    410: "It says that this address is gone for good.",
    413: "The request is too large for it: choose smaller batches.",
    429: "It gets too many requests: set a lower rate.",
}


def answer_in_words(status_code: int | None, error: str | None) -> str:
    """What a person can make of a failure."""
    if status_code is None:
        return error or "No answer came."
    if status_code in _CODES:
        return _CODES[status_code]
    if status_code >= 500:
        return "The receiver has a problem of its own; its log says more."
    return error or "The receiver did not accept it."


def host(url: str) -> str:
    """A URL without what every one of them has."""
    return url.removeprefix("https://").removeprefix("http://")


def state_of(endpoint: Endpoint) -> str:
    """One word or two for the list."""
    if not endpoint.enabled:
        return "Switched off" if endpoint.switched_off else "Disabled"
    if endpoint.paused:
        return "Paused"
    if endpoint.hold_until is not None and endpoint.hold_until > datetime.now(UTC):
        return "On hold"
    if endpoint.elsewhere:
        return "Elsewhere"
    return "Failing" if endpoint.failures else "Enabled"


def state_tone(endpoint: Endpoint) -> str:
    """The colour of that word."""
    tones = {
        "Enabled": "success",
        "Failing": "danger",
        "Switched off": "danger",
        "Disabled": "muted",
        "Elsewhere": "muted",
    }
    return tones.get(state_of(endpoint), "warning")


def state_in_full(endpoint: Endpoint) -> str:
    """The sentence beside it."""
    if endpoint.switched_off:
        return f"Switched off by the program: {endpoint.switched_off}"
    if not endpoint.enabled:
        return "Disabled: changes are not noted for it; what waited is kept."
    if endpoint.paused:
        return "Paused: nothing is sent, everything is kept."
    if endpoint.hold_until is not None and endpoint.hold_until > datetime.now(UTC):
        return f"The receiver asked to wait; goes on {until(endpoint.hold_until)}."
    if endpoint.elsewhere:
        return "Its receiver is on the computer that made it: only that one sends to it."
    if endpoint.failures:
        tries = formatting.counted(endpoint.failures, "attempt has", "attempts have")
        return f"{tries} failed since the last success."
    if endpoint.last_success_at is not None:
        return f"Last success {formatting.moment(endpoint.last_success_at)}."
    return "Enabled: it gets every change from now on."


def when(moment: datetime) -> str:
    """A moment in a table: the time today, before that the day with it."""
    local = moment.astimezone()
    if local.date() == datetime.now().astimezone().date():
        return f"{local:%H:%M:%S}"
    return formatting.this_year(local) if local.year == datetime.now().year else formatting.day(local.date())


def until(moment: datetime | None) -> str:
    """How long it is until then: "in 4 min 10 s", "now"."""
    if moment is None:
        return ""
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return f"in {span(seconds)}" if seconds >= 1 else "now"


def span(seconds: float) -> str:
    """A length of time in its two largest units: "23 h 59 min"."""
    whole = max(0, int(seconds))
    if whole < 3600:
        return f"{max(1, whole)} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def about(delivery: Delivery) -> str:
    """What a delivery tells of."""
    if delivery.type == "webhook.test":
        return "Test"
    if delivery.type == "batch":
        return f"Batch of {formatting.counted(len(delivery.product_ids), 'event', 'events')}"
    return EVENTS.get(delivery.type, delivery.type)
