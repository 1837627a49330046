"""Passwords of servers, kept by the operating system's keyring and nowhere else.

A computer without a keyring (a server, a container) is no error: nothing is found and nothing is kept.
"""

from __future__ import annotations

import logging

from acme_desktop.core.database.urls import DatabaseUrl

SERVICE = "acme-desktop"

_log = logging.getLogger(__name__)


def load(url: DatabaseUrl) -> str | None:
    """The password kept for this user, server and database, or None."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, url.identity)
    except KeyringError as error:
        _log.info("no password from the keyring: %s", error)
        return None


def save(url: DatabaseUrl) -> bool:
    """Keep the URL's password; returns whether there was one and the keyring took it."""
    import keyring
    from keyring.errors import KeyringError

    if not url.password:
        return False
    try:
        keyring.set_password(SERVICE, url.identity, url.password)
    except KeyringError as error:
        _log.info("the keyring took no password: %s", error)
        return False
    return True


def delete(url: DatabaseUrl) -> None:
    """Forget the password kept for this user, server and database."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(SERVICE, url.identity)
    except KeyringError as error:
        _log.info("no password to forget: %s", error)
