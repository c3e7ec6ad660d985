"""Sizes against known answers, and resizing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.errors import ConfigError, ImageSizeError
from nst_lbfgs.pictures.size import RESAMPLINGS, check_size, fitted_size, resize
from tests.support.made_pictures import photograph

SIDES = st.integers(1, 20_000)


@given(height=SIDES, width=SIDES, wanted=st.integers(1, 4000))
def test_height_is_keras_231(height: int, width: int, wanted: int) -> None:
    """The width is the old script's `int(width * img_nrows / height)`, and never 0."""
    assert fitted_size(height, width, target_height=wanted) == (wanted, max(1, int(width * wanted / height)))


@given(height=SIDES, width=SIDES, wanted=st.integers(1, 4000))
def test_width_is_the_mirror_of_height(height: int, width: int, wanted: int) -> None:
    """A width given is treated as a height would be of the picture turned on its side."""
    turned = fitted_size(width, height, target_height=wanted)
    assert fitted_size(height, width, target_width=wanted) == turned[::-1]


@given(height=SIDES, width=SIDES, wanted=st.integers(1, 4000))
def test_longest_side_is_exact(height: int, width: int, wanted: int) -> None:
    """The longest side is as asked for; the other is cut to whole pixels, as in the tutorial."""
    size = fitted_size(height, width, longest_side=wanted)
    assert max(size) == wanted
    exact = min(height, width) * wanted / max(height, width)
    assert min(size) == max(1, int(exact))


@pytest.mark.parametrize(
    ('wanted', 'expected'),
    [
        ({}, (768, 1024)),
        ({'target_height': 400}, (400, 533)),
        ({'target_width': 400}, (300, 400)),
        ({'target_height': 200, 'target_width': 200}, (200, 200)),
        ({'longest_side': 512}, (384, 512)),
    ],
)
def test_known_sizes(wanted: dict[str, int], expected: tuple[int, int]) -> None:
    """What becomes of a photograph of 1024 x 768."""
    assert fitted_size(768, 1024, **wanted) == expected


@pytest.mark.parametrize(
    'wanted',
    [
        {'target_height': 0},
        {'target_width': -1},
        {'longest_side': 0},
        {'longest_side': 9, 'target_height': 9},
        {'longest_side': 9, 'target_width': 9},
    ],
)
def test_impossible_sizes(wanted: dict[str, int]) -> None:
    """Sizes below 1, and two wishes that contradict each other."""
    with pytest.raises(ConfigError, match='Expected .* Received'):
        fitted_size(10, 10, **wanted)


@pytest.mark.parametrize('size', [(31, 400), (400, 31), (1, 1)])
def test_too_small_for_vgg19(size: tuple[int, int]) -> None:
    """Five halvings need 32 pixels a side."""
    with pytest.raises(ImageSizeError, match=r'a\.png .*Expected at least 32 .* Received: '):
        check_size(*size, 'a.png')


def test_large_enough_for_vgg19() -> None:
    """32 x 32 leaves one value after five halvings."""
    check_size(32, 32, 'a.png')


@pytest.mark.parametrize('kind', [np.uint8, np.float32])
@pytest.mark.parametrize('resampling', RESAMPLINGS)
def test_resize_keeps_kind_and_plain_colour(resampling: str, kind: type) -> None:
    """A plain picture stays plain at any size, for colour and for alpha, and is of its type."""
    colour = np.full((9, 7, 3), (10, 100, 200), kind)
    alpha = np.full((9, 7), 77, kind)
    resized = resize(colour, 20, 5, resampling), resize(alpha, 20, 5, resampling)
    for given_pixels, pixels in zip((colour, alpha), resized):
        assert pixels.dtype == kind
        assert pixels.shape == (20, 5) + given_pixels.shape[2:]
        np.testing.assert_allclose(pixels, np.broadcast_to(given_pixels[0, 0], pixels.shape), rtol=1e-5)


def test_same_size_is_the_same_picture() -> None:
    """Nothing is computed where nothing is to be changed."""
    pixels = photograph()
    assert resize(pixels, *pixels.shape[:2]) is pixels


def test_nearest_takes_pixels() -> None:
    """Doubled by nearest, each pixel is there four times."""
    pixels = photograph(4, 5)
    doubled = resize(pixels, 8, 10, 'nearest')
    np.testing.assert_array_equal(doubled, pixels.repeat(2, axis=0).repeat(2, axis=1))


@pytest.mark.parametrize('resampling', ['bilinear', 'bicubic', 'lanczos'])
def test_stripes_become_grey(resampling: str) -> None:
    """The finest stripes, made four times smaller, are grey and no coarser stripes (aliasing)."""
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    inner = resize(stripes, 16, 16, resampling)[4:-4, 4:-4]
    assert abs(inner.astype(int) - 127).max() <= 4


def test_float_and_integer_agree() -> None:
    """float32 colour, resized channel by channel, is what uint8 is, but not rounded."""
    pixels = photograph(40, 30)
    integer = resize(pixels, 13, 17, 'bilinear')
    floating = resize(pixels.astype(np.float32), 13, 17, 'bilinear')
    assert abs(floating - integer).max() <= 1


@pytest.mark.parametrize('arguments', [(0, 5), (5, -1), (10**6, 10**6), (5, 5, 'cubic')])
def test_resize_refuses(arguments: tuple[object, ...]) -> None:
    """Sizes that no picture has, and names that no filter has."""
    with pytest.raises(ConfigError, match='Expected .* Received'):
        resize(photograph(), *arguments)  # type: ignore[call-overload]
