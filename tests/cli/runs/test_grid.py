"""--vary: values read, the grid they make, and the names of its pictures."""

from __future__ import annotations

import pytest

from cli.runs.grid import grid, parse_variation
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.run_config import RunConfig

from ...support.settings import transfer_config


@pytest.mark.parametrize(
    'text, field, values',
    [
        ('content_weight=0.1,1,5e-3', 'content_weight', (0.1, 1.0, 0.005)),
        ('content-weight=2', 'content_weight', (2.0,)),
        ('iter=1,10', 'iterations', (1, 10)),
        ('maxfun=5', 'evaluations_per_iteration', (5,)),
        ('scales=1,2', 'pyramid', (1, 2)),
        ('pyramid=3', 'pyramid', (3,)),
        ('style-normalisation=none', 'style_normalisation', ('none',)),
        ('optimizer=lbfgs,adam', 'optimizer', ('lbfgs', 'adam')),
        ('learning_rate=1,2', 'learning_rate', (1.0, 2.0)),
        ('coordinate_exponent=none,0.3', 'coordinate_exponent', (None, 0.3)),
        ('precision=float32', 'precision', ('float32',)),
        ('restart=yes,no', 'restart', (True, False)),
        ('pooling=max, average', 'pooling', ('max', 'average')),
        (
            'style_layers=block1_conv1,block1_conv1:0.5+block2_conv1',
            'style_layers',
            ((('block1_conv1', 1.0),), (('block1_conv1', 0.5), ('block2_conv1', 1.0))),
        ),
        ('style_scale=0.5,1,2', 'style_scales', ((0.5,), (1.0,), (2.0,))),
        ('style_blend_weights=1+1,3+1', 'style_blend_weights', ((1.0, 1.0), (3.0, 1.0))),
        ('match_colors=none,pca', 'match_colors', (None, 'pca')),
        ('image_height=100,200', 'image_height', (100, 200)),
        ('brightness=1,1.2', 'brightness', (1.0, 1.2)),
        ('content-layer=block4_conv2', 'content_layers', ((('block4_conv2', 1.0),),)),
    ],
)
def test_values_are_read_by_the_type_of_their_field(text, field, values):
    variation = parse_variation(text)
    assert (variation.field, variation.values) == (field, values)
    assert [type(value) for value in variation.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    'text, message',
    [
        ('content_weight', 'Expected --vary FIELD=VALUE,VALUE'),
        ('content_weight=', 'Expected --vary FIELD=VALUE,VALUE'),
        ('=1', 'Expected a field to vary'),
        (
            'style_scale=none',
            "Expected a value of style_scales: numbers, several joined by .+ Received: 'none'",
        ),
        ('init_path=a,b', 'Expected a field to vary that names no file. Received: init_path'),
        ('keep=a,b', 'that names no file. Received: keep'),
        ('style_masks=a,b', 'that names no file. Received: style_masks'),
        ('objective=1', 'Expected a field to vary'),
        ('contentweight=1', "Did you mean 'content_weight'?"),
        ('content_weight=1,', "Expected a value of content_weight: a number. Received: ''"),
        ('content_weight=much', "a number. Received: 'much'"),
        ('iterations=1.5', "an integer. Received: '1.5'"),
        ('restart=maybe', "yes or no. Received: 'maybe'"),
        ('style_layers=block1_conv1:x', r'NAME\[:WEIGHT\], several joined by \+'),
        ('content_weight=1,1.0', 'Expected each value of content_weight once'),
    ],
)
def test_what_cannot_be_read(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_variation(text)


def test_the_grid_has_every_combination_the_last_field_varying_fastest():
    points = grid(
        RunConfig(transfer_config(tv_weight=7.0)),
        [parse_variation('content_weight=0.1,2'), parse_variation('pooling=max,average')],
    )
    assert [
        (point.config.transfer.objective.content_weight, point.config.transfer.objective.pooling)
        for point in points
    ] == [
        (0.1, 'max'),
        (0.1, 'average'),
        (2.0, 'max'),
        (2.0, 'average'),
    ]
    assert {point.config.transfer.objective.tv_weight for point in points} == {7.0}
    assert points[1].label == 'content_weight 0.1, pooling average'
    assert points[1].choices == {'content_weight': '0.1', 'pooling': 'average'}
    assert points[1].file_name == 'content_weight_0.1_pooling_average'


@pytest.mark.parametrize(
    'texts, message',
    [
        (['content_weight=-1'], 'content_weight: a finite number, 0 or more'),
        (['content_weight=1', 'content-weight=2'], 'Expected each field to vary once'),
        (['style_layers=block1_conv9'], "Did you mean 'block1_conv2'?|Did you mean 'block1_conv1'?"),
        (['learning_rate=1,2'], 'Expected adam as the optimizer for learning_rate. Received: lbfgs'),
        (['optimizer=adam,sgd'], 'Expected optimizer: one of lbfgs, adam'),
        (['pooling=max,mean'], 'Expected pooling: one of max, average'),
    ],
)
def test_every_point_is_checked(texts, message):
    with pytest.raises(ConfigError, match=message):
        grid(RunConfig(), [parse_variation(text) for text in texts])


def test_names_of_files_are_safe_short_and_different():
    layers = '+'.join(
        f'block{block}_conv{index}:0.123456789' for block in (3, 4, 5) for index in (1, 2, 3, 4)
    )
    variations = [parse_variation(f'style_layers=block1_conv1:0.5,{layers},{layers[:-1]}')]
    names = [point.file_name for point in grid(RunConfig(), variations)]
    assert names[0] == 'style_layers_block1_conv1x0.5'
    paths = grid(RunConfig(), [parse_variation('weights=a/b.h5,a-b.h5,a:b.h5')])
    names += [point.file_name for point in paths]
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) < 140 and not set(name) & set('/:\\ ')


def test_close_numbers_are_told_apart():
    points = grid(RunConfig(), [parse_variation('content_weight=0.1234567,0.12345671')])
    assert len({point.file_name for point in points}) == 2
