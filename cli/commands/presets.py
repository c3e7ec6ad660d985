"""`nst-lbfgs presets`: the published systems and our own, and where each of their settings comes from."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from typing import Any

from nst_lbfgs.checks import check_choice
from nst_lbfgs.flat_settings import run_settings, shown
from nst_lbfgs.presets import DEFAULT_OBJECTIVE, OURS, PUBLICATIONS, Preset, Settings

from ..runs.streams import put

DESCRIPTION = """
List the systems that `transfer --preset NAME` runs, published ones and our own, or show every setting of one
with its source.
"""
DEFAULT_NOTE = (
    f'Without --preset, transfer has the objective of {DEFAULT_OBJECTIVE} and its own search: '
    "L-BFGS without restarts that weighs spatial frequencies, from the content in the style's colours, half "
    'the size first, better resampling, and style pictures in their own shape. --preset '
    f'{DEFAULT_OBJECTIVE} has the search of the publication as well, as every published preset has.'
)
SYSTEMS = OURS | PUBLICATIONS


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'presets',
        help='list the published systems, or show where the settings of one come from',
        description=DESCRIPTION,
    )
    parser.add_argument('name', nargs='?', metavar='NAME', help='a preset to show')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list, or one preset. Raises ConfigError for an unknown name."""
    if args.name is None:
        put('\n'.join(_listed()))
        return 0
    check_choice('a preset', args.name, SYSTEMS)
    put('\n'.join(_described(args.name, SYSTEMS[args.name])))
    return 0


def _listed() -> list[str]:
    longest = max(map(len, SYSTEMS))
    lines = [f'{name:{longest}}  {preset.title}' for name, preset in SYSTEMS.items()]
    return [*lines, '', *_wrapped(DEFAULT_NOTE, '', '')]


def _described(name: str, preset: Preset) -> list[str]:
    lines = [f'{name}: {preset.title}']
    if preset.document:
        lines += _wrapped(preset.document, 'From ', '     ')
        lines += ['', 'What it says', *_with_sources(preset, preset.settings)]
    lines += ['', 'What is ours', *_with_sources(preset, preset.ours)]
    lines += _wrapped(f'As without a preset: {", ".join(_rest(preset))}', '  ', ' ' * 6)
    lines += ['', 'Notes']
    for note in preset.notes:
        lines += _wrapped(note, '- ', '  ')
    return lines


def _with_sources(preset: Preset, settings: Settings) -> list[str]:
    """Return the settings, in the order of the configuration, each with its source below it."""
    lines = []
    for name in _values(preset):
        if name in settings:
            value, source = settings[name]
            lines += [f'  {name} = {shown(value)}', *_wrapped(source, ' ' * 6, ' ' * 6)]
    return lines


def _rest(preset: Preset) -> list[str]:
    """Return the settings that are the default's; there is nothing to say of those that are none."""
    own = preset.settings | preset.ours
    return [
        f'{name}={shown(value)}'
        for name, value in _values(preset).items()
        if name not in own and value not in (None, ())
    ]


def _values(preset: Preset) -> dict[str, Any]:
    return run_settings(preset.run_config())


def _wrapped(text: str, first: str, others: str) -> list[str]:
    width = min(shutil.get_terminal_size().columns, 100)
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=others)
