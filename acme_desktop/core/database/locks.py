"""File locks that the kernel drops with their holder: a killed process never leaves one behind.

Standard library only, because the supervisor loads nothing else. Shared locks, which `filelock` lacks, let
any number of programs use one server while the supervisor can tell in one call whether any is left.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

_PAUSE = 0.01


class FileLock:
    """One open lock file; shared by many holders or held by one alone, as asked.

    The lock belongs to this object's file handle, so two objects in one process exclude each other as well.
    The file is readable by its owner only and is never deleted by us.
    """

    def __init__(self, path: Path) -> None:
        """Open the lock file, creating it where it is missing.

        Raises:
            OSError: the folder is missing or may not be written.
        """
        self.path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)

    def try_acquire(self, *, shared: bool = False) -> bool:
        """Take the lock now, or say that somebody else has it."""
        return _lock(self._handle, shared=shared, wait=False)

    def acquire(self, *, shared: bool = False, timeout: float | None = None) -> bool:
        """Take the lock, waiting for at most `timeout` seconds (None: for ever); returns whether it was got."""
        if timeout is None:
            return _lock(self._handle, shared=shared, wait=True)
        deadline = time.monotonic() + timeout
        while not self.try_acquire(shared=shared):
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        return True

    def release(self) -> None:
        """Let go of the lock and keep the file open."""
        _unlock(self._handle)

    def close(self) -> None:
        """Let go of the lock and close the file; a second call does nothing."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            os.close(handle)

    def same_file(self) -> bool:
        """Whether the path still leads to the file that is open: not so once the folder was deleted or made anew."""
        try:
            return os.path.samestat(os.fstat(self._handle), self.path.stat())
        except OSError:
            return False


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _FAIL_AT_ONCE, _EXCLUSIVE = 1, 2
    _HELD_BY_ANOTHER = 33

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_void_p),
            ("internal_high", ctypes.c_void_p),
            ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.LockFileEx.argtypes = [wintypes.HANDLE, *[wintypes.DWORD] * 4, ctypes.POINTER(_Overlapped)]
    _kernel32.UnlockFileEx.argtypes = [wintypes.HANDLE, *[wintypes.DWORD] * 3, ctypes.POINTER(_Overlapped)]

    def _lock(handle: int, *, shared: bool, wait: bool) -> bool:
        flags = (0 if shared else _EXCLUSIVE) | (0 if wait else _FAIL_AT_ONCE)
        where = wintypes.HANDLE(msvcrt.get_osfhandle(handle))
        if _kernel32.LockFileEx(where, flags, 0, 1, 0, ctypes.byref(_Overlapped())):
            return True
        code = ctypes.get_last_error()
        if code == _HELD_BY_ANOTHER:
            return False
        raise ctypes.WinError(code)

    def _unlock(handle: int) -> None:
        where = wintypes.HANDLE(msvcrt.get_osfhandle(handle))
        _kernel32.UnlockFileEx(where, 0, 1, 0, ctypes.byref(_Overlapped()))

else:
    import fcntl

    def _lock(handle: int, *, shared: bool, wait: bool) -> bool:
        kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(handle, kind)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
