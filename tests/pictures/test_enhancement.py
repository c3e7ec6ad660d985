"""Post-processing against ImageEnhance's formulae."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures.enhancement import Enhancement, enhance
from tests.support.made_pictures import photograph

NOTHING = Enhancement(1.0, 1.0, 1.0)


@given(seed=st.integers(0, 1000))
def test_factors_of_one_change_nothing(seed: int) -> None:
    """Bit for bit, whatever the picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    np.testing.assert_array_equal(enhance(pixels, NOTHING), pixels)


@pytest.mark.parametrize('factor', [0.0, 0.5, 1.3, 3.0])
def test_brightness_multiplies(factor: float) -> None:
    """Each value times the factor, cut off at 255 (Pillow drops the fraction)."""
    pixels = photograph()
    expected = np.minimum(np.floor(pixels * np.float32(factor)), 255)
    np.testing.assert_array_equal(enhance(pixels, Enhancement(factor, 1.0, 1.0)), expected)


def test_no_colour_is_grey() -> None:
    """Saturation 0 leaves the luminance of ITU-R BT.601: red 0.299 of 255 is 76."""
    pixels = np.uint8([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]])
    grey = enhance(pixels, Enhancement(1.0, 0.0, 1.0))
    assert grey[0].tolist() == [[76] * 3, [150] * 3, [29] * 3]


def test_sharpness_at_an_edge() -> None:
    """Twice the distance from the smoothed: 100 beside 200 becomes 77, 200 becomes 223.

    Pillow smooths with 1 1 1, 1 5 1, 1 1 1 over 13: at the edge 3 of 13 weights lie on the other
    side, so 100 is smoothed to 100 + 300 / 13 = 123 and 200 to 177.
    """
    pixels = np.full((7, 8, 3), 100, np.uint8)
    pixels[:, 4:] = 200
    row = enhance(pixels, Enhancement(1.0, 1.0, 2.0))[3, :, 0]
    assert row.tolist() == [100, 100, 100, 77, 223, 200, 200, 200]


@pytest.mark.parametrize('factors', [(1.7, 2.5, 3.0), (0.7, 0.5, 0.3)])
def test_order_is_brightness_colour_sharpness(factors: tuple[float, float, float]) -> None:
    """The enhanced Keras script's steps, spelt out; the reverse order gives another picture."""
    pixels = photograph()
    image = reverse = Image.fromarray(pixels)
    enhancers = (ImageEnhance.Brightness, ImageEnhance.Color, ImageEnhance.Sharpness)
    steps = list(zip(enhancers, factors))
    for (step, factor), (last, last_factor) in zip(steps, reversed(steps)):
        image, reverse = step(image).enhance(factor), last(reverse).enhance(last_factor)
    enhanced = enhance(pixels, Enhancement(*factors))
    np.testing.assert_array_equal(enhanced, np.asarray(image))
    assert (enhanced != np.asarray(reverse)).any()


def test_defaults_are_the_seeds() -> None:
    """The enhanced Keras script enhances everything by 1.2."""
    assert Enhancement() == Enhancement(brightness=1.2, color=1.2, sharpness=1.2)


def test_input_is_left_alone() -> None:
    """The array given is not written to."""
    pixels = photograph()
    enhance(pixels, Enhancement(2.0, 2.0, 2.0))
    np.testing.assert_array_equal(pixels, photograph())


@pytest.mark.parametrize('factor', [-0.1, float('nan'), float('inf'), 1001.0])
@pytest.mark.parametrize('name', ['brightness', 'color', 'sharpness'])
def test_impossible_factors(name: str, factor: float) -> None:
    """Negative, infinite and absurd factors are named."""
    with pytest.raises(ConfigError, match=f'Expected {name}: a number from 0 to 1000. Received: '):
        Enhancement(**{name: factor})


@pytest.mark.parametrize('factor', [0.0, 1000.0])
def test_extreme_factors(factor: float) -> None:
    """The ends of the range are possible, for every value of a pixel."""
    pixels = np.arange(768, dtype=np.uint16).reshape(16, 16, 3).astype(np.uint8)
    assert enhance(pixels, Enhancement(factor, factor, factor)).dtype == np.uint8
