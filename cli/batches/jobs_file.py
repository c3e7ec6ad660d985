"""`--jobs FILE`: a table of jobs, CSV or JSON, whose columns are options' names."""

from __future__ import annotations

import argparse
import csv
import io
import json
import shlex
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.files import open_regular
from nst_lbfgs.records.json_text import parse_json

LARGEST_BYTES = 64 << 20
OWN = ('content', 'style', 'name')
WORDS = {'yes': True, 'true': True, 'no': False, 'false': False}


@dataclass(frozen=True)
class Row:
    """A job as its row has it: `args` as if its options had been typed, or why they cannot be used."""

    content: Path
    styles: tuple[Path, ...]
    name: str | None
    choices: dict[str, str]
    args: argparse.Namespace | None
    problem: str | None = None


class _RowParser(argparse.ArgumentParser):
    """Says what is wrong with a row where argparse would end the program."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(message)


def read_jobs(path: Path, options: argparse.ArgumentParser, common: argparse.Namespace) -> list[Row]:
    """Return the rows of a file. `options` is a parser of options, `common` what was typed for all jobs.

    The columns `content` and `style` are paths, as if they were typed; several styles are a list, in CSV
    joined by semicolons. `name` is the name of the results. All others are options' names without the dashes,
    and a cell is what would follow the option: yes or no for one that takes nothing, nothing for none.
    Raises ConfigError for a file that is no such table.
    """
    rows = [dict(row) for row in _rows(path)]
    if not rows:
        raise ConfigError(f'Expected jobs in {path}. Received: none')
    known = _options(options)
    for row in rows:
        for column in row:
            if column not in OWN and _plain(column) not in known:
                raise ConfigError(f"Expected {path} with options' names as columns. Received: {column!r}")
    columns = dict.fromkeys(column for row in rows for column in row)
    rows = [dict.fromkeys(columns) | row for row in rows]  # a list of jobs may leave out what they do not set
    parser = _RowParser(parents=[options], add_help=False)
    return [
        _row(f'{path}, job {number}', row, parser, known, common) for number, row in enumerate(rows, start=1)
    ]


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with open_regular(path) as file:
            text = file.read(LARGEST_BYTES).decode('utf-8-sig')
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f'Cannot read the jobs in {path}: {error}') from error
    return iter(_of_json(path, text) if path.suffix.lower() == '.json' else _of_csv(path, text))


def _of_json(path: Path, text: str) -> list[Mapping[str, Any]]:
    try:
        rows = parse_json(text.encode())
    except ValueError as error:
        raise ConfigError(f'Expected JSON in {path}. Received: {error}') from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f'Expected a list of jobs in {path}, each with its options by name.')
    return rows


def _of_csv(path: Path, text: str) -> list[Mapping[str, Any]]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=''), strict=True)
        rows = [row for row in reader if any(row.values())]
    except csv.Error as error:
        raise ConfigError(f'Expected a table in {path}, CSV. Received: {error}') from error
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise ConfigError(
                f'Expected as many cells as columns in {path}. Received: others in job {number}'
            )
    return [{str(name).strip(): value.strip() for name, value in row.items()} for row in rows]


def _options(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Return the options by the names that a column may have."""
    return {
        _plain(text[2:]): action
        for action in parser._actions
        for text in action.option_strings
        if text.startswith('--')
    }


def _plain(name: str) -> str:
    return name.strip().removeprefix('--').replace('_', '-')


def _row(
    place: str,
    row: Mapping[str, Any],
    parser: argparse.ArgumentParser,
    known: Mapping[str, argparse.Action],
    common: argparse.Namespace,
) -> Row:
    content, styles = row.get('content'), _styles(row.get('style'))
    name = str(row.get('name') or '') or None
    if not isinstance(content, str) or not content or not styles:
        raise ConfigError(f'Expected content and style in {place}. Received: {dict(row)!r}')
    choices = {column: _shown(value) for column, value in row.items() if column not in OWN}
    made = Row(Path(content), styles, name, choices, None)
    try:
        typed = [
            text
            for column, value in row.items()
            if column not in OWN
            for text in _typed(column, value, known)
        ]
        args = parser.parse_args(typed, copy(common))
    except (ConfigError, ValueError) as error:
        return replace(made, problem=f'{place}: {error}')
    return replace(made, args=args)


def _typed(column: str, value: Any, known: Mapping[str, argparse.Action]) -> list[str]:
    """Return what would be typed for a cell."""
    name, action = f'--{_plain(column)}', known[_plain(column)]
    if value is None or value == '':
        return []
    if action.nargs == 0:
        return _flag(name, value, action)
    values = list(map(str, value)) if isinstance(value, list) else [str(value)]
    if not isinstance(value, list) and action.nargs in ('+', '*'):
        values = shlex.split(values[0])
    if isinstance(action, argparse._AppendAction) and action.nargs is None:
        parts = values if isinstance(value, list) else shlex.split(values[0])
        return [text for part in parts for text in (name, part)]
    return [name, *values]


def _flag(name: str, value: Any, action: argparse.Action) -> list[str]:
    if not isinstance(value, bool) and str(value).lower() not in WORDS:
        raise ConfigError(f'Expected yes or no for {name}. Received: {value!r}')
    wanted = value if isinstance(value, bool) else WORDS[str(value).lower()]
    if wanted:
        return [name]
    return [f'--no-{name[2:]}'] if isinstance(action, argparse.BooleanOptionalAction) else []


def _styles(value: Any) -> tuple[Path, ...]:
    if isinstance(value, list):
        return tuple(map(Path, map(str, value)))
    return tuple(Path(part.strip()) for part in str(value or '').split(';') if part.strip())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return json.dumps(value) if isinstance(value, list | dict) else '' if value is None else str(value)
