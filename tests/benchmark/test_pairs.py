"""The pictures: drawn ones, and their way to a measurement."""

from __future__ import annotations

import numpy as np

from nst_lbfgs.benchmark.pairs import Pair, synthetic_pair


def test_drawn_pictures_are_the_same_each_time_and_not_flat():
    first, second = synthetic_pair(48), synthetic_pair(48)
    for name in ('content', 'style'):
        picture = getattr(first, name)
        assert picture.shape == (48, 48, 3) and picture.dtype == np.uint8
        assert picture.std() > 30
        np.testing.assert_array_equal(picture, getattr(second, name))
    assert (first.content != first.style).mean() > 0.9


def test_the_noise_of_drawn_pictures_falls_like_one_over_f():
    """The slope of log amplitude over log frequency of the style's grey is near -1 (edges: -1 too)."""
    grey = synthetic_pair(256).content.mean(axis=2)
    amplitude = np.abs(np.fft.rfft2(grey - grey.mean()))
    frequency = np.hypot(np.fft.fftfreq(256)[:, np.newaxis], np.fft.rfftfreq(256)[np.newaxis])
    inside = (frequency > 2 / 256) & (frequency < 0.4)
    slope, _ = np.polyfit(np.log(frequency[inside]), np.log(amplitude[inside]), 1)
    assert -1.5 < slope < -0.8


def test_a_pair_comes_back_from_its_file(tmp_path, pair):
    pair.save(tmp_path / 'pair.npz')
    again = Pair.load(tmp_path / 'pair.npz')
    np.testing.assert_array_equal(again.content, pair.content)
    np.testing.assert_array_equal(again.style, pair.style)
