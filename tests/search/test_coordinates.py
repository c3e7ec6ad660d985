"""The change of variables: linear, symmetric, and the chain rule."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.search.coordinates import PixelCoordinates, SpectralCoordinates, first_step

SHAPES = [(8, 8, 3), (7, 12, 3), (12, 7, 3), (5, 9, 3)]


def make(shape, exponent=0.45, step=2.0):
    x0 = np.random.default_rng(0).standard_normal(np.prod(shape))
    return SpectralCoordinates(x0, shape, exponent, step), x0


def vectors(shape, count=2):
    return np.random.default_rng(1).standard_normal((count, int(np.prod(shape))))


@pytest.mark.parametrize('shape', SHAPES)
def test_the_start_is_the_starting_picture(shape):
    coordinates, x0 = make(shape)
    np.testing.assert_array_equal(coordinates.of(x0), np.zeros(x0.size))
    np.testing.assert_allclose(coordinates.picture(np.zeros(x0.size)), x0, rtol=1e-12)


@pytest.mark.parametrize('shape', SHAPES)
def test_every_picture_has_its_coordinates(shape):
    coordinates, _ = make(shape)
    x, _ = vectors(shape)
    np.testing.assert_allclose(coordinates.picture(coordinates.of(x)), x, atol=1e-12)


@pytest.mark.parametrize('shape', SHAPES)
def test_p_is_symmetric(shape):
    """u . P v = P u . v, odd and even sides alike."""
    coordinates, _ = make(shape)
    u, v = vectors(shape)
    assert u @ coordinates.gradient(v) == pytest.approx(coordinates.gradient(u) @ v, rel=1e-12)


@pytest.mark.parametrize('shape', SHAPES)
def test_the_gradient_is_that_of_the_composed_function(shape):
    """f(x) = sum(sin x): its gradient for z against finite differences."""
    coordinates, _ = make(shape)
    z, direction = vectors(shape)
    gradient = coordinates.gradient(np.cos(coordinates.picture(z)))
    ahead, behind = (np.sin(coordinates.picture(z + h * direction)).sum() for h in (1e-6, -1e-6))
    assert gradient @ direction == pytest.approx((ahead - behind) / 2e-6, rel=1e-7)


def test_a_single_frequency_is_weighted_by_its_power():
    """Four cycles in 32 pixels are 1/8 cycle a pixel: (4 / 8)^-0.45 times the step; and so on."""
    coordinates, x0 = make((32, 32, 3), exponent=0.45, step=3.0)
    columns = np.arange(32)
    for cycles in (1, 4, 8, 16):
        wave = np.broadcast_to(np.cos(2 * np.pi * cycles * columns / 32)[None, :, None], (32, 32, 3))
        moved = coordinates.picture(wave.ravel()) - x0
        np.testing.assert_allclose(moved, 3.0 * (4 * cycles / 32) ** -0.45 * wave.ravel(), atol=1e-10)


def test_the_mean_counts_as_the_longest_wave():
    """Frequency 0 is weighted as one cycle along the longer side, here 16 pixels."""
    coordinates, x0 = make((8, 16, 3), exponent=1.0, step=1.0)
    moved = coordinates.picture(np.ones(8 * 16 * 3)) - x0
    np.testing.assert_allclose(moved, 4.0, rtol=1e-12)


def test_exponent_zero_only_scales():
    coordinates, x0 = make((7, 12, 3), exponent=0.0, step=2.0)
    z, _ = vectors((7, 12, 3))
    np.testing.assert_allclose(coordinates.picture(z), x0 + 2 * z, rtol=1e-9)


@pytest.mark.parametrize('shape', SHAPES)
def test_in_float32_it_is_the_same_to_float32(shape):
    wide, x0 = make(shape)
    narrow = SpectralCoordinates(x0.astype(np.float32), shape, 0.45, 2.0)
    z, _ = vectors(shape)
    assert narrow.picture(z).dtype == narrow.gradient(z).dtype == np.float32
    np.testing.assert_allclose(narrow.picture(z), wide.picture(z), atol=1e-5)
    np.testing.assert_allclose(narrow.gradient(z), wide.gradient(z), atol=1e-5)


def test_the_start_is_exactly_zero():
    coordinates, x0 = make((7, 12, 3))
    np.testing.assert_array_equal(coordinates.of(x0), np.zeros(x0.size))
    np.testing.assert_allclose(coordinates.picture(coordinates.of(x0 + 1)), x0 + 1, rtol=1e-9)


def test_pixel_coordinates_are_the_pixels():
    x = np.arange(12.0, dtype=np.float32)
    coordinates = PixelCoordinates()
    z = coordinates.of(x)
    assert z.dtype == np.float64
    np.testing.assert_array_equal(z, x)
    z += 1
    np.testing.assert_array_equal(x, np.arange(12.0))
    np.testing.assert_array_equal(coordinates.picture(z), z)
    np.testing.assert_array_equal(coordinates.gradient(z), z)


def test_the_first_step_is_seven_grey_levels_in_the_mean():
    n = 300
    assert first_step(np.full(3, 255.0), n) / n**0.5 == pytest.approx(7.0)
    assert first_step(np.full(3, 1.0), n) / n**0.5 == pytest.approx(7 / 255)
