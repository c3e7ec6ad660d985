"""What is done to a picture before it is saved: colours, enhancement, and what is kept comes last."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cli.runs.post_processing import PostProcessing
from nst_lbfgs.flat_settings import with_run_settings
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.pictures.colour_preservation import preserve_colours
from nst_lbfgs.pictures.enhancement import Enhancement, enhance
from nst_lbfgs.run_config import RunConfig


def processed(pixels, content, keep=None, **settings):
    return PostProcessing(with_run_settings(RunConfig(), settings), content, keep).of(pixels)


def test_without_any_the_picture_is_the_same(town, stripes):
    """Also in a soft border, where the content is mixed in already."""
    pixels, share = processed(stripes, town, np.full((40, 48), 0.5, np.float32))
    assert pixels is stripes and share is None


@pytest.mark.parametrize('preprocessing', ['caffe', 'unit', 'torchvision'])
def test_sixteen_bits_are_of_the_picture_before_it_was_rounded(preprocessing, town):
    rgb = np.clip(town + np.linspace(-130, 130, town.size).reshape(town.shape), -20, 275)
    coordinates = PREPROCESSINGS[preprocessing]
    x = coordinates.preprocess(rgb)
    result = SimpleNamespace(image=coordinates.deprocess(x), x=x.ravel())
    config = with_run_settings(RunConfig(), {'bits': 16, 'preprocessing': preprocessing})
    deep, share = PostProcessing(config, town, None).of_result(result)
    assert deep.dtype == np.uint16 and deep.shape == town.shape and share is None
    assert abs(deep - 257 * np.clip(rgb, 0, 255)).max() <= 0.51
    eight, _ = PostProcessing(RunConfig(), town, None).of_result(result)
    assert eight is result.image


@pytest.mark.parametrize('space', ['lab', 'yiq'])
def test_colours_are_preserved_before_the_enhancement(space, town, stripes):
    preserved, share = preserve_colours(stripes, town, space, 0.7)
    settings = {'preserve_colors': True, 'color_space': space, 'color_strength': 0.7}
    pixels, told = processed(stripes, town, **settings, brightness=1.5, color=1.0, sharpness=1.0)
    np.testing.assert_array_equal(pixels, enhance(preserved, Enhancement(1.5, 1.0, 1.0)))
    assert told == share


@pytest.mark.parametrize('settings', [{'preserve_colors': True}, {'brightness': 1.5}], ids=str)
def test_what_is_kept_is_the_contents_byte_for_byte(settings, town, stripes):
    keep = np.zeros((40, 48), np.float32)
    keep[:, :20] = 1
    pixels, _ = processed(stripes, town, keep, **settings)
    np.testing.assert_array_equal(pixels[:, :20], town[:, :20])
    others, _ = processed(stripes, town, **settings)
    np.testing.assert_array_equal(pixels[:, 20:], others[:, 20:])
    assert (pixels[:, 20:] != stripes[:, 20:]).any()
