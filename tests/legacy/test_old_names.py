"""The list of old Keras's public names: each imports, or says what to use instead; none is silent."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nst_lbfgs.errors import LegacyError
from nst_lbfgs.legacy import backend as K
from nst_lbfgs.legacy import old_names, small_functions
from nst_lbfgs.legacy.importing import old_names as old_api
from nst_lbfgs.legacy.refusal import Refusal

LISTED = [(module, name) for module, names in old_names.old_modules().items() for name in names]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def old_keras() -> Iterator[None]:
    """Old modules and names in place, as within a run."""
    with old_api():
        yield


def found(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def test_the_list_is_whole() -> None:
    """As many modules and names as the sources of eight versions have, with well-formed versions."""
    assert len(old_names.old_modules()) == 101 and len(LISTED) == 3341
    known = {'0.3', '1.0', '1.2', '2.0', '2.1', '2.2', '2.3'}
    for names in old_names.old_modules().values():
        assert all(set(versions.split('-')) <= known for versions in names.values())
    assert old_names.old_modules()['keras.engine.topology']['get_source_inputs'] == '1.0-2.3'


@pytest.mark.parametrize('module', old_names.old_modules())
def test_each_name_imports_or_is_refused_as_listed(module: str, old_keras: None) -> None:
    """A name without advice is there; one with advice is a refusal that gives it; nothing is missing."""
    for name in old_names.old_modules()[module]:
        value, instead = found(module, name), old_names.advice(module, name)
        assert isinstance(value, Refusal) == (instead is not None), f'{module}.{name}'
        if instead is not None:
            with pytest.raises(LegacyError) as refusal:
                value()
            assert f'{name}, which is not; use {instead} instead' in str(refusal.value)


def test_counts(old_keras: None) -> None:
    """Of 3341 names, how many are supported and how many answered; those of the three other backends are."""
    refused = [(module, name) for module, name in LISTED if isinstance(found(module, name), Refusal)]
    others = [
        name
        for module, name in LISTED
        if module in {f'keras.backend.{kind}_backend' for kind in ('theano', 'cntk', 'numpy')}
    ]
    assert (len(LISTED) - len(refused), len(refused), len(others)) == (2210, 1131, 474)


def test_a_module_under_its_first_name_is_the_same(old_keras: None) -> None:
    """Keras 2.2.0 called mobilenet_v2 mobilenetv2."""
    for name in ('MobileNetV2', 'preprocess_input'):
        today = found('keras.applications.mobilenet_v2', name)
        assert found('keras.applications.mobilenetv2', name) is today


def test_every_refused_name_was_once_there() -> None:
    """No line of the list of refused names is about a name that no Keras had."""
    names = {name for _, name in LISTED} | {f'{module}.{name}' for module, name in LISTED}
    modules = {f'{module}.*' for module in old_names.old_modules()}
    assert [key for key in old_names._refused() if key not in names | modules] == []


def test_a_refusal_answers_whatever_is_done_with_it() -> None:
    """Called, subclassed, or asked for an attribute; and nothing is an instance of it."""
    name: Any = Refusal('keras.layers.Merge', 'keras.layers.add')
    for use in (lambda: name([]), lambda: name.call, lambda: type('Mine', (), {}) and make_subclass(name)):
        with pytest.raises(LegacyError, match=r'keras\.layers\.Merge, which is not; use keras\.layers\.add'):
            use()
    assert not isinstance(3, name) and not hasattr(name, '__wrapped__')


def make_subclass(base: Any) -> type:
    class Mine(base):
        pass

    return Mine


ACCIDENTS = """
    from keras.backend import np, tf, os, py_all
    from keras.layers.core import K, copy, InputSpec, Layer, Dense
    from keras.layers.convolutional import conv_output_length, Convolution2D, ZeroPadding2D
    from keras.engine.topology import Container, InputLayer, Layer as Same, get_source_inputs, merge
    from keras.models import *
    from keras.layers.core import *
    from keras.utils.np_utils import to_categorical, probas_to_classes
    from keras.utils.conv_utils import normalize_tuple
    from keras.applications.vgg19 import Conv2D, WEIGHTS_PATH_NO_TOP, get_file
    from keras.applications.imagenet_utils import _obtain_input_shape, preprocess_input
    from keras.preprocessing.image import list_pictures, random_rotation, ImageDataGenerator
    from keras.preprocessing.text import Tokenizer
    from keras.layers.convolutional import _Conv
    from keras.layers.pooling import _Pooling2D
    from keras.layers.merge import _Merge
    from keras.layers import Add, AveragePooling2D
    from tensorflow.python.keras.engine.base_layer import Layer as AndThis
    assert issubclass(Convolution2D, _Conv) and issubclass(AveragePooling2D, _Pooling2D)
    assert issubclass(Add, _Merge) and not issubclass(Dense, _Conv)
    from tensorflow.keras.layers import Merge
    import keras.initializations, keras.objectives, keras.regularizers as regularizers
    assert Layer is Same is AndThis and K.np is np and warnings
    assert not isinstance(Dense(3), Merge)
    assert K.eval(keras.initializations.uniform((2, 3), scale=.01)).max() < .01
    print('imported', WEIGHTS_PATH_NO_TOP.split('_')[-1])
"""


def test_accidental_names_import(run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Names that old modules had by importing them, classes that are one by whatever path."""
    assert run_old(ACCIDENTS) == 0
    assert 'imported notop.h5' in capsys.readouterr().out


def test_a_refused_name_that_is_used_gives_one_line(
    run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The script's line, the old name, and the way out; importing it alone does no harm."""
    assert run_old('from keras.layers import Merge, MaxoutDense\n\nMaxoutDense(3)\n') == 1
    err = capsys.readouterr().err
    assert err.count('\n') == 1 and 'script.py, line 3' in err
    assert 'keras.layers.MaxoutDense' in err and 'use keras.layers.Dense' in err


SHORT_LOSSES = {
    'mse': lambda t, p: ((t - p) ** 2).mean(-1),
    'MAE': lambda t, p: abs(t - p).mean(-1),
    'mape': lambda t, p: (100 * abs((t - p) / t)).mean(-1),
    'msle': lambda t, p: ((np.log1p(t) - np.log1p(p)) ** 2).mean(-1),
    'kld': lambda t, p: (t * np.log(t / p)).sum(-1),
    'cosine': lambda t, p: -(t * p).sum(-1) / np.sqrt((t**2).sum(-1) * (p**2).sum(-1)),
    'logcosh': lambda t, p: np.log(np.cosh(p - t)).mean(-1),
}


@pytest.mark.parametrize('module', ['keras.losses', 'keras.metrics', 'keras.objectives'])
@pytest.mark.parametrize('name', SHORT_LOSSES)
def test_short_names_of_losses_compute(module: str, name: str, old_keras: None) -> None:
    """On variables and placeholders, against NumPy, and with a gradient."""
    generator = np.random.default_rng(4)
    true, guess = (generator.uniform(0.2, 0.9, (2, 3)).astype('float32') for _ in range(2))
    if not old_names.is_old_name(module, name):
        assert (module, name) == ('keras.metrics', 'kld')
        return
    x = K.placeholder((2, 3))
    loss = found(module, name)(K.variable(true), x)
    value, slope = K.function([x], [loss, K.gradients(loss, x)[0]])([guess])
    np.testing.assert_allclose(value, SHORT_LOSSES[name](true, guess), rtol=1e-4)
    assert np.abs(slope).max() > 0


def test_initialisations_are_functions_of_a_shape(old_keras: None) -> None:
    """Keras 1's: each gives a variable; glorot and its like keep their limits."""
    module = importlib.import_module('keras.initializations')
    limit = np.sqrt(6.0 / 30)
    for name, least, most in (('zero', 0, 0), ('one', 1, 1), ('glorot_uniform', -limit, limit)):
        value = K.get_value(getattr(module, name)((10, 20)))
        assert least <= value.min() <= value.max() <= most, name
    assert K.get_value(module.identity((3, 3), scale=2.0)).tolist() == (2 * np.eye(3)).tolist()
    assert module.get_fans((8, 3, 5, 5)) == (75, 200) and module.get_fans((4, 6)) == (4, 6)


def test_small_functions_do_what_they_did() -> None:
    """Lengths of convolutions, classes of probabilities, lists and singletons."""
    assert small_functions.conv_output_length(10, 3, 'valid', 2) == 4
    assert small_functions.conv_output_length(10, 3, 'same', 2) == 5
    assert small_functions.conv_output_length(10, 3, 'valid', 1, dilation=2) == 6
    assert small_functions.conv_input_length(4, 3, 'valid', 2) == 9
    assert small_functions.probas_to_classes([[0.2, 0.8], [0.9, 0.1]]).tolist() == [1, 0]
    assert small_functions.probas_to_classes([[0.7], [0.2]]).tolist() == [[1], [0]]
    assert small_functions.normalize_tuple(3, 2, 'strides') == (3, 3)
    assert small_functions.to_list((1, 2)) == [(1, 2)] and small_functions.unpack_singleton([4]) == 4
    assert small_functions.has_arg(lambda a, **more: a, 'b', accept_all=True)
    x = K.variable([0.5, 1.5])
    assert K.eval(small_functions.ThresholdedReLU(1.0)(x)).tolist() == [0.0, 1.5]
    assert isinstance(small_functions.ThresholdedReLU(), keras.layers.Layer)


def test_what_takes_long_to_import_waits_until_it_is_used(
    run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """SciPy's parts that old modules had imported for themselves work as they did."""
    script = """
        import numpy as np
        from keras.preprocessing.image import linalg, ndi
        assert linalg.norm([3.0, 4.0]) == 5.0 and not hasattr(ndi, '__path__')
        assert ndi.zoom(np.ones((2, 2)), 2).shape == (4, 4)
    """
    assert run_old(script) == 0, capsys.readouterr().err


def test_a_run_imports_nothing_that_takes_long_and_is_not_used(tmp_path: Path) -> None:
    """In a process of its own: other tests have imported these."""
    script = "import sys, keras\nprint({'setuptools', 'scipy.ndimage', 'scipy.io'} & set(sys.modules))"
    (tmp_path / 'script.py').write_text(script)
    command = [sys.executable, '-m', 'cli', 'run', str(tmp_path / 'script.py')]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == 'set()\n', done.stderr
