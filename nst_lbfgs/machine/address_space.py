"""How much address space this process may take, as `ulimit -v` sets it, and what the libraries map.

Where it is too little they end in any way: an error of any kind, a crash, an endless loop.
"""

from __future__ import annotations

import os
import sys

from ..errors import InsufficientMemoryError

# Measured with NumPy 2.4, scipy 1.17 and TensorFlow 2.21 on Linux, one, two and 16 threads: NumPy and scipy
# map 0.32 GB, and a transfer of 32 x 32 pixels 2.0, 2.2 and 3.0 GB, of which 0.7 GB are ever resident. With
# two threads it fails below 2.0 GB.
NUMPY = 350_000_000
TENSORFLOW = 2_000_000_000
EACH_CORE = 70_000_000
RESIDENT = 700_000_000


def check_address_space(needed: int, name: str) -> None:
    """Raise InsufficientMemoryError if the limit leaves less than `needed` bytes, and some for each core."""
    limit = address_space_limit()
    needed += EACH_CORE * (os.cpu_count() or 1)
    if limit is not None and limit < needed:
        raise InsufficientMemoryError(
            f'Expected at least {needed / 1e9:.1f} GB of address space for {name}. '
            f'Received: {limit / 1e9:.1f} GB, the limit that `ulimit -v` shows in kB.'
        )


def room_in_address_space() -> int | None:
    """Return how many bytes can become resident within the limit, or None if there is none."""
    limit = address_space_limit()
    mapped_only = TENSORFLOW - RESIDENT + EACH_CORE * (os.cpu_count() or 1)
    return None if limit is None else max(0, limit - mapped_only)


def address_space_limit() -> int | None:
    """Return the limit in bytes, or None if there is none."""
    if sys.platform == 'win32':
        return None
    from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit

    limit, _ = getrlimit(RLIMIT_AS)
    return None if limit == RLIM_INFINITY else limit
