"""A short script on `transfer_style` with the settings of an old one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import LegacyError
from ..legacy.source import read_script
from .library_script import script_text
from .reading.recognition import recognise
from .reading.settings import Setting, settings_of
from .script import in_python_3

_HEAD = ('setting', 'value', 'where')


@dataclass(frozen=True)
class Written:
    """A script on `transfer_style`, and a table of what was found where."""

    text: str
    table: str


def to_library(path: Path) -> Written:
    """Return a script that minimises with `transfer_style` what an old one minimises, as it does.

    The old one is not run. Raises as `read_script`, and LegacyError, in one line that says what is
    missing, if it is not of the family of Keras's example.
    """
    text, places = in_python_3(path, read_script(path))
    try:
        found = recognise(text)
        settings = settings_of(found)
    except LegacyError as error:
        raise LegacyError(
            f"{path}: Expected a script of the family of Keras's neural_style_transfer.py. Received: {error}"
        ) from error
    return Written(script_text(path.name, text, found, settings), _table(path, settings, places))


def _table(path: Path, settings: list[Setting], places: list[str]) -> str:
    rows = [_HEAD, *((s.name, s.code, _where(s, places)) for s in settings)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f'{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}'.rstrip() for row in rows]
    return '\n'.join([f'{path}:', *lines])


def _where(setting: Setting, places: list[str]) -> str:
    found = [places[line - 1] for line in sorted(setting.lines)]
    if all(place.startswith('line ') for place in found):
        found = ['line ' + ', '.join(place.removeprefix('line ') for place in found)] if found else []
    return '; '.join([*found, *([setting.why] if setting.why else [])])
