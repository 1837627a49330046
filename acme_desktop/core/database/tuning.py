"""The embedded server's settings, sized to the machine.

A desktop's server: few connections, large imports, and a person's other programs beside it. Nothing here
trades the data's safety for speed: fsync, full-page writes and synchronous commit stay on.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_MIB = 1 << 20
_CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def settings(data: Path, *, memory: int | None = None) -> dict[str, str]:
    """PostgreSQL parameters by name.

    Args:
        data: an existing folder on the disk that holds the cluster.
        memory: the machine's memory in bytes; asked of the system where it is not given.
    """
    memory = memory or machine_memory()
    chosen = {
        "max_connections": "50",
        # A page of the server's own is at hand in a fifth of the time that one takes from the system's cache.
        "shared_buffers": _megabytes(memory / 8, 64, 4096),
        "effective_cache_size": _megabytes(memory / 2, 128, 1 << 20),
        "work_mem": _megabytes(memory / 128, 16, 128),
        "maintenance_work_mem": _megabytes(memory / 16, 64, 1024),
        "huge_pages": "try" if sys.platform == "linux" else "off",
        "jit": "off",
        # The process that asks works too.
        "max_parallel_workers_per_gather": str(min(max((os.cpu_count() or 2) // 2, 1), 4)),
        "random_page_cost": "1.1",
        # Behind every question stands a look at what was written last; what was undone or changed again lies there too.
        "autovacuum_vacuum_scale_factor": "0.01",
        # Without replicas a table that is filled in the transaction that made it needs no log of its own.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # The one method that every build has costs more than the disk that it saves.
        "wal_compression": "off",
        "max_wal_size": _megabytes(shutil.disk_usage(data).free / 20, 256, 4096),
        "min_wal_size": "128MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
    }
    if sys.platform in {"linux", "darwin"}:
        # A statement whose program was killed ends within a second and frees its locks.
        chosen["client_connection_check_interval"] = "1s"
    if not _roomy_shared_memory():
        chosen["dynamic_shared_memory_type"] = "mmap"
    return chosen


def machine_memory() -> int:
    """Bytes of memory that this machine, or the container around us, has."""
    found = _physical_memory()
    for limit in _CONTAINER_LIMITS:
        try:
            found = min(found, int(Path(limit).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue
    return found


def _megabytes(size: float, least: int, most: int) -> str:
    return f"{int(min(max(size / _MIB, least), most))}MB"


def _roomy_shared_memory() -> bool:
    """Containers often have 64 MB of /dev/shm, too little for parallel queries."""
    if sys.platform != "linux":
        return True
    try:
        return shutil.disk_usage("/dev/shm").total >= 512 * _MIB  # noqa: S108  a mount point, not a temporary file
    except OSError:
        return False


if sys.platform == "win32":
    import ctypes

    class _MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "page", "page_free", "own", "own_free", "more")),
        )

    def _physical_memory() -> int:
        status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.total)

else:

    def _physical_memory() -> int:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
