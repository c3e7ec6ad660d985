"""What a transfer is given: accepted in every natural form, or refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from nst_lbfgs import Style, transfer_style
from nst_lbfgs.errors import BackendError, ConfigError, ImageSizeError
from nst_lbfgs.guidance.given import Given

from ..support.settings import references, transfer_config

SIZE = (40, 48)
HALF = np.zeros(SIZE, np.float32)
HALF[:, :24] = 1


def nan_in(mask):
    mask = mask.copy()
    mask[3, 4] = np.nan
    return mask


@pytest.mark.parametrize(
    'style, message',
    [
        ({'mask': HALF.T}, r'the mask of style: of shape \(40, 48\). Received: \(48, 40\)'),
        ({'mask': (HALF * 255).astype(np.uint8)}, 'a grey picture of 0 to 255, divided by 255.*uint8'),
        ({'mask': HALF.tolist()}, 'the mask of style: an array of bool.*list'),
        ({'mask': HALF * 2}, 'the mask of style: values from 0 to 1. Received: 0 to 2'),
        ({'mask': HALF - 0.1}, 'values from 0 to 1. Received: -0.1 to 0.9'),
        ({'mask': nan_in(HALF)}, 'values from 0 to 1. Received: nan'),
        ({'mask': HALF * 0}, 'the mask of style: a value above 0 somewhere'),
        ({'source_mask': HALF[:39]}, r'the source mask of style: of shape \(40, 48\)'),
        ({'source_mask': HALF * 0}, 'the source mask of style: a value above 0'),
        ({'weight': -1.0}, 'the weight of style: a finite number, 0 or more. Received: -1.0'),
        ({'weight': float('nan')}, 'the weight of style'),
        ({'weight': float('inf')}, 'the weight of style'),
        ({'weight': True}, 'the weight of style'),
        ({'weight': '1'}, 'the weight of style'),
        ({'weight': 0}, 'Expected a weight above 0 among the styles of each region'),
    ],
)
def test_styles_that_cannot_be_used(style, message, town, stripes):
    """Before any network is loaded: there is none of this name."""
    with pytest.raises(ConfigError, match=message):
        transfer_style(town, Style(stripes, **style), transfer_config(weights='none'))


@pytest.mark.parametrize(
    'masks, message',
    [
        ({'content_mask': HALF[:, :30]}, 'content_mask: of shape'),
        ({'content_mask': HALF * 0}, 'content_mask: a value above 0'),
        ({'keep': HALF.astype(int)}, 'keep: an array of bool'),
        ({'keep': np.ones(SIZE)}, 'keep: a part that is not kept'),
        ({'keep': HALF * 0}, 'keep: a value above 0 somewhere'),
    ],
)
def test_masks_that_cannot_be_used(masks, message, town, stripes):
    with pytest.raises(ConfigError, match=message):
        transfer_style(town, stripes, transfer_config(weights='none'), **masks)


@pytest.mark.parametrize(
    'styles, error, message',
    [
        ([], ConfigError, 'Expected a style picture. Received: none'),
        (
            ['a.png'],
            ConfigError,
            r"Expected style: .* of Pillow. Received: a path; PIL.Image.open\('a.png'\)",
        ),
        ('a.png', ConfigError, r"PIL.Image.open\('a.png'\) reads it"),
        (Path('a.png'), ConfigError, r"PIL.Image.open\('a.png'\) reads it"),
        (None, ConfigError, 'Received: NoneType'),
        ([[0, 0, 0]], ConfigError, 'Received: list'),
        ([np.zeros((40, 40, 3), np.uint8), np.zeros((40, 31, 3), np.uint8)], ImageSizeError, 'style 2: at'),
    ],
)
def test_no_styles(styles, error, message, town):
    with pytest.raises(error, match=message):
        transfer_style(town, styles, transfer_config(weights='none'))


def test_images_of_pillow_are_pictures(town, stripes):
    """The same result as from their arrays; an image that is given twice is one picture."""
    config = transfer_config(iterations=1, evaluations_per_iteration=2)
    image = Image.fromarray(stripes)
    made = transfer_style(
        Image.fromarray(town), [Style(image, mask=HALF), Style(image, mask=1 - HALF)], config
    )
    expected = transfer_style(town, [Style(stripes, mask=HALF), Style(stripes, mask=1 - HALF)], config)
    np.testing.assert_array_equal(made.image, expected.image)
    given = Given.checked(town, [Style(image, mask=HALF), Style(image, mask=1 - HALF)])
    assert given.styles[0].picture is given.styles[1].picture


def test_the_picture_to_start_from_may_be_an_image(town, stripes):
    config = transfer_config(init='picture', iterations=1, evaluations_per_iteration=1)
    made = transfer_style(town, stripes, config, init=Image.fromarray(stripes[: SIZE[0]]))
    np.testing.assert_array_equal(made.x, transfer_style(town, stripes, config, init=stripes[: SIZE[0]]).x)
    with pytest.raises(ConfigError, match=r"Expected init: .*a path; PIL.Image.open\('a.png'\)"):
        transfer_style(town, stripes, config, init='a.png')


def test_where_tensorflow_does_not_compute_at_once_a_transfer_is_refused(town, stripes):
    with tf.Graph().as_default(), pytest.raises(BackendError, match='executes eagerly'):
        transfer_style(town, stripes, transfer_config(weights='none'))


def test_a_style_all_of_whose_place_is_kept_is_refused(town, stripes):
    with pytest.raises(ConfigError, match='a part that is not kept'):
        Given.checked(town, [Style(stripes, mask=HALF), Style(stripes, mask=1 - HALF)], keep=HALF)


def test_in_one_batch_all_styles_have_the_contents_size(town, stripes):
    config = transfer_config(weights='none', references='each-evaluation')
    with pytest.raises(ConfigError, match=r"content's size, \(40, 48\).*Received: \(36, 48\)"):
        transfer_style(town, [stripes, stripes[:36]], config)


@pytest.mark.parametrize('dtype', [bool, np.float16, np.float64])
def test_masks_of_bool_and_of_any_floats_are_masks(dtype, town, stripes):
    given = Given.checked(town, Style(stripes, mask=HALF.astype(dtype)), HALF.astype(dtype))
    for mask in (given.regions[0].mask, given.content_mask):
        assert mask.dtype == np.float32
        np.testing.assert_array_equal(mask, HALF)


def test_styles_with_equal_masks_make_a_region_and_their_weights_its_shares(town, stripes):
    styles = [
        Style(stripes, 1e308, HALF),
        Style(town, 2.0),
        Style(town, 5e307, HALF.copy()),
        Style(stripes, 6.0),
        Style(stripes[:32], 0.0),
    ]
    made = references(town, styles, transfer_config())
    assert len(made.pictures) == 2
    (masked, everywhere) = made.regions
    np.testing.assert_array_equal(masked.mask, HALF)
    assert everywhere.mask is None
    assert masked.shares == pytest.approx((2 / 3, 1 / 3)) and everywhere.shares == pytest.approx((0.75, 0.25))
    assert (masked.area, everywhere.area) == (0.5, 1.0)


def test_what_is_kept_is_no_part_of_any_region(town, stripes):
    given = Given.checked(town, [Style(stripes), Style(town, mask=1 - HALF / 2)], keep=HALF / 2)
    np.testing.assert_array_equal(given.regions[0].mask, 1 - HALF / 2)
    np.testing.assert_array_equal(given.regions[1].mask, (1 - HALF / 2) ** 2)


def test_a_picture_goes_through_the_network_once_for_all_its_parts(town, stripes):
    """One picture, three parts of it, in two regions."""
    styles = [
        Style(stripes, 1.0, HALF, source_mask=HALF),
        Style(stripes, 3.0, HALF),
        Style(stripes, 1.0, 1 - HALF, source_mask=1 - HALF),
    ]
    made = references(town, styles, transfer_config())
    assert len(made.pictures) == 1 and [source.picture for source in made.sources] == [0, 0, 0]
    assert [region.shares for region in made.regions] == [(0.25, 0.75, 0.0), (0.0, 0.0, 1.0)]


def test_half_as_large_all_of_it_fits_together(town, stripes):
    """Masks keep their mean, and a style picture does not become too small for the network."""
    large = np.kron(town, np.ones((2, 2, 1), np.uint8))
    mask = np.random.default_rng(0).uniform(0, 1, (80, 96)).astype(np.float32)
    styles = [Style(stripes, mask=mask, source_mask=HALF), Style(large)]
    half = references(large, styles, transfer_config(), content_mask=mask, keep=mask / 2).halved(1)
    assert half.content.shape == (1, 40, 48, 3)
    assert [picture.shape[1:3] for picture in half.pictures] == [(32, 38), (40, 48)]
    assert half.sources[0].mask.shape == (32, 38) and half.sources[1].mask is None
    assert half.sources[0].mask.mean() == pytest.approx(0.5, abs=1e-6)
    assert half.content_mask.mean() == pytest.approx(mask.mean(), rel=1e-5)
    assert half.keep.shape == half.regions[0].mask.shape == (40, 48)
    np.testing.assert_allclose(half.keep[3, 5], mask[6:8, 10:12].mean() / 2, rtol=1e-5)
