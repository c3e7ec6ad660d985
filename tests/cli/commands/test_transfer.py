"""`nst-lbfgs transfer` through main(argv), on small pictures and random weights."""

from __future__ import annotations

import hashlib
import json
import os
import sys

import numpy as np
import pytest
from PIL import Image

from cli.main import main

from ...support.error_lines import error_line

LAYERS = ['--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1']
FAST = ['--weights', 'random', '--iter', '2', '--maxfun', '2', '--image-height', '36', *LAYERS]


def transfer(*options, base='base.png', style='style.png', prefix='out'):
    """Return the exit code of a transfer; argparse's own exits too."""
    try:
        return main(['transfer', base, style, prefix, *options])
    except SystemExit as exit_:
        return exit_.code


def test_results_have_the_names_of_the_keras_example(folder):
    assert transfer(*FAST) == 0
    assert sorted(os.listdir()) == [
        'base.png',
        'out.checkpoint',
        'out.html',
        'out.json',
        'out.png',
        'out_at_iteration_0.png',
        'out_at_iteration_1.png',
        'style.png',
    ]
    last, final = (np.asarray(Image.open(name)) for name in ('out_at_iteration_1.png', 'out.png'))
    assert final.shape == (36, 43, 3)  # int(48 * 36 / 40) columns, as in the example
    np.testing.assert_array_equal(last, final)


def test_the_record_has_what_the_run_was_made_of(folder):
    assert transfer(*FAST, '--content_weight', '0.5') == 0
    record = json.load(open('out.json'))
    assert record['content_sha256'] == hashlib.sha256(open('base.png', 'rb').read()).hexdigest()
    assert record['config']['transfer']['objective']['content_weight'] == 0.5
    assert record['weights']['source'] == 'random'
    assert set(record['versions']) >= {'python', 'tensorflow', 'keras', 'scipy', 'numpy', 'pillow'}
    assert record['device']
    assert [losses['iteration'] for losses in record['iterations']] == [0, 1]
    for losses in record['iterations']:
        assert losses['loss'] == pytest.approx(
            losses['content_loss'] + losses['style_loss'] + losses['total_variation_loss']
        )
        assert losses['seconds'] > 0 and losses['evaluations'] > 0


def test_record_and_picture_have_the_command_given_to_main(folder, monkeypatch):
    """Not that of the process, which may be any program that calls main."""
    monkeypatch.setattr(sys, 'argv', ['other', 'program'])
    assert transfer(*FAST, '--max-seconds', '1e-9') == 0
    assert main(['transfer', '--resume', 'out', '--iter', '3']) == 0
    record = json.load(open('out.json'))
    assert record['command'] == 'nst-lbfgs transfer base.png style.png out ' + ' '.join(
        [*FAST, '--max-seconds', '1e-9']
    )
    assert record['resumed'] == ['nst-lbfgs transfer --resume out --iter 3']
    text = Image.open('out.png').text
    assert text['nst-lbfgs command'] == record['command'].replace(' out ', ' PREFIX ')


def test_the_old_spelling_and_the_dashed_one_are_the_same_run(folder):
    options = ['--weights', 'random', '--iter', '1', '--maxfun', '1', '--image-height', '36']
    assert transfer(*options, '--content_weight', '0.3', '--style_weight', '2', '--tv_weight', '3') == 0
    assert (
        transfer(
            *options, '--content-weight', '0.3', '--style-weight', '2', '--tv-weight', '3', prefix='again'
        )
        == 0
    )
    first, second = (json.load(open(name))['config'] for name in ('out.json', 'again.json'))
    assert first == second and first['transfer']['objective']['tv_weight'] == 3


def test_options_may_stand_between_the_paths(folder):
    """As with the old script, whose parser had no optional paths."""
    first, *rest = FAST
    assert main(['transfer', 'base.png', first, *rest, 'style.png', 'out']) == 0
    assert os.path.exists('out.png')


def test_all_paths_between_the_first_and_the_last_are_styles(folder, capsys):
    assert transfer(*FAST, 'surplus') == 1
    assert 'Cannot read out: No such file' in error_line(capsys)


def test_a_run_is_repeated_from_its_record(folder):
    assert transfer(*FAST, '--init', 'noise', '--seed', '5') == 0
    assert main(['transfer', '--from', 'out.json', 'again']) == 0
    assert open('again.png', 'rb').read() and np.array_equal(Image.open('again.png'), Image.open('out.png'))
    first, second = (json.load(open(name)) for name in ('out.json', 'again.json'))
    assert first['config'] == second['config']


def test_an_option_wins_over_the_record(folder):
    assert transfer(*FAST) == 0
    assert main(['transfer', '--from', 'out.json', 'again', '--iter', '1']) == 0
    assert len(json.load(open('again.json'))['iterations']) == 1


def test_only_every_nth_picture_and_the_last_are_saved(folder):
    assert transfer(*FAST, '--iter', '4', '--save-every', '3') == 0
    saved = [name for name in sorted(os.listdir()) if 'iteration' in name]
    assert saved == ['out_at_iteration_0.png', 'out_at_iteration_3.png']


def test_only_the_finished_picture_is_saved_if_asked(folder):
    assert transfer(*FAST, '--save-every', '0') == 0
    assert sorted(os.listdir()) == [
        'base.png',
        'out.checkpoint',
        'out.html',
        'out.json',
        'out.png',
        'style.png',
    ]


def test_a_colour_may_stand_for_a_picture_and_the_run_is_repeated_elsewhere(folder, monkeypatch):
    assert transfer(*FAST, style='black') == 0
    assert json.load(open('out.json'))['style_paths'] == ['black']
    os.mkdir('elsewhere')
    monkeypatch.chdir('elsewhere')
    assert main(['transfer', '--from', '../out.json', 'again']) == 0
    np.testing.assert_array_equal(Image.open('again.png'), Image.open('../out.png'))


def test_two_colours_are_no_pictures(folder, capsys):
    assert transfer(*FAST, base='white', style='black') == 2
    assert 'Expected one picture from a file' in error_line(capsys)


def test_both_sides_given_squash_the_picture(folder):
    assert transfer(*FAST, '--image-width', '60') == 0
    assert Image.open('out.png').size == (60, 36)


def test_the_width_alone_keeps_the_aspect_ratio(folder):
    assert transfer('--weights', 'random', '--iter', '1', '--maxfun', '1', '--image-width', '96') == 0
    assert Image.open('out.png').size == (96, 80)


def test_enhancement_changes_what_is_saved_and_factor_one_does_not(folder):
    for prefix, factors in (('plain', []), ('ones', ['1.0'] * 3), ('more', ['1.5', '1.2', '1.3'])):
        options = [item for pair in zip(['--brightness', '--color', '--sharpness'], factors) for item in pair]
        assert transfer(*FAST, *options, prefix=prefix) == 0
    plain, ones, more = (np.asarray(Image.open(f'{name}.png')) for name in ('plain', 'ones', 'more'))
    np.testing.assert_array_equal(plain, ones)
    assert more.mean() > plain.mean()


def test_a_picture_may_be_the_start(folder):
    assert transfer(*FAST, '--init', 'style.png') == 0
    record = json.load(open('out.json'))
    assert record['config']['transfer']['start']['init'] == 'picture'
    assert record['config']['pictures']['init_path'] == str(folder / 'style.png')


def test_the_prefix_chooses_folder_and_format(folder):
    assert transfer(*FAST, prefix='new folder/été.jpg') == 0
    assert sorted(os.listdir('new folder')) == [
        'été.checkpoint',
        'été.html',
        'été.jpg',
        'été.json',
        'été_at_iteration_0.jpg',
        'été_at_iteration_1.jpg',
    ]


def test_alpha_comes_back_on_the_result(folder, town):
    alpha = np.zeros(town.shape[:2], np.uint8)
    alpha[:, :20] = 255
    Image.fromarray(np.dstack((town, alpha))).save('base.png')
    assert transfer(*FAST, '--image-height', '40') == 0
    np.testing.assert_array_equal(np.asarray(Image.open('out.png'))[..., 3], alpha)


def test_nothing_is_overwritten_unasked(folder, capsys):
    for name in ('out.png', 'out.json', 'out_at_iteration_1.png'):
        with open(name, 'w') as file:
            file.write('mine')
        assert transfer(*FAST) == 1
        assert f'{name} exists already' in error_line(capsys)
        assert open(name).read() == 'mine'
        assert transfer(*FAST, '--force') == 0
        for result in (
            'out.png',
            'out.json',
            'out.checkpoint',
            'out_at_iteration_0.png',
            'out_at_iteration_1.png',
        ):
            os.remove(result)


def test_progress_is_plain_lines_when_piped(folder, capsys):
    assert transfer(*FAST) == 0
    captured = capsys.readouterr()
    assert captured.out == '' and '\x1b' not in captured.err and '\r' not in captured.err
    assert 'Weights: random weights' in captured.err
    assert 'Iteration 1 of 2: loss' in captured.err


@pytest.mark.parametrize(
    'options, code, message',
    [
        (['--iter', '0'], 2, 'Expected iterations: an integer, 1 or more. Received: 0'),
        (['--iter', 'x'], 2, "invalid int value: 'x'"),
        (['--maxfun', '-1'], 2, 'Expected evaluations_per_iteration'),
        (['--content-weight', '-1'], 2, 'Expected content_weight: a finite number, 0 or more'),
        (['--style-weight', 'nan'], 2, 'Expected style_weight: a finite number'),
        (['--tv_weight', 'inf'], 2, 'Expected tv_weight: a finite number'),
        (['--content_weight', '0', '--style_weight', '0', '--tv_weight', '0'], 2, 'above 0'),
        (['--content-layer', 'block5_conv9'], 2, "Did you mean 'block5_conv4'?"),
        (['--style-layer', 'block1_conv1:many'], 2, 'Expected NAME or NAME:WEIGHT'),
        (['--style-layer', 'block1_conv1:-1'], 2, 'weight of block1_conv1'),
        (['--image-height', '0'], 2, 'Expected image_height'),
        (['--image-height', '31'], 1, 'Expected at least 32 pixels'),
        (['--image-height', '40', '--image-width', '8'], 1, 'Expected at least 32 pixels'),
        (['--brightness', '-0.5'], 2, 'Expected brightness'),
        (['--seed', '-3'], 2, 'Expected seed'),
        (['--coordinate-exponent', '-1'], 2, 'Expected coordinate_exponent'),
        (['--coordinates', 'wavelets'], 2, "invalid choice: 'wavelets'"),
        (['--pooling', 'avarage'], 2, "invalid choice: 'avarage'"),
        (['--preset', 'keras'], 2, "invalid choice: 'keras'"),
        (['--weights', 'missing.h5'], 1, 'missing.h5'),
        (['--weights', 'base.png'], 1, 'base.png'),
        (['--init', 'missing.png'], 1, 'missing.png'),
        (['--max-pixels', '100'], 1, '--max-pixels'),
        (['--max-pixels', '0'], 2, 'at least 1 pixel'),
        (['--unknown'], 2, 'unrecognized arguments'),
    ],
)
def test_options_that_cannot_be_used(options, code, message, folder, capsys):
    before = sorted(os.listdir())
    assert transfer(*options) == code
    assert message in error_line(capsys)
    assert sorted(os.listdir()) == before


def animated(path):
    frames = [Image.new('RGB', (40, 40), colour) for colour in ('red', 'blue')]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def truncated(path):
    data = open('base.png', 'rb').read()
    open(path, 'wb').write(data[: len(data) // 2])


BAD_FILES = {
    'missing.png': (lambda path: None, 'No such file'),
    'folder.png': (os.mkdir, 'directory'),
    'empty.png': (lambda path: open(path, 'w').close(), 'is empty'),
    'text.png': (lambda path: open(path, 'w').write('not a picture'), 'is not a picture'),
    'truncated.png': (truncated, 'damaged or incomplete'),
    'animated.gif': (animated, 'animated GIF'),
}


@pytest.mark.parametrize('role', ['base', 'style'])
@pytest.mark.parametrize('name', BAD_FILES)
def test_files_that_are_no_still_pictures(name, role, folder, capsys):
    make, message = BAD_FILES[name]
    make(name)
    before = sorted(os.listdir())
    assert transfer(*FAST, **{role: name}) == 1
    line = error_line(capsys)
    assert name in line and message in line
    assert sorted(os.listdir()) == before


def test_a_picture_of_one_pixel_is_too_small_unless_it_is_enlarged(folder, capsys):
    Image.new('RGB', (1, 1)).save('base.png')
    assert transfer(*FAST, '--style-size', 'content') == 0
    assert transfer('--weights', 'random', '--image-height', '20', prefix='small') == 1
    assert 'at least 32' in error_line(capsys)


@pytest.mark.parametrize(
    'mode, extension',
    [('L', 'png'), ('P', 'png'), ('I;16', 'png'), ('CMYK', 'jpg'), ('LA', 'png'), ('1', 'png')],
)
def test_pictures_of_every_mode_work(mode, extension, folder, town):
    picture = Image.fromarray(town)
    if mode == 'I;16':
        picture = Image.fromarray(np.asarray(picture.convert('L')).astype(np.uint16) * 257)
    else:
        picture = picture.convert(mode)
    picture.save(f'base.{extension}')
    assert transfer(*FAST, base=f'base.{extension}') == 0


def test_an_output_folder_that_is_a_file(folder, capsys):
    assert transfer(*FAST, prefix='base.png/out') == 1
    assert 'Cannot make the folder base.png' in error_line(capsys)


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write everywhere')
def test_an_output_folder_that_cannot_be_written(folder, capsys):
    os.mkdir('locked', 0o500)
    assert transfer(*FAST, prefix='locked/out') == 1
    assert 'Cannot write locked/out.png' in error_line(capsys)


@pytest.mark.parametrize(
    'content',
    [
        '{}',
        '[1]',
        'x',
        '{"format": 1}',
        '{"format": 1, "content_path": "a", "style_path": "b", '
        '"prefix": "c", "preset": 5, "config": {"transfer": {}, "pictures": {}}}',
        '{"format": 1, "content_path": "a", "style_path": "b", '
        '"prefix": "c", "config": {"transfer": {"content_weight": -1}, "pictures": {}}}',
    ],
)
def test_a_record_that_is_none(content, folder, capsys):
    open('bad.json', 'w').write(content)
    assert main(['transfer', '--from', 'bad.json']) == 1
    assert 'bad.json: Expected' in error_line(capsys)


@pytest.mark.parametrize('arguments', [[], ['base.png'], ['base.png', 'style.png']])
def test_too_few_arguments(arguments, folder, capsys):
    assert main(['transfer', *arguments]) == 2
    assert 'Expected BASE STYLE PREFIX' in error_line(capsys)
