"""The settings of a run beside its transfer's: refused in one line where they cannot be used."""

from __future__ import annotations

import pytest

from nst_lbfgs.config import StartConfig, TransferConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.run_config import ColoursConfig, MasksConfig, PictureConfig, RunConfig, StylesConfig

NAN = float('nan')


def refused(kind, settings, message):
    with pytest.raises(ConfigError) as error:
        kind(**settings)
    assert message in str(error.value) and '\n' not in str(error.value)


def test_defaults_are_those_of_the_keras_example():
    """examples/neural_style_transfer.py at 2.3.1, its argparse defaults and its layers."""
    config = RunConfig().transfer
    objective = config.objective
    assert (objective.content_weight, objective.style_weight, objective.tv_weight) == (0.025, 1.0, 1.0)
    assert (config.iterations, config.evaluations_per_iteration) == (10, 20)
    assert objective.content_layers == (('block5_conv2', 1.0),)
    assert [name for name, _ in objective.style_layers] == [f'block{b}_conv1' for b in range(1, 6)]
    assert RunConfig().pictures.image_height == 400


def test_a_start_from_a_picture_needs_one():
    with pytest.raises(ConfigError, match='Expected init_path for init picture'):
        RunConfig(TransferConfig(start=StartConfig('picture')))


@pytest.mark.parametrize(
    'settings, message',
    [
        ({'image_height': 0}, 'Expected image_height'),
        ({'longest_side': 512}, 'Expected either longest_side'),
        ({'save_every': -1}, 'Expected save_every'),
        ({'bits': 12}, 'Expected bits: 8 or 16. Received: 12'),
        ({'bits': True}, 'Expected bits'),
        ({'dpi': 0.5}, 'Expected dpi'),
        ({'check_loss': 1}, 'Expected check_loss'),
        ({'enhancement': 1.2}, 'Expected enhancement: Enhancement'),
        ({'resampling': 'lancsoz'}, "Did you mean 'lanczos'"),
        ({'style_size': 'squashed'}, 'Expected style_size: one of own, content'),
        ({'init_path': 5}, 'Expected init_path: a path as text, or none. Received: 5'),
    ],
)
def test_picture_settings_that_cannot_be_used(settings, message):
    refused(PictureConfig, settings, message)


@pytest.mark.parametrize(
    'settings, message',
    [
        *(({'style_scales': (scale,)}, 'Expected style_scales') for scale in (0, -1.0, NAN, '1', True, 16.1)),
        ({'style_scales': ()}, 'Expected style_scales: values, 1 or more'),
        ({'style_scales': 0.5}, 'Expected style_scales: values'),
        *(
            (
                {'style_blend_weights': (1.0, weight)},
                'Expected style_blend_weights: a finite number, 0 or more',
            )
            for weight in (-1.0, NAN, '1', None)
        ),
        (
            {'style_blend_weights': (0, 0.0)},
            'Expected one of style_blend_weights above 0. Received: 0 for all',
        ),
    ],
)
def test_style_settings_that_cannot_be_used(settings, message):
    refused(StylesConfig, settings, message)


@pytest.mark.parametrize(
    'settings, message',
    [
        ({'style_masks': 'a.png'}, 'Expected style_masks: paths as text'),
        ({'style_source_masks': (5,)}, 'Expected style_source_masks: paths as text'),
        ({'regions': ('',)}, 'Expected regions: paths as text'),
        ({'content_mask': ''}, 'Expected content_mask: a path as text, or none'),
        ({'keep': 5}, 'Expected keep: a path as text, or none'),
        ({'keep_feather': -1}, 'Expected keep_feather: an integer, 0 to 10000'),
        ({'keep_feather': 10_001}, 'Expected keep_feather: an integer, 0 to 10000'),
        ({'mask_threshold': 1.1}, 'Expected mask_threshold: a number from 0 to 1'),
        ({'invert_masks': 1}, 'Expected invert_masks: true or false'),
        ({'regions': ('a', 'b'), 'style_masks': ('c',)}, 'Expected regions, or style_masks and style_source'),
        ({'regions': ('a', 'b'), 'style_source_masks': ('c',)}, 'Received: both'),
    ],
)
def test_mask_settings_that_cannot_be_used(settings, message):
    refused(MasksConfig, settings, message)


@pytest.mark.parametrize(
    'settings, message',
    [
        ({'preserve_colors': 'yes'}, 'Expected preserve_colors: true or false'),
        ({'match_colors': 'pcb'}, "Did you mean 'pca'"),
        ({'color_space': 'rgb'}, 'Expected color_space: one of lab, yiq'),
        *(
            ({'color_strength': value}, 'Expected color_strength: a number from 0 to 1')
            for value in (-0.1, 1.1, NAN)
        ),
    ],
)
def test_colour_settings_that_cannot_be_used(settings, message):
    refused(ColoursConfig, settings, message)


@pytest.mark.parametrize(
    'config, styles',
    [
        (RunConfig(), (1, 2, 5)),
        (RunConfig(styles=StylesConfig((0.5,), (3.0, 1.0))), (2,)),
        (RunConfig(styles=StylesConfig((0.5, 2.0))), (2,)),
        (RunConfig(masks=MasksConfig(style_masks=('a',), style_source_masks=('b',))), (1,)),
        (RunConfig(masks=MasksConfig(regions=('a', 'b', 'c'), keep='d')), (2,)),
    ],
)
def test_settings_that_are_for_so_many_styles(config, styles):
    for number in styles:
        config.check_number(number)


@pytest.mark.parametrize(
    'group, styles, message',
    [
        (StylesConfig((0.5, 2.0)), 1, 'style_scales: one, for the one style. Received: 2'),
        (StylesConfig((0.5, 2.0)), 3, 'style_scales: one for each of the 3 styles. Received: 2'),
        (StylesConfig(style_blend_weights=(3.0,)), 2, 'style_blend_weights: one for each of the 2 styles'),
        (MasksConfig(style_masks=('a', 'b')), 3, 'style_masks: one for each of the 3 styles. Received: 2'),
        (MasksConfig(style_source_masks=('a', 'b')), 1, 'style_source_masks: one, for the one style'),
        (MasksConfig(regions=('a',)), 1, "the content's map and one, for the one style. Received: 1 in all"),
        (MasksConfig(regions=('a', 'b')), 2, "the content's map and one for each of the 2 styles"),
    ],
)
def test_settings_that_are_for_another_number_of_styles(group, styles, message):
    with pytest.raises(ConfigError) as error:
        group.check_number(styles)
    assert message in str(error.value)


def test_one_scale_is_for_all_styles_and_no_weights_are_equal_ones():
    assert StylesConfig((0.5,)).scales_of(3) == (0.5, 0.5, 0.5)
    assert StylesConfig((0.5, 2.0)).scales_of(2) == (0.5, 2.0)
    assert StylesConfig().weights_of(2) == (1.0, 1.0)
    assert StylesConfig(style_blend_weights=(3.0, 1.0)).weights_of(2) == (3.0, 1.0)
