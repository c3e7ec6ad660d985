"""VGG's published weight files: read where they are, and stood in for where they are not."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from nst_lbfgs.legacy.tensorflow_1.published_weights import first_edition

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]

REFERENCE = """
    import os
    import numpy as np
    import scipy.io
    from keras.applications.vgg19 import VGG19
    network = VGG19(weights='imagenet', include_top=False, input_shape=(32, 32, 3))
    kernel, bias = network.get_layer('block1_conv1').get_weights()
    second, _ = network.get_layer('block3_conv2').get_weights()
    path = 'models/imagenet-vgg-verydeep-19.mat'
"""


def test_the_second_edition(run_old: Run, folder: Path, capsys: Capture) -> None:
    """Indexed as the later scripts do: names, RGB kernels with columns first, the mean in meta."""
    code = run_old(
        REFERENCE
        + """
    layers = scipy.io.loadmat(path)['layers']
    data = scipy.io.loadmat(path)
    assert layers.shape == (1, 43)
    name = layers[0][0][0][0][0][0]
    got, offset = layers[0][0][0][0][2][0][0], layers[0][0][0][0][2][0][1]
    assert name == 'conv1_1' and got.dtype == np.float32
    assert np.array_equal(got, kernel.transpose(1, 0, 2, 3)[:, :, ::-1])
    assert np.array_equal(np.reshape(offset, offset.size), bias)
    assert np.array_equal(data['layers'][0][12][0, 0]['weights'][0, 0], second.transpose(1, 0, 2, 3))
    names = [str(layer[0, 0]['name'][0]) for layer in data['layers'][0]]
    assert names[:5] == ['conv1_1', 'relu1_1', 'conv1_2', 'relu1_2', 'pool1'] and names[-1] == 'prob'
    mean = data['meta']['normalization'][0][0][0][0][2][0][0]
    assert np.allclose(mean, [123.68, 116.779, 103.939])
    assert 'normalization' not in data and os.path.isfile(path) and os.stat(path).st_size == 534904783
    """
    )
    err = capsys.readouterr().err
    assert code == 0, err
    assert "models/imagenet-vgg-verydeep-19.mat is not there; its layers come from Keras's VGG19" in err
    assert not (folder / 'models').exists()


def test_the_first_edition(run_old: Run, capsys: Capture) -> None:
    """Indexed as the earlier scripts do: weights first, the name last but one, a whole mean picture."""
    code = run_old(
        REFERENCE
        + """
    from scipy.io import loadmat
    data = loadmat(path)
    weights = data['layers'][0]
    mean_pixel = np.mean(data['normalization'][0][0][0], axis=(0, 1))
    got, offset = weights[0][0][0][0][0]
    assert np.array_equal(got, kernel.transpose(1, 0, 2, 3)[:, :, ::-1])
    assert np.array_equal(offset.reshape(-1), bias) and np.allclose(mean_pixel, [123.68, 116.779, 103.939])
    assert data['layers'][0][0][0][0][-2] == 'conv1_1' and isinstance(weights[0][0][0][0][0], np.ndarray)
    assert weights[12][0][0][0][0][0].shape == second.shape
    """
    )
    assert code == 0, capsys.readouterr().err


def test_fully_connected_layers_have_shapes_and_no_values(run_old: Run, capsys: Capture) -> None:
    """Scripts may walk over all layers; computing with one says which is missing."""
    code = run_old(
        """
        import numpy as np
        import scipy.io
        import tensorflow as tf
        layers = scipy.io.loadmat('imagenet-vgg-verydeep-19.mat')['layers'][0]
        kernel, bias = layers[37][0][0][2][0]
        kernel = np.transpose(kernel, (1, 0, 2, 3))
        print(layers[37][0][0][0][0], kernel.shape, bias.reshape(-1).shape, bias.size)
        tf.constant(kernel)
        """
    )
    out, err = capsys.readouterr()
    assert code == 1 and out == 'fc6 (7, 7, 512, 4096) (4096,) 4096\n'
    assert 'script.py, line 9' in err and 'Received: fc6, fully connected' in err


def test_the_numpy_file(run_old: Run, capsys: Capture) -> None:
    """A dictionary of [kernel, bias] in Keras's own order, which takes BGR."""
    code = run_old(
        REFERENCE
        + """
    weights = np.load('vgg19.npy', encoding='latin1').item()
    assert np.array_equal(weights['conv1_1'][0], kernel) and np.array_equal(weights['conv1_1'][1], bias)
    assert np.array_equal(weights['conv3_2'][0], second) and weights['fc7'][0].shape == (4096, 4096)
    """
    )
    assert code == 0, capsys.readouterr().err


def test_files_that_are_there_are_read(run_old: Run, folder: Path, capsys: Capture) -> None:
    """The user's own file wins, pickled dictionaries too, and nothing is said."""
    scipy.io.savemat(folder / 'imagenet-vgg-verydeep-19.mat', {'layers': np.arange(3.0)})
    np.save(folder / 'vgg16.npy', np.array({'conv1_1': [np.ones(2)]}, dtype=object), allow_pickle=True)
    np.save(folder / 'other.npy', np.array({'a': 1}, dtype=object), allow_pickle=True)
    code = run_old(
        """
        import os
        import numpy as np
        import scipy.io
        assert scipy.io.loadmat('imagenet-vgg-verydeep-19')['layers'].tolist() == [[0, 1, 2]]
        assert np.load('vgg16.npy', encoding='latin1').item()['conv1_1'][0].sum() == 2
        assert os.path.getsize('imagenet-vgg-verydeep-19.mat') < 10000
        assert not os.path.exists('models/other.mat')
        for absent in (lambda: scipy.io.loadmat('other.mat'), lambda: np.load('other.npy')):
            try:
                absent()
            except (OSError, ValueError) as error:
                print(type(error).__name__)
        """
    )
    out, err = capsys.readouterr()
    assert code == 0 and err == '' and out == 'FileNotFoundError\nValueError\n'


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ("kernels, bias = weights[i][0][0][0][0]; data['normalization'][0]", True),
        ('W = layers[0][i][0][0][0][0][0]', True),
        ('W = layers[0][i][0][0][2][0][0]; name = layers[0][i][0][0][0][0]', False),
        ("if 'normalization' in data: a[i][0][0][0][0]\nelse: data['meta']", False),
        ("layers[i][0, 0]['weights'][0]", False),
    ],
)
def test_the_edition_is_read_from_how_layers_are_indexed(text: str, expected: bool) -> None:
    """By number or by the keys that only one edition has."""
    assert first_edition([ast.parse(text)]) is expected
