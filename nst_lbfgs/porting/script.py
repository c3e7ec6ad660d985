"""An old script, written for today: the same script over `nst_lbfgs.legacy`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..errors import ConfigError, LegacyError
from ..legacy.python_2.syntax import NAME as PYTHON_2
from ..legacy.python_2.translation import future_features, translate
from ..legacy.source import Cell, presumed_data_format, read_script
from .notebook import code_without_magics, commented, is_notebook, mark, read_cells, with_code


@dataclass(frozen=True)
class Change:
    """One replacement: where in the old script, what stood there and what stands there now."""

    place: str
    old: str
    new: str


@dataclass(frozen=True)
class Ported:
    """A script of today, what was changed, and what was not: what only `nst-lbfgs run` supplies."""

    text: str
    changes: tuple[Change, ...]
    left: tuple[Change, ...]


def port_script(path: Path, *, as_notebook: bool = False) -> Ported:
    """Return a script or notebook over `nst_lbfgs.legacy`, in Python 3, without IPython's own commands.

    A notebook becomes a script, its text comments, unless `as_notebook`. Raises as `read_script`,
    LegacyError if libcst is missing, and ConfigError if a notebook is to be made of a script.
    """
    check_libcst()
    if as_notebook and not is_notebook(path):
        raise ConfigError(f'Expected a notebook to make a notebook of. Received: {path}')
    from .rewriting import rewrite

    cells = read_script(path)
    text, places = in_python_3(path, cells, with_text=not as_notebook)
    rewriting = rewrite(text, _first_names(text, cells), _first_lines(cells))
    changes, left = (
        tuple(Change(places[line - 1], old, new) for line, old, new in sorted(set(found)))
        for found in (rewriting.changes, rewriting.left)
    )
    if any(cell.is_python_2 for cell in cells):
        changes = (Change('everywhere', "Python 2's syntax", "Python 3's"), *changes)
    text = with_code(path, rewriting.text) if as_notebook else rewriting.text
    return Ported(text, changes, left)


def check_libcst() -> None:
    """Raise LegacyError if libcst, which reads and writes a script with its layout, is missing."""
    if find_spec('libcst') is None:
        raise LegacyError("Expected libcst, which port needs: pip install 'nst-lbfgs[port]'. Received: none")


def in_python_3(path: Path, cells: list[Cell], *, with_text: bool = False) -> tuple[str, list[str]]:
    """Return a script, or all of a notebook's cells, in Python 3, and each line's place in the original.

    with_text: a notebook's text becomes comments.
    """
    if not is_notebook(path):
        text, lines = _cell_in_python_3(cells[0].text, cells[0], frozenset())
        return text, [f'line {line}' for line in lines]
    pieces, places, features, number = [], [], frozenset[str](), 0
    for is_code, source in read_cells(path):
        if is_code:
            features |= future_features(cells[number].text)
            code, lines = _cell_in_python_3(code_without_magics(source), cells[number], features)
            number += 1
            pieces.append(f'{mark(number)}\n{code}')
            places += [f'cell {number}', *(f'cell {number}, line {line}' for line in lines)]
        elif with_text:
            pieces.append(commented(source))
            places += ['text'] * pieces[-1].count('\n')
    return ''.join(pieces), [*places, 'end']


def _cell_in_python_3(text: str, cell: Cell, features: frozenset[str]) -> tuple[str, list[int]]:
    text = text if text.endswith('\n') or not text else text + '\n'
    if cell.is_python_2:
        translation = translate(text, cell.name, features)
        return translation.text, list(translation.lines)[: translation.text.count('\n')]
    return text, list(range(1, text.count('\n') + 1))


def _first_names(text: str, cells: list[Cell]) -> set[str]:
    """Return what the script needs of `nst_lbfgs.legacy` whatever it imports itself."""
    names = {PYTHON_2} if re.search(rf'\b{PYTHON_2}\.', text) else set()
    return names | ({'backend'} if presumed_data_format(cells) else set())


def _first_lines(cells: list[Cell]) -> list[str]:
    """Return what sets Theano's ordering for a script that takes it for granted."""
    presumed = presumed_data_format(cells)
    return [] if presumed is None else [f'backend.set_image_data_format({presumed[0]!r})']
