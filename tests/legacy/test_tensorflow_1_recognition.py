"""Which scripts get a graph of TensorFlow 1's, and which stay as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from nst_lbfgs.legacy.source import read_script
from nst_lbfgs.legacy.tensorflow_1.recognition import trees_of, way_of_computing

TENSORFLOW = 'import tensorflow as tf\n'
BOTH = f'{TENSORFLOW}from keras import backend as K\n'


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        (f'{TENSORFLOW}s = tf.Session()', 'graph'),
        ('import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\nx = tf.placeholder("float")', 'graph'),
        ('from tensorflow.contrib.opt import ScipyOptimizerInterface', 'graph'),
        (f'{TENSORFLOW}tf.train.AdamOptimizer(1.0)', 'graph'),
        (f'{TENSORFLOW}with tf.compat.v1.Session() as s: pass', 'ported'),
        (f'{TENSORFLOW}tf.enable_eager_execution()\ntf.train.AdamOptimizer(1.0)', 'eager'),
        (f'{TENSORFLOW}tfe = tf.contrib.eager', 'eager'),
        (f'{TENSORFLOW}from tensorflow.contrib.eager.python import tfe', 'eager'),
        (f'{TENSORFLOW}tape = tf.GradientTape()\nx = tf.Variable(1.0)', None),
        (f'{TENSORFLOW}tf.train.Checkpoint()', None),
        ('import numpy as np\nSession = np.zeros(3)', None),
        (f'{BOTH}s = tf.Session()\nK.set_session(s)\ntf.ConfigProto()', None),
        (f'{BOTH}g = tf.get_default_graph()\nx = tf.placeholder(tf.float32)', None),
        (f'{BOTH}g = tf.gradients(a, b)', 'graph'),
        (f'{BOTH}o = tf.contrib.opt.ScipyOptimizerInterface(l)', 'graph'),
        (f'{BOTH}x = tf.Variable(1.0)\nK.get_session().run(x)', 'graph'),
        (f'{TENSORFLOW}m = tf.keras.applications.VGG19()\ntf.Session()', None),
    ],
)
def test_a_graph_is_for_scripts_that_need_one(text: str, expected: str | None, tmp_path: Path) -> None:
    """A script that also uses Keras keeps its symbolic tensors unless these do not answer."""
    script = tmp_path / 'script.py'
    script.write_text(text)
    assert way_of_computing(trees_of(script, read_script(script))) == expected


def test_modules_beside_a_script_count(tmp_path: Path) -> None:
    """Imported from packages, relatively, in a circle, and from folders added to sys.path."""
    (tmp_path / 'src').mkdir()
    (tmp_path / 'src' / '__init__.py').write_text('')
    (tmp_path / 'src' / 'steps.py').write_text('from .loss import total\nimport script\n')
    (tmp_path / 'src' / 'loss.py').write_text(f'{TENSORFLOW}total = tf.gradients\n')
    script = tmp_path / 'script.py'
    script.write_text("import sys\nsys.path.insert(0, 'src')\nimport loss\n")
    assert way_of_computing(trees_of(script, read_script(script))) == 'graph'
    script.write_text('from src import steps\n')
    assert way_of_computing(trees_of(script, read_script(script))) == 'graph'


def test_modules_on_pythons_path_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of sources that PYTHONPATH names, and not those of packages installed there."""
    for name in ('sources', 'installed'):
        (tmp_path / name / 'kit').mkdir(parents=True)
        (tmp_path / name / 'kit' / '__init__.py').write_text('from .steps import total\n')
        (tmp_path / name / 'kit' / 'steps.py').write_text(f'{TENSORFLOW}total = tf.placeholder\n')
    (tmp_path / 'installed' / 'kit-1.0.dist-info').mkdir()
    (tmp_path / 'demo').mkdir()
    script = tmp_path / 'demo' / 'script.py'
    script.write_text('import kit\n')
    monkeypatch.syspath_prepend(tmp_path / 'installed')
    assert way_of_computing(trees_of(script, read_script(script))) is None
    monkeypatch.syspath_prepend(tmp_path / 'sources')
    assert way_of_computing(trees_of(script, read_script(script))) == 'graph'


def test_modules_in_python_2_count(tmp_path: Path) -> None:
    """Whose text is no Python 3."""
    pytest.importorskip('fissix', reason="fissix, which translates Python 2, is in the extra 'python2'")
    (tmp_path / 'steps.py').write_text(f'{TENSORFLOW}print "steps"\ns = tf.Session()\n')
    script = tmp_path / 'script.py'
    script.write_text('import steps\n')
    assert way_of_computing(trees_of(script, read_script(script))) == 'graph'


def test_the_cells_of_a_notebook_share_their_names(tmp_path: Path) -> None:
    """TensorFlow is imported in one cell and used in another, in the check too."""
    notebook = tmp_path / 'book.ipynb'
    sources = [TENSORFLOW, 'x = tf.placeholder(tf.float32)\ntf.image.resize_bilinear(x, (2, 2))']
    notebook.write_text(json.dumps({'cells': [{'cell_type': 'code', 'source': s} for s in sources]}))
    assert way_of_computing(trees_of(notebook, read_script(notebook))) == 'graph'
    assert main(['run', '--check', str(notebook)]) == 0


def test_check_knows_what_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Supported names without TensorFlow being loaded; others with the reason."""
    script = tmp_path / 'script.py'
    script.write_text(
        f'{TENSORFLOW}from tensorflow.contrib.opt import ScipyOptimizerInterface\n'
        'with tf.Session() as s:\n    tf.train.AdamOptimizer(2.0)\n'
        'tf.contrib.opt.ScipyOptimizerInterface(l)\n'
        'tf.random_normal((3,))\ntf.app.run()\ntf.GraphKeys.UPDATE_OPS\ntf.layers.conv2d(x, 1, 1)\n'
    )
    assert main(['run', '--check', str(script)]) == 0, capsys.readouterr().out
    script.write_text(f'{TENSORFLOW}tf.contrib.rnn.BasicLSTMCell(3)\ntf.layers.conv3d(x)\n')
    assert main(['run', '--check', str(script)]) == 1
    out = capsys.readouterr().out.partition('not supported')[2]
    assert 'tf.contrib.rnn.BasicLSTMCell: TensorFlow 2 left it out (line 2)' in out
    assert 'tf.layers.conv3d: TensorFlow 2 left it out; use tf.nn instead (line 3)' in out
