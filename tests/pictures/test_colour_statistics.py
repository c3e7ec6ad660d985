"""Means and covariances against NumPy's own."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures import pixel_bands
from nst_lbfgs.pictures.colour_statistics import ColourStatistics
from tests.support.made_pictures import photograph


def check(statistics, pixels, weights=None):
    flat = np.reshape(pixels, (-1, 3)).astype(np.float64)
    weights = None if weights is None else np.ravel(weights)
    np.testing.assert_allclose(statistics.mean, np.average(flat, axis=0, weights=weights), rtol=1e-12)
    expected = np.cov(flat.T, aweights=weights, ddof=0)
    np.testing.assert_allclose(statistics.covariance, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize('kind', [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize('band', [1 << 14, 50])
def test_of_a_picture(monkeypatch, kind, band):
    monkeypatch.setattr(pixel_bands.bands, '__defaults__', (band,))
    check(ColourStatistics.of(photograph().astype(kind)), photograph())


@pytest.mark.parametrize('band', [1 << 14, 50])
def test_of_a_part(monkeypatch, band):
    """A mask counts its pixels in proportion; where it is 0, nothing counts."""
    monkeypatch.setattr(pixel_bands.bands, '__defaults__', (band,))
    mask = np.random.default_rng(0).random((24, 32), np.float32)
    mask[:, :20] = 0
    check(ColourStatistics.of(photograph(), mask), photograph(), mask)
    whole = ColourStatistics.of(photograph()[:, 20:])
    of_mask = ColourStatistics.of(photograph(), np.float32(mask > 0))
    np.testing.assert_allclose(of_mask.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(of_mask.covariance, whole.covariance, rtol=1e-9)


def test_one_colour_varies_not_at_all():
    statistics = ColourStatistics.of(np.full((30, 40, 3), (3, 200, 77), np.uint8))
    assert statistics.mean.tolist() == [3, 200, 77]
    assert not statistics.covariance.any()


def test_mixed_is_of_the_pixels_together():
    first, second = photograph(), photograph()[::-1, :, ::-1] // 2
    mixed = ColourStatistics.mixed([ColourStatistics.of(first), ColourStatistics.of(second)])
    check(mixed, np.concatenate((first, second)))
    weighted = ColourStatistics.mixed([ColourStatistics.of(first), ColourStatistics.of(second)], [3, 1])
    check(weighted, np.concatenate((first, first, first, second)))


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda: ColourStatistics.of(np.zeros((4, 4))), r'Expected pixels \(..., 3\).* Received: \(4, 4\)'),
        (lambda: ColourStatistics.of(np.zeros((0, 3))), r'one at least. Received: \(0, 3\)'),
        (
            lambda: ColourStatistics.of(np.zeros((4, 4, 3)), np.ones((3, 4))),
            r'weights \(4, 4\). Received: \(3, 4\)',
        ),
        (lambda: ColourStatistics.of(np.zeros((2, 3)), np.zeros(2)), 'finite weights, 0 or more, not all 0'),
        (lambda: ColourStatistics.of(np.zeros((2, 3)), np.array([1, -1])), 'finite weights, 0 or more'),
        (lambda: ColourStatistics.of(np.zeros((2, 3)), np.array([1, np.nan])), 'finite weights, 0 or more'),
        (lambda: ColourStatistics.mixed([]), 'finite weights'),
        (lambda: ColourStatistics.mixed([ColourStatistics.of(photograph())], [1, 2]), 'Expected weights'),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
