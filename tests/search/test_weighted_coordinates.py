"""States of searches in the weighted coordinates of earlier versions, as states of searches in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.search.curvature import Pairs
from nst_lbfgs.search.state import Done, SearchState
from nst_lbfgs.search.weighted_coordinates import in_pixels

EXPONENT, STEP = 0.45, 3.0


def weighted(z, shape):
    """P z by full transforms, channel by channel."""
    height, width, _ = shape
    down, right = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]
    frequency = np.maximum(np.sqrt(down**2 + right**2), 1 / max(height, width))
    weights = STEP * (frequency / 0.25) ** -EXPONENT
    channels = np.moveaxis(z.reshape(shape), -1, 0)
    return np.moveaxis(np.fft.ifft2(np.fft.fft2(channels) * weights).real, 0, -1).ravel()


@pytest.mark.parametrize('shape', [(8, 8, 3), (7, 12, 3), (12, 7, 3), (5, 9, 3)])
def test_a_state_is_the_same_one_in_pixels(shape):
    x0, z, g, s, y = np.random.default_rng(0).standard_normal((5, int(np.prod(shape))))
    state = SearchState(
        Done(1, 20), False, z, None, g, Pairs((s.astype(np.float32),), (y.astype(np.float32),))
    )
    pixels = in_pixels(state, x0, shape, EXPONENT, STEP)
    np.testing.assert_allclose(pixels.iterate, x0 + weighted(z, shape), atol=1e-12)
    np.testing.assert_allclose(weighted(pixels.gradient, shape), g, atol=1e-12)  # the chain rule
    np.testing.assert_allclose(pixels.pairs.steps[0], weighted(s, shape), atol=1e-5)
    np.testing.assert_allclose(weighted(pixels.pairs.gradient_changes[0], shape), y, atol=1e-5)
    assert pixels.done == state.done and not pixels.weighted


def test_without_a_gradient_there_is_none():
    state = SearchState(Done(), False, np.ones(48), weighted=True)
    pixels = in_pixels(state, np.zeros(48), (4, 4, 3), EXPONENT, STEP)
    assert not pixels.gradient.size and not pixels.pairs.steps and not pixels.weighted
