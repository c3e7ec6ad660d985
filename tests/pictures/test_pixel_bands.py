"""Bands make up the whole."""

from __future__ import annotations

import pytest

from nst_lbfgs.pictures.pixel_bands import bands


@pytest.mark.parametrize(
    ('count', 'size', 'expected'),
    [(0, 3, []), (1, 3, [(0, 1)]), (3, 3, [(0, 3)]), (7, 3, [(0, 3), (3, 6), (6, 7)])],
)
def test_bands(count, size, expected):
    assert [(band.start, band.stop) for band in bands(count, size)] == expected
