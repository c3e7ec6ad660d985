"""Runs of version 0.1.0, repeated from their records and gone on with from a checkpoint."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cli.main import main

from ...report.reading import text_of

RECORDS = Path(__file__).parents[2] / 'records' / 'version_0_1_0'
RESULTS = {'loss', 'stop_reason', 'evaluations', 'troubles', 'iterations', 'digest'}

pytestmark = pytest.mark.usefixtures('folder')


def losses(name):
    return [losses['loss'] for losses in json.loads(Path(name).read_text())['iterations']]


@pytest.mark.parametrize('name', ['lbfgs', 'd2l', 'noise', 'enhanced'])
def test_a_run_is_repeated_from_its_record(name):
    """With the losses that version 0.1.0 had: they are in the record."""
    shutil.copy(RECORDS / f'{name}.json', '.')
    assert main(['transfer', '--from', f'{name}.json', 'again']) == 0
    assert losses('again.json') == pytest.approx(losses(f'{name}.json'), rel=1e-3)


def test_a_run_with_smaller_sizes_is_repeated_and_does_no_worse():
    """A smaller size has more evaluations than it had."""
    shutil.copy(RECORDS / 'scales.json', '.')
    assert main(['transfer', '--from', 'scales.json', 'again']) == 0
    assert len(losses('again.json')) == len(losses('scales.json'))
    assert losses('again.json')[-1] <= losses('scales.json')[-1]


def checkpoint_of_version_0_1_0():
    """The bytes of a checkpoint after the first of two iterations, back at the start, without curvature."""
    record = json.loads((RECORDS / 'lbfgs.json').read_text())
    run = {name: value for name, value in record.items() if name not in RESULTS}
    for role, name in (('content', 'base.png'), ('style', 'style.png')):
        run |= {f'{role}_path': name, f'{role}_sha256': hashlib.sha256(Path(name).read_bytes()).hexdigest()}
    search = {'iterations': 1, 'evaluations': 2, 'bounded': False, 'loss': None, 'gradients': 0, 'pairs': 0}
    header = json.dumps({'run': run, 'iterations': record['iterations'][:1], 'search': search}).encode()
    start = np.zeros(3 * record['height'] * record['width'])
    body = b'nst-lbfgs checkpoint 1\n' + len(header).to_bytes(8, 'little') + header + start.tobytes()
    return body + hashlib.sha256(body).digest()


def test_a_checkpoint_makes_a_page():
    Path('lbfgs.checkpoint').write_bytes(checkpoint_of_version_0_1_0())
    assert main(['report', 'lbfgs']) == 0
    text = text_of(Path('lbfgs.html').read_text(encoding='utf-8'))
    assert 'The run has ended without a result : 1 of 2 iterations' in text and '--resume lbfgs' in text


def test_a_run_goes_on_from_its_checkpoint():
    """The second iteration begins where the first did, so it has its loss."""
    Path('lbfgs.checkpoint').write_bytes(checkpoint_of_version_0_1_0())
    assert main(['transfer', '--resume', 'lbfgs']) == 0
    first, second = losses('lbfgs.json')
    assert first == losses(RECORDS / 'lbfgs.json')[0]
    assert second == pytest.approx(first, rel=1e-3)
    assert json.loads(Path('lbfgs.json').read_text())['format'] == 3
