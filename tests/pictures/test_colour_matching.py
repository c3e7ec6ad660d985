"""The three matchings and Monge-Kantorovich's map: mean and covariance, and pictures with little in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures.colour_matching import MATCHINGS, match_colours, matched_colours, monge_kantorovich
from nst_lbfgs.pictures.colour_names import COLOUR_MATCHING_NAMES
from nst_lbfgs.pictures.colour_statistics import ColourStatistics
from nst_lbfgs.pictures.palette import palette_of
from tests.support.made_pictures import photograph

methods = pytest.mark.parametrize('method', COLOUR_MATCHING_NAMES)
statistics_of = ColourStatistics.of


def painting(seed=0, shape=(26, 30)):
    """Return a picture of a few colours with noise, unlike the photograph, uint8 (*shape, 3)."""
    random = np.random.default_rng(seed)
    colours = random.integers(20, 236, (4, 3))
    pixels = colours[random.integers(0, 4, shape)] + random.normal(0, 9, (*shape, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def plain(*colours, shape=(8, 12)):
    """Return a picture (8, 12, 3) in which these colours take turns."""
    return np.resize(np.uint8(colours), (*shape, 3))


def check_statistics(colours, counts, content):
    got, expected = statistics_of(colours, counts), statistics_of(content)
    np.testing.assert_allclose(got.mean, expected.mean, rtol=1e-3, atol=1e-6)
    error = np.linalg.norm(got.covariance - expected.covariance)
    assert error <= 1e-3 * np.linalg.norm(expected.covariance) + 1e-6


def test_the_names_that_settings_have_are_those_of_the_matchings():
    assert tuple(MATCHINGS) == COLOUR_MATCHING_NAMES


@methods
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_mean_and_covariance_are_the_contents(method, seed):
    style, content = painting(seed), photograph()
    palette = palette_of(style)
    check_statistics(matched_colours(palette, palette_of(content), method), palette.counts, content)
    palette = palette_of(content)
    check_statistics(matched_colours(palette, palette_of(style), method), palette.counts, style)


def test_pca_and_cholesky_are_the_papers_maps():
    """Written once more with scipy's roots."""
    from scipy.linalg import cholesky, inv, sqrtm

    style, content = palette_of(painting()), palette_of(photograph())
    source = statistics_of(painting())
    target = statistics_of(photograph())
    maps = {
        'pca': sqrtm(target.covariance) @ inv(sqrtm(source.covariance)),
        'cholesky': cholesky(target.covariance, lower=True) @ inv(cholesky(source.covariance, lower=True)),
    }
    for method, matrix in maps.items():
        expected = (style.colours - source.mean) @ matrix.T + target.mean
        np.testing.assert_allclose(matched_colours(style, content, method), expected, atol=1e-4)


def test_histogram_is_nearer_to_the_contents_distribution_than_the_maps():
    style, content = palette_of(painting(shape=(60, 80))), palette_of(photograph(60, 80))
    deciles = np.linspace(0.05, 0.95, 19)

    def distance(method):
        got, wanted = matched_colours(style, content, method), content.colours
        return np.abs(np.quantile(got, deciles, axis=0) - np.quantile(wanted, deciles, axis=0)).mean()

    assert distance('histogram') < 0.3 * min(distance('pca'), distance('cholesky'))


@methods
def test_the_picture_is_what_becomes_of_its_colours(method):
    """Pixel for pixel, rounded and clipped; the style keeps its size."""
    style, content = painting(), photograph(40, 17)
    before = style.copy()
    palette = palette_of(style)
    matched = matched_colours(palette, palette_of(content), method)
    places = {tuple(colour): index for index, colour in enumerate(palette.colours)}
    picture = match_colours(style, content, method)
    expected = [[matched[places[tuple(pixel)]] for pixel in row] for row in style]
    np.testing.assert_array_equal(picture, np.clip(np.rint(expected), 0, 255))
    np.testing.assert_array_equal(style, before)


@methods
def test_strength_0_changes_nothing_and_half_goes_half_the_way(method):
    style, content = painting(), photograph()
    np.testing.assert_array_equal(match_colours(style, content, method, 0), style)
    palette = palette_of(style)
    matched = matched_colours(palette, palette_of(content), method)
    half = palette_of(match_colours(style, content, method, 0.5))
    assert half.counts.sum() == style.size / 3
    way = (palette.colours + matched) / 2
    expected = np.clip(np.rint(way), 0, 255)
    assert {tuple(colour) for colour in half.colours} == {tuple(colour) for colour in expected}


@methods
@pytest.mark.parametrize(
    'picture',
    [
        painting(),
        photograph(),
        plain((90, 90, 90), (92, 92, 92), (200, 200, 200)),
        plain((7, 200, 31)),
        plain((0, 0, 0), (255, 255, 255)),
        plain((90, 90, 90), (91, 90, 90), (90, 91, 91)),
        plain((93, 90, 90), *[(90, 90, 90)] * 31),
        np.random.default_rng(0).integers(0, 2, (9, 9, 3), dtype=np.uint8),
    ],
    ids=[
        'painting',
        'photograph',
        'grey',
        'one colour',
        'black and white',
        'nearly grey',
        'rare colour',
        'nearly black',
    ],
)
def test_a_picture_matched_with_itself_is_itself(method, picture):
    np.testing.assert_array_equal(match_colours(picture, picture, method), picture)


@methods
@pytest.mark.parametrize('content', [plain((7, 200, 31)), photograph()], ids=['one colour', 'photograph'])
def test_a_style_of_one_colour_becomes_the_contents_mean(method, content):
    matched = match_colours(plain((40, 50, 60)), content, method)
    np.testing.assert_array_equal(matched[0, 0], np.rint(content.mean(axis=(0, 1))))
    assert (matched == matched[0, 0]).all()


@methods
def test_content_of_one_colour_makes_everything_that_colour(method):
    assert (match_colours(painting(), plain((7, 200, 31)), method) == (7, 200, 31)).all()


@methods
def test_grey_content_makes_the_style_grey(method):
    matched = match_colours(painting(), plain((20, 20, 20), (90, 90, 90), (200, 200, 200)), method)
    assert np.ptp(matched.astype(int), axis=2).max() <= 1 and np.ptp(matched) > 60


@pytest.mark.parametrize('method', ['pca', 'cholesky'])
def test_a_grey_style_varies_in_one_direction_of_colour(method):
    """What was one line of greys is one line through the content's mean, as long as its colours vary."""
    greys = plain(*[(value, value, value) for value in range(30, 220, 10)], shape=(19, 19))
    palette = palette_of(greys)
    matched = matched_colours(palette, palette_of(photograph()), method)
    statistics = statistics_of(matched, palette.counts)
    variances = np.linalg.eigvalsh(statistics.covariance)
    np.testing.assert_allclose(statistics.mean, photograph().mean(axis=(0, 1)), atol=0.01)
    assert variances[:2].max() < 0.02 * variances[2] and variances[2] > 500


@methods
def test_two_colours_become_two(method):
    matched = match_colours(plain((10, 10, 10), (200, 30, 90)), photograph(), method)
    colours = palette_of(matched)
    assert len(colours.counts) == 2 and np.ptp(colours.colours, axis=0).max() > 60


@pytest.mark.parametrize('method', ['pca', 'cholesky'])
@pytest.mark.parametrize('deviation', [0.3, 0.6])
def test_the_noise_of_a_grey_picture_does_not_become_coloured(method, deviation):
    """Two directions vary by less than 1: so much of the content's variance is reached there, and no more."""
    random = np.random.default_rng(0)
    grey = random.integers(40, 216, (40, 40, 1)) + random.normal(0, deviation, (40, 40, 3))
    style = np.rint(grey).astype(np.uint8)
    palette = palette_of(style)
    got = statistics_of(matched_colours(palette, palette_of(photograph()), method), palette.counts)
    volume = np.linalg.det(got.covariance) / np.linalg.det(statistics_of(photograph()).covariance)
    noise = np.linalg.eigvalsh(statistics_of(style).covariance)[:2]
    assert noise.max() < 0.9
    np.testing.assert_allclose(volume, noise.prod(), rtol=1e-3)


@methods
@pytest.mark.parametrize('shape', [(1, 1, 3), (1, 300, 3), (300, 1, 3)])
def test_extreme_sizes(method, shape):
    random = np.random.default_rng(0)
    style, content = random.integers(0, 256, shape, np.uint8), random.integers(0, 256, (7, 9, 3), np.uint8)
    assert match_colours(style, content, method).shape == shape
    assert match_colours(content, style, method).shape == (7, 9, 3)


def test_monge_kantorovich_is_the_formula():
    from scipy.linalg import inv, sqrtm

    content, style = statistics_of(photograph()), statistics_of(painting())
    a, b = content.covariance + np.eye(3), style.covariance + np.eye(3)
    root, inverse = sqrtm(a), inv(sqrtm(a))
    matrix = inverse @ sqrtm(root @ b @ root) @ inverse
    expected = (photograph() - content.mean) @ matrix.T + style.mean
    mapped = monge_kantorovich(photograph().astype(np.float64), content, style)
    np.testing.assert_allclose(mapped, expected, atol=1e-8)
    moved = statistics_of(mapped)
    np.testing.assert_allclose(moved.mean, style.mean, rtol=1e-9)
    error = np.linalg.norm(moved.covariance - style.covariance)
    assert error < 0.05 * np.linalg.norm(style.covariance)


@pytest.mark.parametrize('kind', [np.float32, np.float64])
def test_monge_kantorovich_keeps_precision_and_shape(kind):
    statistics = statistics_of(photograph())
    pixels = photograph().astype(kind)[:5]
    mapped = monge_kantorovich(pixels, statistics, statistics)
    assert mapped.dtype == kind
    np.testing.assert_allclose(mapped, pixels, atol=1e-3)
    np.testing.assert_array_equal(monge_kantorovich(pixels[0, 0], statistics, statistics).shape, (3,))


def test_monge_kantorovich_of_one_colour_is_finite():
    one = statistics_of(plain((10, 20, 30)))
    mapped = monge_kantorovich(plain((10, 20, 30)).astype(np.float64), one, statistics_of(photograph()))
    np.testing.assert_allclose(mapped[0, 0], photograph().mean(axis=(0, 1)))
    back = monge_kantorovich(photograph().astype(np.float64), statistics_of(photograph()), one)
    np.testing.assert_allclose(back, np.broadcast_to((10, 20, 30), back.shape), atol=5)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((painting(), painting(), 'histogramm'), "Expected method: .* Did you mean 'histogram'"),
        ((painting(), painting(), 'pca', -0.1), 'Expected strength: a number from 0 to 1. Received: -0.1'),
        ((painting()[..., 0], painting(), 'pca'), 'Expected style: uint8 pixels'),
        ((painting(), painting() / 255, 'pca'), 'Expected content: uint8 pixels'),
        ((painting()[:0], painting(), 'pca'), 'Expected style: one pixel at least'),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ConfigError, match=message):
        match_colours(*arguments)


@pytest.mark.parametrize('pixels', [photograph(), photograph()[..., 0] / 1, np.float64(3)])
def test_monge_kantorovich_wants_floats_of_three_channels(pixels):
    statistics = statistics_of(photograph())
    with pytest.raises(ConfigError, match=r'Expected floating-point pixels \(..., 3\). Received: '):
        monge_kantorovich(pixels, statistics, statistics)
