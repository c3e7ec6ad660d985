"""Checks of single values: each raises ConfigError, in one line that says what was expected."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable

from .errors import ConfigError
from .network.layers import LAYER_NAMES


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    """Raise ConfigError, with a guess at what was meant, unless `value` is one of `choices`."""
    known = list(choices)
    if isinstance(value, str) and value in known:
        return
    close = difflib.get_close_matches(str(value), known, n=1)
    guess = f' Did you mean {close[0]!r}?' if close else ''
    raise ConfigError(f'Expected {name}: one of {", ".join(known)}. Received: {value!r}.{guess}')


def check_not_negative(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a finite number, 0 or more."""
    if not _is_number(value) or not 0 <= value <= sys.float_info.max:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: a finite number, 0 or more. Received: {value!r}')


def check_positive(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a finite number above 0."""
    if not _is_number(value) or not 0 < value <= sys.float_info.max:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: a finite number above 0. Received: {value!r}')


def check_fraction(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a number from 0 to below 1."""
    if not _is_number(value) or not 0 <= value < 1:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: a number from 0 to below 1. Received: {value!r}')


def check_between(name: str, value: object, least: float, greatest: float) -> None:
    """Raise ConfigError unless `value` is a number from `least` to `greatest`."""
    if not _is_number(value) or not least <= value <= greatest:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: a number from {least:g} to {greatest:g}. Received: {value!r}')


def check_integer(name: str, value: object, *, at_least: int = 1, at_most: int | None = None) -> None:
    """Raise ConfigError unless `value` is an integer from `at_least` to `at_most`, or to 2^31 - 1."""
    integer = isinstance(value, int) and not isinstance(value, bool)
    greatest = 2**31 - 1 if at_most is None else at_most
    if not integer or not at_least <= value <= greatest:  # type: ignore[operator]
        range_ = f'{at_least} or more' if at_most is None else f'{at_least} to {at_most}'
        raise ConfigError(f'Expected {name}: an integer, {range_}. Received: {value!r}')


def check_flag(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise ConfigError(f'Expected {name}: true or false. Received: {value!r}')


def check_layers(name: str, layers: object) -> None:
    """Raise ConfigError unless `layers` are pairs of a layer of VGG19 and its weight, each layer once."""
    pairs = layers if isinstance(layers, tuple) else ()
    if not pairs or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise ConfigError(f'Expected {name}: pairs of layer and weight, at least one. Received: {layers!r}')
    for layer, weight in pairs:
        check_choice(f'a layer of VGG19 in {name}', layer, LAYER_NAMES)
        check_not_negative(f'the weight of {layer} in {name}', weight)
    names = [layer for layer, _ in pairs]
    if len(set(names)) < len(names):
        raise ConfigError(f'Expected each layer once in {name}. Received: {" ".join(names)}')


def check_tuple(name: str, value: object, *, at_least: int = 0) -> None:
    """Raise ConfigError unless `value` is a tuple with `at_least` so many values."""
    if not isinstance(value, tuple) or len(value) < at_least:
        number = f'{at_least} or more' if at_least else 'none or more'
        raise ConfigError(f'Expected {name}: values, {number}. Received: {value!r}')


def check_path(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a path as text, or None."""
    if value is not None and not (isinstance(value, str) and value):
        raise ConfigError(f'Expected {name}: a path as text, or none. Received: {value!r}')


def check_paths(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a tuple of paths as text."""
    if not isinstance(value, tuple) or not all(isinstance(path, str) and path for path in value):
        raise ConfigError(f'Expected {name}: paths as text. Received: {value!r}')


def check_group(name: str, value: object, *kinds: type) -> None:
    """Raise ConfigError unless `value` is of one of `kinds`."""
    if not isinstance(value, kinds):
        expected = ' or '.join(kind.__name__ for kind in kinds)
        raise ConfigError(f'Expected {name}: {expected}. Received: {value!r}')


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
