"""`python -m nst_lbfgs` is the same as `nst-lbfgs`."""

import os
import sys


def leave_out_current_folder() -> None:
    """Take the folder that `python -m` puts first off the import path: no file of the user's is a module."""
    if getattr(sys.flags, 'safe_path', False):  # Python 3.11's -P: it has put none there
        return
    try:
        current = os.getcwd()
    except OSError:  # deleted meanwhile
        return
    if sys.path[0] in ('', current):
        del sys.path[0]


def main() -> int:
    """Run the command line, or say in one line that it is not installed."""
    from importlib import import_module

    try:
        command_line = import_module('nst_lbfgs.cli.start')
    except ModuleNotFoundError as error:
        if error.name != 'nst_lbfgs.cli':
            raise
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        print(
            'nst-lbfgs: error: Expected nst_lbfgs to be installed (python -m pip install .). '
            f'Received: the checkout {folder}, where the command line is python -m cli',
            file=sys.stderr,
        )
        return 1
    code: int = command_line.start()
    return code


if __name__ == '__main__':
    leave_out_current_folder()
    raise SystemExit(main())
