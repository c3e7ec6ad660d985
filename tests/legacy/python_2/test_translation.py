"""Python 2 scripts translated: what they print is what Python 2.7.18 printed."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nst_lbfgs.errors import LegacyError
from nst_lbfgs.legacy import python_2
from nst_lbfgs.legacy.python_2.translation import translate, without_tabs

pytest.importorskip('fissix', reason="fissix, which translates Python 2, is in the extra 'python2'")


def printed(text: str) -> list[str]:
    """Return the lines that a Python 2 text prints."""
    names: dict[str, Any] = {'python_2': python_2, '__name__': '__main__'}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(translate(text, 'old.py').tree('old.py'), 'old.py', 'exec'), names)
    return output.getvalue().splitlines()


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('print 7 / 2, -7 / 2, 7 / 2.0, 7. / 2, 10 / 4 * 2, 2 * 7 / 4', '3 -4 3.5 3.5 4 3'),
        ('a = 7; a /= 2; print a', '3'),
        ('a = [7, 9]; a[0] /= 2; print a', '[3, 9]'),
        ('class C: n = 7\nc = C(); c.n /= 2; print c.n', '3'),
        ('from __future__ import division\nprint 7 / 2', '3.5'),
        ('class V:\n  def __div__(self, n): return "div %d" % n\nprint V() / 3', 'div 3'),
        ('print "%d of %d" % (7 / 2, 3)', '3 of 3'),
        ('print range(3), [i for i in xrange(2)]', '[0, 1, 2] [0, 1]'),
        ('print "a", "b",\nprint "c"', 'a b c'),
        ('import sys\nprint >>sys.stdout, "x"', 'x'),
        ('d = {"a": 1}; print d.has_key("a"), list(d.iteritems())', "True [('a', 1)]"),
        ('d = {"a": 1}; print d.keys()[0], d.values(), d.items()', "a [1] [('a', 1)]"),
        ('try:\n  raise ValueError, "bad"\nexcept ValueError, e:\n  print e', 'bad'),
        ('try:\n  raise IOError(2, "no")\nexcept IOError, (n, m):\n  print n, m', '2 no'),
        ('exec "x = 5"\nprint x', '5'),
        ('print `3` + `"a"`', "3'a'"),
        ('print 0777, 0xFFL, 10L, 1 <> 2', '511 255 10 True'),
        ('print isinstance(3L, long), isinstance(u"a", unicode)', 'True True'),
        ('print isinstance("a", basestring)', 'True'),
        ('print reduce(lambda a, b: a / b, [100, 7, 2])', '7'),
        ('print map(str, [1, 2])[0], filter(None, [0, 3])[0], zip([1], [2])[0]', '1 3 (1, 2)'),
        ('print map(None, [1, 2], [3])', '[(1, 3), (2, None)]'),
        ('print sorted([3, 1, 2], cmp=lambda a, b: cmp(b, a))', '[3, 2, 1]'),
        ('print sorted([3, 1, 2], lambda a, b: b - a)', '[3, 2, 1]'),
        ('a = [3, 1]; a.sort(cmp); print a', '[1, 3]'),
        ('a = [3, 1]; a.sort(cmp=cmp, reverse=True); print a', '[3, 1]'),
        ('import string\nprint string.letters[:2], string.atoi("7")', 'ab 7'),
        ('import string\nprint string.join(["a", "b"], "-"), string.split("a b")[1]', 'a-b b'),
        ('import sys, os\nprint sys.maxint > 2 ** 30, os.getcwdu() == os.getcwd()', 'True True'),
        ('from itertools import izip\nprint list(izip([1], [2]))', '[(1, 2)]'),
        ('import itertools\nprint list(itertools.imap(abs, [-1]))', '[1]'),
        ('import urllib2, urllib\nprint urllib.quote("a b"), urllib2.URLError.__name__', 'a%20b URLError'),
        ('from urlparse import urlparse\nprint urlparse("http://x.org/a").netloc', 'x.org'),
        ('import ConfigParser, Queue\nprint ConfigParser.Error.__name__, Queue.Queue(3).maxsize', 'Error 3'),
        ('import cPickle as pickle\nprint pickle.loads(pickle.dumps({"a": [1]}))', "{'a': [1]}"),
        ('from StringIO import StringIO\ns = StringIO(); s.write("ab"); print s.getvalue()', 'ab'),
        ('import sys\nreload(sys)\nsys.setdefaultencoding("utf8")\nprint 1', '1'),
        ('def f((a, b), c):\n  return a + b + c\nprint f((1, 2), 3)', '6'),
        ('if 1:\n\tx = 1\n        y = 2\nprint x + y', '3'),
        ('print unicode("abc", "utf-8"), "abc".decode("utf-8").upper(), u"d".encode("utf-8")', 'abc ABC d'),
        ('print "616263".decode("hex"), "abc".encode("hex")', 'abc 616263'),
        ('print apply(max, (1, 2))', '2'),
        ('class A:\n  def __nonzero__(self): return False\nprint bool(A())', 'False'),
        ('class N:\n  def next(self): return 4\nprint N().next()', '4'),
        ('open = lambda name: name + "!"\nprint open("a")', 'a!'),
        ('def cmp(a, b): return "own"\nprint cmp(1, 2)', 'own'),
        ('print "C:\\User\\new"[:6]', 'C:\\Use'),
        ('import __builtin__\nprint __builtin__.abs(-1)', '1'),
    ],
)  # fmt: skip
def test_a_script_prints_what_python_2_printed(text: str, expected: str) -> None:
    """Each line was run by Python 2.7.18."""
    assert printed(text) == [expected]


def test_division_of_arrays() -> None:
    """Arrays of integers give the floor, others do not; in place an array stays the same array."""
    names: dict[str, Any] = {'python_2': python_2, 'a': np.arange(4), 'b': np.arange(4.0)}
    same = names['a']
    text = 'c, d, e = a / 2, b / 2, a / 2.\na /= 2\nb[1:] /= 2\n'
    exec(translate(text, 'old.py').text, names)
    np.testing.assert_array_equal(names['c'], [0, 0, 1, 1])
    np.testing.assert_array_equal(names['d'], [0, 0.5, 1, 1.5])
    np.testing.assert_array_equal(names['e'], [0, 0.5, 1, 1.5])
    assert names['a'] is same
    np.testing.assert_array_equal(names['a'], [0, 0, 1, 1])
    np.testing.assert_array_equal(names['b'], [0, 0.5, 1, 1.5])


def test_what_a_target_is_found_by_is_computed_once() -> None:
    """`a[i()] /= 2` calls i once, as in Python 2."""
    assert printed('def i():\n  print "i",\n  return 0\na = [9]\na[i()] /= 2\nprint a') == ['i [4]']


def test_division_that_can_only_be_of_floats_stays_as_it_is() -> None:
    """The usual style loss needs no function."""
    line = 'loss = K.sum(K.square(S - C)) / (4. * (channels ** 2) * (size ** 2))\n'
    assert translate('print 1\n' + line, 'old.py').text.endswith(line)


def test_lines_are_those_of_the_original() -> None:
    """Where a translation needs more lines, the tree still has the original's."""
    text = 'def f((a, b)):\n  return a\nprint """x\ny"""\ntry: pass\nexcept E, (a, b):\n  print a\ng()\n'
    tree = translate(text, 'old.py').tree('old.py')
    assert [node.lineno for node in tree.body] == [1, 3, 5, 8]


def test_tabs_in_strings_stay() -> None:
    """Only what indents is changed."""
    assert without_tabs('if 1:\n\ts = """a\n\tb"""\n') == 'if 1:\n        s = """a\n\tb"""\n'


def test_what_is_no_python_2_either_is_refused() -> None:
    """In the project's own error."""
    with pytest.raises(LegacyError, match='no Python 2 either'):
        translate('print (1,\n', 'old.py')


def test_files_hold_bytes_and_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A binary file read as text gives its bytes; text is text; both can be written."""
    monkeypatch.chdir(tmp_path)
    Path('a.bin').write_bytes(b'\x89PNG\r\n\x00\xff')
    Path('a.txt').write_bytes('één\ntwee\n'.encode())
    assert printed(
        'data = open("a.bin").read()\n'
        'print len(data), ord(data[0]), data[1:4] == "PNG", "PNG" in data, data.startswith("\\x89P")\n'
        'print open("a.bin", "rb").read().find("PNG"), [line.strip() for line in file("a.txt")]\n'
        'f = open("b.txt", "w"); f.write("x\\n"); f.write(data); f.close()\n'
        'print len(open("b.txt").read())\n'
    ) == ['8 137 True True True', "1 ['één', 'twee']", '10']


def test_pickles_of_python_2_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protocol 0 through a file opened as text, and an array's bytes in a `str`."""
    monkeypatch.chdir(tmp_path)
    # pickle.dump({'a': [1, 'x\xff']}, file) of Python 2.7.18
    Path('a.pkl').write_bytes(b"(dp1\nS'a'\n(lp2\nI1\naS'x\\xff'\np3\nas.")
    text = 'import cPickle\nd = cPickle.load(open("a.pkl"))\nprint d["a"][0], ord(d["a"][1][1])\n'
    assert printed(text) == ['1 255']
