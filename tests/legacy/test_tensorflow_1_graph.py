"""TensorFlow 1's graph, sessions and names, in scripts without Keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_a_picture_is_stepped_by_adam(run_old: Run, capsys: Capture) -> None:
    """Graphs of one's own, placeholders, eval, `.value` of lengths, Adam's first step of 2.0."""
    code = run_old(
        """
        import numpy as np
        import tensorflow as tf

        graph = tf.Graph()
        with graph.as_default(), tf.Session() as session:
            image = tf.placeholder('float', shape=(1, 8, 8, 3))
            features = tf.nn.avg_pool(image, ksize=(1, 2, 2, 1), strides=(1, 2, 2, 1), padding='SAME')
            aim = features.eval(feed_dict={image: np.ones((1, 8, 8, 3))})
        with tf.Graph().as_default():
            image = tf.Variable(tf.zeros((1, 8, 8, 3)))
            features = tf.nn.avg_pool(image, (1, 2, 2, 1), (1, 2, 2, 1), 'SAME')
            _, height, width, number = map(lambda i: i.value, features.get_shape())
            assert (height, width, number) == (4, 4, 3) and not features == 3
            loss = 2 * tf.nn.l2_loss(features - aim) / aim.size
            step = tf.train.AdamOptimizer(2.0).minimize(loss)
            with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as session:
                session.run(tf.initialize_all_variables())
                assert loss.eval() == 1.0
                step.run()
                assert np.allclose(image.eval(), 2.0, atol=1e-3)
                assert session.run(image.assign(np.full((1, 8, 8, 3), 3.0))).max() == 3.0
                image.load(np.zeros((1, 8, 8, 3)), session)
                assert session.run(image).max() == 0.0
        """
    )
    assert code == 0, capsys.readouterr().err


def test_names_from_before_1_0(run_old: Run, capsys: Capture) -> None:
    """pack, mul, sub, concat and split with the axis first."""
    code = run_old(
        """
        import numpy as np
        import tensorflow as tf

        a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
        with tf.Session() as session:
            got = session.run([tf.pack([a, b]), tf.mul(a, b), tf.sub(a, b), tf.concat(0, [a, b]), tf.neg(a),
                               tf.concat([a, b], 0), tf.split(0, 2, a)[1], tf.split(a, 2)[1]])
        wanted = [[[1, 2], [3, 4]], [3, 8], [-2, -2], [1, 2, 3, 4], [-1, -2], [1, 2, 3, 4], [2], [2]]
        assert all(np.array_equal(x, y) for x, y in zip(got, wanted)), got
        assert tf.__version__.startswith('1.')
        """
    )
    assert code == 0, capsys.readouterr().err


def test_layers_are_functions_with_shared_variables(run_old: Run, capsys: Capture) -> None:
    """tf.layers against NumPy: names, reuse, sizes, and batch normalisation's updates."""
    code = run_old(
        """
        import numpy as np
        import tensorflow as tf

        pixels = np.random.RandomState(0).normal(size=(2, 6, 6, 3)).astype('float32')
        x = tf.placeholder(tf.float32, (None, 6, 6, 3))
        with tf.variable_scope('net'):
            one = tf.layers.conv2d(x, 4, 1, activation=tf.nn.relu, name='first')
            same = tf.layers.conv2d(x, 4, 1, activation=tf.nn.relu, name='first', reuse=True)
        up = tf.layers.conv2d_transpose(x, 5, 3, strides=2, padding='same')
        pooled = tf.layers.max_pooling2d(x, 2, 2)
        flat = tf.layers.dense(tf.layers.flatten(x), 7)
        normal = tf.layers.batch_normalization(x, training=True, name='norm')
        assert up.get_shape().as_list() == [None, 12, 12, 5] and flat.get_shape().as_list() == [None, 7]
        names = [v.name for v in tf.trainable_variables()]
        assert names[:2] == ['net/first/kernel:0', 'net/first/bias:0'], names
        assert 'conv2d_transpose/kernel:0' in names and 'dense/bias:0' in names
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            updated = tf.identity(normal)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            fed = {x: pixels}
            kernel = session.run(tf.trainable_variables()[0])[0, 0]
            a, b, c = session.run([one, same, pooled], fed)
            assert np.allclose(a, np.maximum(pixels @ kernel, 0), atol=1e-5) and np.array_equal(a, b)
            assert np.array_equal(c, pixels.reshape(2, 3, 2, 3, 2, 3).max((2, 4)))
            assert abs(session.run(updated, fed).mean((0, 1, 2))).max() < 1e-5
            mean = session.run([v for v in tf.global_variables() if v.name == 'norm/moving_mean:0'][0])
            assert np.allclose(mean, 0.01 * pixels.mean((0, 1, 2)), atol=1e-6)
        """
    )
    assert code == 0, capsys.readouterr().err


def test_graphs_are_saved_and_read_back(run_old: Run, folder: Path, capsys: Capture) -> None:
    """Saver and checkpoint, GraphDef and import_graph_def, gfile, tensors by name, deep dream's loop."""
    code = run_old(
        """
        import numpy as np
        import tensorflow as tf
        from tensorflow.python.framework import ops

        def build(start):
            ops.reset_default_graph()
            x = tf.placeholder(tf.float32, (4,), name='input')
            w = tf.get_variable('w', (), initializer=tf.constant_initializer(start))
            return tf.square(x * w, name='layer')

        build(3.0)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            tf.train.Saver().save(session, './model.ckpt')
        build(0.0)
        with tf.Session() as session:
            tf.train.Saver().restore(session, './model.ckpt')
            frozen = tf.graph_util.convert_variables_to_constants(
                session, session.graph.as_graph_def(), ['layer'])
        with tf.gfile.FastGFile('frozen.pb', 'wb') as file:
            file.write(frozen.SerializeToString())

        graph = tf.Graph()
        session = tf.InteractiveSession(graph=graph)
        with tf.gfile.FastGFile('frozen.pb', 'rb') as file:
            graph_def = tf.GraphDef()
            graph_def.ParseFromString(file.read())
        t_input = tf.placeholder(np.float32, (4,), name='input')
        tf.import_graph_def(graph_def, {'input': t_input - 1.0})
        score = tf.reduce_mean(graph.get_tensor_by_name('import/layer:0'))
        slope = tf.gradients(score, t_input)[0]
        image = np.full(4, 2.0)
        value, gradient = session.run([score, slope], {t_input: image})
        assert value == 9.0 and np.allclose(gradient, 2 * 9 * (image - 1) / 4)
        """
    )
    assert code == 0, capsys.readouterr().err


def test_app_and_flags(run_old: Run, capsys: Capture) -> None:
    """tf.app.run calls main and ends with its value; flags are the script's own, in each run anew."""
    script = """
        import tensorflow as tf
        tf.app.flags.DEFINE_integer('steps', 3, 'how many')
        FLAGS = tf.app.flags.FLAGS
        def main(argv):
            print('steps', FLAGS.steps, argv[1:])
        if __name__ == '__main__':
            tf.app.run()
    """
    assert run_old(script, '--steps=5') == 0 and run_old(script) == 0
    assert capsys.readouterr().out == 'steps 5 []\nsteps 3 []\n'


def test_eager_scripts_of_version_1(run_old: Run, capsys: Capture) -> None:
    """enable_eager_execution, tfe.Variable, a tape, and tf.train's optimizer on a Keras network."""
    code = run_old(
        """
        import numpy as np
        import tensorflow as tf
        import tensorflow.contrib.eager as tfe
        from tensorflow.python.keras import models

        tf.enable_eager_execution()
        assert tf.executing_eagerly()
        vgg = tf.keras.applications.vgg19.VGG19(include_top=False, weights='imagenet')
        vgg.trainable = False
        model = models.Model(vgg.input, [vgg.get_layer('block1_conv1').output])
        picture = tfe.Variable(np.random.RandomState(0).uniform(-100, 100, (1, 32, 32, 3)), dtype=tf.float32)
        optimizer = tf.train.AdamOptimizer(learning_rate=5, beta1=0.99, epsilon=1e-1)
        channels = int(model(picture)[0].shape[-1])
        losses = []
        for _ in range(3):
            with tf.GradientTape() as tape:
                features = tf.reshape(model(picture)[0], [-1, channels])
                loss = tf.reduce_mean(tf.square(tf.matmul(features, features, transpose_a=True)))
            optimizer.apply_gradients([(tape.gradient(loss, picture), picture)])
            picture.assign(tf.clip_by_value(picture, -103.939, 255.0 - 103.939))
            losses.append(loss.numpy())
        assert losses[2] < losses[1] < losses[0]
        """
    )
    assert code == 0, capsys.readouterr().err


def test_scripts_that_were_ported_to_compat_v1(run_old: Run, capsys: Capture) -> None:
    """Today's shapes and today's names, real sessions, and switches that end with the run."""
    code = run_old(
        """
        import numpy as np
        import tensorflow as tf
        tf.compat.v1.disable_eager_execution()
        tf.random.set_seed(1)
        x = tf.compat.v1.placeholder(tf.float32, (1, 4, 4, 3))
        size = x.get_shape()[1] * x.get_shape()[2]
        assert size == 16 and size / 32 == 0.5 and tf.__version__.startswith('2')
        picture = tf.Variable(tf.random.normal((2,)))
        loss = tf.nn.l2_loss(picture - 1.0) / size
        step = tf.compat.v1.train.GradientDescentOptimizer(float(size)).minimize(loss)
        with tf.compat.v1.Session() as session:
            session.run(tf.compat.v1.global_variables_initializer())
            session.run(step)
            assert np.allclose(session.run(picture), 1.0)
        """
    )
    assert code == 0, capsys.readouterr().err
    import tensorflow as tf

    assert tf.executing_eagerly()


def test_nothing_of_version_1_stays(run_old: Run) -> None:
    """After a run, behaviour, modules and graph are today's."""
    import keras
    import tensorflow as tf

    version = tf.compat.v1
    call, loads = keras.layers.Layer.__call__, keras.KerasTensor.__add__
    script = """
        import tensorflow as tf
        session = tf.InteractiveSession()
        x = tf.Variable(1.0)
        from keras.layers import Dense
    """
    assert run_old(script) == 0
    assert tf.executing_eagerly() and version.get_default_session() is None
    assert version.resource_variables_enabled() and version.control_flow_v2_enabled()
    assert tf.zeros((2, 3)).shape[1] == 3 and type(tf.zeros((2, 3)).shape[1]) is int
    assert keras.layers.Layer.__call__ is call and keras.KerasTensor.__add__ is loads
    assert __import__('tensorflow') is tf and not hasattr(tf, 'contrib')


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        ('tf.contrib.rnn.BasicLSTMCell(3)', 'Received: tf.contrib.rnn.BasicLSTMCell'),
        ('tf.contrib.opt.AdamWOptimizer(0.1)', 'Received: tf.contrib.opt.AdamWOptimizer'),
        ('tf.layers.conv3d(0, 1, 1)', 'Received: tf.layers.conv3d'),
        ('tf.contrib.slim.separable_conv2d(0, 1, 1)', 'Received: tf.contrib.slim.separable_conv2d'),
        (
            "tf.gfile.FastGFile('in/tensorflow_inception_graph.pb', 'rb').read()",
            'Expected tensorflow_inception_graph.pb, a network of its own',
        ),
        ("tf.train.Saver([tf.Variable(1.)]).restore(s, 'vgg_19.ckpt')", 'Expected vgg_19.ckpt'),
    ],
)
def test_what_is_not_here_answers(line: str, message: str, run_old: Run, capsys: Capture) -> None:
    """One line, with the script's line and the old name."""
    assert run_old(f'import tensorflow as tf\ns = tf.Session()\n{line}\n') == 1
    err = capsys.readouterr().err
    assert err.count('\n') == 1 and 'script.py, line 3' in err and message in err


def test_nothing_of_an_earlier_run_reaches_the_graph(run_old: Run, capsys: Capture) -> None:
    """After an evaluation that failed, a variable may be fed as ever."""
    failing = """
        from keras import backend as K
        try:
            K.shape(K.placeholder((None, 2)))[0].eval()
        except Exception as error:
            print('failed')
    """
    feeding = """
        import tensorflow as tf
        picture = tf.Variable(1.0)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            assert session.run(2 * picture, {picture: 3.0}) == 6.0
    """
    assert run_old(failing) == 0 and 'failed' in capsys.readouterr().out
    assert run_old(feeding) == 0, capsys.readouterr().err


def test_eager_execution_by_its_module_in_contrib(run_old: Run, capsys: Capture) -> None:
    """`tfe` as its own examples imported it."""
    script = """
        import tensorflow as tf
        from tensorflow.contrib.eager.python import tfe
        tfe.enable_eager_execution()
        assert float(tfe.Variable(2.0) * 3) == 6.0
    """
    assert run_old(script) == 0, capsys.readouterr().err
