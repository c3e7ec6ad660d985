"""What a child process may use at most, set by itself before it touches anything that is untrusted."""

from __future__ import annotations

import os
import sys
import threading

if sys.platform != 'win32':
    import resource
    import signal

TIME_IS_UP = 124
# Of libraries that start a thread a core, each thread takes address space.
ONE_THREAD = {
    'OPENBLAS_NUM_THREADS': '1',
    'OMP_NUM_THREADS': '1',
    'MKL_NUM_THREADS': '1',
    'MALLOC_ARENA_MAX': '1',
}

_timers: list[threading.Timer] = []


def limit_seconds(seconds: int) -> None:
    """End this process after so many seconds of processor time from its start; a later call may allow more.

    Windows has no such limit: there it ends so many seconds from now.
    """
    if sys.platform == 'win32':
        for earlier in _timers:
            earlier.cancel()
        timer = threading.Timer(seconds, os._exit, [TIME_IS_UP])
        timer.daemon = True
        timer.start()
        _timers[:] = [timer]
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        _lower(resource.RLIMIT_CPU, seconds)


def limit_memory(size: int) -> None:
    """Let this process have `size` bytes of address space; a later call may allow more.

    Where there is no such limit (Windows), or the system does not hold to it (macOS), nothing happens.
    """
    if sys.platform != 'win32':
        _lower(resource.RLIMIT_AS, size)


def time_was_up(exit_code: int) -> bool:
    """Return whether a process that ended with `exit_code` was ended by its limit of seconds."""
    return exit_code == TIME_IS_UP or sys.platform != 'win32' and exit_code == -signal.SIGXCPU


if sys.platform != 'win32':

    def _lower(kind: int, value: int) -> None:
        """Set a limit, but never above one that was set from outside."""
        hardest = resource.getrlimit(kind)[1]
        resource.setrlimit(
            kind, (value if hardest == resource.RLIM_INFINITY else min(value, hardest), hardest)
        )
