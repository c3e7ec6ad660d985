"""Styles, masks, regions and colours, refused in one line before anything begins, through main(argv)."""

from __future__ import annotations

import os

import pytest

from cli.main import main

from ..support.error_lines import error_line

ONE, TWO = ['style.png'], ['style.png', 'other.png']
SIZE = ['--weights', 'random', '--image-height', '40']

pytestmark = pytest.mark.usefixtures('guided', 'unstarted')


def run(command, styles, options):
    name, *more = command
    try:
        return main([name, 'base.png', *styles, 'out', *SIZE, *more, *options])
    except SystemExit as exit_:
        return exit_.code


TABLE = [
    # numbers that do not match the styles
    (
        TWO,
        '--style-blend-weights 1',
        'Expected style_blend_weights: one for each of the 2 styles. Received: 1',
    ),
    (ONE, '--style-blend-weights 3,1', 'Expected style_blend_weights: one, for the one style. Received: 2'),
    (TWO, '--style-scales 1 2 3', 'Expected style_scales: one for each of the 2 styles. Received: 3'),
    (TWO, '--style-mask left.png', 'Expected style_masks: one for each of the 2 styles. Received: 1'),
    (ONE, '--style-mask left.png --style-mask right.png', 'Expected style_masks: one, for the one style'),
    (TWO, '--style-source-mask left.png', 'Expected style_source_masks: one for each of the 2 styles'),
    (TWO, '--regions map.png style_map.png', "Expected regions: the content's map and one for each of the 2"),
    # masks of nothing
    (ONE, '--style-mask black.png', 'Expected black.png to be white somewhere. Received: black everywhere'),
    (ONE, '--style-source-mask black.png', 'Expected black.png to be white somewhere'),
    (ONE, '--content-mask black.png', 'Expected black.png to be white somewhere'),
    (ONE, '--keep black.png', 'Expected black.png to be white somewhere'),
    (ONE, '--content-mask black', 'Expected black to be white somewhere'),
    (ONE, '--style-mask grey.jpg --mask-threshold 0.9', 'black everywhere with mask_threshold 0.9'),
    (
        ONE,
        '--keep grey.jpg --keep-feather 0 --mask-threshold 0.1 --invert-masks',
        'inverted, black everywhere',
    ),
    # masks that leave nothing
    (ONE, '--keep white', 'Expected white to leave something to be painted. Received: all is kept'),
    (
        ONE,
        '--keep left.png --style-mask left.png --keep-feather 0',
        'Expected style masks with a part that is not kept',
    ),
    (
        TWO,
        '--style-mask left.png right.png --style-blend-weights 0 1',
        'Expected a weight above 0 among the styles',
    ),
    # shapes
    (ONE, '--style-mask tall.png', 'Expected tall.png in the shape of base.png, 48 x 40. Received: 20 x 60'),
    (TWO, '--style-source-mask left.png left.png', 'Expected left.png in the shape of other.png, 60 x 40'),
    (ONE, '--regions tall.png style_map.png', 'Expected tall.png in the shape of base.png'),
    # regions
    (ONE, '--regions alone.png style_map.png', 'Received: none has #00c800'),
    (ONE, '--regions map.png style.png other.png', "Expected regions: the content's map and one, for"),
    # values
    (TWO, '--style-blend-weights 0 0', 'Expected one of style_blend_weights above 0. Received: 0 for all'),
    (TWO, '--style-blend-weights 1 -1', 'style_blend_weights'),
    (TWO, '--style-blend-weights=1,-1', 'Expected style_blend_weights: a finite number, 0 or more'),
    (ONE, '--style-blend-weights x', "paths go before an option that takes several. Received: 'x'"),
    (ONE, '--style-scale 0', 'Expected style_scales: a finite number above 0'),
    (ONE, '--style-scale 17', 'Expected style_scales: a number from 0 to 16'),
    (ONE, '--keep left.png --keep-feather -1', 'Expected keep_feather: an integer, 0 to 10000'),
    (ONE, '--keep left.png --mask-threshold 2', 'Expected mask_threshold: a number from 0 to 1'),
    (ONE, '--preserve-colors --color-strength 2', 'Expected color_strength: a number from 0 to 1'),
    (ONE, '--preserve-colors --color-space rgb', "invalid choice: 'rgb'"),
    (ONE, '--match-colors mean', "invalid choice: 'mean'"),
    (ONE, '--init blend:2', 'Expected R in init blend:R: a number from 0 to 1'),
    (ONE, '--init blend:x', 'Expected init blend:R'),
    # options that exclude or need each other
    (ONE, '--style-scale 1 --style-scales 2', 'not allowed with argument'),
    (ONE, '--regions map.png style_map.png --style-mask left.png', 'Expected regions, or style_masks'),
    (ONE, '--regions map.png style_map.png --style-source-mask left.png', 'Received: both'),
    (ONE, '--keep-feather 16', 'Expected keep for keep_feather. Received: none'),
    (ONE, '--invert-masks', 'for invert_masks. Received: none'),
    (ONE, '--mask-threshold 0.5', 'for mask_threshold. Received: none'),
    (ONE, '--color-strength 1', 'Expected preserve_colors or match_colors for color_strength'),
    (ONE, '--color-space lab', 'Expected preserve_colors for color_space'),
    (ONE, '--init noise --init-colors matched', 'Expected init content or blend:R for init_colors matched'),
    (
        ONE,
        '--init style.png --init-colors matched',
        'Expected init content or blend:R for init_colors matched',
    ),
    (ONE, '--style-scale 2 --references each-evaluation', 'give --style-size content and no --style-scale'),
]


@pytest.mark.parametrize(
    'command', [['transfer'], ['sweep', '--vary', 'pooling=max,average']], ids=lambda c: c[0]
)
@pytest.mark.parametrize('styles, options, message', TABLE, ids=[options for _, options, _ in TABLE])
def test_what_cannot_be_used_is_refused(command, styles, options, message, capsys):
    before = sorted(os.listdir())
    assert run(command, styles, options.split()) == 2
    assert message in error_line(capsys)
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize(
    'styles, options, message',
    [
        (ONE, '--style-mask missing.png', 'Cannot read missing.png: No such file'),
        (ONE, '--keep nothing.png', 'Cannot read nothing.png'),
        (ONE, '--style-scale 0.5', 'style.png in its own shape, scaled by 0.5, is too small for VGG19'),
        (ONE, '--style-scale 0.5 --style-size content', 'style.png, scaled by 0.5, is too small'),
        (['empty'], '', 'empty is a folder (directory) without pictures'),
    ],
)
def test_files_that_cannot_be_used_are_refused(styles, options, message, capsys):
    os.mkdir('empty')
    assert run(['transfer'], styles, options.split()) == 1
    assert message in error_line(capsys)


@pytest.mark.parametrize(
    'size', [['--longest-side', '16384'], ['--image-height', '16000', '--image-width', '16000']]
)
def test_a_style_picture_can_be_absurdly_large(size, capsys):
    assert main(['transfer', 'base.png', 'style.png', 'out', *size, '--style-scale', '16']) == 2
    assert 'Expected a size of 1 to 268,435,456 pixels' in error_line(capsys)


@pytest.mark.parametrize(
    'field', ['style_masks', 'style_source_masks', 'content_mask', 'keep', 'regions', 'init_path']
)
def test_files_do_not_vary_in_a_sweep(field, capsys):
    assert run(['sweep', '--vary', f'{field}=left.png,right.png'], ONE, []) == 2
    assert f'Expected a field to vary that names no file. Received: {field}' in error_line(capsys)


@pytest.mark.parametrize(
    'vary, message',
    [
        ('style_scale=1,1+2', 'Expected style_scales: one, for the one style. Received: 2'),
        ('style_blend_weights=1,1+2', 'Expected style_blend_weights: one, for the one style'),
        ('init_colors=own,matched', 'Expected init content or blend:R for init_colors matched'),
        ('color_strength=0,1', 'Expected preserve_colors or match_colors for color_strength'),
    ],
)
def test_every_point_of_a_sweep_is_checked(vary, message, capsys):
    assert run(['sweep', '--vary', vary], ONE, ['--init', 'noise']) == 2
    assert message in error_line(capsys)


@pytest.mark.parametrize(
    'options, message',
    [
        (['missing.png'], 'without another PREFIX'),
        (['--style-mask', 'left.png'], 'There is no checkpoint'),
    ],
)
def test_resuming_needs_a_run(options, message, capsys):
    assert main(['transfer', '--resume', 'out', *options]) != 0
    assert 'There is no checkpoint out.checkpoint' in error_line(capsys)
