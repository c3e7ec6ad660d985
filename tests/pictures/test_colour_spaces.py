"""Lab and YIQ against published values, against the formulae written once more, and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.pictures.colour_names import COLOUR_SPACE_NAMES
from nst_lbfgs.pictures.colour_spaces import COLOUR_SPACES, lab_from_srgb, srgb_from_lab, yiq_from_srgb
from tests.support.made_pictures import photograph
from tests.support.plain_colours import each_pixel, lab, yiq

CUBE = np.stack(np.meshgrid(*[(0, 1, 10, 11, 60, 128, 200, 254, 255)] * 3), axis=-1).astype(np.uint8)
spaces = pytest.mark.parametrize('space', COLOUR_SPACES.values(), ids=COLOUR_SPACES)


def test_the_names_that_settings_have_are_those_of_the_spaces():
    assert tuple(COLOUR_SPACES) == COLOUR_SPACE_NAMES


@pytest.mark.parametrize(
    ('pixel', 'expected'),
    [
        # Lindbloom's calculator: sRGB, D65.
        ((255, 0, 0), (53.2408, 80.0925, 67.2032)),
        ((0, 255, 0), (87.7347, -86.1827, 83.1793)),
        ((0, 0, 255), (32.2970, 79.1875, -107.8602)),
        ((0, 255, 255), (91.1132, -48.0875, -14.1312)),
        ((255, 0, 255), (60.3242, 98.2343, -60.8249)),
        ((255, 255, 0), (97.1393, -21.5537, 94.4780)),
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_known_values_of_lab(pixel, expected):
    np.testing.assert_allclose(lab_from_srgb(np.uint8(pixel)), expected, atol=2e-3)


@pytest.mark.parametrize(
    ('pixel', 'expected'),
    [
        ((255, 0, 0), (76.245, 151.95, 53.93)),
        ((0, 0, 255), (29.07, -81.93, 79.36)),
        ((255, 255, 255), (255, 0, 0)),
    ],
)
def test_known_values_of_yiq(pixel, expected):
    """NTSC's coefficients to four digits, times 255."""
    np.testing.assert_allclose(yiq_from_srgb(np.uint8(pixel)), expected, atol=0.02)


@pytest.mark.parametrize(
    ('function', 'plain', 'tolerance'), [(lab_from_srgb, lab, 2e-4), (yiq_from_srgb, yiq, 0.02)]
)
def test_whole_pictures_are_what_the_plain_formulae_say(function, plain, tolerance):
    for pixels in (CUBE, photograph()):
        np.testing.assert_allclose(function(pixels), each_pixel(plain, pixels), atol=tolerance)


@spaces
def test_grey_has_no_colour_and_luminance_grows(space):
    greys = np.arange(256, dtype=np.uint8)[:, np.newaxis].repeat(3, axis=1)
    luminance, *colour = space.from_srgb(greys).T
    assert np.abs(colour).max() < 1e-12
    assert (np.diff(luminance) > 0).all()


@spaces
@given(values=st.lists(st.floats(-20, 275), min_size=3, max_size=3))
def test_there_and_back(space, values):
    """Also a little outside 0 to 255, where the formulae go on."""
    np.testing.assert_allclose(space.to_srgb(space.from_srgb(np.array(values))), values, atol=1e-9)


@spaces
def test_there_and_back_on_every_corner_of_the_curves(space):
    np.testing.assert_allclose(space.to_srgb(space.from_srgb(CUBE)), CUBE, atol=1e-9)


def test_more_colour_than_srgb_has_is_not_clipped():
    assert srgb_from_lab(np.array([50.0, 0.0, 120.0]))[2] < -1
    assert srgb_from_lab(np.array([90.0, 90.0, 0.0]))[0] > 256
