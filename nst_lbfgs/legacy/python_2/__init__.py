"""What a translated Python 2 script calls where Python 3 has nothing that does the same.

    from nst_lbfgs.legacy import python_2

    python_2.divide(5, 2)    # 2

`translation` writes these calls; the modules `pickle`, `string` and `urllib` stand for those of Python 2.
Nothing here loads TensorFlow.
"""

from __future__ import annotations

from functools import cmp_to_key, reduce
from sys import intern

from .division import divide, divide_attribute, divide_in_place, divide_item, index
from .files import StringIO, open
from .functions import cmp, execfile, map_none, nothing, reload
from .text import ByteString, decode, encode, to_unicode

__all__ = [
    'ByteString',
    'StringIO',
    'cmp',
    'cmp_to_key',
    'decode',
    'divide',
    'divide_attribute',
    'divide_in_place',
    'divide_item',
    'encode',
    'execfile',
    'index',
    'intern',
    'map_none',
    'nothing',
    'open',
    'reduce',
    'reload',
    'to_unicode',
]
