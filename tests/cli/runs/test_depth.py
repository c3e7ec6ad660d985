"""Pictures of 16 bits a channel and their resolution, the whole way through the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main

from ...pictures.test_deep import read_png, read_tiff

RUN = [
    *('--weights', 'random', '--iter', '1', '--maxfun', '2', '--image-height', '40'),
    *('--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1', '--init-colors', 'own'),
]

pytestmark = pytest.mark.usefixtures('folder')


def transfer(*options, prefix='out'):
    return main(['transfer', 'base.png', 'style.png', prefix, *RUN, *options])


def settings(name):
    with open(f'{name}.json') as file:
        return json.load(file)['config']['pictures']


@pytest.mark.parametrize(
    'prefix, options, message',
    [
        ('out.jpg', ['--bits', '16'], 'Expected a PNG or TIFF file for 16 bits. Received: out.jpg'),
        ('out.webp', ['--bits', '16'], 'Expected a PNG or TIFF file for 16 bits. Received: out.webp'),
        ('out', ['--bits', '16', '--enhance'], 'Expected 8 bits with an enhancement. Received: 16'),
        ('out', ['--bits', '16', '--preserve-colors'], 'Expected 8 bits with colours that are preserved'),
        ('out', ['--dpi', '0'], 'Expected dpi'),
        ('out', ['--dpi', 'nan'], 'Expected dpi'),
        ('out', ['--dpi', '70000'], 'Expected dpi'),
    ],
)
def test_what_cannot_be_is_refused_before_the_run(prefix, options, message, unstarted, capsys):
    assert transfer(*options, prefix=prefix) == 2
    assert message in capsys.readouterr().err
    assert sorted(os.listdir()) == ['base.png', 'style.png']


def test_a_sweep_refuses_the_same(unstarted, capsys):
    command = ['sweep', 'base.png', 'style.png', 'out', *RUN, '--vary', 'bits=8,16', '--enhance']
    assert main(command) == 2
    assert 'Expected 8 bits with an enhancement' in capsys.readouterr().err


def test_sixteen_bits_keep_what_is_between_whole_numbers(town):
    """The picture of the iteration is the same one in 8 bits; what is kept is the content exactly."""
    keep = np.zeros((40, 48), np.uint8)
    keep[:, :24] = 255
    Image.fromarray(keep).save('keep.png')
    Image.fromarray(town).save('base.png', dpi=(300, 300))
    assert transfer('--bits', '16', '--keep', 'keep.png', '--keep-feather', '0') == 0
    deep = read_png(Path('out.png'))
    rounded = np.asarray(Image.open('out_at_iteration_0.png'))
    assert abs(deep / 257 - rounded).max() <= 0.5
    assert (deep[:, 24:] % 257 != 0).mean() > 0.9
    np.testing.assert_array_equal(deep[:, :24], 257 * town[:, :24].astype(int))
    for name in ('out.png', 'out_at_iteration_0.png'):
        assert Image.open(name).info['dpi'] == pytest.approx((300, 300), abs=0.02)
    assert (settings('out')['bits'], settings('out')['dpi']) == (16, None)

    assert main(['transfer', '--from', 'out.json', 'again.tif', '--dpi', '200']) == 0
    np.testing.assert_array_equal(read_tiff(Path('again.tif')), deep)
    assert Image.open('again.tif').info['dpi'] == (200, 200)
    assert (settings('again')['bits'], settings('again')['dpi']) == (16, 200)

    assert main(['transfer', '--resume', 'out', '--bits', '8']) == 0
    np.testing.assert_array_equal(np.asarray(Image.open('out.png')), rounded)
