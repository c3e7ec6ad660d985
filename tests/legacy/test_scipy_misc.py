"""scipy.misc's picture functions as they were, by cases worked out from SciPy 1.1's rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_lbfgs.errors import LegacyError
from nst_lbfgs.legacy import scipy_misc as misc


def test_imsave_stretches_floats_but_not_bytes(tmp_path: Path) -> None:
    """A float array is scaled so that its least value is 0 and its greatest 255."""
    values = np.array([[10.0, 20.0], [30.0, 60.0]])
    misc.imsave(tmp_path / 'f.png', values)
    assert misc.imread(tmp_path / 'f.png').tolist() == [[0, 51], [102, 255]]
    misc.imsave(tmp_path / 'b.png', values.astype('uint8'))
    assert misc.imread(tmp_path / 'b.png').tolist() == [[10, 20], [30, 60]]


def test_imread_modes(tmp_path: Path) -> None:
    """`mode` converts, `flatten` gives float32 grey, a palette becomes RGB."""
    pixels = np.array([[[255, 0, 0], [0, 0, 255]]], 'uint8')
    Image.fromarray(pixels).save(tmp_path / 'p.png')
    assert misc.imread(tmp_path / 'p.png', mode='L').tolist() == [[76, 29]]
    flat = misc.imread(tmp_path / 'p.png', flatten=True)
    assert flat.dtype == np.float32 and flat[0, 0] == pytest.approx(76.245, abs=0.01)
    Image.fromarray(pixels).convert('P').save(tmp_path / 'q.png')
    assert misc.imread(tmp_path / 'q.png').shape == (1, 2, 3)


@pytest.mark.parametrize(
    ('size', 'shape'), [((3, 5), (3, 5, 3)), (50, (4, 2, 3)), (0.25, (2, 1, 3)), (200, (16, 8, 3))]
)
def test_imresize_sizes(size: object, shape: tuple[int, ...]) -> None:
    """(rows, columns), a percentage, or a fraction."""
    assert misc.imresize(np.zeros((8, 4, 3), 'uint8'), size).shape == shape


def test_imresize_stretches_floats_first() -> None:
    """As it always did: a float picture of constant range comes out in 0 to 255."""
    resized = misc.imresize(np.array([[0.0, 0.5], [0.5, 1.0]]), (4, 4), 'nearest')
    assert resized.dtype == np.uint8 and resized.max() == 255 and resized[0, 2] == 128


def test_toimage_finds_the_channels() -> None:
    """The first axis of length 3 holds the channels, unless it is named; limits can be given."""
    assert misc.toimage(np.zeros((3, 4, 5))).size == (5, 4)
    assert misc.toimage(np.zeros((4, 5, 4))).mode == 'RGBA'
    limited = misc.fromimage(misc.toimage(np.array([[0.0, 1.0]]), cmin=0, cmax=2))
    assert limited.tolist() == [[0, 128]]
    with pytest.raises(ValueError, match='suitable array shape'):
        misc.toimage(np.zeros((2, 5, 7)))


def test_colours_survive_toimage_and_fromimage() -> None:
    """YCbCr there and back is within rounding of the start."""
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    ycc = misc.fromimage(misc.toimage(pixels), mode='YCbCr')
    back = misc.fromimage(misc.toimage(ycc, mode='YCbCr'), mode='RGB')
    assert np.abs(back.astype(int) - pixels).max() <= 3


def test_filter_rotation_and_what_is_not_here() -> None:
    """imfilter and imrotate are Pillow's; other names say what to use."""
    pixels = np.zeros((5, 5), 'uint8')
    pixels[2, 2] = 255
    assert misc.imfilter(pixels, 'blur')[2, 2] < 255
    assert misc.imrotate(pixels, 90).tolist() == pixels.tolist()
    with pytest.raises(ValueError, match='sharpen'):
        misc.imfilter(pixels, 'melt')
    with pytest.raises(LegacyError, match='scipy.datasets.face'):
        misc.face()
