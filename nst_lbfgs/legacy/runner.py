"""Runs an unmodified script as Python would, with the old names in place."""

from __future__ import annotations

import builtins
import linecache
import os
import signal
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from ..errors import LegacyError, StyleTransferError
from ..quiet import import_tensorflow
from . import require_keras_3
from .python_2.running import python_2_names
from .replacements import replace, replace_module
from .settings import SETTINGS, configure
from .source import Cell, presumed_data_format, read_script
from .tensorflow_1.other_networks import absent_network

_OURS = os.path.dirname(os.path.abspath(__file__))
_PYTHON_2_NAMES = {'xrange': range, 'raw_input': input}


def run_script(
    path: Path, arguments: Sequence[str] = (), *, weights: str = 'imagenet', precision: str = 'float32'
) -> int:
    """Run a script or notebook as `__main__` and return the exit code it ends with.

    arguments: its own, as `sys.argv[1:]`. weights, precision: see `configure`.
    What the script lets escape is printed as Python prints it, with the script's own frames,
    and gives 1. Raises ConfigError or LegacyError if it cannot be run at all, or asks for
    something that is not supported; WeightsError if a network's weights cannot be had.
    """
    cells = read_script(path)
    configure(weights=weights, precision=precision)
    import_tensorflow()
    require_keras_3()
    from .importing import old_names
    from .tensorflow_1.running import version_1_names

    with old_names(), version_1_names(path, cells), _as_main(path, cells, arguments) as module:
        with _data_format(path, cells), _pythons_signals():
            return _outcome(path, cells, module)


@contextmanager
def _as_main(path: Path, cells: list[Cell], arguments: Sequence[str]) -> Iterator[types.ModuleType]:
    """Give a module the place of `__main__`, and the script's argv, path and names."""
    module = types.ModuleType('__main__')
    module.__dict__.update(__file__=str(path), __builtins__=builtins)
    with ExitStack() as undo:
        replace_module(undo, '__main__', module)
        replace(undo, sys, 'argv', [str(path), *arguments])
        replace(undo, sys, 'path', [str(path.resolve().parent), *sys.path])
        for name, value in _PYTHON_2_NAMES.items():
            replace(undo, builtins, name, value)
        undo.enter_context(warnings.catch_warnings())
        warnings.filterwarnings('ignore', message='Do not pass an `input_shape`')
        undo.callback(setattr, SETTINGS, 'learning_phase', SETTINGS.learning_phase)
        replace(undo, SETTINGS, 'tensorflow_1_shapes', True)
        undo.enter_context(python_2_names(path, cells))
        yield module


@contextmanager
def _data_format(path: Path, cells: list[Cell]) -> Iterator[None]:
    """Set Theano's ordering for a script that takes it for granted, and say so."""
    import keras

    before = keras.config.image_data_format()
    presumed = presumed_data_format(cells)
    if presumed is not None and presumed[0] != before:
        print(
            f'nst-lbfgs: channels come first in {path.name} (line {presumed[1]}): '
            "running it with Theano's 'th' ordering",
            file=sys.stderr,
        )
        keras.config.set_image_data_format(presumed[0])
    try:
        yield
    finally:
        keras.config.set_image_data_format(before)


@contextmanager
def _pythons_signals() -> Iterator[None]:
    """Have signals do what they do to a script that Python runs: SIGINT raises KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wakeup = signal.set_wakeup_fd(-1)
    before: dict[int, Any] = {}
    for name in ('SIGINT', 'SIGTERM', 'SIGHUP'):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            own = signal.default_int_handler if name == 'SIGINT' else signal.SIG_DFL
            before[number] = signal.signal(number, own)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)


def _outcome(path: Path, cells: list[Cell], module: types.ModuleType) -> int:
    try:
        if path.suffix == '.ipynb':
            from .notebook import run_cells

            run_cells(cells, module, path)
        else:
            exec(compile(cells[0].tree, cells[0].name, 'exec', dont_inherit=True), module.__dict__)
    except SystemExit as ending:
        return _exit_code(ending, sys.stderr)
    except StyleTransferError as error:
        raise type(error)(f'{_place(error, cells)}{error}') from error
    except BaseException as error:
        absent = absent_network(error)
        if absent is not None:
            raise LegacyError(f'{_place(error, cells)}{absent}') from error
        _print_as_python_would(error, cells)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    finally:
        with suppress(OSError):  # what cannot be written the caller finds out
            sys.stdout.flush()
    return 0


def _exit_code(ending: SystemExit, stderr: TextIO) -> int:
    """Return what Python would exit with, after printing what it would print."""
    if ending.code is None:
        return 0
    if isinstance(ending.code, int):
        return ending.code
    print(ending.code, file=stderr)
    return 1


def _place(error: BaseException, cells: list[Cell]) -> str:
    """Return 'script.py, line 12: ', the last line of the script on the way to an error."""
    names = {cell.name for cell in cells}
    places = [
        f'{frame.filename}, line {frame.lineno}: '
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename in names
    ]
    return places[-1] if places else ''


def _print_as_python_would(error: BaseException, cells: list[Cell]) -> None:
    """Print a traceback that begins in the script and leaves this package's frames out."""
    for cell in cells:
        lines = cell.text.splitlines(keepends=True)
        linecache.cache[cell.name] = (len(cell.text), None, lines, cell.name)
    report = traceback.TracebackException.from_exception(error)
    _strip(report, {cell.name for cell in cells})
    print(*report.format(), sep='', end='', file=sys.stderr)


def _strip(report: traceback.TracebackException, names: set[str]) -> None:
    frames = list(report.stack)
    first = next((i for i, frame in enumerate(frames) if frame.filename in names), 0)
    kept: list[Any] = [frame for frame in frames[first:] if not _is_ours(frame.filename)]
    report.stack = traceback.StackSummary.from_list(kept)
    for other in (report.__cause__, report.__context__):
        if other is not None:
            _strip(other, names)


def _is_ours(filename: str) -> bool:
    return os.path.abspath(filename).startswith(_OURS + os.sep)
