"""Deep dream, training, TensorFlow 1, notebooks: the other things that old scripts did."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DREAM = """
    import numpy as np
    import scipy
    from keras import backend as K
    from keras.applications import vgg16

    K.set_learning_phase(0)
    model = vgg16.VGG16(weights='imagenet', include_top=False)
    dream = model.input
    layers = dict([(layer.name, layer) for layer in model.layers])
    loss = K.variable(0.)
    for name, share in {'block1_conv2': 1., 'block2_conv2': .5}.items():
        x = layers[name].output
        scaling = K.prod(K.cast(K.shape(x), 'float32'))
        loss += share * K.sum(K.square(x[:, 2: -2, 2: -2, :])) / scaling
    grads = K.gradients(loss, dream)[0]
    grads /= K.maximum(K.mean(K.abs(grads)), 1e-7)
    evaluate = K.function([dream], [loss, grads])
    losses = []
    for side in (24, 32):
        img = np.zeros((1, side, side, 3), 'float32')
        img[:, ::2] = 50.
        for i in xrange(3):
            value, step = evaluate([img])
            assert abs(np.abs(step).mean() - 1) < 1e-4
            img += step
            losses.append(value)
        img = scipy.ndimage.zoom(img, (1, 1.5, 1.5, 1), order=1)
    assert losses[0] < losses[1] < losses[2] and losses[3] < losses[5], losses
    scipy.misc.imsave('dream.png', np.clip(img[0], 0, 255).astype('uint8'))
"""


def test_deep_dream(run_old: Callable[..., int], folder: Path) -> None:
    """The gradient is computed with further, and sizes may change from call to call."""
    assert run_old(DREAM) == 0
    assert Image.open(folder / 'dream.png').size == (48, 48)


TRAINING = """
    import numpy as np
    from keras import backend as K
    from keras.layers.core import Dense, Dropout
    from keras.models import Sequential
    from keras.optimizers import SGD

    model = Sequential()
    model.add(Dense(1, input_dim=2, init='zero', name='dense'))
    model.add(Dropout(p=.5))
    target = K.placeholder(ndim=2)
    error = K.mean(K.square(model.output - target))
    GET
    train = K.function([model.input, target, K.learning_phase()], [error], updates=updates)
    test = K.function([model.input, K.learning_phase()], [model.output])
    x = np.array([[1., 0.], [0., 1.], [1., 1.], [0., 0.]] * 8)
    y = x.dot([[1.], [-2.]])
    losses = [train([x, y, 0])[0] for _ in range(200)]
    assert losses[0] > 1 and losses[-1] < 1e-3, losses
    assert np.abs(model.layers[0].get_weights()[0].ravel() - [1, -2]).max() < .05
    kept, dropped = test([x, 0])[0], test([x, 1])[0]
    assert (kept[np.abs(y) > .5] != 0).all() and (dropped[np.abs(y) > .5] == 0).any()
"""


@pytest.mark.parametrize(
    'how',
    [
        'updates = SGD(lr=.3).get_updates(error, model.trainable_weights)',
        'updates = SGD(lr=.3).get_updates(model.trainable_weights, [], error)',
        'updates = SGD(lr=.3).get_updates(loss=error, params=model.trainable_weights)',
    ],
)
def test_a_script_that_trains(how: str, run_old: Callable[..., int]) -> None:
    """get_updates in the manners of Keras 1 and 2, learning phase fed, dropout obeying it."""
    assert run_old(TRAINING.replace('GET', how)) == 0


def test_defaults_are_the_old_ones(run_old: Callable[..., int]) -> None:
    """Sizes of pooling and learning rates that Keras 3 has otherwise; what a script gives comes first."""
    script = """
        from keras import optimizers
        from keras.layers import AveragePooling2D, Input
        assert AveragePooling2D()(Input((8, 8, 3))).shape[1] == 4
        assert AveragePooling2D(4)(Input((8, 8, 3))).shape[1] == 2
        assert AveragePooling2D(pool_size=(4, 4))(Input((8, 8, 3))).shape[1] == 2
        for name, rate in dict(Adadelta=1., Adagrad=.01, Adamax=.002, Nadam=.002, Adam=.001).items():
            kind = getattr(optimizers, name)
            assert abs(float(kind().learning_rate) - rate) < 1e-7, name
            assert float(kind(.5).learning_rate) == float(kind(lr=.5).learning_rate) == .5
    """
    assert run_old(script) == 0


TENSORFLOW_1 = """
    import tensorflow as tf
    from tensorflow.keras import backend as K
    from tensorflow.python.keras.applications import vgg19
    import tensorflow.compat.v1 as tf1
    tf1.disable_eager_execution()
    tf1.disable_v2_behavior()
    config = tf.ConfigProto()
    config.gpu_options.allow_growth = True
    K.set_session(tf.Session(config=config))
    x = tf.placeholder(tf.float32, shape=(2, 3))
    total = tf.reduce_sum(tf.square(x) * 2., axis=1) + K.sum(x)
    assert total.get_shape()[0].value == 2 and total.get_shape().as_list() == [2]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found, = session.run([total], feed_dict={x: [[1, 2, 3], [0, 0, 1]]})
    assert found.tolist() == [35., 9.], found
    assert K.constant(2.).eval() == 2.
    print('keras', tf.keras.__version__ == __import__('keras').__version__)
"""


def test_tensorflow_1_names(run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Sessions run K.function, TensorFlow's own functions take symbolic tensors."""
    assert run_old(TENSORFLOW_1) == 0
    assert 'keras True' in capsys.readouterr().out


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook of code cells after a text cell."""
    code = [{'cell_type': 'code', 'source': cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({'cells': [{'cell_type': 'markdown', 'source': '# no code'}, *code]}))


def test_notebook(run_old: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Magics are dropped, last values printed, pictures saved under new names."""
    (folder / 'book_1.png').write_bytes(b'kept')
    write_notebook(
        folder / 'book.ipynb',
        '%matplotlib inline\nimport numpy as np\n!ls\n6 * 7',
        '%%bash\nrm -rf nothing',
        'from PIL import Image\nx = 5;',
        'from keras import backend as K\nK.eval(K.variable(1.) + 1)',
        "Image.fromarray(np.zeros((4, 5, 3), 'uint8'))",
    )
    from cli.main import main

    assert main(['run', 'book.ipynb']) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == '42' and '2.0' in out[1] and out[2].endswith('book_2.png')
    assert Image.open(folder / 'book_2.png').size == (5, 4)
    assert (folder / 'book_1.png').read_bytes() == b'kept'


def test_a_notebook_s_display_classes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a notebook imports from IPython.display is there, and shows what it was made from."""
    write_notebook(
        folder / 'book.ipynb',
        'from IPython.display import SVG, Image, HTML, Markdown, display\n'
        'from IPython.core.display import display as again\n'
        'from IPython import get_ipython\nget_ipython().run_line_magic("matplotlib", "inline")',
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\ndisplay(Image(filename='a.png'))",
        "SVG('<svg/>')",
    )
    from cli.main import main

    assert main(['run', 'book.ipynb']) == 0
    out = capsys.readouterr().out
    assert 'a.png' in out and '<svg/>' in out and (folder / 'book_1.png').exists()


def test_a_shell_s_line_may_go_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the lines after it, each ending in a backslash but the last; Python's own are Python's."""
    write_notebook(
        folder / 'book.ipynb',
        '!python other.py \\\n  --size 3 \\\n  --more\nfound = !ls \\\n  -l',
        'a = 1 + \\\n  2\nprint(a, found)',
    )
    from cli.main import main

    assert main(['run', 'book.ipynb']) == 0
    assert capsys.readouterr().out == '3 []\n'


GRAD_CAM = """
    import numpy as np
    from keras import backend as K
    from keras.applications.vgg16 import VGG16, decode_predictions

    model = VGG16(weights='imagenet')
    x = np.random.RandomState(0).uniform(-100, 100, (1, 224, 224, 3))
    preds = model.predict(x)
    best = np.argmax(preds[0])
    names = decode_predictions(preds, top=3)[0]
    assert names[0][1:] == ('class_%d' % best, preds[0][best]) and len(names) == 3
    last = model.get_layer('block5_conv3')
    grads = K.gradients(model.output[:, best], last.output)[0]
    iterate = K.function([model.input], [K.mean(grads, axis=(0, 1, 2)), last.output[0]])
    pooled, features = iterate([x])
    assert pooled.shape == (512,) and features.shape == (14, 14, 512) and np.abs(pooled).max() > 0
"""


@pytest.mark.slow
def test_class_activation_maps(run_old: Callable[..., int]) -> None:
    """A gradient against a layer's output in the middle of a network with its top, and class names."""
    assert run_old(GRAD_CAM) == 0


def test_class_names_without_a_connection_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ImageNet's class names come from a download; where there is none, one line says so."""
    import keras

    from cli.main import main

    def no_connection(*_args: object, **_kwargs: object) -> None:
        raise Exception('URL fetch failure on https://example.org/index.json: None -- no route')

    monkeypatch.setattr('keras.src.applications.imagenet_utils.file_utils.get_file', no_connection)
    monkeypatch.setattr('keras.src.applications.imagenet_utils.CLASS_INDEX', None)
    (folder / 'script.py').write_text(
        'import numpy as np\nfrom keras.applications.vgg19 import decode_predictions\n'
        'decode_predictions(np.ones((1, 1000)))\n'
    )
    assert keras.applications.vgg19 is not None
    assert main(['run', 'script.py']) == 1
    err = capsys.readouterr().err
    assert err.count('\n') == 1 and 'script.py, line 3' in err and "ImageNet's class names" in err


def test_notebook_failure_names_its_cell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell's error is shown with the cell's number and line."""
    write_notebook(folder / 'book.ipynb', 'x = 1', '\nx / 0')
    from cli.main import main

    assert main(['run', 'book.ipynb']) == 1
    err = capsys.readouterr().err
    assert 'book.ipynb, cell 2", line 2' in err and 'ZeroDivisionError' in err


def test_library_route() -> None:
    """With the imports exchanged and nothing else, the same names work in a program."""
    from nst_lbfgs.legacy import Evaluator
    from nst_lbfgs.legacy import backend as K

    x = K.placeholder((2, 1))
    loss = K.sum(K.square(x))
    evaluator = Evaluator(K.function([x], [loss] + K.gradients(loss, x)), (2, 1))
    point = np.array([1.0, 2.0])
    assert evaluator.loss(point) == 5.0 and evaluator.grads(point).tolist() == [2.0, 4.0]
    with pytest.raises(RuntimeError, match='first'):
        evaluator.grads(point)


def test_an_array_s_bytes_are_pixels_of_the_mode_that_is_given(run_old: Callable[..., int]) -> None:
    """Pillow once took any type of array with `mode`: int8 for RGB, too."""
    script = """
        import numpy as np
        from PIL import Image
        pixels = np.arange(60).reshape(4, 5, 3) * 4
        for given in (pixels.astype(np.int8), pixels.astype(np.uint8), pixels.astype(np.uint8)[::1]):
            assert np.array_equal(np.asarray(Image.fromarray(given, mode='RGB')), pixels)
        plain = pixels.astype(np.uint8)
        assert Image.fromarray(plain, "RGB").size == Image.fromarray(plain).size
        grey = Image.fromarray(pixels[..., 0].astype(np.float32), "F")
        assert np.asarray(grey).max() == pixels[..., 0].max()
    """
    assert run_old(script) == 0
