"""Every setting of a run beside its default, and where it comes from."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..errors import one_line
from ..flat_settings import run_settings, shown, with_run_settings
from ..presets import OURS, PUBLICATIONS
from ..run_config import RunConfig

SOURCES_OF_COMMANDS = {'sweep': 'the sweep', 'reconstruct': 'reconstruct'}


@dataclass(frozen=True)
class Setting:
    """A setting, its value and the default as they are typed, and where a value that differs comes from."""

    name: str
    value: str
    default: str
    source: str
    differs: bool


def settings_of(record: Mapping[str, Any]) -> list[Setting]:
    """Return all settings of a record in the order of their groups."""
    config: RunConfig = record['config']
    values = run_settings(config)
    defaults = _defaults(config.transfer.optimizer.name, config.pictures.enhancement is not None)
    return [
        Setting(
            name, _line(value), _line(defaults[name]), _source(name, value, record), value != defaults[name]
        )
        for name, value in values.items()
    ]


def _line(value: object) -> str:
    return one_line(shown(value))


@cache
def _defaults(optimizer: str, enhanced: bool) -> dict[str, Any]:
    """Return the defaults; those of an optimiser, and of the factors if there is an enhancement."""
    there = {'optimizer': optimizer, 'enhance': enhanced}
    defaults = run_settings(RunConfig())
    return run_settings(with_run_settings(RunConfig(), there)) | {name: defaults[name] for name in there}


def _source(name: str, value: object, record: Mapping[str, Any]) -> str:
    given = record.get('given')
    if isinstance(given, list) and name in given:
        return 'the command line'
    preset = (PUBLICATIONS | OURS).get(record.get('preset') or '')
    if preset:
        settings = preset.settings | preset.ours
        if name in settings and settings[name][0] == value:
            return f'preset {record["preset"]}: {settings[name][1]}'
    if name == 'precision':
        return 'what auto came to on this machine'
    return _of_command(str(record.get('command')))


@cache
def _of_command(command: str) -> str:
    """Return where a command has settings from that were not given one by one, as far as it says."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if '--from' in words:
        return 'the record that was repeated'
    return SOURCES_OF_COMMANDS.get(words[1] if len(words) > 1 else '', 'the command line')
