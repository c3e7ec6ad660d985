"""What a page says of weights, machine, memory and versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import one_line
from ..flat_settings import shown
from ..run_config import RunConfig

Rows = list[tuple[str, str]]
GIGABYTE = 10**9


def machine_rows(record: Mapping[str, Any], config: RunConfig) -> Rows:
    """Return what a record says of the run as a whole, the parts that it has."""
    return [(name, one_line(value)) for name, value in _machine(record, config) if value]


def version_rows(record: Mapping[str, Any]) -> Rows:
    """Return names and versions of packages."""
    versions = record.get('versions')
    return [
        (one_line(str(name)), one_line(str(version)))
        for name, version in (versions.items() if isinstance(versions, dict) else ())
    ]


def _machine(record: Mapping[str, Any], config: RunConfig) -> Iterator[tuple[str, str]]:
    weights = record.get('weights')
    weights = weights if isinstance(weights, dict) else {}
    yield 'Weights', _text(weights.get('description'))
    yield 'SHA-256 of the weights', _text(weights.get('sha256'))
    yield 'Machine', _text(record.get('device'))
    yield 'Threads', _text(record.get('threads'))
    yield 'Precision', config.transfer.computation.precision
    yield 'Deterministic', shown(config.transfer.computation.deterministic)
    memory = record.get('memory')
    memory = memory if isinstance(memory, dict) else {}
    yield 'Memory, foreseen', _gigabytes(memory.get('expected_bytes'))
    yield 'Memory, the most that the process has had', _gigabytes(memory.get('peak_bytes'))
    yield 'Rows that went through the network at once', _text(memory.get('band_rows'))
    yield 'Evaluations', _text(record.get('evaluations'))
    yield 'Loss of the result', _text(record.get('loss'))
    yield 'Loss of the result in float32', _text(record.get('loss_in_float32'))
    yield 'Pixels out of gamut', _percent(record.get('out_of_gamut'))
    yield 'Digest of the record', _text(record.get('digest'))


def _text(value: object) -> str:
    """Return a text or a number; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ''
    return f'{value:.6g}' if isinstance(value, float) else f'{value!s:.200}'


def _gigabytes(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        return ''
    return f'{value / GIGABYTE:.2f} GB'


def _percent(value: object) -> str:
    return f'{value:.2%}' if isinstance(value, float) and 0 <= value <= 1 else ''
