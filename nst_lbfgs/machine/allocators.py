"""Less of the memory that allocators hold and nobody uses, for a process that computes large pictures."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from contextlib import suppress

import tensorflow as tf

from ..config import TransferConfig
from .memory_model import network_memory

# Below this many pixels it takes time (a twelfth at 256 x 256) and saves next to nothing.
SMALLEST_PICTURE = 1 << 18
# glibc's names are M_TRIM_THRESHOLD and M_MMAP_THRESHOLD, in malloc.h.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEPT_FREE_BYTES = 32 << 20
LARGE_ARRAY_BYTES = 3 << 20
BLOCK_BYTES = 1 << 20


def keep_memory_compact(
    config: TransferConfig,
    height: int,
    width: int,
    *,
    styles: Sequence[tuple[int, int]] = (),
    regions: int = 1,
) -> None:
    """Prepare this process, for good, for a transfer of `height` x `width` pixels.

    `styles` and `regions` are as for `peak_memory`.

    For the command line, not for a process that does other things too. It is a wish: where the C
    library or TensorFlow know nothing of it, or there is no room, nothing changes.
    """
    if height * width >= SMALLEST_PICTURE:
        _return_large_arrays()
        _reserve_one_region(round(network_memory(config, height, width, styles=styles, regions=regions)))


def _return_large_arrays() -> None:
    """Have glibc give large arrays back to the system as soon as they are freed.

    Left to itself it raises the limit for that up to 32 MiB with the arrays that it sees freed, and
    keeps smaller ones, as NumPy's temporary copies of a picture are.
    """
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None) if sys.platform == 'linux' else None
    if mallopt:
        mallopt(TRIM_THRESHOLD, KEPT_FREE_BYTES)
        mallopt(MMAP_THRESHOLD, LARGE_ARRAY_BYTES)


_reserved = 0  # bytes


def _reserve_one_region(size: int) -> None:
    """Have TensorFlow's allocator take `size` bytes of address space in one piece, to use later.

    It never gives back what it took, and cannot join pieces that it took one by one: with features of
    many sizes much is then out of use. Only what is used of the piece becomes resident. Later transfers of
    the process that need no more have it too.
    """
    global _reserved
    if size <= _reserved:
        return
    _reserved = size
    with suppress(tf.errors.ResourceExhaustedError), tf.device('CPU'):
        tf.raw_ops.Empty(shape=[-(-size // BLOCK_BYTES), BLOCK_BYTES], dtype=tf.uint8)
