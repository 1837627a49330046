"""Window or command line? The window's code is loaded only where a window is to be opened."""

from __future__ import annotations

import sys

from acme_desktop.cli import interrupts


def main() -> int:
    """Run what the arguments ask for; returns the exit status."""
    if sys.argv[1:2] == ["--supervise-postgres"]:
        # The packaged program has no Python to start the server's supervisor with, so it is its own.
        from acme_desktop.core.database import supervisor

        return supervisor.main(sys.argv[2:])
    if sys.argv[1:2] == ["--check-window"]:
        # The command line never loads Qt: its self-test starts the program anew for the window.
        from acme_desktop.gui import selftest

        return selftest.main(sys.argv[2:])
    interrupts.hold()
    from acme_desktop.core.foundation import milestones

    milestones.passed("interpreter")
    from acme_desktop.cli import main as command_line
    from acme_desktop.cli import output

    output.speak_utf8()
    status = command_line.main(sys.argv[1:], open_window=_open_window)
    interrupts.ignore()
    return status


def _open_window(data_dir: str | None, database_url: str | None, files: list[str]) -> int:
    from acme_desktop.gui import screen

    screen.check()
    from acme_desktop.gui import app

    return app.run(data_dir, database_url, files)


if __name__ == "__main__":
    sys.exit(main())
