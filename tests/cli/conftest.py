"""Masks and maps for the pictures of `folder`, and a watch over what may not begin."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import nst_lbfgs.quiet


def flat(left, right, height=40, width=48):
    """A picture whose halves have these colours."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = left, right
    return Image.fromarray(picture)


@pytest.fixture
def guided(folder, stripes):
    """The working directory of `folder`, with a second style, other.png (60 x 40), masks and maps.

    left.png and right.png are halves of the result, black.png is a mask of nothing, grey.jpg one with grey
    borders, tall.png of another shape; map.png has red and blue halves, style_map.png blue and red ones,
    other_map.png is all red, alone.png has a green half.
    """
    Image.fromarray(np.tile(stripes.transpose(1, 0, 2), (1, 2, 1))[:40, :60, ::-1].copy()).save('other.png')
    flat(255, 0).save('left.png')
    flat(0, 255).save('right.png')
    flat(0, 0).save('black.png')
    flat(60, 200).save('grey.jpg')
    flat(255, 0, 60, 20).save('tall.png')
    red, blue, green = (200, 0, 0), (0, 0, 200), (0, 200, 0)
    flat(red, blue).save('map.png')
    flat(blue, red).save('style_map.png')
    flat(red, red, 40, 60).save('other_map.png')
    flat(red, green).save('alone.png')
    return folder


@pytest.fixture
def unstarted(monkeypatch):
    """No run may begin: TensorFlow may not even be imported."""

    def imported(**options):
        raise AssertionError('the run has begun')

    monkeypatch.setattr(nst_lbfgs.quiet, 'import_tensorflow', imported)
