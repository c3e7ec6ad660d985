"""Masks: grey values, thresholds, and sizes that keep the covered area."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures.masks import mask_values, of_one_shape, resized_mask


def grey(*values):
    return np.array([[[value] * 3 for value in values]], np.uint8)


def test_grey_is_its_value_and_not_its_light():
    np.testing.assert_allclose(mask_values(grey(0, 51, 128, 255)), [[0, 0.2, 128 / 255, 1]], rtol=1e-6)


def test_colours_count_by_their_luma():
    colours = np.array([[(255, 0, 0), (0, 255, 0), (0, 0, 255)]], np.uint8)
    np.testing.assert_allclose(mask_values(colours), [[0.299, 0.587, 0.114]], atol=0.5 / 255)


def test_the_threshold_itself_is_white_and_inversion_comes_after_it():
    values = grey(0, 127, 128, 255)
    np.testing.assert_array_equal(mask_values(values, threshold=128 / 255), [[0, 0, 1, 1]])
    np.testing.assert_array_equal(mask_values(values, threshold=128 / 255, invert=True), [[1, 1, 0, 0]])
    np.testing.assert_allclose(mask_values(values, invert=True), 1 - mask_values(values))
    np.testing.assert_array_equal(mask_values(values, threshold=0), [[1, 1, 1, 1]])


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_made_smaller_it_covers_the_same_share(height, width, down, across, seed):
    values = np.random.default_rng(seed).random((height * down, width * across), np.float32)
    expected = values.reshape(height, down, width, across).mean(axis=(1, 3))
    np.testing.assert_allclose(resized_mask(values, height, width), expected, atol=1e-6)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_at_any_size_it_stays_within_0_and_1(height, width, new_height, new_width, seed):
    values = np.random.default_rng(seed).integers(0, 2, (height, width)).astype(np.float32)
    resized = resized_mask(values, new_height, new_width)
    assert resized.shape == (new_height, new_width) and resized.dtype == np.float32
    assert 0 <= resized.min() and resized.max() <= 1
    assert resized_mask(np.ones_like(values), new_height, new_width).min() == 1


def test_a_size_that_no_picture_has():
    with pytest.raises(ConfigError, match='Expected a size'):
        resized_mask(np.ones((4, 4), np.float32), 0, 4)


@pytest.mark.parametrize(
    'one, other, alike',
    [
        ((300, 400), (600, 800), True),
        ((300, 400), (301, 400), True),
        ((300, 400), (400, 300), False),
        ((300, 400), (310, 400), False),
    ],
)
def test_shapes_are_alike_but_for_rounding(one, other, alike):
    assert of_one_shape(one, other) == of_one_shape(other, one) == alike
