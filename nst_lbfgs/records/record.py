"""The run record: everything that a run was made of, as JSON, from which it can be repeated."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Any

from .. import __version__
from ..checks import check_choice
from ..config import OPTIMIZERS, ComputationConfig, ObjectiveConfig, StartConfig, TransferConfig
from ..errors import ConfigError, RecordError
from ..files import open_regular
from ..machine.versions import version_of
from ..pictures.enhancement import Enhancement
from ..run_config import ColoursConfig, MasksConfig, PictureConfig, RunConfig, StylesConfig
from .format_1 import config_of_format_1
from .format_2 import config_of_format_2, with_style_lists
from .json_text import parse_json

FORMAT = 3
LARGEST_BYTES = 64 << 20
REPEATABLE = (
    'content_sha256',
    'style_sha256',
    'mask_sha256',
    'init_sha256',
    'height',
    'width',
    'config',
    'versions',
    'evaluations',
    'iterations',
    'stop_reason',
)
PACKAGES = ('tensorflow', 'keras', 'scipy', 'numpy', 'pillow', 'h5py')


def versions() -> dict[str, str]:
    """Return the versions of this package, Python and the packages that a result depends on.

    'unknown' is that of a package without metadata that is not imported yet.
    """
    return {'nst_lbfgs': __version__, 'python': platform.python_version()} | {
        package: version_of(package) for package in PACKAGES
    }


def to_json(record: Mapping[str, Any]) -> bytes:
    """Return a record as JSON text, UTF-8. `record` holds a RunConfig under 'config'."""
    plain = {'format': FORMAT, **record} | {'format': FORMAT, 'config': _plain(record['config'])}
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + '\n'
    # What is no text in a file's name is a lone surrogate to Python: \udcff is how JSON spells it, too.
    return text.encode(errors='backslashreplace')


def digest_of(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what is the same whenever a record's run is repeated.

    These are the inputs by their digests, the settings, the versions and the losses; not the names
    of files, the device, or the seconds that it took.
    """
    plain = json.loads(to_json(record))
    repeatable = {name: plain.get(name) for name in REPEATABLE} | {
        'weights_sha256': plain['weights']['sha256']
    }
    for losses in repeatable['iterations']:
        del losses['seconds']
    config = repeatable['config']
    del config['pictures']['init_path'], config['transfer']['computation']['weights']
    for name in MasksConfig().paths():
        del config['masks'][name]
    return hashlib.sha256(json.dumps(repeatable, sort_keys=True).encode()).hexdigest()


def read_record(path: Path) -> dict[str, Any]:
    """Return the record at `path`, its 'config' a RunConfig. Raises RecordError."""
    try:
        with open_regular(path) as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise RecordError(f'Cannot read the record {path}: {error.strerror}') from error
    if len(data) > LARGEST_BYTES:
        raise RecordError(f'Expected a run record below {LARGEST_BYTES >> 20} MiB. Received: {path}')
    try:
        return parse_record(data)
    except RecordError as error:
        raise RecordError(f'{path}: {error}') from error


def parse_record(data: bytes) -> dict[str, Any]:
    """Return the record in JSON `data`, its 'config' a RunConfig. Raises RecordError."""
    try:
        record = parse_json(data)
    except ValueError as error:
        raise RecordError(f'Expected a run record in JSON. Received: {error}') from error
    return as_record(record)


def as_record(record: object) -> dict[str, Any]:
    """Return the record that JSON's value is, its 'config' a RunConfig. Raises RecordError."""
    try:
        return _checked(record)
    except RecursionError as error:
        raise RecordError('Expected a run record. Received: values in one another without end') from error


def _checked(record: object) -> dict[str, Any]:
    if not isinstance(record, dict) or record.get('format') not in (1, 2, FORMAT) or record['format'] is True:
        raise RecordError(f'Expected a run record of format 1, 2 or {FORMAT}. Received: something else.')
    todays: dict[str, Any] = with_style_lists(record) if record['format'] < 3 else record
    _check_names(todays)
    return todays | {'config': _config(record.get('config'), record['format'])}


def _check_names(record: dict[str, Any]) -> None:
    for name in ('content_path', 'prefix'):
        if not isinstance(record.get(name), str):
            raise RecordError(f'Expected a text under {name!r}. Received: {record.get(name)!r}')
    paths = record.get('style_paths')
    if not isinstance(paths, list) or not paths or not all(isinstance(path, str) for path in paths):
        raise RecordError(f"Expected texts under 'style_paths', at least one. Received: {paths!r}")
    for name in ('preset', 'picture'):
        if not isinstance(record.get(name), str | None):
            raise RecordError(f'Expected a text or nothing under {name!r}. Received: {record[name]!r}')
    named = [('content_path', record['content_path']), *(('style_paths', path) for path in paths)]
    named += [(name, record.get(name)) for name in ('prefix', 'picture')]
    for name, path in named:
        _check_path(name, path)


def _check_path(name: str, path: str | None) -> None:
    """Raise RecordError for what no file can be called."""
    try:
        named = path is None or b'\0' not in os.fsencode(path)
    except UnicodeEncodeError:
        named = False
    if not named:
        raise RecordError(f'Expected the name of a file under {name!r}. Received: {path!r}')


def _plain(config: RunConfig) -> dict[str, Any]:
    plain = asdict(config)
    transfer = plain['transfer']
    transfer['optimizer'] = {'name': config.transfer.optimizer.name} | transfer['optimizer']
    return plain


def _config(value: object, record_format: int) -> RunConfig:
    try:
        settings = _tuples(value)
        if record_format == 1:
            return config_of_format_1(settings)
        config: RunConfig = _read(RunConfig, config_of_format_2(settings) if record_format == 2 else settings)
        return config
    except ConfigError as error:
        raise RecordError(str(error)) from error


def _read(kind: type, value: object) -> Any:
    """Return the `kind` of settings whose fields are `value`: groups by groups, all of them there."""
    if not isinstance(value, dict):
        raise RecordError(f'Expected the fields of {kind.__name__}. Received: {value!r}')
    names = {field.name for field in fields(kind)}
    if set(value) - names:
        raise RecordError(
            f'Expected the fields of {kind.__name__}. Received: {", ".join(sorted(set(value) - names))}'
        )
    groups = {name: _GROUPS[name](value.get(name)) for name in names if name in _GROUPS}
    return kind(**(value | groups))


def _optimizer(value: object) -> Any:
    fields_ = dict(value) if isinstance(value, dict) else {}
    name = fields_.pop('name', None)
    check_choice('the name of the optimizer', name, OPTIMIZERS)
    return _read(OPTIMIZERS[name], fields_)


def _enhancement(value: object) -> Any:
    return None if value is None else _read(Enhancement, value)


_GROUPS: dict[str, Callable[[object], Any]] = {
    'transfer': partial(_read, TransferConfig),
    'objective': partial(_read, ObjectiveConfig),
    'start': partial(_read, StartConfig),
    'optimizer': _optimizer,
    'computation': partial(_read, ComputationConfig),
    'pictures': partial(_read, PictureConfig),
    'enhancement': _enhancement,
    'styles': partial(_read, StylesConfig),
    'masks': partial(_read, MasksConfig),
    'colours': partial(_read, ColoursConfig),
}


def _tuples(value: Any) -> Any:
    """Return `value` with tuples for JSON's lists, as settings have them."""
    if isinstance(value, dict):
        return {name: _tuples(item) for name, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
