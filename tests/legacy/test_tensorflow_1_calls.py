"""Scripts that call TensorFlow 1 beside Keras: names that are gone, arguments that have other names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tensorflow as tf

from nst_lbfgs.legacy.check import check_script

Run = Callable[..., int]

# What a script computes of x, (1, 2, 3, 2) with the numbers 0 to 11, and what comes of it.
CALLS = [
    ('tf.reduce_sum(x, reduction_indices=[1, 2], keep_dims=True)', 'x.sum((1, 2), keepdims=True)'),
    ('tf.expand_dims(x, dim=0)', 'x[None]'),
    ('tf.argmax(x, dimension=-1)', 'x.argmax(-1)'),
    ('tf.nn.softmax(x * 0, dim=-1)', 'x * 0 + .5'),
    ('tf.nn.dropout(x, keep_prob=1.)', 'x'),
    (
        'tf.nn.conv2d(x, filter=np.ones((1, 1, 2, 1), "float32"), strides=[1] * 4, padding="SAME")',
        'x.sum(-1)',
    ),
    ('tf.nn.max_pool(value=x, ksize=[1, 2, 3, 1], strides=[1] * 4, padding="VALID")', 'x.max((1, 2))'),
    ('tf.div(x, 2.)', 'x / 2'),
    ('tf.to_int64(x)', 'x'),
    ('tf.image.resize_images(x, (4, 6))[:, ::2, ::2]', 'x'),
    ('tf.image.resize_nearest_neighbor(x, (2, 6))', 'x.repeat(2, 2)'),
    ('tf.losses.mean_squared_error(x, x + 2.)', 'np.array(4.)'),
    ('tf.concat(3, [x, x])', 'np.concatenate([x, x], 3)'),
    ('tf.mul(x, x)', 'x * x'),
]


@pytest.mark.parametrize(('call', 'expected'), CALLS)
def test_a_script_calls_as_tensorflow_1_had_it(call: str, expected: str, run_old: Run) -> None:
    """Of Keras's tensors, in K.function."""
    text = f"""
    import numpy as np
    import tensorflow as tf
    from keras import backend as K

    x = K.placeholder((1, 2, 3, 2))
    f = K.function([x], [{call}])
    x = np.arange(12, dtype='float32').reshape((1, 2, 3, 2))
    expected = {expected}
    np.testing.assert_allclose(f([x])[0].reshape(expected.shape), expected, rtol=1e-6)
    """
    assert run_old(text) == 0


def test_today_s_calls_stay(run_old: Run) -> None:
    """Arguments of version 2, also where TensorFlow reads a function's text; warnings would be errors."""
    text = """
    import tensorflow as tf

    @tf.function
    def f(x):
        for _ in tf.range(2):
            x += tf.reduce_sum(x, keepdims=True)
        return tf.reduce_mean(tf.nn.softmax(x, axis=-1))

    assert f(tf.ones((2, 2))).numpy() == 0.5
    assert tf.concat([[1], [2]], axis=0).numpy().tolist() == [1, 2]
    """
    assert run_old(text) == 0
    assert not hasattr(tf, 'div') and not hasattr(tf.image, 'resize_images')


def test_check_knows_what_is_given_back(tmp_path: Path) -> None:
    """And that what no version had, is not."""
    script = tmp_path / 'script.py'
    script.write_text(
        'import tensorflow as tf\nfrom keras import backend as K\n'
        + ''.join(f'{call}\n' for call, _ in CALLS)
        + 'tf.random_normal((3,))\ntf.no_such_name\ntf.image.no_such_name\n'
    )
    found = [use.name for use in check_script(script).uses if use.problem]
    assert found == ['tf.no_such_name', 'tf.image.no_such_name']
