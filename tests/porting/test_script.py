"""Old scripts written for today."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import main
from nst_lbfgs.errors import LegacyError

from .scripts import STYLE_SCRIPT

pytest.importorskip('libcst', reason="libcst, which port needs, is in the extra 'port'")

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def ported(text: str, folder: Path) -> str:
    """Return what a script's text becomes."""
    from nst_lbfgs.porting.script import port_script

    (folder / 'old.py').write_text(text, encoding='utf-8')
    return port_script(folder / 'old.py').text


FIRST = 'from nst_lbfgs.legacy import backend\n'


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        ('from keras import backend as K', 'from nst_lbfgs.legacy import backend as K'),
        ('from tensorflow.keras import backend as K', 'from nst_lbfgs.legacy import backend as K'),
        ('import keras.backend as K', 'from nst_lbfgs.legacy import backend as K'),
        ('from scipy.misc import imread, imsave', 'from nst_lbfgs.legacy import imread, imsave'),
        (
            'from keras.preprocessing.image import load_img, save_img  # why',
            'from nst_lbfgs.legacy import load_img  # why\nfrom keras.preprocessing.image import save_img',
        ),
        (
            'from keras.applications.vgg19 import VGG19, preprocess_input as p',
            'from nst_lbfgs.legacy import vgg19\nVGG19 = vgg19.VGG19\np = vgg19.preprocess_input',
        ),
        (
            'from keras.applications import VGG16',
            'from nst_lbfgs.legacy import vgg16\nVGG16 = vgg16.VGG16',
        ),
        ('from keras.layers.core import Dense', FIRST + 'from keras.layers import Dense'),
        ('from keras.engine import Model', FIRST + 'from keras.models import Model'),
        ('from keras.layers import Conv2D', FIRST + 'from keras.layers import Conv2D'),
        ('from tensorflow.keras.models import Model', 'from tensorflow.keras.models import Model'),
        ('import numpy as np\nx = np.float(np.Inf)', 'import numpy as np\nx = float(np.inf)'),
        ('from PIL import Image\nImage.ANTIALIAS', 'from PIL import Image\nImage.LANCZOS'),
        ('for i in xrange(3): pass', 'for i in range(3): pass'),
        ('def xrange(n): pass\nxrange(3)', 'def xrange(n): pass\nxrange(3)'),
        (
            'from scipy import misc  # no more\nmisc.imsave(1, 2)',
            'from nst_lbfgs.legacy import imsave\n# no longer: from scipy import misc\nimsave(1, 2)',
        ),
        (
            'import keras\ndef load_img(): pass\nkeras.preprocessing.image.load_img(1)',
            'from nst_lbfgs.legacy import load_img as legacy_load_img\n'
            'import keras\ndef load_img(): pass\nlegacy_load_img(1)',
        ),
        ("get_ipython().magic('matplotlib inline')", "# no longer: get_ipython().magic('matplotlib inline')"),
        (
            'from scipy.optimize import fmin_l_bfgs_b as f\nf(a, b, iprint=1)',
            'from scipy.optimize import fmin_l_bfgs_b as f\nf(a, b)',
        ),
        (
            'import tensorflow as tf\nif 1:\n    tf.compat.v1.disable_eager_execution()',
            'import tensorflow as tf\nif 1:\n    pass  # no longer: tf.compat.v1.disable_eager_execution()',
        ),
    ],
)
def test_names_of_old_become_those_of_today(old: str, new: str, tmp_path: Path) -> None:
    """Each where it stood, the rest of its line too."""
    assert ported(old + '\n', tmp_path) == new + '\n'


def test_tensorflow_is_loaded_as_run_loads_it(tmp_path: Path) -> None:
    """Its settings decide the last bits of a loss: the legacy API comes before Keras and TensorFlow."""
    text = (
        'import os\nimport tensorflow as tf\nfrom scipy.misc import imsave\nfrom keras import backend as K\n'
    )
    assert ported(text, tmp_path).startswith(FIRST + 'import os\nimport tensorflow as tf\n')


def test_comments_and_layout_stay(tmp_path: Path) -> None:
    """All but four lines are the old ones."""
    text = '#!/usr/bin/env python\n# coding: utf-8\n\n' + STYLE_SCRIPT
    new = ported(text, tmp_path).splitlines()
    old = text.splitlines()
    assert len(new) == len(old)
    assert len([1 for a, b in zip(old, new) if a != b]) == 4


def losses(output: str) -> list[float]:
    """Return the losses that a script printed."""
    return [float(line.split()[-1]) for line in output.splitlines() if 'loss' in line]


def run_as_python_would(path: str, *arguments: str) -> None:
    """Run a script without any help of ours."""
    before = sys.argv
    sys.argv = [path, *arguments]
    try:
        runpy.run_path(path, run_name='__main__')
    finally:
        sys.argv = before


@pytest.mark.parametrize('python_2', [False, True])
def test_a_ported_script_finds_the_losses_of_the_old_one(
    python_2: bool, run_old: Run, folder: Path, capsys: Capture
) -> None:
    """Under plain Python, as `run` found them with the old script."""
    text = STYLE_SCRIPT
    if python_2:
        pytest.importorskip('fissix', reason="fissix, which translates Python 2, is in the extra 'python2'")
        text = text.replace("print('loss %.9e' % value)", "print 'loss %.9e' % value; print 7 / 2")
        text = text.replace('from __future__ import print_function\n', '')
    pictures = ('content.png', 'style.png', 'out')
    assert run_old(text, *pictures) == 0
    old = losses(capsys.readouterr().out)
    assert main(['port', 'script.py', '-o', 'new.py']) == 0
    run_as_python_would('new.py', *pictures)
    assert losses(capsys.readouterr().out) == pytest.approx(old, rel=1e-5)
    assert len(old) == 3


def test_theano_s_ordering_is_set(tmp_path: Path) -> None:
    """For a script that takes it for granted."""
    text = ported('from keras import backend as K\nx = K.placeholder((1, 3, 40, 40))\n', tmp_path)
    assert text.startswith(
        "from nst_lbfgs.legacy import backend\nbackend.set_image_data_format('channels_first')\n"
    )


BOOK = {
    'cells': [
        {'cell_type': 'markdown', 'source': ['# Title\n', 'words']},
        {'cell_type': 'code', 'source': ['%matplotlib inline\n', 'from scipy.misc import imsave']},
        {'cell_type': 'code', 'source': 'if 1:\n    !ls\nfiles = !ls\n', 'execution_count': 3},
    ],
    'metadata': {'kernelspec': {'name': 'python2'}},
    'nbformat': 4,
}  # fmt: skip


def test_a_notebook_becomes_a_script(folder: Path, capsys: Capture) -> None:
    """Its text and IPython's commands are comments."""
    (folder / 'book.ipynb').write_text(json.dumps(BOOK))
    assert main(['port', 'book.ipynb']) == 0
    assert capsys.readouterr().out == (
        '# %% [markdown]\n# # Title\n# words\n'
        '# %% 1\n# %matplotlib inline\nfrom nst_lbfgs.legacy import imsave\n'
        '# %% 2\nif 1:\n    pass  # !ls\nfiles = []  # files = !ls\n'
    )


def test_a_notebook_becomes_a_notebook(folder: Path) -> None:
    """With its text, and without old results."""
    (folder / 'book.ipynb').write_text(json.dumps(BOOK))
    assert main(['port', 'book.ipynb', '-o', 'new.ipynb']) == 0
    new = json.loads((folder / 'new.ipynb').read_text())
    assert new['cells'][0] == BOOK['cells'][0]  # type: ignore[index]
    assert new['cells'][1]['source'] == ['# %matplotlib inline\n', 'from nst_lbfgs.legacy import imsave']
    assert [cell['outputs'] for cell in new['cells'][1:]] == [[], []]
    assert new['metadata']['kernelspec']['name'] == 'python3'


def test_nothing_is_overwritten_unasked(folder: Path, capsys: Capture) -> None:
    """Not even the script itself."""
    (folder / 'old.py').write_text('import scipy.misc\n')
    assert main(['port', 'old.py', '-o', 'old.py']) == 1
    assert (folder / 'old.py').read_text() == 'import scipy.misc\n'
    assert 'exists already' in capsys.readouterr().err
    assert main(['port', 'old.py', '-o', 'old.py', '--force']) == 0
    assert (folder / 'old.py').read_text() == 'import scipy\n'


def test_tensorflow_1_s_names_are_those_of_compat_v1(folder: Path, capsys: Capture) -> None:
    """Where these need no graph; what is already ported, and what version 2 has, stays."""
    text = 'import tensorflow as tf\ny = {}, tf.compat.v1.div(x, 2), tf.nn.relu(x)\n'
    old = 'tf.div(x, 2), tf.image.resize_images(x, (2, 2)), tf.variable_scope("a"), tf.Print(x, [x])'
    new = old.replace('tf.', 'tf.compat.v1.')
    (folder / 'old.py').write_text(text.format(old))
    assert main(['port', 'old.py', '-o', 'new.py']) == 0
    assert (folder / 'new.py').read_text() == text.format(new)


def test_what_only_run_supplies_is_said(folder: Path, capsys: Capture) -> None:
    """With its line, and exit code 1."""
    (folder / 'old.py').write_text('import tensorflow as tf\n\ns = tf.Session()\n')
    assert main(['port', 'old.py', '-o', 'new.py']) == 1
    assert 'old.py, line 3: tensorflow.Session' in capsys.readouterr().err


def test_check_reads_own_modules_too(folder: Path, capsys: Capture) -> None:
    """Those of packages, and those that modules import; others not."""
    (folder / 'old.py').write_text('import kit.losses\nfrom help import f\n')
    (folder / 'kit').mkdir()
    (folder / 'kit' / '__init__.py').write_text('')
    (folder / 'kit' / 'losses.py').write_text('from keras import backend as K\n')
    (folder / 'help.py').write_text('import more\nfrom keras.layers import Dense\n')
    (folder / 'more.py').write_text('\nfrom scipy.misc import imread\n')
    (folder / 'unused.py').write_text('from scipy.misc import imread\n')
    assert main(['port', '--check', 'old.py']) == 0
    assert capsys.readouterr().out.splitlines() == [
        'old.py: nothing to change',
        'kit/__init__.py: nothing to change',
        'kit/losses.py: 1 to change',
        '  line 1: from keras import backend as K -> from nst_lbfgs.legacy import backend as K',
        'help.py: nothing to change',
        'more.py: 1 to change',
        '  line 2: from scipy.misc import imread -> from nst_lbfgs.legacy import imread',
    ]


def test_lines_are_those_of_the_old_script(folder: Path, capsys: Capture) -> None:
    """Also where Python 3 needs more of them."""
    pytest.importorskip('fissix', reason="fissix, which translates Python 2, is in the extra 'python2'")
    (folder / 'old.py').write_text('def f((a, b)):\n    print a\nfrom scipy.misc import imread\n')
    assert main(['port', '--check', 'old.py']) == 0
    out = capsys.readouterr().out
    assert "  everywhere: Python 2's syntax -> Python 3's" in out
    assert '  line 3: from scipy.misc import imread' in out


def test_without_libcst_one_line_says_so(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the way out."""
    (folder / 'old.py').write_text('x = 1\n')
    monkeypatch.setattr('nst_lbfgs.porting.script.find_spec', lambda name: None)
    assert main(['port', 'old.py']) == 1
    err = capsys.readouterr().err
    assert err.count('\n') == 1 and "pip install 'nst-lbfgs[port]'" in err


@pytest.mark.parametrize(
    ('arguments', 'code'), [(['absent.py'], 2), (['bad.py'], 1), (['old.py', '-o', 'x.ipynb'], 2)]
)
def test_what_cannot_be_ported_is_one_line(
    arguments: list[str], code: int, folder: Path, capsys: Capture
) -> None:
    """No script, no Python, no notebook."""
    (folder / 'bad.py').write_text('x = (1,\n')
    (folder / 'old.py').write_text('x = 1\n')
    assert main(['port', *arguments]) == code
    assert capsys.readouterr().err.count('\n') == 1


def test_errors_are_the_project_s_own(tmp_path: Path) -> None:
    """In the library as well."""
    (tmp_path / 'bad.py').write_text('x = (1,\n')
    with pytest.raises(LegacyError):
        ported('x = (1,\n', tmp_path)
