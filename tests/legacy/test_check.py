"""`run --check` says what `run` does: own modules, guarded imports, what a run supplies."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from nst_lbfgs.legacy.check import Report, check_script


def checked(folder: Path, text: str, name: str = 'script.py') -> Report:
    (folder / name).write_text(text, encoding='utf-8')
    return check_script(folder / name)


def problems(report: Report) -> dict[str, str]:
    return {use.name: use.problem for use in report.uses if use.problem}


@pytest.mark.parametrize(
    'text',
    [
        'try:\n  from io import BytesIO\nexcept ImportError:\n  from StringIO import StringIO as BytesIO',
        'try:\n  import cPickle as pickle\nexcept:\n  import pickle',
        'try:\n  import no_such\nexcept (ImportError, ValueError) as error:\n  no_such = None',
        'try:\n  from keras.nowhere import nothing\nexcept Exception:\n  pass',
        'import sys\nif sys.version_info[0] < 3:\n  import urllib2\nelse:\n  import urllib.request',
        'import keras\nif keras.__version__[0] == "1":\n  from keras.layers import nothing_at_all',
        'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  import no_such',
        'from keras import backend as K\nif K.backend() == "theano":\n  import theano.tensor as T',
        'from keras import backend as K\nif K.backend() != "tensorflow":\n  import theano',
        'from keras import backend as K\nif K._BACKEND == "theano":\n  import theano',
        'from keras import backend as K\nif hasattr(K, "unheard_of"):\n  K.unheard_of()',
        'from keras import backend as K\ntry:\n  K.unheard_of()\nexcept AttributeError:\n  pass',
        'import numpy as np\ntry:\n  input = raw_input\nexcept NameError:\n  pass',
    ],
)
def test_what_a_script_provides_for_is_no_problem(text: str, tmp_path: Path) -> None:
    """Either half of a guarded import, branches of versions, of Keras's backends, of TYPE_CHECKING."""
    assert problems(checked(tmp_path, text)) == {}


@pytest.mark.parametrize(
    ('text', 'name'),
    [
        ('try:\n  import no_such\nexcept KeyboardInterrupt:\n  pass', 'import no_such'),
        ('try:\n  K.rnn(None)\nexcept Exception:\n  pass', 'K.rnn'),
        ('if K.backend() == "tensorflow":\n  import no_such', 'import no_such'),
        ('if K.backend() == "theano":\n  pass\nelse:\n  K.unheard_of()', 'K.unheard_of'),
        ('if big:\n  K.unheard_of()', 'K.unheard_of'),
    ],
)
def test_other_branches_are_read(text: str, name: str, tmp_path: Path) -> None:
    """A guard against something else, and the branch that is taken, hide nothing."""
    assert name in problems(checked(tmp_path, f'from keras import backend as K\n{text}'))


def test_modules_beside_the_script_are_read(tmp_path: Path) -> None:
    """By import, from-import and out of a package; each once, each use with its file and line."""
    (tmp_path / 'losses.py').write_text('import script\nfrom keras import backend as K\n\nK.rnn(None)\n')
    (tmp_path / 'kit').mkdir()
    (tmp_path / 'kit' / '__init__.py').write_text('')
    (tmp_path / 'kit' / 'layers.py').write_text('from keras.layers import nothing_at_all\n')
    (tmp_path / 'broken.py').write_text('def (\n')
    report = checked(
        tmp_path,
        'import losses\nfrom losses import loss\nfrom kit import layers\nimport kit.layers\nimport broken',
    )
    found = problems(report)
    assert found.pop('K.rnn [losses.py]') == 'use keras.layers.RNN instead'
    assert 'no name of old Keras' in found.pop(f'keras.layers.nothing_at_all [{Path("kit/layers.py")}]')
    assert 'broken.py, line 1: invalid syntax' in found.pop('import broken')
    assert found == {}
    assert [use.line for use in report.uses if use.name.startswith('K.rnn')] == [4]


@pytest.mark.parametrize('added', ['src', 'on the path'])
def test_modules_elsewhere_are_read(added: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that the script adds, or PYTHONPATH; relative imports are those of the package."""
    package = tmp_path / added / 'kit'
    package.mkdir(parents=True)
    (package / '__init__.py').write_text('from .losses import loss\n')
    (package / 'losses.py').write_text('from keras import backend as K\nK.rnn(None)\n')
    (tmp_path / 'losses.py').write_text('from keras import backend as K\nK.unheard_of(None)\n')
    if added == 'on the path':
        monkeypatch.syspath_prepend(tmp_path / added)
        report = checked(tmp_path, 'import kit\n')
    else:
        report = checked(tmp_path, f'import sys\nsys.path.append({added!r})\nimport kit\n')
    assert list(problems(report)) == [f'K.rnn [{Path(added, "kit", "losses.py")}]']


def test_in_python_2_a_package_s_modules_import_each_other_by_name(tmp_path: Path) -> None:
    """Beside a script in Python 2; in Python 3 there is no such module."""
    pytest.importorskip('fissix', reason="fissix, which translates Python 2, is in the extra 'python2'")
    (tmp_path / 'kit').mkdir()
    (tmp_path / 'kit' / '__init__.py').write_text('')
    (tmp_path / 'kit' / 'steps.py').write_text('import losses_of_kit\n')
    (tmp_path / 'kit' / 'losses_of_kit.py').write_text('from keras import backend as K\nK.rnn(None)\n')
    found = problems(checked(tmp_path, 'print "old"\nimport kit.steps\n'))
    assert list(found) == [f'K.rnn [{Path("kit/losses_of_kit.py")}]']
    found = problems(checked(tmp_path, 'import kit.steps\n'))
    assert list(found) == [f'import losses_of_kit [{Path("kit/steps.py")}]']


def test_a_notebook_has_ipython(tmp_path: Path) -> None:
    """run gives a notebook IPython; a script without it installed has none."""
    text = 'from IPython.display import clear_output, Image\nimport IPython'
    cells = {'cells': [{'cell_type': 'code', 'source': [text]}]}
    (tmp_path / 'book.ipynb').write_text(json.dumps(cells))
    assert problems(check_script(tmp_path / 'book.ipynb')) == {}


def test_a_refused_name_is_a_problem_only_where_it_is_used(tmp_path: Path) -> None:
    """Importing it does no harm in a run either; today's and old names are none, made-up ones are."""
    head = 'from keras.layers import Dense, Merge, MultiHeadAttention, Convolution2D\n'
    assert problems(checked(tmp_path, head)) == {}
    assert problems(checked(tmp_path, head + 'Merge([])\n')) == {
        'keras.layers.Merge': 'use keras.layers.concatenate, add or multiply instead'
    }
    wrong = 'from tensorflow.keras.layers import Convolution9D\nfrom keras.no_module import x\n'
    assert set(problems(checked(tmp_path, wrong))) == {'keras.layers.Convolution9D', 'import keras.no_module'}


def test_tensorflow_1_s_names_are_known_by_what_is_installed(tmp_path: Path) -> None:
    """Gone names at any depth are problems, once each; those of today, of compat.v1 and ours are none."""
    text = """
import tensorflow as tf
import tensorflow.compat.v1 as tf1
from tensorflow.python.framework import ops
tf.nn.relu, tf.Session, tf1.get_variable, tf.get_default_graph, tf.compat.v1.placeholder, tf.keras.layers
tf.no_such_function(1)
tf.nn.no_such_function(1)
import tensorflow.no_such_module
"""
    assert set(problems(checked(tmp_path, text))) == {
        'tf.no_such_function',
        'tf.nn.no_such_function',
        'import tensorflow.no_such_module',
    }


@pytest.mark.parametrize(
    'text',
    [
        'from keras.preprocessing import image\ndef show(image):\n  return [i.rows for i in image.all]',
        'from keras.applications import vgg16\ndef f():\n  vgg16 = load()\n  return vgg16.layers_of_mine',
        'from keras.applications import vgg16\nvgg16 = vgg16.VGG16()\nvgg16.layers_of_mine',
        'from keras.preprocessing import image\nshow = lambda image: image.rows',
        'from keras.preprocessing import image\nfor image in []:\n  image.rows',
        'from keras.preprocessing import image\nsizes = [image.rows for image in []]',
    ],
)
def test_a_name_that_the_script_gives_to_something_else_is_its_own(text: str, tmp_path: Path) -> None:
    """A parameter, a local or a later variable called as an import is no use of the import."""
    assert problems(checked(tmp_path, text)) == {}


@pytest.mark.parametrize(
    'text',
    [
        'from keras.preprocessing import image\nimage.rows\nimage = 1',
        'from keras.preprocessing import image\ndef f(image):\n  pass\nimage.rows',
        'from keras.preprocessing import image\ndef f():\n  return image.rows\ndef g():\n  image = 1',
    ],
)
def test_before_and_outside_it_is_the_import(text: str, tmp_path: Path) -> None:
    """Another function's local, or a variable of later, hides nothing."""
    assert list(problems(checked(tmp_path, text))) == ['keras.preprocessing.image.rows']


def test_main_is_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there in a run, and the check does not stumble over a command's, which has no spec."""
    monkeypatch.setattr(sys.modules['__main__'], '__spec__', None)
    assert problems(checked(tmp_path, 'from __main__ import *\nimport __main__')) == {}


def test_names_that_tensorflow_sets_late_are_there(tmp_path: Path) -> None:
    """Its package binds some modules by setattr."""
    text = 'import tensorflow as tf\ntf.optimizers.Adam, tf.losses.mse, tf.metrics.mse, tf.initializers'
    assert problems(checked(tmp_path, text)) == {}
