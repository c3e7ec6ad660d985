"""What the computation ran on."""

from __future__ import annotations

import os
import platform

import tensorflow as tf


def device_description() -> str:
    """Return the accelerators that TensorFlow uses, or else the processor and its cores."""
    accelerators = [
        tf.config.experimental.get_device_details(device).get('device_name', device.name)
        for device in tf.config.list_physical_devices('GPU')
    ]
    return ', '.join(accelerators) or f'{_processor()}, {os.cpu_count()} cores'


def _processor() -> str:
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as file:
            for line in file:
                if line.startswith('model name'):
                    return line.partition(':')[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()
