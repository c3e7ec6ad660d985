"""Styles, masks, colours, scales and a pyramid in one run: repeated, stopped, killed and gone on with."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main

from ...support.error_lines import error_line

LAYERS = ['--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1']
RUN = [
    *('--weights', 'random', '--iter', '3', '--maxfun', '3', '--restart', '--save-every', '0', *LAYERS),
    *('--image-height', '72', '--pyramid', '2', '--init', 'blend:0.2', '--init-colors', 'matched'),
    *('--style-blend-weights', '3', '1', '--style-scales', '1', '1.5'),
    *('--style-mask', 'left.png', 'right.png', '--style-source-mask', 'white', 'wide.png'),
    *('--content-mask', 'grey.jpg', '--keep', 'kept.png', '--keep-feather', '3', '--match-colors', 'pca'),
    *('--preserve-colors', '--color-strength', '0.8', '--brightness', '1.2'),
]


@pytest.fixture(autouse=True)
def kept(guided):
    """kept.png, a mask of a block at the left, and wide.png, one of the shape of other.png."""
    mask = np.zeros((40, 48), np.uint8)
    mask[10:30, 4:14] = 255
    Image.fromarray(mask).save('kept.png')
    Image.open('left.png').resize((60, 40)).save('wide.png')


def transfer(prefix, *options):
    return main(['transfer', 'base.png', 'style.png', 'other.png', prefix, *RUN, *options])


def record(name):
    return json.loads(Path(f'{name}.json').read_text())


def pixels(name):
    return np.asarray(Image.open(f'{name}.png'))


def test_it_is_said_recorded_and_repeated_byte_for_byte(capsys):
    assert transfer('out') == 0
    said = capsys.readouterr().err
    assert '86 x 72 pixels, styles 86 x 71, 129 x 86, float32' in said
    assert 'left.png: 48 x 40 brought to 86 x 72' in said and 'wide.png: 60 x 40 brought to 129 x 86' in said
    assert 'The colours of each style are matched to the whole content picture.' in said
    assert 'had more colour than sRGB has' in said or 'No pixel had more colour' in said
    made = record('out')
    assert made['format'] == 3 and [Path(path).name for path in made['style_paths']] == TWO_NAMES
    assert {name: len(digests) for name, digests in made['mask_sha256'].items()} == {
        'style_masks': 2,
        'style_source_masks': 2,
        'content_mask': 1,
        'keep': 1,
    }
    assert made['config']['masks']['style_masks'] == [
        os.path.abspath('left.png'),
        os.path.abspath('right.png'),
    ]
    assert made['config']['masks']['style_source_masks'] == ['white', os.path.abspath('wide.png')]
    assert 0 <= made['out_of_gamut'] <= 1
    os.mkdir('elsewhere')
    assert main(['transfer', '--from', 'out.json', 'elsewhere/again', '--no-metadata']) == 0
    assert main(['transfer', '--from', 'out.json', 'bare', '--no-metadata']) == 0
    assert Path('elsewhere/again.png').read_bytes() == Path('bare.png').read_bytes()
    np.testing.assert_array_equal(pixels('bare'), pixels('out'))
    assert record('bare')['digest'] == made['digest']


TWO_NAMES = ['style.png', 'other.png']


def test_what_is_kept_is_the_content_byte_for_byte(town):
    assert transfer('out', '--image-height', '40', '--pyramid', '1', '--style-scales', '1', '1.5') == 0
    np.testing.assert_array_equal(pixels('out')[10:30, 4:14], town[10:30, 4:14])
    assert (pixels('out')[:, 20:] != town[:, 20:]).mean() > 0.5


@pytest.mark.parametrize('evaluation', [13, 16])
def test_stopped_it_goes_on_to_the_same_bytes(evaluation, at_evaluation):
    assert transfer('whole') == 0
    undo = at_evaluation(evaluation, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert transfer('out') == 143
    undo()
    assert main(['transfer', '--resume', 'out']) == 0
    assert Path('out.png').read_bytes() == Path('whole.png').read_bytes()


def test_killed_it_goes_on_to_the_same_bytes(at_evaluation):
    """A kill leaves the last checkpoint alone: here it is set aside in the middle of the run."""
    undo = at_evaluation(9, lambda: shutil.copy('whole.checkpoint', 'killed.checkpoint'))
    assert transfer('whole') == 0
    undo()
    assert main(['transfer', '--resume', 'killed']) == 0
    assert Path('killed.png').read_bytes() == Path('whole.png').read_bytes()


def test_a_changed_file_is_named(capsys):
    assert transfer('out', '--max-seconds', '1e-9') == 0
    for name in ('other.png', 'right.png', 'wide.png', 'grey.jpg', 'kept.png'):
        capsys.readouterr()
        before = Path(name).read_bytes()
        Image.new('RGB', Image.open(name).size, (90, 90, 90)).save(name)
        assert main(['transfer', '--resume', 'out']) == 1
        assert f'{name} has changed since the checkpoint' in error_line(capsys)
        Path(name).write_bytes(before)


REFUSED = [
    ['--color-strength', '0.5'],  # the styles were matched with it
    ['--style-scale', '1'],
    ['--style-blend-weights', '1', '1'],
    ['--keep-feather', '4'],
    ['--style-mask', 'right.png', 'left.png'],
    ['--match-colors', 'histogram'],
    ['--style-size', 'content'],
    ['--init-colors', 'own'],
]


def test_only_the_post_processing_may_change_half_way(capsys):
    assert transfer('out', '--max-seconds', '1e-9') == 0
    before = Path('out.json').read_bytes()
    for options in REFUSED:
        capsys.readouterr()
        assert main(['transfer', '--resume', 'out', *options]) == 2
        assert 'Expected the settings of the run that is resumed' in error_line(capsys)
    assert Path('out.json').read_bytes() == before
    assert main(['transfer', '--resume', 'out', '--color-space', 'lab', '--brightness', '1.0']) == 0
    assert main(['transfer', '--resume', 'out', '--no-preserve-colors']) == 0
    assert 'out_of_gamut' not in record('out')


def test_the_strength_of_colours_that_are_preserved_alone_may_change():
    options = ['--weights', 'random', '--iter', '1', '--maxfun', '1', '--image-height', '40', *LAYERS]
    assert main(['transfer', 'base.png', 'style.png', 'out', *options, '--preserve-colors']) == 0
    assert main(['transfer', '--resume', 'out', '--color-strength', '0.5']) == 0
    assert record('out')['config']['colours']['color_strength'] == 0.5


def test_moved_pictures_are_named_again(capsys):
    assert transfer('out', '--max-seconds', '1e-9') == 0
    os.mkdir('moved')
    for name in ('base.png', 'style.png', 'other.png'):
        shutil.move(name, 'moved')
    assert main(['transfer', '--resume', 'out', 'moved/base.png', 'moved/style.png']) == 2
    assert 'Expected --resume PREFIX, BASE and the 2 STYLE of that run' in error_line(capsys)
    paths = ['moved/base.png', 'moved/style.png', 'moved/other.png']
    assert main(['transfer', '--resume', 'out', *paths]) == 0


def test_a_folder_of_styles():
    os.mkdir('styles')
    for name in TWO_NAMES:
        shutil.copy(name, 'styles')
    options = ['--weights', 'random', '--iter', '1', '--maxfun', '1', '--image-height', '40', *LAYERS]
    assert main(['transfer', 'base.png', 'styles', './', *options]) == 0
    made = json.loads(Path('base_other+style.json').read_text())
    assert made['style_paths'] == [os.path.abspath(f'styles/{name}') for name in ('other.png', 'style.png')]


@pytest.mark.parametrize('start', ['style', 'gray'])
def test_painted_regions(start, capsys):
    options = ['--weights', 'random', '--iter', '1', '--maxfun', '2', '--image-height', '40', *LAYERS]
    paths = ['base.png', 'style.png', 'out']
    regions = ['--regions', 'map.png', 'style_map.png', '--init', start, '--keep', 'kept.png']
    assert main(['transfer', *paths, *options, *regions]) == 0
    assert len(record('out')['mask_sha256']['regions']) == 2
    assert main(['transfer', '--from', 'out.json', 'again']) == 0
    np.testing.assert_array_equal(pixels('again'), pixels('out'))
