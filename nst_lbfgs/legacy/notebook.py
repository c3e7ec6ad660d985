"""Runs a notebook's code cells, showing what Jupyter would: values as text, pictures as files."""

from __future__ import annotations

import ast
import importlib
import os
import sys
import types
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .inline_pictures import Pictures
from .replacements import replace, replace_module
from .source import Cell


def run_cells(cells: list[Cell], module: types.ModuleType, path: Path) -> None:
    """Run cells one after the other in one module's names.

    The value of a cell's last expression is printed; pictures (Pillow's, and matplotlib's
    figures at plt.show() or a cell's end) are saved beside the working directory's other files
    as NOTEBOOK_1.png, NOTEBOOK_2.png and so on.
    """
    pictures = Pictures(path.stem)
    with ExitStack() as undo:
        _stand_in_for_ipython(undo, module, pictures)
        for cell in cells:
            _run_cell(cell, module.__dict__, pictures)
            pictures.save_figures()


def _run_cell(cell: Cell, names: dict[str, Any], pictures: Pictures) -> None:
    body, last = list(cell.tree.body), None
    ending = body[-1] if body else None
    if isinstance(ending, ast.Expr) and not cell.text.rstrip().endswith(';'):
        last = ast.Expression(ending.value)
        body.pop()
    exec(compile(ast.Module(body, []), cell.name, 'exec'), names)
    if last is not None:
        pictures.show(eval(compile(last, cell.name, 'eval'), names))


def _stand_in_for_ipython(undo: ExitStack, module: types.ModuleType, pictures: Pictures) -> None:
    """Give a notebook `display` and `get_ipython`, and matplotlib a backend that saves."""
    before = os.environ.get('MPLBACKEND')
    os.environ['MPLBACKEND'] = 'Agg'
    undo.callback(_restore_backend, before)
    module.__dict__['display'] = pictures.display
    module.__dict__['get_ipython'] = lambda: _Ignoring()
    if find_spec('matplotlib') is not None:
        importlib.import_module('matplotlib').use('Agg')
        pyplot = importlib.import_module('matplotlib.pyplot')
        replace(undo, pyplot, 'show', lambda *args, **kwargs: pictures.save_figures())
    if find_spec('IPython') is None:
        stand_in = types.ModuleType('IPython.display')
        stand_in.__dict__.update(display=pictures.display, Image=str, HTML=str, clear_output=_Ignoring())
        package = types.ModuleType('IPython')
        package.__dict__.update(
            display=stand_in, get_ipython=lambda: None, __path__=[], version_info=(9, 0, 0)
        )  # what matplotlib looks for
        replace_module(undo, 'IPython', package)
        replace_module(undo, 'IPython.display', stand_in)
    else:
        replace(undo, importlib.import_module('IPython.display'), 'display', pictures.display)


def _restore_backend(before: str | None) -> None:
    if before is None:
        os.environ.pop('MPLBACKEND', None)
    else:
        os.environ['MPLBACKEND'] = before


class _Ignoring:
    """IPython's shell, all of whose commands do nothing here."""

    def __getattr__(self, name: str) -> _Ignoring:
        if name.startswith('__'):
            raise AttributeError(name)
        return self

    def __call__(self, *_args: Any, **_kwargs: Any) -> None:
        sys.stdout.flush()
