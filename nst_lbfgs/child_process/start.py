"""What a child process begins with: `python start.py MODULE ARGUMENTS...`.

Given a file, Python has the file's folder on its import path, where it has the current folder for `-m`
and `-c`. Here that folder holds nothing but this and its neighbours of this package.
"""

import os
import sys

if __name__ == '__main__':
    folder = os.path.dirname(os.path.abspath(__file__))
    if sys.path[0] == folder:  # not so under PYTHONSAFEPATH
        del sys.path[0]

    # This copy of the package, whichever else is installed. Its `__init__` imports nothing, so that for
    # nothing else the packages' folder comes before Python's own library.
    sys.path.insert(0, os.path.dirname(os.path.dirname(folder)))
    import nst_lbfgs  # noqa: F401

    del sys.path[0]

    import runpy

    runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)
