"""Our way: the objective of the benchmark with this package's own search."""

from __future__ import annotations

from typing import Any

from ..config import ComputationConfig, TransferConfig
from ..presets import PRESETS

PRESET = 'enhanced-lbfgs'


def our_config(precision: str, **search: Any) -> TransferConfig:
    """Return the preset's objective with the default search, but for `search`. Raises ConfigError."""
    objective = PRESETS[PRESET].transfer.objective
    computation = ComputationConfig(precision=precision)
    return TransferConfig(objective, computation=computation, **search)
