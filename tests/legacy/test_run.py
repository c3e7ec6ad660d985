"""`nst-lbfgs run` as a command: arguments, exit codes, failures, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from cli.main import main
from nst_lbfgs.errors import LegacyError
from nst_lbfgs.legacy import require_keras_3
from nst_lbfgs.legacy.patches import patch_keras
from nst_lbfgs.legacy.python_2.translation import can_translate

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_script_runs_as_main_with_its_own_arguments(run_old: Run, folder: Path, capsys: Capture) -> None:
    """__name__, argv (options of its own too), working directory and neighbours are its own."""
    (folder / 'helper.py').write_text('value = 5\n')
    code = run_old(
        """
        import os, sys, helper
        print(__name__, sys.argv, helper.value, os.path.exists('helper.py'), __file__)
    """,
        '--weights',
        'mine',
        '-x',
    )
    assert code == 0
    assert capsys.readouterr().out.strip() == (
        "__main__ ['script.py', '--weights', 'mine', '-x'] 5 True script.py"
    )


@pytest.mark.parametrize(
    ('ending', 'code', 'printed'),
    [
        ('sys.exit()', 0, ''),
        ('sys.exit(7)', 7, ''),
        ("sys.exit('no picture')", 1, 'no picture\n'),
        ('raise KeyboardInterrupt', 130, None),
    ],
)
def test_exit_codes_are_python_s(
    ending: str, code: int, printed: str | None, run_old: Run, capsys: Capture
) -> None:
    """The script's own exit code comes out, and its message."""
    assert run_old(f'import sys\n{ending}\n') == code
    if printed is not None:
        assert capsys.readouterr().err == printed


def test_failure_shows_the_script_s_traceback(run_old: Run, capsys: Capture) -> None:
    """Frames begin in the script; none of this package's appear."""
    assert (
        run_old("""
        from keras import backend as K
        def outer():
            return K.function([K.placeholder((2,))], [K.variable(1.)])([[1., 2., 3.]])
        outer()
    """)
        == 1
    )
    err = capsys.readouterr().err
    assert err.startswith('Traceback (most recent call last):\n  File "script.py", line 5')
    assert 'File "script.py", line 4, in outer' in err and 'nst_lbfgs' not in err
    assert err.rstrip().endswith('Received: (3,)')


def test_what_is_not_supported_is_one_line(run_old: Run, capsys: Capture) -> None:
    """An unsupported function gives one line with the script's line, and exit code 1."""
    assert run_old('from keras import backend as K\nK.ctc_decode(None, None)\n') == 1
    err = capsys.readouterr().err
    assert err.count('\n') == 1 and 'script.py, line 2' in err and 'keras.ops.ctc_decode' in err


@pytest.mark.parametrize(
    'line', ["print 'loss', 3", 'raise ValueError, "x"', 'x = 0777', 'print `3`', 'if 1 <> 2: pass']
)
def test_python_2_is_one_clear_line_without_its_translator(
    line: str, run_old: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 2's syntax is named, with its line and the way out, whether run or checked."""
    monkeypatch.setattr('nst_lbfgs.legacy.source.can_translate', lambda: False)
    monkeypatch.setattr('nst_lbfgs.legacy.source.translate', refuse_to_translate)
    assert run_old(f'import sys\n{line}\n') == 1
    assert main(['run', '--check', 'script.py']) == 1
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 2 and all("script.py, line 2: this is Python 2's syntax" in e for e in err)
    assert all("pip install 'nst-lbfgs[python2]'" in e for e in err)


def refuse_to_translate(*_arguments: object) -> None:
    """As the translation does without fissix."""
    raise LegacyError('Expected fissix')


def test_other_syntax_errors_are_not_called_python_2(run_old: Run, capsys: Capture) -> None:
    """A plain mistake is reported as what it is."""
    assert run_old('x = (1,\n') == 1
    err = capsys.readouterr().err
    assert 'Python 2' not in err and 'never closed' in err


def test_missing_script_and_bad_options_exit_2(folder: Path, capsys: Capture) -> None:
    """Bad usage is found before anything is loaded."""
    assert main(['run', 'absent.py']) == 2
    assert 'absent.py' in capsys.readouterr().err
    with pytest.raises(SystemExit) as ending:
        main(['run', '--precision', 'float8', 'absent.py'])
    assert ending.value.code == 2


def test_nothing_stays_replaced(run_old: Run) -> None:
    """After a run, modules, attributes and arguments are as they were."""
    import keras
    import scipy.optimize
    import tensorflow as tf

    before = (
        keras.backend,
        scipy.optimize.fmin_l_bfgs_b,
        keras.layers.Input,
        sys.argv,
        sys.modules['__main__'],
        'rank' in vars(np),
        tf.compat.v1.Session,
        *sys.path,
    )
    assert run_old('import numpy as np, keras.layers.core\nnp.rank([1])\n') == 0
    after = (
        keras.backend,
        scipy.optimize.fmin_l_bfgs_b,
        keras.layers.Input,
        sys.argv,
        sys.modules['__main__'],
        'rank' in vars(np),
        tf.compat.v1.Session,
        *sys.path,
    )
    assert len(before) == len(after) and all(a is b for a, b in zip(before, after))
    assert 'keras.layers.core' not in sys.modules


def test_keras_2_is_refused_in_one_line(
    run_old: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under Keras 2, run asks for Keras 3."""
    monkeypatch.setattr('importlib.metadata.version', lambda name: '2.15.0')
    assert run_old('print(1)') == 1
    err = capsys.readouterr().err
    assert err.count('\n') == 1 and 'Keras 3' in err and '2.15.0' in err


@pytest.mark.parametrize('version, code', [('3.9.0', 0), ('2.15.0', 1)])
def test_a_keras_without_metadata_says_its_version_itself(
    version: str, code: int, run_old: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vendor's build counts as what it says that it is."""

    def none_there(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, 'version', none_there)
    monkeypatch.setattr('keras.__version__', version)
    assert run_old('print(1)') == code
    assert ('Received: 2.15.0' in capsys.readouterr().err) == (code == 1)


@pytest.mark.parametrize(
    ('keras', 'received'), [("__version__ = '2.9'", '2.9'), ('import no_such_library', 'none')]
)
def test_a_keras_that_is_not_imported_yet_is_asked_for_its_version(
    keras: str, received: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are no metadata, and in a library's way: nothing has imported Keras before."""
    (tmp_path / 'keras.py').write_text(keras)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'keras')
    monkeypatch.setattr(metadata, 'version', lambda name: '')
    with pytest.raises(LegacyError, match=f'Received: {received}'):
        require_keras_3()


def test_another_backend_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process that has imported Keras on JAX."""
    monkeypatch.setattr('keras.config.backend', lambda: 'jax')
    with pytest.raises(LegacyError, match="TensorFlow as its backend. Received: 'jax'; unset KERAS_BACKEND"):
        patch_keras()


def test_weights_that_cannot_be_downloaded_are_one_line(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """VGG16's weights come from Keras's download; without a connection, one line says so."""
    import keras

    def no_connection(*_args: object, **_kwargs: object) -> None:
        raise Exception('URL fetch failure on https://example.org/vgg16: None -- no route')

    monkeypatch.setattr('keras.src.applications.vgg16.file_utils.get_file', no_connection)
    (folder / 'script.py').write_text(
        "from keras.applications.vgg16 import VGG16\nVGG16(weights='imagenet', include_top=False)\n"
    )
    assert keras.applications.VGG16 is not None
    assert main(['run', 'script.py']) == 1
    err = capsys.readouterr().err
    assert err.count('\n') == 1 and 'script.py, line 2' in err and 'VGG16' in err


CHECKED = """from keras import backend as K
import numpy as np
import theano
from scipy.misc import imsave, face
try:
    import surely_not_installed
except ImportError:
    pass
loss = K.variable(0.)
loss += K.rnn(None)
x = np.float(3)
shape = layer.output_shape
conv = Convolution2D(64, 3, 3, border_mode='same')
for i in xrange(3):
    K.sum(loss)
"""


def test_check_lists_uses_with_lines_and_runs_nothing(folder: Path, capsys: Capture) -> None:
    """--check tells supported from unsupported with line numbers; exit code 1 if any is not."""
    (folder / 'script.py').write_text(CHECKED)
    assert main(['run', '--check', 'script.py']) == 1
    supported, _, missing = capsys.readouterr().out.partition('not supported (3)')
    for line in (
        'K.variable (line 9)',
        'scipy.misc.imsave (line 4)',
        'numpy.float (line 11)',
        'layer.output_shape (line 12)',
        'Keras 1 argument border_mode= (line 13)',
        'Python 2: translated as it is read' if can_translate() else 'xrange (line 14)',
        'K.sum (line 15)',
        'import surely_not_installed (line 6)',
    ):
        assert line in supported, line
    assert 'K.rnn: use keras.layers.RNN instead (line 10)' in missing
    assert 'import theano' in missing and 'scipy.misc.face' in missing


def test_check_of_a_supported_script(folder: Path, capsys: Capture) -> None:
    """Exit code 0 when everything that was recognised is supported; th ordering is noted."""
    (folder / 'script.py').write_text('from keras import backend as K\nx = K.placeholder((1, 3, 40, 40))\n')
    assert main(['run', '--check', 'script.py']) == 0
    out = capsys.readouterr().out
    assert 'all supported' in out and 'channels come first (line 2)' in out


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('K.placeholder((1, 3, h, w))', 1),
        ('K.placeholder((1, h, w, 3))', None),
        ('if K.image_data_format() == f:\n  x = K.placeholder((1, 3, h, w))', None),
        ('if K.image_dim_ordering() == f:\n  g(x)\nx = K.placeholder((1, 3, h, w))', 3),
        ('K.set_image_dim_ordering(f)\nK.placeholder((1, 3, h, w))', None),
        ('Conv(dim_ordering="tf", input_shape=(3, h, w))', None),
        ('x = 1\nPad(input_shape=(3, h, w))', 2),
        ('first.set_input(t, shape=(3, 3, h, w))', 1),
        ('K.placeholder((3, 3))', None),
    ],
)
def test_theano_ordering_is_presumed_only_from_shapes(
    text: str, expected: int | None, tmp_path: Path
) -> None:
    """Only a script that shapes pictures so, whatever the ordering, and never sets it, gets it."""
    from nst_lbfgs.legacy.source import presumed_data_format, read_script

    (tmp_path / 's.py').write_text(text)
    found = presumed_data_format(read_script(tmp_path / 's.py'))
    assert found == (None if expected is None else ('channels_first', expected))


def test_check_and_help_load_no_tensorflow(tmp_path: Path) -> None:
    """The command line, the package and --check answer without TensorFlow, Keras or SciPy."""
    (tmp_path / 's.py').write_text('from keras import backend as K\nK.variable(0.)\n')
    program = (
        'import sys; import nst_lbfgs.legacy; from cli.main import main; '
        f"assert main(['run', '--check', {str(tmp_path / 's.py')!r}]) == 0; "
        "assert not {'tensorflow', 'keras', 'scipy'} & set(sys.modules)"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, '-c', program], check=True, cwd=root, capture_output=True)
