"""What the computation runs on: its name, and whether it says that it has bfloat16."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

CPUINFO = Path('/proc/cpuinfo')
FLAG_LINES = 'flags', 'Features'  # on x86, on ARM
BFLOAT16_FLAGS = {'avx512_bf16', 'amx_bf16', 'bf16', 'svebf16'}


def device_description() -> str:
    """Return the accelerators that TensorFlow uses, or else the processor and its cores."""
    accelerators = [
        tf.config.experimental.get_device_details(device).get('device_name', device.name)
        for device in tf.config.list_physical_devices('GPU')
    ]
    return ', '.join(accelerators) or f'{_processor()}, {os.cpu_count()} cores'


def may_have_bfloat16(cpuinfo: Path = CPUINFO) -> bool:
    """Return False if a processor computes here and says that it has no bfloat16.

    Only a no is worth something: a processor that has the instructions may still be slow with them, and
    not every system says what it has.
    """
    if tf.config.list_physical_devices('GPU'):
        return True
    flags = next((set(value.split()) for name, value in _lines(cpuinfo) if name in FLAG_LINES), None)
    return flags is None or bool(flags & BFLOAT16_FLAGS)


def _processor() -> str:
    names = (value for name, value in _lines(CPUINFO) if name == 'model name')
    return next(names, platform.processor() or platform.machine())


def _lines(cpuinfo: Path) -> Iterator[tuple[str, str]]:
    try:
        with open(cpuinfo, encoding='utf-8') as file:
            for line in file:
                name, _, value = line.partition(':')
                yield name.strip(), value.strip()
    except OSError:
        pass  # not Linux
