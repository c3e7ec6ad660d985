"""`--vary FIELD=VALUE,VALUE`: the grid of a sweep."""

from __future__ import annotations

import argparse
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args, get_origin

from nst_lbfgs.checks import check_choice
from nst_lbfgs.config import LayerWeights
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.flat_settings import run_types, with_run_settings
from nst_lbfgs.run_config import MasksConfig, RunConfig

from ..options import layer_weight, memory_size, pyramid_sizes

# The option's name, where it is not the field's.
FIELD_OF = {
    'iter': 'iterations',
    'maxfun': 'evaluations_per_iteration',
    'content_layer': 'content_layers',
    'style_layer': 'style_layers',
    'scales': 'pyramid',
    'style_scale': 'style_scales',
}
FILES = {'init_path', *MasksConfig().paths()}
"""Settings that name files: all runs of a grid have the same."""
Numbers = tuple[float, ...]
WORDS = {'yes': True, 'true': True, 'no': False, 'false': False}
LONGEST_NAME = 120  # characters; file systems take 255 bytes, and endings are still to come


@dataclass(frozen=True)
class Variation:
    """A setting of a run, by its own name, and the values that it takes in turn."""

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class GridPoint:
    """A configuration of a grid, under its label, with what was chosen by field for the table."""

    label: str
    choices: dict[str, str]
    config: RunConfig

    @property
    def file_name(self) -> str:
        """A part of a file name: the same for the same label, whatever the rest of the grid."""
        plain = self.label.replace(', ', '_').replace(' + ', '+').replace(' ', '_').replace(':', 'x')
        safe = re.sub(r'[^\w.+-]', '-', plain)[:LONGEST_NAME]
        digest = hashlib.sha256(os.fsencode(plain)).hexdigest()[:8]
        return safe if safe == plain else f'{safe}-{digest}'


def parse_variation(text: str) -> Variation:
    """Read FIELD=VALUE,VALUE,... A value of layers is NAME[:WEIGHT]+NAME[:WEIGHT]..., of numbers 3+1.

    Raises ConfigError.
    """
    name, separator, values = text.partition('=')
    if not separator or not values:
        raise ConfigError(f'Expected --vary FIELD=VALUE,VALUE,... Received: {text!r}')
    types = run_types()
    field = name.strip().replace('-', '_')
    field = FIELD_OF.get(field, field)
    if field in FILES:
        raise ConfigError(f'Expected a field to vary that names no file. Received: {field}')
    check_choice('a field to vary', field, set(types) - FILES)
    parsed = tuple(_parse(field, types[field], value.strip()) for value in values.split(','))
    if len(set(parsed)) < len(parsed):
        raise ConfigError(f'Expected each value of {field} once. Received: {values}')
    return Variation(field, parsed)


def grid(config: RunConfig, variations: Sequence[Variation]) -> list[GridPoint]:
    """Return every combination of values, the last field varying fastest. Raises ConfigError."""
    fields = [variation.field for variation in variations]
    if len(set(fields)) < len(fields):
        raise ConfigError(f'Expected each field to vary once. Received: {", ".join(fields)}')
    return [
        _point(config, dict(zip(fields, values)))
        for values in product(*(variation.values for variation in variations))
    ]


def check_one_determinism(configs: Iterable[RunConfig]) -> None:
    """Raise ConfigError for settings that one process cannot have both of."""
    if len({config.transfer.computation.deterministic for config in configs}) > 1:
        raise ConfigError(
            'Expected one value of deterministic: it holds for all that a process computes. Received: yes, no'
        )


def shown_layers(layers: LayerWeights) -> str:
    """Return layers as a label: NAME:WEIGHT joined by ' + ', without weights of 1."""
    return ' + '.join(name if weight == 1 else f'{name}:{_shown(weight)}' for name, weight in layers)


def _point(config: RunConfig, values: dict[str, Any]) -> GridPoint:
    choices = {field: _shown(value) for field, value in values.items()}
    label = ', '.join(f'{field} {value}' for field, value in choices.items())
    return GridPoint(label, choices, with_run_settings(config, values))


def _parse(field: str, kind: Any, text: str) -> Any:
    if get_origin(kind) not in (None, tuple):  # such as float | None
        if text == 'none':
            return None
        kind = next(option for option in get_args(kind) if option is not type(None))
    try:
        return _PARSERS_OF_FIELDS.get(field, _PARSERS[kind])(text)
    except (KeyError, ValueError, argparse.ArgumentTypeError) as error:
        raise ConfigError(
            f'Expected a value of {field}{_EXPECTED.get(kind, "")}. Received: {text!r}'
        ) from error


def _layers(text: str) -> LayerWeights:
    return tuple(layer_weight(part.strip()) for part in text.split('+'))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split('+'))


_PARSERS: dict[Any, Callable[[str], Any]] = {
    float: float,
    int: int,
    str: str,
    bool: lambda text: WORDS[text.lower()],
    LayerWeights: _layers,
    Numbers: _numbers,
}
_PARSERS_OF_FIELDS: dict[str, Callable[[str], Any]] = {
    'memory_limit': memory_size,
    'pyramid': pyramid_sizes,
}
_EXPECTED: dict[Any, str] = {
    float: ': a number',
    int: ': an integer',
    bool: ': yes or no',
    LayerWeights: ': NAME[:WEIGHT], several joined by +',
    Numbers: ': numbers, several joined by +',
}


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: 'none', True: 'yes', False: 'no'}[value]
    if isinstance(value, tuple):
        numbers = all(isinstance(item, float) for item in value)
        return '+'.join(map(_shown, value)) if numbers else shown_layers(value)
    return str(value).removesuffix('.0')
