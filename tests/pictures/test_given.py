"""Pictures as a caller of the library gives them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_lbfgs.errors import ConfigError, ImageReadError
from nst_lbfgs.pictures.given import as_pixels

from ..support.made_pictures import encoded, photograph, swapped_profile


def test_an_array_of_rgb_is_itself():
    pixels = photograph()
    assert as_pixels('content', pixels) is pixels


@pytest.mark.parametrize(
    'value, received',
    [
        (None, 'NoneType'),
        ([[[1, 2, 3]]], 'list'),
        (3, 'int'),
        ('town.jpg', "a path; PIL.Image.open.'town.jpg'. reads it"),
        (Path('town.jpg'), "a path; PIL.Image.open.'town.jpg'. reads it"),
        (b'town.jpg', 'a path'),
        ('x' * 10_000, r'xxx \.\.\.\) reads it'),
        (np.zeros((40, 40), np.uint8), r'\(40, 40\) of uint8'),
        (np.zeros((40, 40, 4), np.uint8), r'\(40, 40, 4\) of uint8'),
        (np.zeros((40, 40, 3)), r'\(40, 40, 3\) of float64'),
    ],
)
def test_what_is_no_picture_is_refused(value, received):
    with pytest.raises(
        ConfigError, match=f'Expected style: a picture .H, W, 3. of uint8.*Received: .*{received}'
    ):
        as_pixels('style', value)


def test_an_image_of_pillow_is_taken_as_a_person_sees_it():
    """Upright, in sRGB, on white; and the caller's image stays as it is."""
    pixels = photograph()
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(pixels).transpose(Image.Transpose.ROTATE_90)
    turned.info['exif'] = exif.tobytes()
    np.testing.assert_array_equal(as_pixels('content', turned), pixels)

    clear = Image.fromarray(np.dstack((pixels, np.zeros(pixels.shape[:2], np.uint8))))
    assert (as_pixels('content', clear) == 255).all()

    swapped = Image.fromarray(pixels)
    swapped.info['icc_profile'] = swapped_profile()
    np.testing.assert_allclose(as_pixels('content', swapped).astype(int), pixels[:, :, [1, 0, 2]], atol=2)
    np.testing.assert_array_equal(np.asarray(swapped), pixels)

    grey = as_pixels('content', Image.fromarray(pixels[:, :, 0]))
    np.testing.assert_array_equal(grey, np.repeat(pixels[:, :, :1], 3, axis=2))


def test_an_image_whose_file_is_damaged(tmp_path):
    """Pillow reads it only when it is used."""
    data = encoded(Image.fromarray(photograph()), 'PNG')
    (tmp_path / 'cut.png').write_bytes(data[: len(data) // 2])
    with Image.open(tmp_path / 'cut.png') as image:
        with pytest.raises(ImageReadError, match='init is damaged or incomplete'):
            as_pixels('init', image)
