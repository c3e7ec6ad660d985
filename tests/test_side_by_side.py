"""What a notebook shows of pictures and of a result."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import nst_lbfgs
from nst_lbfgs import Style, show, transfer_style
from nst_lbfgs.errors import ConfigError

from .support.settings import transfer_config


def png(value):
    return np.asarray(Image.open(io.BytesIO(value._repr_png_())))


def places(sheet, picture):
    """Return from which columns on `picture` is in `sheet`, byte for byte."""
    windows = np.lib.stride_tricks.sliding_window_view(sheet, picture.shape)[:, :, 0]
    same = (windows == picture).reshape(*windows.shape[:2], -1).all(-1)
    return sorted(set(np.nonzero(same)[1]))


def test_a_result_shows_itself_and_a_row_shows_all(town, stripes):
    result = transfer_style(town, stripes, transfer_config(iterations=1, evaluations_per_iteration=1))
    np.testing.assert_array_equal(png(result), result.image)
    row = show(Image.fromarray(town), Style(stripes), result)
    np.testing.assert_array_equal(png(row), row.pixels)
    lefts = [places(row.pixels, picture) for picture in (town, stripes, result.image)]
    assert all(len(columns) == 1 for columns in lefts) and lefts == sorted(lefts)


def test_large_pictures_are_made_smaller(town):
    assert show(np.tile(town, (10, 10, 1)), largest_side=100).pixels.shape[1] < 130


@pytest.mark.parametrize(
    'pictures, message',
    [
        ((), 'Expected pictures, at least one'),
        (('a.png',), r"Expected picture 1: .*PIL.Image.open\('a.png'\)"),
        ((np.zeros((4, 4)),), r'Expected picture 1: a picture \(H, W, 3\)'),
    ],
)
def test_what_is_no_picture(pictures, message):
    with pytest.raises(ConfigError, match=message):
        show(*pictures)


def test_it_is_a_public_name():
    assert nst_lbfgs.show is show and 'show' in nst_lbfgs.__all__
