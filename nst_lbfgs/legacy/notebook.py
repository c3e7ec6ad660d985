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
    _supply_ipython(undo, pictures)


def _supply_ipython(undo: ExitStack, pictures: Pictures) -> None:
    """Stand in for IPython, installed or not: `display` shows, its classes hold their data.

    Here is no kernel for its own shell, and its later versions have not all of the old names.
    """
    modules = {
        name: types.ModuleType(name) for name in ('IPython', 'IPython.display', 'IPython.core.display')
    }
    for module in modules.values():
        module.__dict__.update(
            display=pictures.display,
            clear_output=_Ignoring(),
            get_ipython=lambda: _Ignoring(),
            version_info=(9, 0, 0),  # what matplotlib looks for
            __path__=[],
            __getattr__=_display_class,
        )
    modules['IPython'].__dict__['display'] = modules['IPython.display']
    for name, module in modules.items():
        replace_module(undo, name, module)


def _display_class(name: str) -> type[str]:
    """Return what IPython.display.Image, HTML, SVG and the like are here: the text they were given."""
    if not name[:1].isupper():
        raise AttributeError(name)
    return type(name, (_Shown,), {})


class _Shown(str):
    """Something to display, by what it was made from."""

    def __new__(cls, data: Any = '', *args: Any, **options: Any) -> _Shown:
        return super().__new__(cls, next(iter(options.values()), data) if data == '' else data)


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
