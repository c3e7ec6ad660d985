"""Weights in other layouts, and what turns them."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from nst_lbfgs.legacy.old_weights import convert_dense_weights_data_format


@pytest.mark.parametrize(
    ('target', 'shape', 'axes'),
    [('channels_first', (2, 3, 4), (2, 0, 1)), ('channels_last', (3, 4, 2), (1, 2, 0))],
)
def test_a_dense_layer_gives_the_same_for_a_picture_in_the_other_format(
    target: str, shape: tuple[int, int, int], axes: tuple[int, int, int]
) -> None:
    """The picture is flattened after its channels moved to the other end."""
    picture = np.arange(24, dtype='float32').reshape([shape[place] for place in np.argsort(axes)])
    dense = keras.layers.Dense(5)
    expected = np.asarray(dense(picture.reshape(1, -1)))
    convert_dense_weights_data_format(dense, shape, target)
    found = np.asarray(dense(picture.transpose(axes).reshape(1, -1)))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
