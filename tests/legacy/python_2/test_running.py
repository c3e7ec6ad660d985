"""Python 2 scripts by the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.main import main

pytest.importorskip('fissix', reason="fissix, which translates Python 2, is in the extra 'python2'")

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def forget_own_modules() -> Iterator[None]:
    """Modules of the scripts' own are not there for the next test."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], '__file__', None) and 'pytest-' in str(sys.modules[name].__file__):
            del sys.modules[name]


def test_a_script_runs_and_one_line_says_how(run_old: Run, capsys: Capture) -> None:
    """With its own semantics."""
    assert run_old('for i in xrange(2): print i, 7 / 2\n') == 0
    out, err = capsys.readouterr()
    assert out == '0 3\n1 3\n'
    assert err == 'nst-lbfgs: script.py is in Python 2: translated as it is read\n'


@pytest.mark.parametrize(
    'line',
    [
        'import cPickle',
        'import urllib2',
        'from StringIO import StringIO',
        'for i in xrange(2): i',
        'for pair in {1: 2}.iteritems(): pair',
        '{}.has_key(1)',
        'reduce(lambda a, b: a + b, [1, 2])',
        'isinstance(u"", unicode)',
        'import urllib\nurllib.urlretrieve',
        'from itertools import izip',
        'import sys\nsys.maxint',
    ],
)
def test_what_only_python_2_had_makes_a_script_one_of_python_2(
    line: str, run_old: Run, capsys: Capture
) -> None:
    """Whose syntax Python 3 knows: its division is Python 2's too."""
    assert run_old(f'{line}\nprint(7 / 2)\n') == 0
    out, err = capsys.readouterr()
    assert out == '3\n' and 'is in Python 2' in err


@pytest.mark.parametrize(
    'text',
    [
        'try:\n    xrange\nexcept NameError:\n    xrange = range\nxrange(3)',
        'from functools import reduce\nreduce(max, [1, 2])',
        'import sys\nif sys.version_info[0] < 3:\n    import cPickle as pickle\nelse:\n    import pickle',
        'def reduce(x): return x\nreduce(3)',
        'class Own:\n    def has_key(self, key): return True\nOwn().has_key(3)',
        'import Queue\nQueue.size',
    ],
)
def test_what_a_script_provides_for_keeps_it_python_3(
    text: str, run_old: Run, folder: Path, capsys: Capture
) -> None:
    """Guarded, imported, or of its own."""
    (folder / 'Queue.py').write_text('size = 3\n')
    assert run_old(f'{text}\nprint(7 / 2)\n') == 0
    assert capsys.readouterr() == ('3.5\n', '')


def test_a_script_that_is_python_3_is_never_touched(run_old: Run, capsys: Capture) -> None:
    """Nor is a word said."""
    assert run_old('print(7 / 2)\n') == 0
    assert capsys.readouterr() == ('3.5\n', '')


def test_a_traceback_shows_the_script_s_own_lines(run_old: Run, capsys: Capture) -> None:
    """Also after lines that the translation has twice."""
    assert run_old('def f((a, b)):\n    return a / b\nprint "x"\nf((1,\n   0))\n') == 1
    err = capsys.readouterr().err.splitlines()[1:]
    assert err == [
        'Traceback (most recent call last):',
        '  File "script.py", line 4, in <module>',
        '    f((1,',
        '  File "script.py", line 2, in f',
        '    return a / b',
        'ZeroDivisionError: integer division or modulo by zero',
    ]


def test_own_modules_are_translated(run_old: Run, folder: Path, capsys: Capture) -> None:
    """Beside a script in Python 2 all of them, packages with implicit relative imports too."""
    (folder / 'sizes.py').write_text('def half(n):\n    return n / 2\n')
    (folder / 'kit').mkdir()
    (folder / 'kit' / '__init__.py').write_text('from parts import third\n')
    (folder / 'kit' / 'parts.py').write_text('import other\ndef third(n): return n / 3 + other.ZERO\n')
    (folder / 'kit' / 'other.py').write_text('ZERO = 0\nprint "other"\n')
    assert run_old('import sizes, kit\nprint sizes.half(5), kit.third(5)\n') == 0
    out, err = capsys.readouterr()
    assert out == 'other\n2 1\n'
    assert err.splitlines()[1:] == ['nst-lbfgs: other.py is in Python 2: translated as it is read']
    assert not list(folder.rglob('__pycache__'))


def test_modules_on_pythons_path_are_translated(
    run_old: Run, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package beside the script's own folder, which PYTHONPATH names."""
    (folder / 'sources' / 'wholes').mkdir(parents=True)
    (folder / 'sources' / 'wholes' / '__init__.py').write_text('print "half", 5 / 2\n')
    (folder / 'demo').mkdir()
    monkeypatch.syspath_prepend(folder / 'sources')
    assert run_old('import wholes\n', name='demo/script.py') == 0
    assert capsys.readouterr().out == 'half 2\n'


def test_beside_python_3_only_what_is_no_python_3_is_translated(
    run_old: Run, folder: Path, capsys: Capture
) -> None:
    """A module that is both keeps Python 3's division."""
    (folder / 'both.py').write_text('half = 5 / 2\n')
    (folder / 'old.py').write_text('print "old", 5 / 2\n')
    assert run_old('import both, old\nprint(both.half)\n') == 0
    assert capsys.readouterr().out == 'old 2\n2.5\n'


def test_a_notebook_is_python_2_as_a_whole(folder: Path, capsys: Capture) -> None:
    """One cell in Python 2 says it of all; imports from __future__ last."""
    cells = ['a = 7 / 2', 'print a', 'from __future__ import division\nb = 7 / 2', 'print b, 7 / 2']
    book = {'cells': [{'cell_type': 'code', 'source': cell} for cell in cells]}
    (folder / 'book.ipynb').write_text(json.dumps(book))
    assert main(['run', '--weights', 'random', 'book.ipynb']) == 0
    assert capsys.readouterr().out == '3\n3.5 3.5\n'


def test_latin_1_and_tabs(run_old: Run, folder: Path, capsys: Capture) -> None:
    """A script in the encoding that it names, indented by tabs and spaces."""
    text = '# -*- coding: latin-1 -*-\nif 1:\n\tprint u"\xe9"\n        print 2\n'
    (folder / 'old.py').write_bytes(text.encode('latin-1'))
    assert main(['run', '--weights', 'random', 'old.py']) == 0
    assert capsys.readouterr().out == '\xe9\n2\n'


def test_check_reads_a_script_in_python_2(folder: Path, capsys: Capture) -> None:
    """With its own line numbers."""
    (folder / 'old.py').write_text('def f((a, b)): pass\nfrom keras import backend as K\nprint K.rnn\n')
    assert main(['run', '--check', 'old.py']) == 1
    assert 'K.rnn: use keras.layers.RNN instead (line 3)' in capsys.readouterr().out


def test_a_style_script_finds_the_same_in_either_python(run_old: Run, folder: Path, capsys: Capture) -> None:
    """Loss and picture come out equal."""
    body = """
        import numpy as np
        from keras import backend as K
        from keras.applications import vgg19
        from keras.preprocessing.image import load_img, img_to_array
        size = 72 {floor} 2
        def picture(path):
            array = img_to_array(load_img(path, target_size=(size, size)))
            return vgg19.preprocess_input(np.expand_dims(array, axis=0))
        image = K.placeholder((1, size, size, 3))
        together = K.concatenate([K.variable(picture('content.png')), image], axis=0)
        features = vgg19.VGG19(input_tensor=together, include_top=False).get_layer('block1_conv1').output
        loss = K.sum(K.square(features[1] - features[0])) {divide} 2
        found = K.function([image], [loss])([picture('style.png')])[0]
    """
    assert run_old(body.format(floor='/', divide='/') + '    print "%.6e" % found\n') == 0
    old = capsys.readouterr().out
    assert run_old(body.format(floor='//', divide='/') + '    print("%.6e" % found)\n') == 0
    assert capsys.readouterr().out == old
