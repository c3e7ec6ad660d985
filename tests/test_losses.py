"""Every loss against a closed form."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from nst_lbfgs import config
from nst_lbfgs.losses import (
    DISTANCES,
    FEATURE_SCALES,
    GRAM_SCALES,
    STYLE_NORMALISATIONS,
    TOTAL_VARIATIONS,
    Guide,
    guided_gram_gradient,
    guided_gram_matrices,
    mean_gram_gradient,
    mean_gram_matrix,
    mean_smooth_total_variation,
    relative_squared_error,
)

CHECKERBOARD = (np.indices((4, 6)).sum(axis=0) % 2).astype(np.float64)[np.newaxis, :, :, np.newaxis]
RAMP = np.arange(5.0)[np.newaxis, :, np.newaxis, np.newaxis] * np.ones((1, 5, 4, 1))


@pytest.mark.parametrize(
    'name, picture, expected',
    [
        # 3 x 5 pixels have a right and a lower neighbour, each 1 away: (1 + 1)^1.25 each
        ('smooth', CHECKERBOARD, 15 * 2**1.25),
        # 3 x 6 vertical and 4 x 5 horizontal pairs, each 1 apart
        ('absolute-sum', CHECKERBOARD, 18 + 20),
        ('absolute-mean', CHECKERBOARD, 1.0),
        # 4 x 3 pixels with a lower neighbour 1 away and an equal right one
        ('smooth', RAMP, 12.0),
        ('absolute-sum', RAMP, 16.0),
        ('absolute-mean', RAMP, 0.5),
    ],
)
def test_total_variation_of_a_known_picture(name, picture, expected):
    assert float(TOTAL_VARIATIONS[name](tf.constant(picture))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize('name', TOTAL_VARIATIONS)
def test_total_variation_of_a_flat_picture_is_zero_with_a_finite_gradient(name):
    flat = tf.ones((1, 5, 6, 3))
    with tf.GradientTape() as tape:
        tape.watch(flat)
        loss = TOTAL_VARIATIONS[name](flat)
    assert float(loss) == 0
    assert np.isfinite(tape.gradient(loss, flat)).all()


def test_the_gradient_of_smooth_total_variation_is_that_of_its_formula():
    """TensorFlow's own derivative of the formula, and half of it for half the loss."""
    picture = tf.random.stateless_normal((1, 6, 9, 3), seed=(3, 4), stddev=50, dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(picture)
        down = picture[:, 1:, :-1] - picture[:, :-1, :-1]
        right = picture[:, :-1, 1:] - picture[:, :-1, :-1]
        formula = tf.reduce_sum((down**2 + right**2) ** 1.25)
        half = 0.5 * TOTAL_VARIATIONS['smooth'](picture)
    np.testing.assert_allclose(
        tape.gradient(half, picture), 0.5 * tape.gradient(formula, picture), rtol=1e-12
    )


def test_absolute_total_variation_is_tensorflows():
    picture = tf.random.stateless_uniform((1, 7, 9, 3), seed=(1, 2))
    expected = float(tf.image.total_variation(picture)[0])
    assert float(TOTAL_VARIATIONS['absolute-sum'](picture)) == pytest.approx(expected)


def test_mean_gram_matrix_of_ones_is_ones():
    """Every product of two features is 1, and so is its mean."""
    np.testing.assert_array_equal(mean_gram_matrix(tf.ones((1, 3, 4, 5))), np.ones((5, 5)))


def test_mean_gram_matrix_counts_where_two_channels_meet():
    """Channels that are 1 on disjoint locations have no product; each alone fills half of them."""
    features = np.zeros((1, 2, 2, 2))
    features[0, 0, :, 0] = 1
    features[0, 1, :, 1] = 1
    np.testing.assert_array_equal(mean_gram_matrix(tf.constant(features)), [[0.5, 0], [0, 0.5]])


def test_gradient_of_the_gram_matrix_agrees_with_automatic_differentiation():
    features = tf.constant(np.random.default_rng(0).standard_normal((2, 3, 4, 5)))
    upstream = tf.constant(np.random.default_rng(1).standard_normal((2, 5, 5)))
    with tf.GradientTape() as tape:
        tape.watch(features)
        rows = tf.reshape(features, (2, -1, 5))
        plain = tf.reduce_sum(upstream * tf.matmul(rows, rows, transpose_a=True) / 12)
    np.testing.assert_allclose(
        mean_gram_gradient(features, upstream), tape.gradient(plain, features), rtol=1e-12
    )


@pytest.mark.parametrize('row', [0, 1])
def test_guided_gram_matrix_and_gradient_agree_with_automatic_differentiation(row):
    generator = np.random.default_rng(0)
    features = tf.constant(generator.standard_normal((2, 3, 4, 5)))
    upstream = tf.constant(generator.standard_normal((5, 5)))
    guide = Guide(row, tf.constant(generator.uniform(0, 1, (12, 1))))
    with tf.GradientTape() as tape:
        tape.watch(features)
        rows = tf.reshape(features[row], (12, 5))
        gram = tf.matmul(rows, guide.weights * rows, transpose_a=True) / tf.reduce_sum(guide.weights)
        loss = tf.reduce_sum(upstream * gram)
    np.testing.assert_allclose(guided_gram_matrices(features, [guide])[0], gram, rtol=1e-12)
    np.testing.assert_allclose(
        guided_gram_gradient(features, guide, upstream), tape.gradient(loss, features), atol=1e-15
    )


@pytest.mark.parametrize('dtype, tolerance', [(tf.float32, 1e-5), (tf.bfloat16, 1e-5)])
def test_guided_gram_matrices_of_many_features_are_summed_in_float32(dtype, tolerance):
    """More features than are weighted at a time; powers of two, which bfloat16 has."""
    generator = np.random.default_rng(0)
    features = tf.constant(generator.choice([0.0, 0.5, 1.0, 2.0], (1, 300, 301, 64)))
    weights = [tf.constant(generator.uniform(0, 1, (300 * 301, 1))) for _ in range(2)]
    wide = guided_gram_matrices(features, [Guide(0, each) for each in weights])
    guides = [Guide(0, tf.cast(each, tf.float32)) for each in weights]
    narrow = guided_gram_matrices(tf.cast(features, dtype), guides)
    assert narrow.dtype == tf.float32
    np.testing.assert_allclose(narrow, wide, rtol=tolerance)


def test_gram_matrix_of_bfloat16_features_is_summed_in_float32():
    """4096 products of 1 + 1/128: a bfloat16 sum of them stops growing long before."""
    features = tf.cast(tf.fill((1, 64, 64, 1), 1.0078125), tf.bfloat16)
    gram = mean_gram_matrix(features)
    assert gram.dtype == tf.float32
    assert float(gram[0, 0]) == pytest.approx(1.0078125**2, rel=1e-4)


def test_gram_matrix_of_many_bfloat16_features_is_that_of_float32():
    """More features than are widened at a time; powers of two, whose sums are exact."""
    features = tf.constant(np.random.default_rng(0).choice([0.0, 0.5, 1.0, 2.0], (1, 300, 301, 64)))
    wide = mean_gram_matrix(tf.cast(features, tf.float64))
    narrow = mean_gram_matrix(tf.cast(features, tf.bfloat16))
    np.testing.assert_allclose(narrow, wide, rtol=1e-6)


@pytest.mark.parametrize(
    'name, expected', [('sum-squared-error', 0 + 1 + 4 + 9), ('mean-squared-error', (0 + 1 + 4 + 9) / 4)]
)
def test_distance_of_known_features(name, expected):
    assert float(DISTANCES[name](tf.constant([0.0, 1, 2, 3]), tf.zeros(4))) == expected


@pytest.mark.parametrize('name, expected', [('sum-squared-error', 0.5 + 9), ('mean-squared-error', 9.5 / 4)])
def test_weighted_distance_of_known_features(name, expected):
    weights = tf.constant([1.0, 0.5, 0.0, 1.0])
    assert float(DISTANCES[name](tf.constant([0.0, 1, 2, 3]), tf.zeros(4), weights)) == expected


def test_distances_of_bfloat16_features_are_float32():
    for distance in DISTANCES.values():
        assert distance(tf.zeros(3, tf.bfloat16), tf.ones(3, tf.bfloat16)).dtype == tf.float32


@pytest.mark.parametrize('name, expected', [('sum', 12.0), ('per-location', 1.0), ('per-element', 1 / 5)])
def test_gram_scale_of_a_layer_of_3_by_4_locations_and_5_channels(name, expected):
    assert GRAM_SCALES[name](3, 4, 5) == expected


def test_picture_size_scale_is_that_of_the_keras_example():
    """1 / (4 channels^2 size^2) with 3 channels and 10 x 20 pixels."""
    assert STYLE_NORMALISATIONS['picture-size'](10, 20) == pytest.approx(1 / (4 * 9 * 200**2))


@pytest.mark.parametrize(
    'registry, names',
    [
        (DISTANCES, config.DISTANCE_NAMES),
        (FEATURE_SCALES, config.FEATURE_SCALE_NAMES),
        (GRAM_SCALES, config.GRAM_NORMALISATIONS),
        (STYLE_NORMALISATIONS, config.STYLE_NORMALISATION_NAMES),
        (TOTAL_VARIATIONS, config.TOTAL_VARIATION_NAMES),
    ],
)
def test_configuration_knows_exactly_the_losses_there_are(registry, names):
    assert set(registry) == set(names)


@pytest.mark.parametrize(
    'weights, expected', [(None, 9 / 25), ([[1.0], [0.0]], 0.0), ([[0.5], [0.5]], 4.5 / 25)]
)
def test_a_relative_distance_is_a_share_of_what_is_expected(weights, expected):
    actual, target = tf.constant([[3.0], [1.0]]), tf.constant([[3.0], [4.0]])
    weights = None if weights is None else tf.constant(weights)
    for scale in (1.0, 1e-6, 1e6):
        assert relative_squared_error(scale * actual, scale * target, weights).numpy() == pytest.approx(
            expected
        )


def test_a_relative_distance_of_nothing_is_0():
    """A layer that sees nothing in the target has no say, and no gradient that is not a number."""
    actual = tf.Variable([[1.0]])
    with tf.GradientTape() as tape:
        loss = relative_squared_error(actual, tf.zeros((1, 1)))
    assert loss.numpy() == 0 and tape.gradient(loss, actual).numpy() == 0


def test_mean_total_variation_is_the_same_at_every_size():
    small = np.random.default_rng(0).uniform(0, 1, (1, 9, 9, 3))
    tiled = np.concatenate([small[:, :, :-1], small], axis=2)  # the same neighbours twice
    one, two = (mean_smooth_total_variation(tf.constant(each)).numpy() for each in (small, tiled))
    assert one == pytest.approx(np.sum(_smooth_terms(small)) / (8 * 8 * 3))
    assert np.isfinite(two) and two == pytest.approx(np.mean(_smooth_terms(tiled)))


def _smooth_terms(picture):
    down, right = picture[:, 1:, :-1] - picture[:, :-1, :-1], picture[:, :-1, 1:] - picture[:, :-1, :-1]
    return (down**2 + right**2) ** 1.25
