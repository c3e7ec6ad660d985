"""Arguments that set a configuration's fields: one place for spelling, defaults and help."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from itertools import chain, takewhile
from pathlib import Path
from typing import Any

from nst_lbfgs.config import STARTS, AdamConfig, TransferConfig
from nst_lbfgs.flat_settings import run_settings, shown, with_run_settings
from nst_lbfgs.pictures.enhancement import Enhancement
from nst_lbfgs.presets import DEFAULT_OBJECTIVE, OURS, PRESETS, PUBLICATIONS
from nst_lbfgs.run_config import MasksConfig, PictureConfig, RunConfig

DEFAULTS: dict[str, Any] = run_settings(
    RunConfig(TransferConfig(optimizer=AdamConfig()), PictureConfig(enhancement=Enhancement()))
) | run_settings(RunConfig())
"""The default of every setting, of either optimiser and of the factors too."""

MEMORY_UNITS: dict[str, int] = {'': 1, 'b': 1} | {
    unit: base**power
    for power, letter in enumerate('kmgt', start=1)
    for unit, base in ((f'{letter}b', 1000), (f'{letter}ib', 1024))
}


class HelpFormatter(argparse.HelpFormatter):
    """Shows the dashed spelling of an option alone; the old underscored one works all the same."""

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        shown = [option for option in action.option_strings if '_' not in option]
        if action.nargs == 0:
            return ', '.join(shown)
        return f'{", ".join(shown)} {self._format_args(action, action.dest.upper())}'


def add_option(
    group: argparse._ActionsContainer, name: str, *, alias: str | None = None, **arguments: Any
) -> None:
    """Add an option, and perhaps a second name, in its dashed and its underscored spelling."""
    names = [name, *([alias] if alias else [])]
    underscored = ['--' + name[2:].replace('-', '_') for name in names]
    group.add_argument(*dict.fromkeys([*names, *underscored]), **arguments)


def add_setting(
    group: argparse._ActionsContainer,
    name: str,
    effect: str,
    *,
    field: str | None = None,
    default: str | None = None,
    **arguments: Any,
) -> None:
    """Add an option that sets a configuration's field, with the field's default, or `default`, in its help.

    What is not given on the command line is absent from the namespace.
    """
    dest = field or name[2:].replace('-', '_')
    default = default or shown(DEFAULTS[dest])
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


def memory_size(text: str) -> int:
    """Read a number of bytes, or one with a unit behind it: 6GB, 1.5 GiB, 800MB."""
    match = re.fullmatch(r'([0-9]+(?:\.[0-9]+)?) ?([a-z]*)', text.strip().lower())
    if not match or match[2] not in MEMORY_UNITS:
        raise argparse.ArgumentTypeError(f'Expected a size such as 6GB or 800MB. Received: {text!r}')
    return round(float(match[1]) * MEMORY_UNITS[match[2]])


def pyramid_sizes(text: str) -> int | None:
    """Read a number of sizes, or auto."""
    if text == 'auto':
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'Expected auto or a number of sizes. Received: {text!r}') from None


class Numbers(argparse.Action):
    """Takes numbers, apart or joined by commas: 3 1 and 3,1 are the same."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, tuple(chain.from_iterable(values or ())))


def numbers(text: str) -> tuple[float, ...]:
    """Read numbers that are joined by commas."""
    try:
        return tuple(float(part) for part in text.split(','))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'Expected numbers; paths go before an option that takes several. Received: {text!r}'
        ) from None


def settings_from(args: argparse.Namespace, base: RunConfig) -> RunConfig:
    """Return `base` with every setting that was given on the command line. Raises ConfigError."""
    given = _given(args)
    for name in MasksConfig().paths():
        if name in given:
            given[name] = _found_anywhere(given[name])
    return with_run_settings(base, given)


def given_settings(args: argparse.Namespace) -> list[str]:
    """Return the names of the settings that were given on the command line."""
    return list(_given(args))


def _given(args: argparse.Namespace) -> dict[str, Any]:
    given = {name: _as_setting(value) for name, value in vars(args).items() if name in DEFAULTS}
    if 'init' in given:
        given |= _start(given['init'])
    if 'square_side' in args:
        given |= {'image_height': args.square_side, 'image_width': args.square_side}
    return given


def _as_setting(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _start(init: str) -> dict[str, str | None]:
    """Return what --init sets: a start that is no picture leaves no picture to be read."""
    if init.startswith('blend:') or init in STARTS and init != 'picture':
        return {'init': init, 'init_path': None}
    return {'init': 'picture', 'init_path': os.path.abspath(init)}


def _found_anywhere(paths: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Return a mask's path, or those of several, as a record has them."""
    from nst_lbfgs.pictures.plain import path_in_record  # with NumPy and Pillow

    if isinstance(paths, str):
        return path_in_record(Path(paths))
    return tuple(path_in_record(Path(path)) for path in paths)


def add_optional_paths(parser: argparse.ArgumentParser, helps: dict[str, tuple[str, str]]) -> None:
    """Add optional positional arguments, {dest: (metavar, help)}, that options may stand between."""
    for dest, (metavar, text) in helps.items():
        parser.add_argument(dest, nargs='?', metavar=metavar, help=text)
    parser.set_defaults(optional_paths=tuple(helps))


def take_late_paths(args: argparse.Namespace, rest: list[str]) -> list[str]:
    """Fill the optional paths that argparse gave up on at the first option, from what it left over.

    More of them go to `more_paths`, where a command has that. Returns what is left then.
    """
    late = list(takewhile(lambda text: not text.startswith('-'), rest))
    taken = 0
    for dest in getattr(args, 'optional_paths', ()):
        if taken < len(late) and getattr(args, dest) is None:
            setattr(args, dest, late[taken])
            taken += 1
    if hasattr(args, 'more_paths'):
        args.more_paths, taken = late[taken:], len(late)
    return rest[taken:]


def add_files(group: argparse._ActionsContainer) -> None:
    """Add what commands have that make a finished picture into another, OUT."""
    add_option(group, '--force', action='store_true', help='replace OUT if it exists')
    add_option(
        group,
        '--max-pixels',
        type=int,
        metavar='N',
        help="read pictures of up to N pixels (default: 89478485, Pillow's limit)",
    )


def add_preset(group: argparse._ActionsContainer) -> None:
    """Add the option that names a system, published or our own."""
    add_option(
        group,
        '--preset',
        choices=list(PRESETS),
        metavar='NAME',
        default=None,
        help=f'{", ".join(OURS)}, our own, for the best picture; or a published system, its search included: '
        f'{", ".join(PUBLICATIONS)}; explicit options win over it; see `nst-lbfgs presets` (default: the '
        f'objective of {DEFAULT_OBJECTIVE}, with our own search)',
    )


def add_deterministic(group: argparse._ActionsContainer) -> None:
    """Add the option about repeating a run to the byte."""
    add_setting(
        group,
        '--deterministic',
        'the same bytes from the same run, at the price of speed',
        action=argparse.BooleanOptionalAction,
    )


def add_running(group: argparse._ActionsContainer) -> None:
    """Add what every command has that runs transfers."""
    add_preset(group)
    add_option(
        group,
        '--fit',
        action='store_true',
        help='if memory is short, take the largest height that fits, in the same shape',
    )
    add_deterministic(group)
    add_option(group, '--force', action='store_true', help='replace results that exist already')
    add_option(
        group,
        '--no-metadata',
        dest='metadata',
        action='store_false',
        help="keep the command line and the record's digest out of the finished picture",
    )
    add_option(
        group,
        '--no-report',
        dest='report',
        action='store_false',
        help='leave no page PREFIX.html, which shows the run in a browser, beside the pictures',
    )
    add_option(group, '--verbose', action='store_true', help="show TensorFlow's own messages")
