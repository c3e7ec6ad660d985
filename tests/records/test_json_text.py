"""JSON from anybody: what it costs is bounded by its length."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields

import pytest

from nst_lbfgs.errors import CheckpointError, RecordError
from nst_lbfgs.progress import IterationLosses
from nst_lbfgs.records.checkpoint import MAGIC, read_checkpoint
from nst_lbfgs.records.json_text import BYTES_A_VALUE, FREE_VALUES, parse_json
from nst_lbfgs.records.record import parse_record


def test_a_record_of_many_iterations_is_parsed():
    """The shortest losses that there can be, and far more of them than values are free."""
    names = [field.name for field in fields(IterationLosses)]
    losses = dict.fromkeys(names, 0.0) | {'iteration': 1, 'evaluations': 1}
    data = json.dumps([losses] * FREE_VALUES).encode()
    assert len(parse_json(data)) == FREE_VALUES


@pytest.mark.parametrize('value', [b'[],', b'{},', b'0,', b'"ab",'])
def test_values_without_number_are_refused(value):
    """64 MiB of empty lists became 1.8 GB."""
    count = 2 * FREE_VALUES
    assert len(value) < BYTES_A_VALUE
    with pytest.raises(ValueError, match='values in'):
        parse_json(b'[' + value * count + b'0]')


@pytest.mark.parametrize('depth', [900, 960, 980, 990, 100_000])
@pytest.mark.parametrize('name', ['content_path', 'preset', 'config'])
def test_values_in_one_another_are_refused(depth, name):
    """Too deep for the parser, or just not, and then for whatever looks at the value."""
    nested = '[' * depth + ']' * depth
    record = json.dumps(
        {'format': 2, 'content_path': '', 'style_path': '', 'prefix': '', 'config': {}, name: 'HERE'}
    )
    with pytest.raises(RecordError):
        parse_record(record.replace('"HERE"', nested).encode())


@pytest.mark.parametrize('depth', [900, 960, 980, 990, 100_000])
def test_values_in_one_another_in_a_checkpoint_are_refused(depth, tmp_path):
    nested = '[' * depth + ']' * depth
    header = f'{{"run": {nested}, "search": null}}'.encode()
    body = MAGIC + len(header).to_bytes(8, 'little') + header
    (tmp_path / 'b').write_bytes(body + hashlib.sha256(body).digest())
    with pytest.raises(CheckpointError):
        read_checkpoint(tmp_path / 'b')


@pytest.mark.parametrize('number', ['1' * 100_000, '1e400', '-1e999999', 'NaN'])
def test_numbers_beyond_all_bounds_are_refused(number):
    record = f'{{"format": {number}, "content_path": "", "style_path": "", "prefix": ""}}'
    with pytest.raises(RecordError):
        parse_record(record.encode())
