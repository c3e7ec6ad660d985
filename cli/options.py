"""Arguments that set a configuration's fields: one place for spelling, defaults and help."""

from __future__ import annotations

import argparse
import os
from dataclasses import fields, replace
from typing import Any

from nst_lbfgs.config import PictureConfig, RunConfig, TransferConfig

_SIZES = ('image_height', 'image_width', 'longest_side')
_FACTORS = ('brightness', 'color', 'sharpness')


class HelpFormatter(argparse.HelpFormatter):
    """Shows the dashed spelling of an option alone; the old underscored one works all the same."""

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        shown = [option for option in action.option_strings if '_' not in option]
        if action.nargs == 0:
            return ', '.join(shown)
        return f'{", ".join(shown)} {self._format_args(action, action.dest.upper())}'


def add_option(group: argparse._ActionsContainer, name: str, **arguments: Any) -> None:
    """Add an option in its dashed and its underscored spelling."""
    underscored = '--' + name[2:].replace('-', '_')
    group.add_argument(*dict.fromkeys([name, underscored]), **arguments)


def add_setting(
    group: argparse._ActionsContainer,
    name: str,
    effect: str,
    *,
    field: str | None = None,
    config: type = TransferConfig,
    **arguments: Any,
) -> None:
    """Add an option that sets a configuration's field, with the field's default in its help.

    What is not given on the command line is absent from the namespace.
    """
    dest = field or name[2:].replace('-', '_')
    default = shown(getattr(config(), dest))
    add_option(
        group, name, dest=dest, default=argparse.SUPPRESS, help=f'{effect} (default: {default})', **arguments
    )


def layer_weight(text: str) -> tuple[str, float]:
    """Read NAME or NAME:WEIGHT."""
    name, separator, weight = text.partition(':')
    try:
        return name, float(weight) if separator else 1.0
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'Expected NAME or NAME:WEIGHT with a number. Received: {text!r}'
        ) from None


def settings_from(args: argparse.Namespace, base: RunConfig) -> RunConfig:
    """Return `base` with every setting that was given on the command line. Raises ConfigError."""
    given = vars(args)
    transfer = _given(given, TransferConfig)
    pictures = _given(given, PictureConfig)
    if transfer.get('init', 'content') not in ('content', 'noise'):
        pictures['init_path'] = os.path.abspath(transfer['init'])
        transfer['init'] = 'picture'
    if 'square_side' in given:
        pictures['image_height'] = pictures['image_width'] = given['square_side']
    if any(name in pictures for name in _SIZES):
        pictures = {name: None for name in _SIZES} | pictures
    if any(name in pictures for name in _FACTORS):
        pictures.setdefault('enhance', True)
    return RunConfig(replace(base.transfer, **transfer), replace(base.pictures, **pictures))


def _given(given: dict[str, Any], config: type) -> dict[str, Any]:
    values = {field.name: given[field.name] for field in fields(config) if field.name in given}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def shown(value: object) -> str:
    """Return a setting's value as it would be typed."""
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, tuple):
        return ' '.join(name if weight == 1 else f'{name}:{weight:g}' for name, weight in value)
    if isinstance(value, float):
        return f'{value:g}'
    return 'none' if value is None else str(value)


def add_optional_paths(parser: argparse.ArgumentParser, helps: dict[str, tuple[str, str]]) -> None:
    """Add optional positional arguments, {dest: (metavar, help)}, that options may stand between."""
    for dest, (metavar, text) in helps.items():
        parser.add_argument(dest, nargs='?', metavar=metavar, help=text)
    parser.set_defaults(optional_paths=tuple(helps))


def take_late_paths(args: argparse.Namespace, rest: list[str]) -> list[str]:
    """Fill the optional paths that argparse gave up on at the first option, from what it left over.

    Returns what is left then.
    """
    for dest in getattr(args, 'optional_paths', ()):
        if rest and getattr(args, dest) is None and not rest[0].startswith('-'):
            setattr(args, dest, rest[0])
            rest = rest[1:]
    return rest
