"""What the computation runs on: its name, and whether it says that it has bfloat16."""

from __future__ import annotations

import os
from pathlib import Path

import tensorflow as tf

from .processor import CPUINFO, processor_flags, processor_name

BFLOAT16_FLAGS = {'avx512_bf16', 'amx_bf16', 'bf16', 'svebf16'}


def device_description() -> str:
    """Return the accelerators that TensorFlow uses, or else the processor and its cores."""
    accelerators = [
        tf.config.experimental.get_device_details(device).get('device_name', device.name)
        for device in tf.config.list_physical_devices('GPU')
    ]
    return ', '.join(accelerators) or f'{processor_name()}, {os.cpu_count()} cores'


def may_have_bfloat16(cpuinfo: Path = CPUINFO) -> bool:
    """Return False if a processor computes here and says that it has no bfloat16.

    Only a no is worth something: a processor that has the instructions may still be slow with them, and
    not every system says what it has.
    """
    if tf.config.list_physical_devices('GPU'):
        return True
    flags = processor_flags(cpuinfo)
    return flags is None or bool(flags & BFLOAT16_FLAGS)
