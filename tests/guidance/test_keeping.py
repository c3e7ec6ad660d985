"""What is kept, byte for byte, and the border around it."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.guidance.keeping import Kept, feathered, with_kept

RNG = np.random.default_rng(0)


@pytest.mark.parametrize('width', [0, 1, 5, 16])
def test_the_border_is_as_wide_as_it_says(width):
    mask = np.zeros((8, 60), np.float32)
    mask[:, :20] = 0.5
    mask[:, 20:] = 0.49
    keep = feathered(mask, width)
    assert keep.dtype == np.float32
    np.testing.assert_array_equal(keep[:, :20], 1)
    between = keep[0, 20 : 20 + width]
    assert np.all((between > 0) & (between < 1)) and np.all(np.diff(keep[0, 19 : 21 + width]) < 0)
    np.testing.assert_array_equal(keep[:, 20 + width :], 0)


def test_the_border_has_no_steps():
    mask = np.zeros((1, 200), np.float32)
    mask[:, :20] = 1
    assert np.abs(np.diff(feathered(mask, 100)[0])).max() < 1.7 / 100


def test_of_nothing_nothing_is_kept():
    np.testing.assert_array_equal(feathered(np.full((4, 5), 0.4, np.float32), 3), np.zeros((4, 5)))


def test_pictures_are_mixed_in_the_shares_that_are_kept():
    picture, content = RNG.integers(0, 256, (2, 6, 7, 3)).astype(np.uint8)
    keep = RNG.choice([0.0, 0.25, 1.0], (6, 7)).astype(np.float32)
    mixed = with_kept(picture, content, keep)
    np.testing.assert_array_equal(mixed[keep == 1], content[keep == 1])
    np.testing.assert_array_equal(mixed[keep == 0], picture[keep == 0])
    exact = 0.25 * content + 0.75 * picture.astype(float)
    assert np.abs(mixed - exact)[keep == 0.25].max() <= 0.5


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_coordinates_are_exact_where_all_or_nothing_is_kept(dtype):
    content = RNG.normal(0, 50, (1, 6, 7, 3)).astype(np.float32)
    keep = RNG.choice([0.0, 0.3, 1.0], (6, 7)).astype(np.float32)
    x = RNG.normal(0, 50, 6 * 7 * 3).astype(dtype)
    picture = Kept(content, keep).picture(x)
    assert picture.dtype == dtype and picture.shape == x.shape
    whole, none = np.repeat(keep == 1, 3), np.repeat(keep == 0, 3)
    np.testing.assert_array_equal(picture[whole], content.ravel()[whole])
    np.testing.assert_array_equal(picture[none], x[none])


def test_the_gradient_is_that_of_the_picture():
    """It is linear: the change along a direction is the gradient's projection."""
    content = RNG.normal(0, 50, (1, 6, 7, 3)).astype(np.float32)
    kept = Kept(content, RNG.uniform(0, 1, (6, 7)).astype(np.float32))
    x, direction, upstream = RNG.normal(0, 1, (3, 6 * 7 * 3))
    change = upstream @ (kept.picture(x + direction) - kept.picture(x))
    assert kept.gradient(upstream) @ direction == pytest.approx(change, rel=1e-9)
