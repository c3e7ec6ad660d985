"""Style-transfer scripts in the manner of each era, run as they are.

Every script stores its first loss and gradient; the reference computes them independently, with
a GradientTape on an ordinary Keras 3 network, the whole batch at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

KERAS_2 = """
    from __future__ import print_function
    import sys
    import numpy as np
    from keras import backend as K
    from keras.applications import vgg19
    from keras.preprocessing.image import img_to_array, load_img
    from scipy.misc import imsave
    from scipy.optimize import fmin_l_bfgs_b

    rows = cols = int(sys.argv[1])
    shape = (1, rows, cols, 3)

    def picture(path):
        array = img_to_array(load_img(path, target_size=(rows, cols)))
        return vgg19.preprocess_input(np.expand_dims(array, axis=0))

    content = K.variable(picture('content.png'))
    style = K.variable(picture('style.png'))
    result = K.placeholder(shape)
    model = vgg19.VGG19(input_tensor=K.concatenate([content, style, result], axis=0),
                        weights='imagenet', include_top=False)
    features = dict([(layer.name, layer.output) for layer in model.layers])

    def gram(x):
        flat = K.batch_flatten(K.permute_dimensions(x, (2, 0, 1)))
        return K.dot(flat, K.transpose(flat))

    loss = K.variable(0.)
    deep = features['block4_conv2']
    loss += 0.025 * K.sum(K.square(deep[2, :, :, :] - deep[0, :, :, :]))
    for name in ['block1_conv1', 'block2_conv1', 'block3_conv1']:
        s, c = gram(features[name][1, :, :, :]), gram(features[name][2, :, :, :])
        loss += K.sum(K.square(s - c)) / (36. * (rows * cols) ** 2) / 3
    a = K.square(result[:, :rows - 1, :cols - 1, :] - result[:, 1:, :cols - 1, :])
    b = K.square(result[:, :rows - 1, :cols - 1, :] - result[:, :rows - 1, 1:, :])
    loss += K.sum(K.pow(a + b, 1.25))

    grads = K.gradients(loss, result)
    outputs = [loss]
    if type(grads) in {list, tuple}:
        outputs += grads
    else:
        outputs.append(grads)
    evaluate = K.function([result], outputs)

    class Evaluator(object):
        kept = None

        def loss(self, x):
            assert self.kept is None
            outs = evaluate([x.reshape(shape)])
            self.kept = outs[1].flatten().astype('float64')
            return outs[0]

        def grads(self, x):
            assert self.kept is not None
            kept, self.kept = np.copy(self.kept), None
            return kept

    x = picture('content.png')
    np.savez('first.npz', *evaluate([x]))
    evaluator = Evaluator()
    for i in range(2):
        x, least, info = fmin_l_bfgs_b(evaluator.loss, x.flatten(), fprime=evaluator.grads,
                                       maxfun=3, iprint=0)
        print('loss', least)
    x = x.reshape((rows, cols, 3)) + [103.939, 116.779, 123.68]
    imsave('result.png', np.clip(x[:, :, ::-1], 0, 255).astype('uint8'))
"""


def keras_2_reference(size: int) -> tuple[float, Any]:
    """Return loss and gradient of KERAS_2 at the content picture, by other means."""
    import keras
    import tensorflow as tf

    from nst_lbfgs.legacy.old_weights import randomise

    network = keras.applications.VGG19(include_top=False, weights=None)
    randomise(network)
    names = ['block1_conv1', 'block2_conv1', 'block3_conv1', 'block4_conv2']
    layers = keras.Model(network.input, [network.get_layer(name).output for name in names])

    def load(name: str) -> Any:
        pixels = np.asarray(Image.open(name).convert('RGB').resize((size, size), 0), 'float32')
        return pixels[None, :, :, ::-1] - np.float32([103.939, 116.779, 123.68])

    x = tf.constant(load('content.png'))
    with tf.GradientTape() as tape:
        tape.watch(x)
        batch = layers(tf.concat([load('content.png'), load('style.png'), x], 0))
        loss = 0.025 * tf.reduce_sum((batch[3][2] - batch[3][0]) ** 2)
        for feature in batch[:3]:
            flat = tf.reshape(feature, (3, -1, feature.shape[-1]))
            grams = tf.matmul(flat, flat, transpose_a=True)
            loss += tf.reduce_sum((grams[1] - grams[2]) ** 2) / (36.0 * size**4) / 3
        down, right = x[:, 1:, :-1] - x[:, :-1, :-1], x[:, :-1, 1:] - x[:, :-1, :-1]
        loss += tf.reduce_sum((down**2 + right**2) ** 1.25)
    return float(loss), tape.gradient(loss, x).numpy()


def relative(found: Any, expected: Any) -> float:
    """Return the largest difference, relative to the largest expected value."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def test_keras_2_script(
    run_old: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It finishes, its loss falls, its picture is written, and loss and gradient are right."""
    assert run_old(KERAS_2, '36') == 0
    losses = [
        float(line.split()[1]) for line in capsys.readouterr().out.splitlines() if line.startswith('loss')
    ]
    first = np.load(folder / 'first.npz')
    loss, gradient = keras_2_reference(36)
    assert relative(first['arr_0'], loss) < 1e-5
    assert relative(first['arr_1'], gradient) < 1e-5
    assert loss > losses[0] > losses[1]
    assert Image.open(folder / 'result.png').size == (36, 36)


def test_bfloat16_stays_near(run_old: Callable[..., int], folder: Path) -> None:
    """In bfloat16 the network's loss and gradient are those of float32 within its 8 bits."""
    assert run_old(KERAS_2, '32', options=('--precision', 'bfloat16')) == 0
    first = np.load(folder / 'first.npz')
    loss, gradient = keras_2_reference(32)
    assert 0 < relative(first['arr_0'], loss) < 0.03
    assert relative(first['arr_1'], gradient) < 0.1
    assert first['arr_1'].dtype == np.float32


KERAS_0 = """
    from __future__ import print_function
    import h5py
    import numpy as np
    from keras import backend as K
    from keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
    from keras.models import Sequential
    from scipy.misc import imread, imresize, imsave

    side = 12

    def picture(path):
        return np.expand_dims(imresize(imread(path), (side, side)).transpose((2, 0, 1))
                              .astype('float64'), axis=0)

    base = K.variable(picture('content.png'))
    dream = K.placeholder((1, 3, side, side))
    batch = K.concatenate([base, dream], axis=0)
    ENTRY
    model = Sequential()
    model.add(first)
    model.add(Convolution2D(4, 3, 3, activation='relu', name='conv1'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Convolution2D(5, 3, 3, activation='relu', name='conv2'))

    f = h5py.File('weights.h5')
    for k in range(f.attrs['nb_layers']):
        if k >= len(model.layers):
            break
        g = f['layer_{}'.format(k)]
        model.layers[k].set_weights([g['param_{}'.format(p)] for p in range(g.attrs['nb_params'])])
    f.close()

    outputs = dict([(layer.name, OUTPUT) for layer in model.layers])
    x = outputs['conv2']
    size = model.layers[-1].output_shape
    loss = K.variable(0.)
    loss += K.sum(K.square(x[1, :, :, :] - x[0, :, :, :])) / np.prod(size[1:])
    evaluate = K.function([dream], [x, loss] + K.gradients(loss, dream))
    found = evaluate([picture('style.png')])
    np.savez('first.npz', *found)
    imsave('result.png', found[2][0].transpose((1, 2, 0)))
"""
ENTRIES = {
    'first.input': (
        """first = ZeroPadding2D((1, 1), input_shape=(3, side, side))
    first.input = batch""",
        'layer.get_output()',
    ),
    'set_input': (
        """first = ZeroPadding2D((1, 1))
    first.set_input(batch, shape=(2, 3, side, side))""",
        'layer.output',
    ),
}


def write_theano_weights(path: Path) -> list[Any]:
    """Write a weights file of Keras 0.3 for KERAS_0's model and return its kernels."""
    generator = np.random.default_rng(5)
    kernels = [generator.normal(size=shape).astype('float32') / 4 for shape in ((4, 3, 3, 3), (5, 4, 3, 3))]
    layers = [[], [kernels[0], np.zeros(4)], [], [], [kernels[1], np.zeros(5)], []]
    with h5py.File(path, 'w') as file:
        file.attrs['nb_layers'] = len(layers)
        for k, parameters in enumerate(layers):
            group = file.create_group(f'layer_{k}')
            group.attrs['nb_params'] = len(parameters)
            for p, parameter in enumerate(parameters):
                group[f'param_{p}'] = parameter
    return kernels


def theano_convolution(x: Any, kernel: Any) -> Any:
    """Convolve (channels, rows, columns), padded by 1, as Theano did: kernels turned."""
    x = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))
    return np.maximum(np.einsum('crsij,fcij->frs', windows, kernel[:, :, ::-1, ::-1]), 0)


@pytest.mark.parametrize('entry', sorted(ENTRIES))
def test_keras_0_script(
    entry: str, run_old: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Theano's ordering is seen from the shapes; layer_k/param_p weights give Theano's sums."""
    kernels = write_theano_weights(folder / 'weights.h5')
    how, output = ENTRIES[entry]
    assert run_old(KERAS_0.replace('ENTRY', how).replace('OUTPUT', output)) == 0
    assert "Theano's 'th' ordering" in capsys.readouterr().err
    features, loss, gradient = np.load(folder / 'first.npz').values()
    expected = []
    for name in ('content.png', 'style.png'):
        image = Image.open(folder / name).resize((12, 12), Image.Resampling.BILINEAR)
        x = theano_convolution(np.asarray(image, 'float64').transpose(2, 0, 1), kernels[0])
        x = x.reshape(4, 6, 2, 6, 2).max((2, 4))
        expected.append(theano_convolution(x, kernels[1]))
    assert relative(features, np.array(expected)) < 1e-5
    assert relative(loss, ((expected[1] - expected[0]) ** 2).sum() / (5 * 6 * 6)) < 1e-5
    assert gradient.shape == (1, 3, 12, 12) and np.abs(gradient).max() > 0
    pixels = np.asarray(Image.open(folder / 'result.png'))
    assert (pixels.min(), pixels.max()) == (0, 255)  # imsave stretches floats to their range


KERAS_1 = """
    import numpy as np
    from keras import backend as K
    from keras.applications import vgg16
    from keras.layers import Input, merge
    from keras.layers.convolutional import AveragePooling2D, Convolution2D
    from keras.models import Model
    from keras.utils.data_utils import get_file
    from keras.utils.layer_utils import convert_all_kernels_in_model

    images = K.concatenate([K.variable(np.ones((1, 8, 8, 3))), K.placeholder((1, 8, 8, 3))],
                           axis=0)
    masks = K.variable(np.eye(8).reshape((1, 8, 8, 1)))
    ip = Input(tensor=images, batch_shape=(2, 8, 8, 3))
    x = Convolution2D(4, 3, 3, activation='relu', border_mode='same', name='conv1')(ip)
    y = Convolution2D(nb_filter=4, nb_row=1, nb_col=1, subsample=(1, 1), init='normal',
                      dim_ordering='tf')(ip)
    model = Model(input=ip, output=merge([x, y], mode='concat', concat_axis=-1))
    mask_input = Input(tensor=masks, shape=(None, None, None), name='mask_input')
    mask_model = Model(mask_input, AveragePooling2D((3, 3), strides=(1, 1), border_mode='same',
                                                    name='mask_conv1')(mask_input))
    model.load_weights(get_file('vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5', 'http://x'))
    shapes = dict([(layer.name, layer.output_shape) for layer in model.layers])
    assert shapes['conv1'] == (2, 8, 8, 4), shapes
    assert model.layers[0].output_shape[1:] == (8, 8, 3)
    out = K.function([model.layers[0].input], [model.output, mask_model.layers[1].output])
    found, mask = out([np.ones((2, 8, 8, 3))])
    assert found.shape == (2, 8, 8, 8) and mask.shape == (1, 8, 8, 1)
    assert abs(mask[0, 4, 4, 0] - 1 / 3.) < 1e-6
    before = np.copy(model.layers[1].get_weights()[0])
    convert_all_kernels_in_model(model)
    assert (model.layers[1].get_weights()[0] == before[::-1, ::-1]).all()
    print('shapes', np.rank(found), np.product((2, 3)), np.cast['int32']([1.7]))
"""


def test_keras_1_layers_and_models(run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Keras 1's arguments, Input(tensor=), Model(input=, output=), merge, get_file, masks."""
    assert run_old(KERAS_1) == 0
    assert 'shapes 4 6 [1]' in capsys.readouterr().out
