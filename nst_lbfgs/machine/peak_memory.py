"""The largest memory that this process has had resident."""

from __future__ import annotations

import sys

PROCESS_STATUS = '/proc/self/status'


def peak_resident_bytes() -> int | None:
    """Return the largest memory that this process has had resident, or None if the system hides it.

    Linux keeps it by address space; getrusage's figure there begins with that of the process that
    started this one.
    """
    if sys.platform == 'win32':
        return None
    try:
        with open(PROCESS_STATUS, encoding='ascii') as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith('VmHWM'))
    except (OSError, StopIteration):
        from resource import RUSAGE_SELF, getrusage

        peak = getrusage(RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == 'darwin' else 1024 * peak
