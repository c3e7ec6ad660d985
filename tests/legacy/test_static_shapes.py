"""Static shapes: a script finds what TensorFlow 1 gave it, Keras and TensorFlow find their own."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_lbfgs.legacy import backend as K
from nst_lbfgs.legacy.settings import SETTINGS
from nst_lbfgs.legacy.static_shapes import Dimension, StaticShape


@pytest.fixture
def shape(monkeypatch: pytest.MonkeyPatch) -> StaticShape:
    """A shape under TensorFlow 1's rules, its first length not fixed."""
    monkeypatch.setattr(SETTINGS, 'tensorflow_1_shapes', True)
    return StaticShape((None, 48, 64, 3))


def test_dimensions_have_values_and_their_arithmetic_has_too(shape: StaticShape) -> None:
    """`.value` is there after products, sums, quotients, with numbers on either side."""
    batch, height, width, channels = shape
    assert (batch.value, height.value, channels.value) == (None, 48, 3)
    found = (height * width, 2 * height, height + 1, 1 + height, height // 5, width - height, 100 % height)
    assert [size.value for size in found] == [3072, 96, 49, 49, 9, 16, 4]
    assert (batch * height).value is None and (height - batch).value is None
    assert height * 2.5 == 120.0 and 1.0 / height == 1 / 48


def test_numpy_s_functions_take_dimensions(shape: StaticShape) -> None:
    """np.prod(shape[1:]).value and its like; arrays times a dimension stay arrays."""
    assert np.prod(shape[1:]).value == 9216
    assert np.prod(shape).value is None
    assert np.multiply(shape[1], shape[2]).value == 3072
    assert (np.array([1.0, 2.0]) * shape[1]).tolist() == [48.0, 96.0]
    assert np.sqrt(shape[2]) == 8.0 and np.zeros(shape[1:]).shape == (48, 64, 3)
    assert np.array(shape[1:]).tolist() == [48, 64, 3]


def test_dimensions_are_integers_wherever_one_is_needed(shape: StaticShape) -> None:
    """int, float, range, hashing, formatting, indexing, copying."""
    height = shape[1]
    assert (int(height), float(height), list(range(shape[3]))) == (48, 48.0, [0, 1, 2])
    assert {48: 'found'}[height] == 'found' and [0] * shape[3] == [0, 0, 0]
    assert f'{height} {height:>4}' == '48   48' and '%d %s' % (height, height) == '48 48'
    assert repr(height) == 'Dimension(48)' and str(shape) == '(?, 48, 64, 3)'
    assert copy.deepcopy(shape) == shape and pickle.loads(pickle.dumps(shape)) == shape
    assert sum(shape[1:]).value == 115 and max(shape[1:]) == 64


def test_comparisons_with_numbers_and_none(shape: StaticShape) -> None:
    """As TensorFlow 1 compared: numbers by value, anything not known gives None."""
    batch, height = shape[:2]
    assert height == 48 and 48 == height and height != 47 and height < 49 <= shape[2]
    unknown: Any = None
    for result in (batch == unknown, height == unknown, height != unknown, height < batch, batch < 3):
        assert result is None


def test_shapes_have_tensorflow_s_methods(shape: StaticShape) -> None:
    """as_list, ndims, slices, num_elements and whatever else TensorShape has."""
    assert shape.as_list() == [None, 48, 64, 3] and all(type(n) is int for n in shape.as_list()[1:])
    assert isinstance(shape[1:], StaticShape) and shape[1:].as_list() == [48, 64, 3]
    assert (shape.ndims, shape.num_elements(), shape[1:].num_elements()) == (4, None, 9216)
    assert not shape.is_fully_defined() and shape.with_rank(4).as_list() == shape.as_list()
    assert shape == (None, 48, 64, 3) and len(shape) == 4


def test_libraries_see_plain_shapes(shape: StaticShape) -> None:
    """K.int_shape, output_shape and Keras's own code have numbers and None."""
    x = keras.layers.Conv2D(2, 3)(K.placeholder((None, 8, 8, 3)))
    assert x.shape[0].value is None and x.shape[1].value == 6
    assert K.int_shape(x) == (None, 6, 6, 2) and K.int_shape(x)[0] is None
    assert type(K.int_shape(x)[1]) is int
    assert K.int_shape(K.placeholder(shape=x.shape)) == (None, 6, 6, 2)
    assert tf.reshape(tf.zeros((6, 4)), (shape[3] * 2, -1)).shape == (6, 4)


def test_a_length_that_is_not_fixed_is_none_for_tensorflow_2() -> None:
    """Outside TensorFlow 1's rules a program finds None, as it does in Keras 3."""
    assert K.placeholder((None, 3)).shape[0] is None
    assert isinstance(K.placeholder((None, 3)).shape[1], Dimension)


IN_A_SCRIPT = """
    import numpy as np
    import tensorflow as tf
    from keras import backend as K
    from keras.layers import Input, Lambda

    def doubled(t):
        seen.append((t.shape[1].value, t.shape[0].value, isinstance(t, tf.Tensor)))
        return t * 2

    seen = []
    y = Lambda(doubled)(Input((5,)))
    assert set(seen) == {(5, None, True)}, seen
    assert y.shape[0].value is None and y.shape[0] is not None and K.int_shape(y)[0] is None
    picture = K.placeholder(shape=(1, 8, 12, 3))
    rows = K.shape(picture).eval(session=K.get_session())
    assert rows.tolist() == [1, 8, 12, 3] and K.get_session().run(tf.size(picture)) == 288
    matrix = K.reshape(picture, (picture.shape[1].value * picture.shape[2].value, 3))
    assert matrix.get_shape().as_list() == [96, 3]
    length = K.shape(K.placeholder((None, 2)))[0]
    try:
        length.eval()
    except Exception as error:
        print('asks for', 'placeholder' in str(error))
"""


def test_shapes_in_a_script(run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Also of TensorFlow's own tensors in a Lambda; a fixed K.shape needs no placeholder's value."""
    assert run_old(IN_A_SCRIPT) == 0
    assert 'asks for True' in capsys.readouterr().out


def test_a_script_that_disables_eager_execution_is_tensorflow_2_s(run_old: Callable[..., int]) -> None:
    """It was written for shapes of numbers and None; nothing of that stays after the run."""
    script = """
        import tensorflow as tf
        tf.compat.v1.disable_eager_execution()
        from tensorflow.keras.layers import Input
        assert Input((5,)).shape[0] is None
    """
    assert run_old(script) == 0
    assert SETTINGS.tensorflow_1_shapes is False
