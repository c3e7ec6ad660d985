"""Luminance of one picture, colours of another: to the last value where sRGB has them, else paler in hue."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures import pixel_bands
from nst_lbfgs.pictures.colour_names import COLOUR_SPACE_NAMES
from nst_lbfgs.pictures.colour_preservation import preserve_colours
from nst_lbfgs.pictures.colour_spaces import COLOUR_SPACES
from tests.support.made_pictures import photograph
from tests.support.plain_colours import each_pixel, lab, yiq

PLAIN = {'lab': lab, 'yiq': yiq}
# Luminance from rounding red, green and blue: L* to 0.3, Y to 0.5.
LUMINANCE = {'lab': 0.3, 'yiq': 0.51}
spaces = pytest.mark.parametrize('space', COLOUR_SPACE_NAMES)


def noise(seed, shape=(9, 11, 3), low=0, high=256):
    return np.random.default_rng(seed).integers(low, high, shape, dtype=np.uint8)


def every_pair(levels):
    """Return two pictures, (n, n, 3), in which each colour of these levels meets each."""
    colours = np.array(list(itertools.product(levels, repeat=3)), np.uint8)
    return np.broadcast_arrays(colours[:, np.newaxis], colours[np.newaxis])


def pictures(seed):
    """Return pairs of result and content, hard ones among them."""
    rising, falling = photograph(16, 18), photograph(16, 18)[::-1, :, ::-1]
    return {
        'noise': (noise(seed), noise(seed + 1)),
        'near black': (noise(seed, high=13), noise(seed + 1, high=13)),
        'colours near black': (noise(seed), noise(seed + 1, high=13)),
        'near white': (noise(seed, low=243), noise(seed + 1, low=243)),
        'photographs': (rising, np.ascontiguousarray(falling)),
        'primaries': tuple(np.ascontiguousarray(each) for each in every_pair((0, 128, 255))),
    }


def target_of(result, content, space, strength=1.0):
    """Return what luminance and colour are to be, by the plain formulae."""
    own, others = (each_pixel(PLAIN[space], each) for each in (result, content))
    target = own.copy()
    target[..., 1:] = (1 - strength) * own[..., 1:] + strength * others[..., 1:]
    return target


def in_gamut(target, space):
    srgb = COLOUR_SPACES[space].to_srgb(target)
    return ((srgb >= 0) & (srgb <= 255)).all(axis=-1)


@spaces
@pytest.mark.parametrize('strength', [1.0, 0.37])
@pytest.mark.parametrize('kind', pictures(0))
def test_colours_are_the_contents_to_the_last_value_where_srgb_has_them(space, strength, kind):
    result, content = pictures(3)[kind]
    recoloured, _ = preserve_colours(result, content, space, strength)
    target = target_of(result, content, space, strength)
    error = np.abs(each_pixel(PLAIN[space], recoloured) - target)
    fits = in_gamut(target, space)
    assert fits.mean() > 0.03
    assert error[fits][:, 1:].max() < 0.8
    assert error[..., 0].max() < LUMINANCE[space]


@spaces
@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_colours_are_the_contents_in_any_picture(space, seed):
    result, content = noise(seed), noise(seed + 1)
    recoloured, _ = preserve_colours(result, content, space)
    target = target_of(result, content, space)
    error = np.abs(each_pixel(PLAIN[space], recoloured) - target)
    assert error[in_gamut(target, space)][:, 1:].max() < 0.8


@spaces
def test_what_does_not_fit_is_paler_in_the_same_hue(space):
    """The direction of the colour stays to what rounding leaves, and its length is the greatest that fits."""
    result, content = pictures(5)['noise']
    recoloured, share = preserve_colours(result, content, space)
    target, got = target_of(result, content, space), each_pixel(PLAIN[space], recoloured)
    too_much = ~in_gamut(target, space)
    wanted, colour = target[too_much][:, 1:], got[too_much][:, 1:]
    chroma = np.linalg.norm(wanted, axis=1)
    along = (colour * wanted).sum(axis=1) / chroma
    across = np.abs(colour[:, 0] * wanted[:, 1] - colour[:, 1] * wanted[:, 0]) / chroma
    assert 0.1 < share <= too_much.mean() + 1e-12
    assert across.max() < 1.1  # of up to 134
    assert (along < chroma + 1).all()
    larger = target[too_much]
    larger[:, 1:] *= ((along + 2.5) / chroma)[:, np.newaxis]
    assert not in_gamut(larger, space)[along + 2.5 < chroma].any()


@spaces
def test_clipping_each_channel_would_turn_the_hue(space):
    """The test above can fail: plain clipping does, by ten times its bound."""
    result, content = pictures(5)['noise']
    target = target_of(result, content, space)
    clipped = COLOUR_SPACES[space].from_srgb(np.clip(COLOUR_SPACES[space].to_srgb(target), 0, 255))
    wanted = target[..., 1:] / np.linalg.norm(target[..., 1:], axis=-1, keepdims=True)
    across = np.abs(clipped[..., 1] * wanted[..., 1] - clipped[..., 2] * wanted[..., 0])
    assert across.max() > 11


@spaces
def test_a_picture_keeps_its_own_colours(space):
    """Result and content the same: no pixel changes, and none is out of gamut, at the cube's corners too."""
    for picture, _ in pictures(7).values():
        recoloured, share = preserve_colours(picture, picture, space)
        np.testing.assert_array_equal(recoloured, picture)
        assert share == 0


@spaces
def test_strength_0_changes_nothing(space):
    result, content = pictures(1)['noise']
    before = result.copy()
    recoloured, share = preserve_colours(result, content, space, 0)
    np.testing.assert_array_equal(recoloured, before)
    assert share == 0
    recoloured[:] = 0
    np.testing.assert_array_equal(result, before)


@spaces
def test_grey_content_leaves_luminance_alone(space):
    result, content = noise(1), np.full((9, 11, 3), 90, np.uint8)
    recoloured, share = preserve_colours(result, content, space)
    assert (recoloured == recoloured[..., :1]).all() and share == 0


def test_black_and_white_have_room_for_no_colour():
    """The share counts them; they stay black and white, to the value that rounding can make of a half."""
    result = np.zeros((1, 4, 3), np.uint8)
    result[0, 2:] = 255
    content = np.uint8([[[255, 0, 0], [90, 90, 90], [0, 0, 255], [90, 90, 90]]])
    recoloured, share = preserve_colours(result, content)
    np.testing.assert_allclose(recoloured.astype(int), result, atol=1)
    assert share == 0.5


@spaces
@pytest.mark.parametrize('shape', [(1, 1, 3), (1, 500, 3), (500, 1, 3), (40, 25, 3)])
def test_bands_join_to_what_the_whole_gives(monkeypatch, space, shape):
    result, content = noise(1, shape), noise(2, shape)
    whole, share = preserve_colours(result, content, space)
    monkeypatch.setattr(pixel_bands.bands, '__defaults__', (7,))
    pieces, pieces_share = preserve_colours(result, content, space)
    np.testing.assert_array_equal(pieces, whole)
    assert pieces_share == share


def test_views_are_pictures_too():
    result, content = noise(1), noise(2)
    turned, _ = preserve_colours(result[::-1, ::-1], content[::-1, ::-1])
    np.testing.assert_array_equal(turned[::-1, ::-1], preserve_colours(result, content)[0])


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((noise(0), noise(0), 'hsv'), "Expected space: one of lab, yiq. Received: 'hsv'"),
        ((noise(0), noise(0), 'lab', 1.5), 'Expected strength: a number from 0 to 1. Received: 1.5'),
        ((noise(0), noise(0), 'lab', float('nan')), 'Expected strength: a number from 0 to 1. Received: nan'),
        ((noise(0), noise(0, (11, 9, 3))), '9 x 11 .height x width.. Received: 11 x 9'),
        ((noise(0), noise(0, (9, 11))), r'Expected content: uint8 pixels .* Received: uint8 \(9, 11\)'),
        ((noise(0) / 2, noise(0)), 'Expected result: uint8 pixels .* Received: float64'),
        (([1, 2], noise(0)), 'Expected result: uint8 pixels .* Received: list'),
        ((noise(0, (0, 4, 3)), noise(0)), 'Expected result: one pixel at least'),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ConfigError, match=message):
        preserve_colours(*arguments)
