"""The run record: everything that a run was made of, as JSON, from which it can be repeated."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Any

from .. import __version__
from ..checks import check_choice
from ..config import (
    OPTIMIZERS,
    ComputationConfig,
    ObjectiveConfig,
    PictureConfig,
    RunConfig,
    StartConfig,
    TransferConfig,
)
from ..errors import ConfigError, RecordError
from ..files import open_regular
from ..machine.versions import version_of
from ..pictures.enhancement import Enhancement
from .format_1 import config_of_format_1
from .json_text import parse_json

FORMAT = 2
LARGEST_BYTES = 64 << 20
REPEATABLE = (
    'content_sha256',
    'style_sha256',
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
    return (json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + '\n').encode()


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
    del (
        repeatable['config']['pictures']['init_path'],
        repeatable['config']['transfer']['computation']['weights'],
    )
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
    if not isinstance(record, dict) or record.get('format') not in (1, FORMAT) or record['format'] is True:
        raise RecordError(f'Expected a run record of format 1 or {FORMAT}. Received: something else.')
    for name in ('content_path', 'style_path', 'prefix'):
        if not isinstance(record.get(name), str):
            raise RecordError(f'Expected a text under {name!r}. Received: {record.get(name)!r}')
    for name in ('preset', 'picture'):
        if not isinstance(record.get(name), str | None):
            raise RecordError(f'Expected a text or nothing under {name!r}. Received: {record[name]!r}')
    return record | {'config': _config(record.get('config'), record['format'])}


def _plain(config: RunConfig) -> dict[str, Any]:
    plain = asdict(config)
    transfer = plain['transfer']
    transfer['optimizer'] = {'name': config.transfer.optimizer.name} | transfer['optimizer']
    return plain


def _config(value: object, record_format: int) -> RunConfig:
    try:
        settings = _tuples(value)
        config: RunConfig = config_of_format_1(settings) if record_format == 1 else _read(RunConfig, settings)
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
}


def _tuples(value: Any) -> Any:
    """Return `value` with tuples for JSON's lists, as settings have them."""
    if isinstance(value, dict):
        return {name: _tuples(item) for name, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
