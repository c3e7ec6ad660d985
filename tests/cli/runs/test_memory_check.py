"""Runs that would not fit into memory, through main(argv); how much is free is made up."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from cli.runs import memory_check
from nst_lbfgs.machine.memory_model import peak_memory
from nst_lbfgs.pictures.size import fitted_size

from ...support.command_line import exit_code
from ...support.error_lines import error_line
from ...support.settings import changed, transfer_config

FAST = [
    '--weights',
    'random',
    '--iter',
    '1',
    '--maxfun',
    '1',
    '--precision',
    'float32',
    '--content-layer',
    'block1_conv1',
    '--style-layer',
    'block1_conv1',
    '--band-rows',
    '100000',  # whole, or not at all
]
CONFIG = transfer_config(
    weights='random',
    iterations=1,
    evaluations_per_iteration=1,
    precision='float32',
    content_layers=(('block1_conv1', 1.0),),
    style_layers=(('block1_conv1', 1.0),),
)


@pytest.fixture
def free(monkeypatch):
    """Return a function that says how much memory there is: just enough for a height and a width.

    With style.png, of 48 x 40, in its own shape.
    """

    def enough_for(height, width, config=CONFIG, scale=1):
        style = fitted_size(40, 48, longest_side=scale * max(height, width))
        room = peak_memory(config, height, width, styles=[style])
        monkeypatch.setattr(memory_check, 'available_memory', lambda: room)

    return enough_for


def size_of(path):
    """Return (width, height)."""
    return Image.open(path).size


@pytest.mark.parametrize(
    'command',
    [
        ['transfer', 'base.png', 'style.png', 'out'],
        ['sweep', 'base.png', 'style.png', 'out', '--vary', 'seed=1,2'],
    ],
)
@pytest.mark.parametrize(
    'size, room, advice',
    [
        (['--image-height', '400'], (100, 120), '120 x 100 would fit: give --fit, or --image-height 100.'),
        (['--image-width', '480'], (100, 120), '120 x 100 would fit: give --fit, or --image-height 100.'),
        (['--longest-side', '480'], (100, 120), '120 x 100 would fit: give --fit, or --image-height 100.'),
        (
            ['--image-height', '400', '--image-width', '800'],
            (50, 100),
            '100 x 50 would fit: give --fit, or --image-height 50 --image-width 100.',
        ),
        (['--image-height', '400'], (20, 24), 'No size would fit.'),
    ],
)
def test_a_run_that_does_not_fit_is_refused(command, size, room, advice, folder, free, unstarted, capsys):
    free(*room)
    assert exit_code(*command, *FAST, *size) == 1
    line = error_line(capsys)
    assert line.startswith('nst-lbfgs: error: Expected about ') and line.endswith(f' GB. {advice}')
    assert 'out.png' not in os.listdir() and 'out.json' not in os.listdir()


def test_where_auto_may_turn_out_to_fit_that_is_said(folder, free, unstarted, capsys):
    """'auto' counts as float32, for which there is not enough, but it may be bfloat16."""
    free(400, 480, changed(CONFIG, precision='bfloat16'))
    assert (
        exit_code(
            'transfer', 'base.png', 'style.png', 'out', *FAST, '--image-height', '400', '--precision', 'auto'
        )
        == 1
    )
    line = error_line(capsys)
    assert '480 x 400 pixels, auto.' in line
    assert line.endswith('; or this size with --precision bfloat16.')


def test_the_message_says_how_much_there_is_and_how_much_is_needed(folder, monkeypatch, capsys):
    monkeypatch.setattr(memory_check, 'available_memory', lambda: 3_240_000_000)
    monkeypatch.setattr('cli.runs.inputs.least_memory', lambda *_, **__: 3_250_000_000)
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST, '--image-height', '400') == 1
    assert (
        'Expected about 3.3 GB of free memory for 480 x 400 pixels, float32. Received: 3.2 GB. '
        in error_line(capsys)
    )


def test_reconstructions_are_refused_too(folder, free, unstarted, capsys):
    free(20, 24)
    for layers in (['block1_conv1'], ['block1_conv1', 'block1_conv2']):
        assert (
            exit_code(
                'reconstruct',
                'style',
                'base.png',
                'out',
                '--layers',
                *layers,
                '--weights',
                'random',
                '--image-height',
                '400',
            )
            == 1
        )
        assert 'No size would fit.' in error_line(capsys)


def test_the_most_demanding_point_of_a_grid_decides(folder, free, unstarted, capsys):
    """Enough for float32 is not enough for float64."""
    free(400, 480)
    assert (
        exit_code(
            'sweep',
            'base.png',
            'style.png',
            'out',
            *FAST,
            '--image-height',
            '400',
            '--vary',
            'precision=float32,float64',
        )
        == 1
    )
    assert '480 x 400 pixels, float64.' in error_line(capsys)


def test_where_it_is_not_known_what_is_free_nothing_is_refused(folder, monkeypatch):
    monkeypatch.setattr(memory_check, 'available_memory', lambda: None)
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST, '--image-height', '36') == 0


@pytest.mark.parametrize(
    'size, room, expected',
    [
        (['--image-height', '80'], (50, 60), (60, 50)),
        (['--longest-side', '96'], (50, 60), (60, 50)),
        (['--image-height', '80', '--image-width', '160'], (40, 80), (80, 40)),
        (['--image-height', '40'], (50, 60), (48, 40)),  # fits as it is
    ],
)
def test_fit_takes_the_largest_height_that_fits_in_the_same_shape(size, room, expected, folder, free, capsys):
    free(*room)
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST, *size, '--fit') == 0
    assert size_of('out.png') == expected
    shrunk = f'Going on with {expected[0]} x {expected[1]}.' in capsys.readouterr().err
    assert shrunk == (expected != (48, 40))


def test_the_record_has_the_size_that_was_taken_and_repeats_it(folder, free, capsys):
    free(50, 60)
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST, '--longest-side', '96', '--fit') == 0
    pictures = json.load(open('out.json'))['config']['pictures']
    assert (pictures['image_height'], pictures['image_width'], pictures['longest_side']) == (50, None, None)
    free(2000, 2000)
    assert exit_code('transfer', '--from', 'out.json', 'again') == 0
    np.testing.assert_array_equal(Image.open('again.png'), Image.open('out.png'))


def test_fit_refuses_where_no_size_fits(folder, free, unstarted, capsys):
    free(20, 24)
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST, '--fit') == 1
    assert 'No size would fit.' in error_line(capsys)


def test_all_pictures_of_a_sweep_are_made_to_fit(folder, free):
    free(50, 60)
    assert (
        exit_code(
            'sweep',
            'base.png',
            'style.png',
            'out',
            *FAST,
            '--image-height',
            '80',
            '--fit',
            '--vary',
            'seed=1,2',
        )
        == 0
    )
    assert size_of('out_seed_1.png') == size_of('out_seed_2.png') == (60, 50)


def test_a_run_that_goes_on_keeps_its_size(folder, free, capsys):
    """It is refused without advice, and --fit with --resume is bad usage."""
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST, '--image-height', '36') == 0
    free(20, 24)
    assert exit_code('transfer', '--resume', 'out') == 1
    assert 'would fit' not in error_line(capsys)
    assert exit_code('transfer', '--resume', 'out', '--fit') == 2
    assert 'Expected --resume without --fit' in error_line(capsys)


def test_a_run_says_how_much_it_needs(folder, capsys):
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST, '--image-height', '40') == 0
    need = f'{peak_memory(CONFIG, 40, 48, styles=[(40, 48)]) / 1e9:.1f}'
    assert f'48 x 40 pixels, style 48 x 40, float32, about {need} GB' in capsys.readouterr().err


def test_a_large_style_picture_goes_in_bands(folder, free):
    """Enough at scale 1 is enough at scale 2."""
    free(100, 120)
    assert (
        exit_code(
            'transfer', 'base.png', 'style.png', 'out', *FAST, '--image-height', '100', '--style-scale', '2'
        )
        == 0
    )


def test_a_large_style_picture_needs_its_memory(folder, free, unstarted, capsys):
    """The largest size that fits is one with that scale."""
    free(100, 120, scale=4)
    assert (
        exit_code(
            'transfer', 'base.png', 'style.png', 'out', *FAST, '--image-height', '300', '--style-scale', '4'
        )
        == 1
    )
    assert '120 x 100 would fit' in error_line(capsys)


def test_sizes_that_vary_are_not_made_to_fit(folder, unstarted, capsys):
    vary = ['--fit', '--vary', 'image_height=40,80']
    assert exit_code('sweep', 'base.png', 'style.png', 'out', *FAST, *vary) == 2
    assert 'Expected one size for all with --fit. Received: sizes that vary' in error_line(capsys)


def test_a_deterministic_run_is_told_of_bands(folder, free, unstarted, capsys):
    """It takes none by itself: they would hang on the memory that happens to be free."""
    free(100, 120)
    options = ['--image-height', '400', '--precision', 'float32', '--deterministic']
    assert exit_code('transfer', 'base.png', 'style.png', 'out', *FAST[:-2], *options) == 1
    assert error_line(capsys).endswith('; or this size in bands, with --memory-limit.')
