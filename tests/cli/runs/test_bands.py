"""--band-rows and --memory-limit, through main(argv)."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from nst_lbfgs.machine import fitting_bands

from ...support.command_line import exit_code
from ...support.error_lines import error_line
from ...support.settings import QUICK

RUN = ['transfer', 'base.png', 'style.png', 'out', *QUICK, '--iter', '1', '--precision', 'float32']
RUN += ['--image-height', '40']
BANDED = ['--band-rows', '16']  # of 40


def record():
    return json.load(open('out.json'))


def test_a_run_in_bands_says_so_and_goes_on_in_others(folder, capsys):
    assert exit_code(*RUN, *BANDED) == 0
    assert 'float32, in bands of 16 rows, about ' in capsys.readouterr().err
    assert record()['config']['transfer']['computation']['band_rows'] == 16
    assert record()['memory']['band_rows'] == 16
    assert exit_code('transfer', '--resume', 'out', '--iter', '2', '--band-rows', '32') == 0
    assert record()['memory']['band_rows'] == 32
    in_bands = np.asarray(Image.open('out.png'), int)
    assert exit_code(*RUN, '--iter', '2', '--force') == 0
    assert record()['memory']['band_rows'] == 40
    assert np.abs(np.asarray(Image.open('out.png'), int) - in_bands).max() <= 1


def test_what_does_not_fit_whole_goes_in_bands_that_do(folder, monkeypatch):
    """The record keeps that nobody asked for them: elsewhere it may fit whole."""
    monkeypatch.setattr(fitting_bands, '_room', lambda: 0)
    assert exit_code(*RUN) == 0
    assert record()['memory']['band_rows'] == 16
    assert record()['config']['transfer']['computation']['band_rows'] is None


def test_a_limit_that_is_too_small_for_any_band_is_told_in_a_line(folder, unstarted, capsys):
    assert exit_code(*RUN, '--memory-limit', '100MB') == 1
    line = error_line(capsys)
    assert line.startswith('nst-lbfgs: error: Expected a memory limit of about 0.')
    assert line.endswith('for 48 x 40 pixels, float32. Received: 0.1 GB. No size would fit.')
    assert not [name for name in os.listdir() if name.startswith('out') and not name.endswith('.lock')]


def test_a_limit_that_suffices_is_kept_in_the_record(folder):
    assert exit_code(*RUN, '--memory-limit', '6GB') == 0
    assert record()['config']['transfer']['computation']['memory_limit'] == 6_000_000_000


@pytest.mark.parametrize(
    'arguments, message',
    [
        (['--band-rows', '15'], 'Expected band_rows: an integer, 16 or more. Received: 15'),
        (['--band-rows', 'few'], 'invalid int value'),
        (['--memory-limit', 'much'], "Expected a size such as 6GB or 800MB. Received: 'much'"),
        (['--memory-limit', '0GB'], 'Expected memory_limit: an integer, 1 '),
        ([*BANDED, '--references', 'each-evaluation'], 'Expected references once for band_rows'),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_bad_values_are_refused(arguments, message, folder, unstarted, capsys):
    assert exit_code(*RUN, *arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    'text, expected', [('6GB', 6 * 10**9), ('1.5 GiB', 3 * 2**29), ('800mb', 8 * 10**8), ('7', 7)]
)
def test_sizes_of_memory(text, expected):
    from cli.options import memory_size

    assert memory_size(text) == expected


def test_both_are_settings_that_a_sweep_varies():
    from cli.runs.grid import parse_variation

    assert parse_variation('band-rows=16,none').values == (16, None)
    assert parse_variation('memory_limit=6GB').values == (6 * 10**9,)
