"""How much memory this process may still take, and the most that it has taken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from .address_space import room_in_address_space

PROC = Path('/proc')
CGROUPS = Path('/sys/fs/cgroup')

# The limit, what is in use, and what of that is file cache which the kernel gives back first.
CGROUP_1_FILES = ('memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file')
CGROUP_2_FILES = ('memory.max', 'memory.current', 'inactive_file')


def available_memory(proc: Path = PROC, cgroups: Path = CGROUPS) -> int | None:
    """Return the bytes of memory that can be had without swapping; None where that is not known.

    On Linux it is the least of what the kernel calls available, of what the control groups of this
    process (version 1 or 2), a container's for example, leave of their limits, and of what can become
    resident in a limited address space. On Windows it is
    the free physical memory. Elsewhere it is not known. What cannot be read sets no limit.
    """
    if sys.platform == 'win32':
        return _free_on_windows()
    else:
        rooms = [*_system(proc), *_control_groups(proc, cgroups), *_address_space()]
        return max(0, min(rooms)) if rooms else None


def peak_resident_bytes() -> int | None:
    """Return the largest memory that this process has had resident, or None if the system hides it.

    Linux keeps it by address space; getrusage's figure there begins with that of the process that
    started this one.
    """
    if sys.platform == 'win32':
        return None
    for line in _lines(PROC / 'self' / 'status'):
        if line.startswith('VmHWM:'):
            return 1024 * int(line.split()[1])
    from resource import RUSAGE_SELF, getrusage

    peak = getrusage(RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == 'darwin' else 1024 * peak


def resident_bytes() -> int | None:
    """Return the memory that this process has resident now, or None if the system hides it."""
    lines = (line.split() for line in _lines(PROC / 'self' / 'status'))
    return next((1024 * int(line[1]) for line in lines if line[:1] == ['VmRSS:']), None)


def _system(proc: Path) -> Iterator[int]:
    for line in _lines(proc / 'meminfo'):
        if line.startswith('MemAvailable:'):
            yield from (1024 * kibibytes for kibibytes in _number(line.split()[1:2]))


def _address_space() -> Iterator[int]:
    room = room_in_address_space()
    if room is not None:
        yield room


def _control_groups(proc: Path, cgroups: Path) -> Iterator[int]:
    """Yield what each group leaves of its limit, from this process's own up to the root.

    Inside a container the path is often the one outside, of which the mount shows the end alone:
    what is not there is passed over.
    """
    for line in _lines(proc / 'self' / 'cgroup'):
        _, _, rest = line.partition(':')
        controllers, _, path = rest.partition(':')
        if not controllers:
            root, files = cgroups, CGROUP_2_FILES
        elif 'memory' in controllers.split(','):
            root, files = cgroups / 'memory', CGROUP_1_FILES
        else:
            continue
        inside = PurePosixPath(*(part for part in path.split('/') if part not in ('', '..')))
        for group in (inside, *inside.parents):
            yield from _left_of_limit(root / group, *files)


def _left_of_limit(group: Path, limit_file: str, usage_file: str, cache_name: str) -> Iterator[int]:
    for limit in _number(_lines(group / limit_file)):  # 'max' is no number: no limit
        for usage in _number(_lines(group / usage_file)):
            yield limit - usage + _statistic(group / 'memory.stat', cache_name)


def _statistic(path: Path, name: str) -> int:
    lines = (line.split() for line in _lines(path))
    return next((number for line in lines if line[:1] == [name] for number in _number(line[1:])), 0)


def _number(words: list[str]) -> list[int]:
    """Return the first of `words` as a number, in a list; an empty one if it is none."""
    return [int(words[0])] if words and words[0].isdecimal() else []


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding='utf-8', errors='replace').splitlines()
    except OSError:
        return []


if sys.platform == 'win32':
    import ctypes

    class _MemoryStatus(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = [
            ('length', ctypes.c_ulong),
            ('load', ctypes.c_ulong),
            *(
                (name, ctypes.c_ulonglong)
                for name in (
                    'total_physical',
                    'available_physical',
                    'total_page_file',
                    'available_page_file',
                    'total_virtual',
                    'available_virtual',
                    'available_extended_virtual',
                )
            ),
        ]

    def _free_on_windows() -> int | None:
        status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
        if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return None
        return int(status.available_physical)
