"""Our way: the objective of the benchmark with this package's own search."""

from __future__ import annotations

from typing import Any

from ..config import TransferConfig
from ..presets import PRESETS

PRESET = 'enhanced-lbfgs'
OBJECTIVE_FIELDS = (
    'content_layers',
    'style_layers',
    'content_weight',
    'style_weight',
    'tv_weight',
    'content_reduction',
    'style_reduction',
    'content_distance',
    'style_distance',
    'style_scale',
    'gram',
    'total_variation',
    'preprocessing',
    'feature_scale',
    'pooling',
    'init',
)


def our_config(precision: str, **search: Any) -> TransferConfig:
    """Return the preset's objective with the default search, but for `search`. Raises ConfigError."""
    preset = PRESETS[PRESET].transfer
    objective = {name: getattr(preset, name) for name in OBJECTIVE_FIELDS}
    return TransferConfig(**objective, precision=precision, **search)
