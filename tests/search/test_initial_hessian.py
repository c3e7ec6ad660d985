"""The inverse Hessian that L-BFGS begins with: linear, symmetric, positive, weighted, and learnt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.search.initial_hessian import (
    BANDS,
    FEWEST_PAIRS,
    OPPONENT_COLOURS,
    SpectralInverseHessian,
    first_step,
)

SHAPES = [(8, 8, 3), (7, 12, 3), (12, 7, 3), (5, 9, 3)]


def vectors(shape, count=2, seed=1):
    return np.random.default_rng(seed).standard_normal((count, int(np.prod(shape))))


def learnt(shape, seed=0, exponent=0.45):
    """A matrix that has learnt from pairs of random powers."""
    hessian = SpectralInverseHessian(shape, exponent)
    generator = np.random.default_rng(seed)
    hessian.learn([tuple(generator.uniform(1, 100, (2, BANDS, 3))) for _ in range(FEWEST_PAIRS)])
    return hessian


def wave(shape, down, right, colour):
    """A wave of so many cycles, in one opponent colour."""
    height, width, _ = shape
    rows, columns = np.arange(height)[:, None] / height, np.arange(width)[None] / width
    return (
        np.cos(2 * np.pi * (down * rows + right * columns))[:, :, None] * OPPONENT_COLOURS[colour]
    ).ravel()


def dense(hessian, shape):
    return np.stack([hessian.times(column) for column in np.eye(int(np.prod(shape)))], axis=1)


@pytest.mark.parametrize('make', [lambda shape: SpectralInverseHessian(shape, 0.45), learnt])
@pytest.mark.parametrize('shape', [(4, 4, 3), (3, 5, 3), (4, 7, 3)])
def test_it_is_symmetric_and_positive(make, shape):
    matrix = dense(make(shape), shape)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12 * np.abs(matrix).max())
    assert np.linalg.eigvalsh(matrix).min() > 0


@pytest.mark.parametrize('shape', SHAPES)
def test_it_is_the_square_of_the_change_of_variables(shape):
    """Twice times the matrix of half the exponent: the one that takes z to x, and gradients back."""
    half, whole = SpectralInverseHessian(shape, 0.225), SpectralInverseHessian(shape, 0.45)
    x, _ = vectors(shape)
    np.testing.assert_allclose(half.times(half.times(x)), whole.times(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize('colour', range(3))
@pytest.mark.parametrize('cycles', [1, 4, 8, 16])
def test_a_wave_is_weighted_by_its_frequency_in_every_colour(cycles, colour):
    """Four cycles in 32 pixels are 1/8 cycle a pixel: (4 / 8)^-0.9; and so on."""
    shape = (32, 32, 3)
    values = wave(shape, 0, cycles, colour)
    product = SpectralInverseHessian(shape, 0.45).times(values)
    np.testing.assert_allclose(product, (4 * cycles / 32) ** -0.9 * values, rtol=1e-5, atol=1e-6)


def test_the_mean_counts_as_the_longest_wave():
    """Frequency 0 is weighted as one cycle along the longer side, here 16 pixels: (4 / 16)^-2."""
    product = SpectralInverseHessian((8, 16, 3), 1.0).times(np.ones(8 * 16 * 3))
    np.testing.assert_allclose(product, 16.0, rtol=1e-5)


@pytest.mark.parametrize('shape', SHAPES)
def test_exponent_zero_is_the_unit_matrix(shape):
    x, _ = vectors(shape)
    np.testing.assert_allclose(SpectralInverseHessian(shape, 0.0).times(x), x, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize('shape', SHAPES)
def test_in_float32_it_is_the_same_to_float32(shape):
    hessian = learnt(shape)
    x, _ = vectors(shape)
    narrow = hessian.times(x.astype(np.float32))
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, hessian.times(x), rtol=1e-4, atol=1e-4)


def test_powers_are_sums_over_bands_of_frequency_and_colours():
    """A wave's power is all in its own colour and band, higher frequencies in higher bands."""
    shape = (32, 48, 3)
    hessian = SpectralInverseHessian(shape, 0.45)
    bands = []
    for cycles in (0, 1, 3, 6, 12, 20):
        powers = hessian.powers(wave(shape, 0, cycles, 1))
        band = int(powers[:, 1].argmax())
        assert powers.shape == (BANDS, 3)
        assert powers[band, 1] == pytest.approx(powers.sum(), rel=1e-9)
        bands.append(band)
    assert bands == sorted(bands) and bands[-1] > bands[2] > bands[0]


def test_a_diagonal_hessian_is_learnt_from_pairs():
    """With y = B s, B diagonal by band and colour, h is B^-1 to the power 0.7 times the first h to 0.3."""
    shape, curvature = (48, 64, 3), np.geomspace(1, 200, BANDS)[:, None] * np.array([1.0, 3.0, 0.5])
    hessian = SpectralInverseHessian(shape, 0.45)
    steps = [hessian.powers(step) for step in vectors(shape, FEWEST_PAIRS)]
    hessian.learn([(power, power * curvature**2) for power in steps])
    first = SpectralInverseHessian(shape, 0.45)
    ratios = {}
    for down, right, colour in ((0, 2, 0), (0, 2, 1), (5, 3, 0), (9, 14, 2), (16, 20, 1)):
        values = wave(shape, down, right, colour)
        band = int(hessian.powers(values)[:, colour].argmax())
        scale = (values @ hessian.times(values)) / (values @ first.times(values)) ** 0.3
        ratios[down, right, colour] = scale * curvature[band, colour] ** 0.7
    values = np.array(list(ratios.values()))
    np.testing.assert_allclose(values / values.mean(), 1, atol=0.35)  # a band is half an octave wide


def test_few_pairs_teach_nothing_and_what_was_learnt_is_forgotten_with_them():
    shape = (12, 16, 3)
    hessian, (x, _) = SpectralInverseHessian(shape, 0.45), vectors(shape)
    before = hessian.times(x)
    powers = [(np.full((BANDS, 3), 2.0), np.geomspace(1, 9, BANDS * 3).reshape(BANDS, 3))] * FEWEST_PAIRS
    hessian.learn(powers[:-1])
    np.testing.assert_array_equal(hessian.times(x), before)
    hessian.learn(powers)
    assert not np.allclose(hessian.times(x), before, rtol=0.1)
    hessian.learn([])
    np.testing.assert_array_equal(hessian.times(x), before)


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 4))
def test_no_size_leaves_it_without_finite_positive_weights(height, width, exponent):
    shape = (height, width, 3)
    hessian = learnt(shape, exponent=exponent)
    x = vectors(shape, 1)[0]
    product = hessian.times(x)
    assert np.isfinite(product).all() and x @ product > 0


def test_gradients_whose_squares_float32_does_not_hold_are_learnt_from():
    shape = (12, 16, 3)
    steps, changes = vectors(shape, FEWEST_PAIRS, 2), vectors(shape, FEWEST_PAIRS, 3)
    products = []
    for scale in (1.0, 1e25, 1e-30):
        hessian = SpectralInverseHessian(shape, 0.45)
        small = [(s.astype(np.float32), (scale * y).astype(np.float32)) for s, y in zip(steps, changes)]
        hessian.learn([(hessian.powers(s), hessian.powers(y)) for s, y in small])
        products.append(hessian.times(steps[0]))
    np.testing.assert_allclose(products[1], products[0], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(products[2], products[0], rtol=1e-3, atol=1e-3)


def test_a_band_without_power_keeps_its_first_weight_and_moves_no_other():
    shape = (32, 48, 3)
    hessian, without = SpectralInverseHessian(shape, 0.45), SpectralInverseHessian(shape, 0.45)
    powers = np.random.default_rng(0).uniform(1, 9, (FEWEST_PAIRS, 2, BANDS, 3))
    without.learn([tuple(pair) for pair in powers])
    powers[:, 1, BANDS - 1, 2] = 0
    hessian.learn([tuple(pair) for pair in powers])
    low = wave(shape, 0, 2, 0)
    assert low @ hessian.times(low) == pytest.approx(low @ without.times(low), rel=0.2)


def test_pictures_without_any_power_teach_nothing_that_is_not_finite():
    shape = (8, 8, 3)
    hessian = SpectralInverseHessian(shape, 0.45)
    hessian.learn([(np.zeros((BANDS, 3)), np.zeros((BANDS, 3)))] * FEWEST_PAIRS)
    assert np.isfinite(hessian.times(vectors(shape)[0])).all()


def test_the_first_step_is_seven_grey_levels_in_the_mean():
    n = 300
    assert first_step(np.full(3, 255.0), n) / n**0.5 == pytest.approx(7.0)
    assert first_step(np.full(3, 1.0), n) / n**0.5 == pytest.approx(7 / 255)
