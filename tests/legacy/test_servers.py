"""What servers and loops called in the time of graphs and sessions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SERVER = """
    import threading
    import numpy as np
    import tensorflow as tf
    from keras import backend as K
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential([Dense(3, input_shape=(2,), use_bias=False)])
    model._make_predict_function()
    graph, session = tf.get_default_graph(), K.get_session()
    graph.finalize()
    loss = K.sum(K.square(model.output))
    fetch = K.function([model.input, K.learning_phase()], [loss, K.gradients(loss, model.input)[0]])
    kernel = model.get_weights()[0]
    answers = {}

    def request(number):
        x = np.full((1, 2), float(number))
        with graph.as_default(), session.as_default():
            with session.graph.as_default():
                K.set_session(session)
                features = model.predict(x)
                value, slope = fetch([x, 0])
        y = x.dot(kernel)
        expected = y, (y ** 2).sum(), 2 * y.dot(kernel.T)
        pairs = zip((features, value, slope), expected)
        answers[number] = all(np.allclose(a, b, rtol=1e-5) for a, b in pairs)

    crowd = [threading.Thread(target=request, args=(n,)) for n in range(6)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert answers == dict.fromkeys(range(6), True), answers
    print('answered')
"""


def test_a_server_s_threads(run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """One function and one model, asked for by many threads at once, each with its own answer."""
    assert run_old(SERVER) == 0
    assert capsys.readouterr().out == 'answered\n'  # and no progress bars


LOOP = """
    import numpy as np
    import tensorflow as tf
    from keras import backend as K
    from keras.layers import Dense, Input
    from keras.models import Model

    for number in range(3):
        K.clear_session()
        with tf.Graph().as_default() as graph:
            with tf.Session(graph=graph) as session:
                K.set_session(session)
                K.set_learning_phase(0)
                x = Input((2,))
                model = Model(x, Dense(1, kernel_initializer='ones')(x))
                found, = K.function([model.input], [K.sum(model.output)])([[[1., number]]])
                assert found == 1 + number
    assert not isinstance(K.learning_phase(), int) or number == 2
    K.get_session().close()
    print('done')
"""


def test_clear_session_in_a_loop(run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """A graph and a session for each picture, as scripts did against slowing down."""
    assert run_old(LOOP) == 0
    assert 'done' in capsys.readouterr().out


CLASSES = """
    import tensorflow as tf
    from keras import backend as K
    from tensorflow.python.framework import ops
    from tensorflow.python.framework.ops import Tensor

    x = K.placeholder((2, 3))
    assert type(x) == Tensor and type(x) is ops.Tensor and isinstance(x, Tensor)
    assert type(x) == tf.Tensor and isinstance(x, tf.Tensor) and isinstance(K.sum(x), tf.Tensor)
    assert not isinstance(3, tf.Tensor) and type(3) != tf.Tensor
    function = K.Function([x], [K.sum(x)])
    assert isinstance(function, K.Function) and isinstance(K.function([x], [x]), K.Function)
    assert function([[[1., 2., 3.]] * 2]) == [12.]
"""


def test_classes_of_tensors_and_functions(run_old: Callable[..., int]) -> None:
    """By ==, by is and by isinstance; TensorFlow's own class is back after the run."""
    import tensorflow as tf
    from tensorflow.python.framework import ops

    before = tf.Tensor
    assert run_old(CLASSES) == 0
    assert tf.Tensor is before and not hasattr(ops, 'Tensor')
