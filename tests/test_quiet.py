"""What is printed below Python: silenced, or held back until it is known whether it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nst_lbfgs import quiet
from nst_lbfgs.quiet import held_back_stderr, silent_stderr

ROOT = Path(__file__).parent.parent
CHATTER = "import os; os.write(2, b'chatter\\n')\n"


def test_silent_within_and_not_after(capfd: pytest.CaptureFixture[str]) -> None:
    """Bytes written to the descriptor itself are lost within the block only, errors or not."""
    os.write(2, b'before ')
    with pytest.raises(KeyError), silent_stderr():
        os.write(2, b'within ')
        raise KeyError
    os.write(2, b'after')
    assert capfd.readouterr().err == 'before after'


@pytest.mark.parametrize('quietly', [silent_stderr, held_back_stderr])
def test_without_stderr(quietly, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without standard error goes on without it."""

    def closed(descriptor: int) -> int:
        raise OSError(9, 'Bad file descriptor')

    monkeypatch.setattr(os, 'dup', closed)
    with quietly():
        pass


@pytest.mark.parametrize('quietly', [silent_stderr, held_back_stderr])
def test_another_file_may_have_the_number_of_a_missing_stderr(quietly, monkeypatch, capfd) -> None:
    """What is written to it arrives there."""
    monkeypatch.setattr(sys, '__stderr__', None)
    with quietly():
        os.write(2, b'to the file')
    assert capfd.readouterr().err == 'to the file'


@pytest.mark.parametrize('quietly', [silent_stderr, held_back_stderr])
def test_no_descriptor_is_left_open(quietly) -> None:
    """After many uses the next free descriptor is the same as before."""
    first = os.dup(0)
    os.close(first)
    for _ in range(10):
        with quietly():
            pass
    again = os.dup(0)
    os.close(again)
    assert again == first


def test_what_is_held_back_is_shown_for_an_exception_only(capfd: pytest.CaptureFixture[str]) -> None:
    with held_back_stderr():
        os.write(2, b'not needed ')
    with pytest.raises(KeyError), held_back_stderr():
        os.write(2, b'needed ')
        raise KeyError
    os.write(2, b'after')
    assert capfd.readouterr().err == 'needed after'


def test_where_no_process_can_be_started_all_is_shown(monkeypatch, capfd) -> None:
    monkeypatch.setattr(sys, 'executable', '/nonexistent/python')
    with held_back_stderr():
        os.write(2, b'shown')
    assert capfd.readouterr().err == 'shown'


@pytest.fixture
def import_with(tmp_path: Path):
    """Return a function that runs `import_tensorflow` where TensorFlow is the program that it is given."""

    def run(tensorflow: str, then: str = 'pass', **environment: str):
        (tmp_path / 'keras.py').touch()
        (tmp_path / 'tensorflow.py').write_text(CHATTER + tensorflow)
        program = f'from nst_lbfgs.quiet import import_tensorflow; import_tensorflow(); {then}'
        path = os.pathsep.join([str(tmp_path), str(ROOT)])
        return subprocess.run(
            [sys.executable, '-c', program],
            env=os.environ | {'PYTHONPATH': path} | environment,
            capture_output=True,
            text=True,
        )

    return run


def test_an_import_that_succeeds_is_silent(import_with) -> None:
    done = import_with('', then='print("imported")')
    assert (done.returncode, done.stdout, done.stderr) == (0, 'imported\n', '')


def test_an_import_that_fails_shows_what_was_held_back(import_with) -> None:
    done = import_with("raise ImportError('Traceback:\\nImportError: no libcu.so\\n\\nSee the website.')")
    lines = done.stderr.splitlines()
    assert done.returncode == 1 and 'chatter' in lines
    assert lines[-1].endswith(
        'BackendError: TensorFlow and Keras cannot be imported: ImportError: no libcu.so'
    )


@pytest.mark.skipif(os.name != 'posix', reason='ends by a signal')
def test_a_process_that_crashes_in_the_import_shows_what_was_held_back(import_with) -> None:
    """TensorFlow ends the process where the processor lacks AVX, and says so just before."""
    done = import_with('os.abort()')
    assert done.returncode < 0 and done.stderr == 'chatter\n'


@pytest.mark.parametrize('backend', ['jax', 'torch', 'nonsense'])
def test_keras_is_on_tensorflow_whatever_the_environment_says(import_with, backend) -> None:
    done = import_with('', "import os; print(os.environ['KERAS_BACKEND'])", KERAS_BACKEND=backend)
    assert (done.returncode, done.stdout, done.stderr) == (0, 'tensorflow\n', '')


MISSING_STREAMS = """
import os, sys
for descriptor in {descriptors}:
    os.close(descriptor)
os.execv(sys.executable, [sys.executable, '-c', {program!r}])
"""


@pytest.mark.skipif(os.name != 'posix', reason='closes descriptors')
@pytest.mark.parametrize('descriptors', [(2,), (0, 2), (0, 1, 2)])
def test_a_command_without_standard_streams_goes_on(tmp_path: Path, descriptors) -> None:
    """No traceback, and no file gets what was meant for them."""
    program = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from cli.main import main
code = main(['enhance', 'missing.png', 'out.png'])
file = open('file', 'w')
os.write(2, b'to standard error')
sys.exit(code if file.fileno() > 2 else 9)
"""
    command = MISSING_STREAMS.format(descriptors=descriptors, program=program)
    done = subprocess.run([sys.executable, '-c', command], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, '', '')
    assert (tmp_path / 'file').read_text() == ''


def test_the_real_tensorflow_is_silent(tmp_path: Path) -> None:
    """With a keras.json that asks for jax."""
    (tmp_path / 'keras.json').write_text('{"backend": "jax"}')
    program = 'from nst_lbfgs.quiet import import_tensorflow; import_tensorflow()\n'
    program += 'import keras; print(keras.backend.backend())'
    environment = {name: value for name, value in os.environ.items() if name != 'KERAS_BACKEND'}
    done = subprocess.run(
        [sys.executable, '-c', program],
        env=environment | {'KERAS_HOME': str(tmp_path), 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ('tensorflow\n', '')


@pytest.mark.parametrize('settings', ['{"floatx": "nonsense"}', '[1]'])
def test_settings_that_keras_refuses_are_named(tmp_path: Path, settings) -> None:
    (tmp_path / 'keras.json').write_text(settings)
    program = 'from nst_lbfgs.quiet import import_tensorflow; import_tensorflow()'
    done = subprocess.run(
        [sys.executable, '-c', program],
        env=os.environ | {'KERAS_HOME': str(tmp_path), 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stderr.splitlines()[-1].endswith(f', in {tmp_path / "keras.json"}')


def test_tensorflow_that_is_there_already_is_not_imported_again(monkeypatch) -> None:
    import tensorflow  # noqa: F401

    monkeypatch.setattr(quiet, 'held_back_stderr', lambda: pytest.fail('it was held back'))
    quiet.import_tensorflow()
