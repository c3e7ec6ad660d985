"""The settings of a run record of format 1, that of version 0.1.0, as today's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..config import EXPONENT
from ..errors import RecordError
from ..flat_settings import of_other_optimizers, transfer_types, with_run_settings
from ..pictures.enhancement import Enhancement
from ..run_config import PictureConfig, RunConfig

NAMES = {'style_normalisation': 'style_scale', 'pyramid': 'scales'}
"""What a setting was called in format 1, where it was not what it is today."""

LATER = {'init_colors', 'padding'}
"""Settings of a transfer that format 1 did not have."""

PICTURES = {field.name for kind in (PictureConfig, Enhancement) for field in fields(kind)} - {
    'animation',
    'bits',
    'check_loss',
    'dpi',
    'enhancement',
}


def config_of_format_1(config: object) -> RunConfig:
    """Return the settings under 'config' in a record of format 1, lists made tuples.

    There were two flat tables. 'transfer' had every setting of a transfer, 36 of them: those of both
    optimisers, whichever searched, and an exponent of the coordinates in any case, 0.45 unless it was
    given. 'pictures' had the pictures' settings; 'enhance' said whether the three factors counted.

    Raises RecordError for what format 1 did not have, and ConfigError for a value that cannot be used.
    """
    if not isinstance(config, dict) or set(config) != {'transfer', 'pictures'}:
        raise RecordError(f"Expected 'transfer' and 'pictures' under 'config'. Received: {config!r}")
    transfer = _todays(config['transfer'], set(transfer_types()) - LATER)
    pictures = _todays(config['pictures'], PICTURES | {'enhance'})
    for name in of_other_optimizers(transfer.get('optimizer', 'lbfgs')):
        transfer.pop(name, None)
    # From anything but noise that is what no exponent means today: such a run is the same one.
    if transfer.get('init') != 'noise' and transfer.get('coordinate_exponent') == EXPONENT:
        del transfer['coordinate_exponent']
    return with_run_settings(
        RunConfig(), {'style_size': 'content', 'init_colors': 'own'} | transfer | pictures
    )


def _todays(settings: object, known: set[str]) -> dict[str, Any]:
    """Return a table of format 1 by today's names. Raises RecordError for a name that it did not have."""
    names: Mapping[str, str] = {NAMES.get(name, name): name for name in known}
    if not isinstance(settings, dict):
        raise RecordError(f'Expected a table of settings. Received: {settings!r}')
    unknown = sorted(set(settings) - set(names))
    if unknown:
        raise RecordError(f'Expected settings of a record of format 1. Received: {", ".join(unknown)}')
    return {names[name]: value for name, value in settings.items()}
