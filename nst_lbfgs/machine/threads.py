"""How many threads compute."""

from __future__ import annotations

import os

import scipy.linalg  # noqa: F401  # loads SciPy's BLAS, which is not NumPy's
from threadpoolctl import threadpool_limits


def available_cores() -> int:
    """Return the number of processor cores that this process may use."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_blas_threads() -> None:
    """Have NumPy's and SciPy's linear algebra compute with one thread, in this process and for good.

    For the command line, not for a process that does other things too. L-BFGS's vectors come from memory
    as fast by one thread as by several, and OpenBLAS's threads spin while TensorFlow's compute: with two
    of them on two cores an evaluation took 47 % more processor time at 64 x 64, 11 % at 128 x 128 and 2 %
    at 256 x 256.
    """
    threadpool_limits(1, user_api='blas')
