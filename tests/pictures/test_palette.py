"""The colours of a picture, counted and replaced."""

from __future__ import annotations

import numpy as np

from nst_lbfgs.pictures.palette import palette_of, repainted
from tests.support.made_pictures import photograph


def test_colours_and_counts():
    pixels = np.uint8([[[255, 0, 1], [0, 0, 0], [255, 0, 1]], [[255, 255, 255], [0, 2, 0], [255, 0, 1]]])
    found = palette_of(pixels)
    assert found.colours.tolist() == [[0, 0, 0], [0, 2, 0], [255, 0, 1], [255, 255, 255]]
    assert found.counts.tolist() == [1, 1, 3, 1]


def test_as_numpy_counts_them():
    pixels = photograph() // 32 * 32
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    found = palette_of(pixels)
    np.testing.assert_array_equal(found.colours, colours)
    np.testing.assert_array_equal(found.counts, counts)


def test_repainting_is_by_colour_rounded_and_clipped():
    pixels = np.uint8([[[9, 9, 9], [1, 2, 3]], [[1, 2, 3], [9, 9, 9]]])
    found = palette_of(pixels)
    painted = repainted(pixels, found, np.array([[0.6, -3.0, 300.0], [9.4, 254.6, 12.0]]))
    assert painted.tolist() == [[[9, 255, 12], [1, 0, 255]], [[1, 0, 255], [9, 255, 12]]]


def test_a_palettes_own_colours_repaint_nothing():
    pixels = photograph()[::-1, ::2]
    found = palette_of(pixels)
    np.testing.assert_array_equal(repainted(pixels, found, found.colours), pixels)
