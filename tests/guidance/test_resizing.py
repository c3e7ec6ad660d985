"""Pictures and masks at smaller sizes."""

from __future__ import annotations

import numpy as np

from nst_lbfgs.guidance.resizing import halved_size, resized


def test_a_smooth_picture_made_smaller_and_larger_again_is_the_same():
    rows, columns = np.mgrid[:64, :80]
    picture = np.stack([rows, columns, rows + columns], axis=-1)[np.newaxis].astype(np.float32)
    assert halved_size(picture, 1) == (32, 40)
    again = resized(resized(picture, (32, 40)), (64, 80))
    assert again.dtype == np.float32
    np.testing.assert_allclose(again[:, 8:-8, 8:-8], picture[:, 8:-8, 8:-8], atol=0.05)
