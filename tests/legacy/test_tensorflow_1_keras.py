"""Keras models beside a graph of TensorFlow 1's: tensors that meet it, variables that both share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]

HEAD = """
    import numpy as np
    import tensorflow as tf
    from keras import backend as K
    from keras.applications.vgg19 import VGG19
    from keras.layers import Conv2D, Dense, Input, Lambda
    from keras.models import Model, Sequential

    pixels = np.random.RandomState(0).uniform(-100, 100, (1, 32, 32, 3)).astype('float32')

    def close(a, b):
        assert np.allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(b).max()), (a, b)
"""

SCRIPTS = {
    'a model on a variable, tf.gradients, and Adam on it': """
    session = tf.Session()
    K.set_session(session)
    goal_net = VGG19(weights='imagenet', include_top=False, input_shape=(32, 32, 3))
    goal = Model(goal_net.input, goal_net.get_layer('block1_conv2').output).predict(pixels)
    with tf.variable_scope('result'):
        picture = tf.Variable(np.full_like(pixels, 10.0), name='picture', dtype=tf.float32)
    net = VGG19(weights='imagenet', include_top=False, input_tensor=picture)
    net.set_weights(goal_net.get_weights())
    loss = tf.reduce_mean(tf.square(net.get_layer('block1_conv2').output - goal))
    slope = tf.gradients(loss, [picture])[0]
    step = tf.train.AdamOptimizer(5.0).minimize(loss, var_list=[picture])
    session.run(tf.global_variables_initializer())
    first, gradient = session.run([loss, slope])
    close(first, np.mean(np.square(Model(goal_net.input, goal_net.get_layer('block1_conv2').output).predict(
        np.full_like(pixels, 10.0)) - goal)))
    direction = np.sign(gradient)
    moved = np.full_like(pixels, 10.0) + 0.5 * direction
    assert session.run(loss, {picture: moved}) > first > session.run(loss, {picture: moved - direction})
    session.run(step)
    steep = np.abs(gradient) > 1e-2 * np.abs(gradient).max()
    assert np.allclose(session.run(picture)[steep], (10 - 5 * direction)[steep], atol=0.1)
    """,
    'a model called on a placeholder, and its own input fed': """
    model = Sequential([Dense(3, input_shape=(4,)), Dense(2)])
    x = tf.placeholder(tf.float32, (None, 4))
    y = model(x)
    assert tf.is_tensor(y) and y.get_shape().as_list() == [None, 2]
    session = K.get_session()
    rows = np.arange(8.0).reshape(2, 4)
    close(session.run(y, {x: rows}), model.predict(rows))
    loss = tf.reduce_sum(model.output)
    slope = tf.gradients(loss, model.input)[0]
    (a, _), (b, _) = (layer.get_weights() for layer in model.layers)
    close(session.run(slope, feed_dict={model.input: rows}), np.tile((a @ b).sum(1), (2, 1)))
    assert loss.eval({model.input: rows}, session) == session.run(loss, {model.input: rows})
    """,
    'weights that the session trains and Keras sets': """
    model = Sequential([Dense(1, use_bias=False, input_shape=(2,))])
    x, aim = tf.placeholder(tf.float32, (None, 2)), tf.placeholder(tf.float32, (None, 1))
    loss = tf.reduce_mean(tf.square(model(x) - aim))
    step = tf.train.GradientDescentOptimizer(0.25).minimize(loss)
    rows, aims = np.eye(2), np.array([[2.0], [-1.0]])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        model.set_weights([np.array([[4.0], [4.0]])])
        assert session.run(loss, {x: rows, aim: aims}) == 14.5
        session.run(step, {x: rows, aim: aims})
        close(model.get_weights()[0], [[3.5], [2.75]])
        close(model.predict(rows), [[3.5], [2.75]])
        model.set_weights([aims])
        assert session.run(loss, {x: rows, aim: aims}) == 0.0
        session.run(step, {x: rows, aim: aims})
        close(model.get_weights()[0], aims)
    """,
    'pretrained weights outlive an initializer': """
    net = VGG19(weights='imagenet', include_top=False, input_shape=(32, 32, 3))
    before = net.get_weights()
    features = net.get_layer('block1_conv1').output
    session = K.get_session()
    session.run(tf.gradients(tf.reduce_mean(features), net.input), {net.input: pixels})
    session.run(tf.global_variables_initializer())
    close(session.run(features, {net.input: pixels}),
          Model(net.input, features).predict(pixels))
    assert all(np.array_equal(a, b) for a, b in zip(net.get_weights(), before))
    """,
    'K.function, K.gradients, K.eval and K.variable with tensors of the graph': """
    scale = tf.Variable(3.0)
    x = K.placeholder((2,))
    weight = K.variable([1.0, 2.0])
    loss = K.sum(K.square(x * weight)) * scale
    assert tf.is_tensor(loss)
    grads = K.gradients(loss, [x, scale])
    other = tf.gradients(loss, x)[0]
    session = K.get_session()
    session.run(tf.global_variables_initializer())
    run = K.function([x], [loss, other] + grads)
    got = run([np.array([1.0, 2.0])])
    close(got[0], 51.0), close(got[1], [6.0, 48.0]), close(got[2], got[1]), close(got[3], 17.0)
    K.set_value(weight, [0.0, 1.0])
    close(run([np.array([1.0, 2.0])])[0], 12.0)
    assert K.eval(scale) == 3.0 and K.get_value(weight)[1] == 1.0
    K.set_value(scale, 1.0)
    close(run([np.array([1.0, 2.0])])[0], 4.0)
    """,
    'operators between tensors of both kinds': """
    model = Sequential([Dense(2, use_bias=False, input_shape=(2,))])
    model.set_weights([np.eye(2)])
    slope = tf.gradients(model.output, model.input)[0]
    t = tf.constant([[1.0, 2.0]])
    out = model.output
    fed = {model.input: [[3.0, 4.0]]}
    fetches = {'sum': out + t, 'from': [t - out, (10.0 - out) * t], 'pair': (slope, tf.pow(out, 2))}
    results = K.get_session().run(fetches, fed)
    close(results['sum'], [[4.0, 6.0]]), close(results['from'][0], [[-2.0, -2.0]])
    close(results['from'][1], [[7.0, 12.0]]), close(results['pair'][1], [[9.0, 16.0]])
    close(results['pair'][0], [[1.0, 1.0]])
    assert out.get_shape()[-1].value == 2 and model.input.op.type == 'Placeholder'
    """,
    'Input(tensor=...), Lambda, and a model over it': """
    picture = tf.Variable(pixels)
    entry = Input(tensor=picture)
    net = VGG19(include_top=False, input_tensor=entry, weights='imagenet')
    named = {layer.name: layer.output for layer in net.layers}
    shifted = Lambda(lambda t: t * 2.0)(named['block1_conv1'])
    session = tf.Session()
    session.run(picture.initializer)
    close(session.run(shifted), 2 * VGG_features(pixels))
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(
        tf.nn.l2_loss(named['block1_conv1']), var_list=[entry], options={'maxiter': 2})
    before = session.run(tf.nn.l2_loss(shifted))
    optimizer.minimize(session)
    assert session.run(tf.nn.l2_loss(shifted)) < before
    """,
}


@pytest.mark.parametrize('name', SCRIPTS)
def test_keras_beside_the_graph(name: str, run_old: Run, capsys: Capture) -> None:
    """Each script checks its own values, by NumPy or by Keras's `predict`."""
    features = """
    def VGG_features(x):
        net = VGG19(weights='imagenet', include_top=False, input_shape=x.shape[1:])
        return Model(net.input, net.get_layer('block1_conv1').output).predict(x)
"""
    assert run_old(HEAD + features + SCRIPTS[name]) == 0, capsys.readouterr().err


def test_a_graph_is_built_once(run_old: Run, capsys: Capture) -> None:
    """Asking again for the same tensors of Keras adds no operation to the graph."""
    code = run_old(
        HEAD
        + """
    net = VGG19(weights='imagenet', include_top=False, input_shape=(32, 32, 3))
    tf.trainable_variables()
    session, sizes = K.get_session(), []
    fetches = [net.get_layer(name).output for name in ('block2_conv1', 'block1_conv1')]
    for _ in range(3):
        session.run(fetches, {net.input: pixels})
        sizes.append(len(session.graph.get_operations()))
    assert sizes[0] > 10 and len(set(sizes)) == 1, sizes
    """
    )
    assert code == 0, capsys.readouterr().err
