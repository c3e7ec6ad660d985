"""Settings by their own names: none is shared, and each finds its group."""

from __future__ import annotations

from dataclasses import fields

import pytest

from nst_lbfgs.config import OPTIMIZERS, AdamConfig, TransferConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.flat_settings import GROUPS, RUN_GROUPS, run_settings, run_types, with_run_settings
from nst_lbfgs.pictures.enhancement import Enhancement
from nst_lbfgs.run_config import MasksConfig, PictureConfig, RunConfig


def test_no_two_settings_share_a_name():
    kinds = [
        TransferConfig,
        *GROUPS.values(),
        *OPTIMIZERS.values(),
        PictureConfig,
        Enhancement,
        *RUN_GROUPS.values(),
    ]
    groups = {*GROUPS, *RUN_GROUPS, 'optimizer', 'enhancement'}
    names = [field.name for kind in kinds for field in fields(kind) if field.name not in groups]
    assert len(set(names)) == len(names)
    assert set(run_types()) == {*names, 'optimizer', 'enhance'}


def test_every_setting_is_read_back():
    config = RunConfig(
        TransferConfig(optimizer=AdamConfig(beta_1=0.5)),
        PictureConfig(enhancement=Enhancement(2.0)),
        masks=MasksConfig(keep='k.png', keep_feather=3),
    )
    defaults = run_settings(RunConfig())
    changed = {name: value for name, value in run_settings(config).items() if value != defaults.get(name)}
    assert with_run_settings(RunConfig(), changed) == config


@pytest.mark.parametrize(
    'settings, message',
    [
        ({'keep_feather': 0}, 'Expected keep for keep_feather. Received: none'),
        ({'mask_threshold': 0.5}, 'Expected style_masks or style_source_masks or content_mask or keep'),
        ({'invert_masks': True}, 'for invert_masks'),
        ({'mask_threshold': 0.5, 'regions': ('a', 'b')}, 'for mask_threshold'),
        ({'color_strength': 0.0}, 'Expected preserve_colors or match_colors for color_strength'),
        ({'color_space': 'yiq'}, 'Expected preserve_colors for color_space'),
        ({'color_space': 'lab', 'match_colors': 'pca'}, 'Expected preserve_colors for color_space'),
        ({'zoom': 2}, 'Expected a setting: one of'),
    ],
)
def test_a_setting_without_what_it_is_about(settings, message):
    with pytest.raises(ConfigError) as error:
        with_run_settings(RunConfig(), settings)
    assert message in str(error.value)


@pytest.mark.parametrize(
    'settings',
    [
        {'keep_feather': 0, 'keep': 'k'},
        {'invert_masks': False},
        {'mask_threshold': 0.5, 'style_source_masks': ('a',)},
        {'color_strength': 0.5, 'match_colors': 'pca'},
        {'color_strength': 0.5, 'preserve_colors': True, 'color_space': 'yiq'},
    ],
)
def test_a_setting_beside_what_it_is_about(settings):
    assert run_settings(with_run_settings(RunConfig(), settings)) == run_settings(RunConfig()) | settings


def test_maps_take_the_place_of_masks_and_masks_that_of_maps():
    masks = with_run_settings(RunConfig(), {'style_masks': ('a',), 'style_source_masks': ('b',), 'keep': 'k'})
    maps = with_run_settings(masks, {'regions': ('c', 'd')})
    assert maps.masks == MasksConfig(regions=('c', 'd'), keep='k')
    assert with_run_settings(maps, {'style_masks': ('a',)}).masks == MasksConfig(style_masks=('a',), keep='k')
    with pytest.raises(ConfigError, match='Expected regions, or style_masks'):
        with_run_settings(RunConfig(), {'regions': ('c', 'd'), 'style_masks': ('a',)})


def test_a_size_takes_the_place_of_every_other():
    config = with_run_settings(RunConfig(), {'longest_side': 64})
    assert (config.pictures.image_height, config.pictures.longest_side) == (None, 64)
