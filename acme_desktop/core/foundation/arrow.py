"""Arrow without pandas behind it: import this before the first ``pyarrow.array``.

Where pandas is installed beside us, pyarrow loads it at its first conversion of a list, just to ask whether the list
is a Series: 0.2 s and 40 MB for a program that holds none. It asks once and remembers a "not installed", so pandas is
hidden for that moment.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow


class _Hiding(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("hidden from pyarrow", name=fullname)
        return None


if "pandas" not in sys.modules:
    _hiding = _Hiding()
    sys.meta_path.insert(0, _hiding)
    try:
        pyarrow.array([0])
    finally:
        sys.meta_path.remove(_hiding)
