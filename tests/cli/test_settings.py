"""The options of settings, through main(argv): read by their names, and refused before anything begins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from cli.options import DEFAULTS
from nst_lbfgs.flat_settings import run_types

from ..support.error_lines import error_line

FAST = [
    *('--weights', 'random', '--iter', '1', '--maxfun', '1', '--image-height', '36', '--save-every', '0'),
    *('--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1'),
]
SWEEP = ['--weights', 'random', '--image-height', '36', '--vary', 'seed=1,2']

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures('folder')


def run(command, *arguments):
    """Return the exit code of a command on base.png and style.png; argparse's own exits too."""
    pictures = ['style', 'base.png'] if command == 'reconstruct' else ['base.png', 'style.png']
    try:
        return main([command, *pictures, 'out', *arguments])
    except SystemExit as exit_:
        return exit_.code


def settings(name='out'):
    with open(f'{name}.json') as file:
        return json.load(file)['config']


@pytest.mark.parametrize('command', [['transfer'], ['sweep', '--vary', 'pooling=max,average']])
@pytest.mark.parametrize(
    'options, code, message',
    [
        (['--brightness', '5000'], 2, 'Expected brightness: a number from 0 to 1000. Received: 5000.0'),
        (['--brightness', '5000', '--no-enhance'], 2, 'Expected brightness'),
        (['--color', '-1'], 2, 'Expected color: a number from 0 to 1000'),
        (['--sharpness', 'nan'], 2, 'Expected sharpness: a number from 0 to 1000'),
        (['--history', '100000'], 2, 'Expected history: an integer, 1 to 1000'),
        (['--coordinate-exponent', '1000'], 2, 'Expected coordinate_exponent: a number from 0 to 4'),
        (['--max-pixels', '0'], 2, 'at least 1 pixel'),
        (['--max-pixels', '-5'], 2, 'at least 1 pixel'),
        (['--image-height', '0'], 2, 'Expected image_height: an integer, 1 or more'),
        (['--image-height', '-3'], 2, 'Expected image_height'),
        (['--image-width', '100000', '--image-height', '100000'], 2, 'Expected a size of 1 to'),
        (['--longest-side', '99999999'], 2, 'Expected a size of 1 to'),
        (['--longest-side', '31'], 1, 'at least 32 pixels'),
        (['--longest-side', '64', '--image-width', '64'], 2, 'Expected either longest_side'),
        (['--resampling', 'cubic'], 2, "invalid choice: 'cubic'"),
        (
            ['--style-size', 'own', '--longest-side', '64', '--references', 'each-evaluation'],
            2,
            "Expected a style picture of the content's size, (53, 64), for references each-evaluation: "
            'give --style-size content and no --style-scale. Received: (',
        ),
        (['--seed', '-1', '--init', 'noise'], 2, 'Expected seed: an integer, 0 or more'),
        (['--seed', '2147483648', '--init', 'noise'], 2, 'Expected seed'),
        (['--init', 'nothing.png'], 1, 'nothing.png'),
        (['--pyramid', '0'], 2, 'Expected pyramid: an integer, 1 or more'),
        (['--scales', '0'], 2, 'Expected pyramid: an integer, 1 or more'),
        (['--weights', 'nothing.h5'], 1, 'nothing.h5'),
        (['--learning-rate', '3'], 2, 'Expected adam as the optimizer for learning_rate. Received: lbfgs'),
        (['--clip'], 2, 'Expected adam as the optimizer for clip. Received: lbfgs'),
        (
            ['--optimizer', 'adam', '--restart'],
            2,
            'Expected lbfgs as the optimizer for restart. Received: adam',
        ),
        (['--optimizer', 'adam', '--no-bounds'], 2, 'Expected lbfgs as the optimizer for bounds'),
        (['--preset', 'd2l', '--history', '5'], 2, 'Expected lbfgs as the optimizer for history'),
        (['--style-scale', 'none'], 2, "invalid float value: 'none'"),
        (['--style_scale', 'none'], 2, "invalid float value: 'none'"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_at_once(command, options, code, message, unstarted, capsys):
    Image.new('RGB', (48, 44)).save('style.png')
    before = sorted(os.listdir())
    assert run(*command, '--weights', 'random', *options) == code
    assert message in error_line(capsys)
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize('command', [['transfer'], ['sweep', '--vary', 'pooling=max,average']])
def test_a_style_picture_that_is_too_thin_in_its_own_shape(command, unstarted, capsys):
    Image.new('RGB', (200, 40)).save('style.png')
    options = ['--weights', 'random', '--style-size', 'own', '--longest-side', '64']
    assert run(*command, *options) == 1
    assert 'style.png in its own shape is too small for VGG19' in error_line(capsys)
    assert sorted(os.listdir()) == ['base.png', 'style.png']


@pytest.mark.parametrize(
    'options, message',
    [
        (['--save-every', '-1'], 'Expected save_every: an integer, 0 or more'),
        (['--max-seconds', '0'], 'Expected --max-seconds above 0'),
        (['--min-improvement', '2'], 'Expected --min-improvement'),
    ],
)
def test_a_value_that_only_a_transfer_has(options, message, unstarted, capsys):
    assert run('transfer', *options) == 2
    assert message in error_line(capsys)


@pytest.mark.parametrize(
    'options, message',
    [
        (['--vary', 'history=4,100000'], 'Expected history: an integer, 1 to 1000'),
        (['--vary', 'learning_rate=1,2'], 'Expected adam as the optimizer for learning_rate'),
        (['--vary', 'style_scale=none'], 'Expected a value of style_scales: numbers'),
        (['--vary', 'brightness=1,5000'], 'Expected brightness: a number from 0 to 1000'),
        (
            ['--style-size', 'own', '--longest-side', '64', '--vary', 'references=once,each-evaluation'],
            "Expected a style picture of the content's size",
        ),
    ],
)
def test_every_point_of_a_sweep_is_checked_before_the_first(options, message, unstarted, capsys):
    Image.new('RGB', (48, 44)).save('style.png')
    assert run('sweep', '--weights', 'random', *options) == 2
    line = error_line(capsys)
    assert any(part in line for part in message.split('|'))
    assert sorted(os.listdir()) == ['base.png', 'style.png']


@pytest.mark.parametrize('options', [['--learning-rate', '3'], ['--optimizer', 'adam', '--restart']])
def test_a_reconstruction_has_one_optimiser_too(options, unstarted, capsys):
    assert run('reconstruct', '--layer', 'block1_conv1', *options) == 2
    assert 'as the optimizer for' in error_line(capsys)


def test_every_setting_has_a_default():
    assert set(DEFAULTS) == set(run_types())


@pytest.mark.parametrize('option', ['--pyramid', '--scales'])
def test_the_pyramid_may_be_called_scales(option):
    assert run('transfer', *FAST, option, '2') == 0
    assert settings()['transfer']['pyramid'] == 2


def test_adam_begins_with_its_defaults_and_says_nothing_of_l_bfgs():
    assert run('transfer', *FAST, '--optimizer', 'adam', '--learning-rate', '3') == 0
    assert settings()['transfer']['optimizer'] == {
        'name': 'adam',
        'learning_rate': 3.0,
        'beta_1': 0.9,
        'epsilon': 1e-7,
        'learning_rate_decay': 1.0,
        'decay_every': 50,
        'clip': False,
    }


def test_the_optimiser_may_vary():
    assert (
        run(
            'sweep',
            *SWEEP,
            '--iter',
            '1',
            '--maxfun',
            '1',
            '--vary',
            'optimizer=lbfgs,adam',
            '--vary',
            'scales=2',
        )
        == 0
    )
    names = [
        settings(f'out_seed_{seed}_optimizer_{name}_pyramid_2')
        for seed in (1, 2)
        for name in ('lbfgs', 'adam')
    ]
    assert [config['transfer']['optimizer']['name'] for config in names] == ['lbfgs', 'adam'] * 2


def test_a_repeated_run_that_starts_from_the_content_needs_the_old_start_no_more():
    """The picture that the recorded run started from is gone."""
    Image.fromarray(np.full((40, 48, 3), 128, np.uint8)).save('grey.png')
    assert run('transfer', *FAST, '--init', 'grey.png') == 0
    os.remove('grey.png')
    assert main(['transfer', '--from', 'out.json', 'again', '--init', 'content']) == 0
    assert settings('again')['transfer']['start']['init'] == 'content'
    assert settings('again')['pictures']['init_path'] is None


@pytest.mark.parametrize(
    'arguments',
    [
        ['transfer', 'base.png', 'style.png', 'out', '--learning-rate', '3'],
        ['sweep', 'base.png', 'style.png', 'out', '--vary', 'optimizer=adam', '--clip'],
        ['reconstruct', 'style', 'base.png', '--layer', 'block1_conv1', '--learning-rate', '3'],
    ],
)
def test_neither_tensorflow_nor_scipy_is_waited_for(arguments):
    """In a process of its own, for here both are loaded long since."""
    program = f"""
import sys
from cli.main import main
try:
    code = main({arguments})
except SystemExit as exit_:
    code = exit_.code
print(code, sorted({{'tensorflow', 'keras', 'scipy'}} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, '-c', program], cwd=ROOT, capture_output=True, text=True)
    assert result.stdout == '2 []\n', result.stderr
