"""Does the window of this installation work? Opens the real one without showing it, and loads every plugin of Qt's.

In a process of its own, because Qt aborts where it cannot go on: the command `selftest` starts it and reads the line of
JSON that it leaves on stdout.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.gui import screen

PLATFORM = "offscreen"
_PATIENCE_MS = 90_000
_PLUGINS = ("platforms", "iconengines", "imageformats", "platforminputcontexts", "xcbglintegrations", "styles")
_MISSING = "cannot open shared object file"


def main(arguments: list[str]) -> int:
    """Look at the catalogue of the data folder named first; the second is when the process was started.

    Prints ``{"skipped": why}`` where the computer lacks libraries that no part of the program can bring along, else
    products, visible and ready (seconds), plugins, and unusable (plugin: what the computer lacks for it).
    """
    os.environ["QT_QPA_PLATFORM"] = PLATFORM
    try:
        screen.check()
    except EnvironmentProblem as problem:
        _say({"skipped": problem.title})
        return 0
    found = {**_look(Path(arguments[0]), float(arguments[1])), **_load_plugins()}
    _say(found)
    return 0 if found["products"] is not None else 1


def _say(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _look(data_dir: Path, started: float) -> dict[str, Any]:
    """Open the window, wait for its catalogue, close it."""
    from PySide6.QtCore import QTimer
    from qasync import QEventLoop

    from acme_desktop.core.foundation.paths import DataFolder
    from acme_desktop.gui import app

    application = app.application()
    application.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(application)
    asyncio.set_event_loop(loop)
    window = app.build(application, DataFolder.choose(data_dir))
    found: dict[str, Any] = {"products": None, "visible": None, "ready": None, "picture": False}
    over = loop.create_future()
    window.finished.connect(lambda: over.done() or over.set_result(None))

    def ready() -> None:
        if window.products.model.count is None or found["ready"] is not None:
            return
        found["products"] = window.products.model.count
        found["ready"] = round(time.time() - started, 2)
        found["picture"] = not window.grab().isNull()
        window.close_now()

    window.products.model.answered.connect(ready)
    window.products.model.counted.connect(lambda _count: ready())
    QTimer.singleShot(_PATIENCE_MS, window, window.close_now)
    window.show()
    application.processEvents()
    found["visible"] = round(time.time() - started, 2)
    window.open_database()
    loop.run_until_complete(over)
    window.wait_for_threads()
    loop.close()
    return found


def _load_plugins() -> dict[str, Any]:
    """Load every plugin that is there, so that a library left out of the package is noticed here."""
    from PySide6.QtCore import QLibraryInfo, QPluginLoader

    root = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    loaded, unusable = [], {}
    for path in sorted(root.glob("*/*")):
        frozen = getattr(sys, "frozen", False)
        if path.suffix not in (".so", ".dll", ".dylib") or not (frozen or path.parent.name in _PLUGINS):
            continue
        loader = QPluginLoader(str(path))
        name = f"{path.parent.name}/{path.stem}"
        if loader.load():
            loaded.append(name)
        else:
            words = loader.errorString()
            unusable[name] = words.partition(": ")[2] if _MISSING in words else words
    return {"plugins": loaded, "unusable": unusable}
