"""Published systems by name: settings, each with its source."""

from __future__ import annotations

from .config import RunConfig

DEFAULT_PRESET = 'keras-example'

PRESETS: dict[str, RunConfig] = {DEFAULT_PRESET: RunConfig()}
