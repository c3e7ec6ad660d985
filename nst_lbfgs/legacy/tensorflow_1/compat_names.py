"""TensorFlow's own names for its version 1, as they are before a run puts others in their place."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def own_names(module: Any) -> dict[str, Any]:
    """Return what a module holds, but for what Python itself keeps there."""
    return {name: getattr(module, name) for name in dir(module) if not name.startswith('__')}


VERSION_1 = own_names(tf.compat.v1)
