"""Layers of TensorFlow 1's: classes of `tf.layers`, and those of `tf.contrib`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SCRIPTS = {
    'classes of tf.layers': """
    import numpy as np
    import tensorflow as tf
    x = tf.placeholder(tf.float32, (1, 6, 6, 3))
    first = tf.layers.Conv2D(4, (3, 3), padding='SAME', activation=tf.nn.relu, name='first')
    one, same, other = first(x), first.apply(x), tf.layers.Conv2D(4, 3)(x)
    pooled = tf.layers.MaxPooling2D((2, 2), 2, 'SAME')(one)
    mean = tf.layers.AveragePooling2D(pool_size=3, strides=3)(pooled)
    flat = tf.layers.Dense(units=5)(tf.layers.Flatten()(mean))
    normal = tf.layers.Dropout(0.5)(tf.layers.BatchNormalization()(one, training=True), training=False)
    names = [v.name for v in tf.trainable_variables()]
    assert names[:4] == ['first/kernel:0', 'first/bias:0', 'conv2d/kernel:0', 'conv2d/bias:0'], names
    assert [v.name for v in first.trainable_variables] == names[:2]
    assert flat.get_shape().as_list() == [1, 5] and normal.get_shape().as_list() == [1, 6, 6, 4]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        a, b, c = session.run([one, same, other], {x: np.random.rand(1, 6, 6, 3)})
    assert np.array_equal(a, b) and a.min() == 0 and c.shape == (1, 4, 4, 4)
    """,
    'tf.contrib.layers and slim': """
    import numpy as np
    import tensorflow as tf
    import tensorflow.contrib.slim as slim
    from tensorflow.contrib.layers import xavier_initializer
    x = tf.placeholder(tf.float32, (2, 8, 8, 3))
    w = tf.get_variable('w', (3, 3, 3, 4), initializer=tf.contrib.layers.variance_scaling_initializer())
    v = tf.get_variable('v', (3, 4), initializer=xavier_initializer(uniform=False))
    with slim.arg_scope([slim.conv2d, slim.fully_connected], activation_fn=None,
                        weights_regularizer=slim.l2_regularizer(0.5)):
        with slim.arg_scope([slim.conv2d], padding='VALID') as scope:
            y = slim.conv2d(x, 4, [3, 3])
    with slim.arg_scope(scope):
        assert slim.conv2d(x, 4, 3, scope='again').get_shape().as_list() == [2, 6, 6, 4]
    z = slim.repeat(x, 2, slim.conv2d, 5, [3, 3], scope='conv1')
    z = slim.max_pool2d(z, [2, 2], scope='pool1')
    z = tf.contrib.layers.instance_norm(z)
    out = slim.softmax(slim.fully_connected(slim.flatten(slim.dropout(z, is_training=False)), 7, scope='fc'))
    n = slim.conv2d(x, 4, 1, normalizer_fn=slim.batch_norm, normalizer_params={'is_training': False})
    step = tf.contrib.framework.get_or_create_global_step()
    names = [v.name for v in tf.global_variables()]
    for name in ('Conv/weights', 'Conv/biases', 'conv1/conv1_2/weights', 'fc/biases', 'InstanceNorm/gamma',
                 'Conv_1/weights', 'Conv_1/BatchNorm/beta', 'Conv_1/BatchNorm/moving_mean'):
        assert name + ':0' in names, (name, names)
    assert 'Conv_1/biases:0' not in names and out.get_shape().as_list() == [2, 7]
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        linear, pooled, rows, kernel, squares = session.run(
            [y, z, out, tf.global_variables()[names.index('Conv/weights:0')], losses[0]],
            {x: np.random.rand(2, 8, 8, 3)})
    assert linear.min() < 0 and np.allclose(rows.sum(axis=1), 1)
    assert np.allclose(pooled.mean((1, 2)), 0, atol=1e-4)
    assert np.isclose(squares, 0.25 * np.square(kernel).sum()) and len(losses) == 2
    """,
}


@pytest.mark.parametrize('script', SCRIPTS.values(), ids=SCRIPTS)
def test_layers(script: str, run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Each script's assertions hold."""
    assert run_old(script) == 0, capsys.readouterr().err
