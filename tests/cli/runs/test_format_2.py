"""Runs recorded in format 2, repeated and resumed: they squashed the style picture unless told not to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main

RECORDS = Path(__file__).parents[2] / 'records' / 'format_2'
PICTURES = ['base.ppm', 'style.ppm']


@pytest.fixture(autouse=True)
def pictures(folder, town):
    """The pictures of those runs, byte for byte: of format PPM, which every Pillow writes alike."""
    Image.fromarray(town).save('base.ppm')
    rows, columns = np.mgrid[:40, :60]
    palette = np.array([(20, 30, 120), (240, 200, 40), (200, 60, 20)], np.uint8)
    Image.fromarray(palette[(rows + columns) // 4 % 3]).save('style.ppm')


def losses(name):
    return [losses['loss'] for losses in json.loads(Path(name).read_text())['iterations']]


@pytest.mark.parametrize(
    'name, options', [('plain', []), ('restarted', []), ('own', ['--init', 'style.ppm'])]
)
def test_a_run_is_repeated_from_its_record(name, options):
    assert main(['transfer', '--from', str(RECORDS / f'{name}.json'), *PICTURES, 'again', *options]) == 0
    again, before = losses('again.json'), losses(RECORDS / f'{name}.json')
    if name == 'restarted':  # with an evaluation less in each iteration than it had, the start's once more
        assert len(again) == len(before) and again[1] < again[0]
    else:
        assert again == pytest.approx(before, rel=1e-4)


def test_a_run_goes_on_from_its_checkpoint():
    """One iteration of it was done, and the second begins where that had led."""
    shutil.copy(RECORDS / 'stopped.checkpoint', 'stopped.checkpoint')
    assert main(['transfer', '--resume', 'stopped', *PICTURES, '--iter', '2']) == 0
    (first, second), before = losses('stopped.json'), losses(RECORDS / 'restarted.json')
    assert first == before[0] and before[1] < 1.1 * second < 1.1 * first
    assert json.loads(Path('stopped.json').read_text())['format'] == 3
