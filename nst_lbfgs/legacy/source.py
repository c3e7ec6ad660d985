"""Reading a script: its code cells, its Python version, and the data format that it takes for
granted. Nothing here runs it, and nothing loads TensorFlow."""

from __future__ import annotations

import ast
import json
import tokenize
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigError, LegacyError
from .python_2.recognition import is_for_python_2
from .python_2.translation import can_translate, future_features, translate

_PYTHON_2 = (
    'missing parentheses in call',
    'multiple exception types must be parenthesized',
    'leading zeros in decimal integer literals',
    'inconsistent use of tabs',
    'invalid hexadecimal literal',
    'invalid decimal literal',
)
_PYTHON_2_LINES = ('print ', 'print\t', 'exec ', 'raise ')
_FORMAT_NAMES = ('data_format', 'dim_ordering', 'image_data_format', 'image_dim_ordering')
_SHAPED_CALLS = ('placeholder', 'Input', 'set_input', 'uniform', 'reshape')
_SHAPE_KEYWORDS = ('shape', 'input_shape', 'batch_shape', 'batch_input_shape', 'size')


@dataclass(frozen=True)
class Cell:
    """A piece of a script that is run at once; `name` is what tracebacks call its file.

    Of a script in Python 2 the tree is Python 3's, with the text's line numbers.
    """

    name: str
    text: str
    tree: ast.Module
    is_python_2: bool = False


def read_script(path: Path) -> list[Cell]:
    """Return a script as one cell, or a notebook as its code cells without magics.

    A script for Python 2 is translated: also one that is Python 3's syntax but needs what only Python 2
    had, if fissix is installed. Raises ConfigError if there is no such file, LegacyError if it is no
    Python (in one line that says where) or no notebook.
    """
    return _cells(read_texts(path), path.resolve().parent)


def read_texts(path: Path) -> list[tuple[str, str]]:
    """Return the names and texts of a script's cells. Raises as `read_script`, but for syntax."""
    if not path.is_file():
        raise ConfigError(f'Expected a script that exists. Received: {path}')
    try:
        if path.suffix == '.ipynb':
            return [(f'{path}, cell {number}', text) for number, text in _notebook_cells(path)]
        with tokenize.open(path) as file:
            return [(str(path), file.read())]
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, SyntaxError) as error:
        raise LegacyError(f'Cannot read {path}: {error}') from error


def _cells(texts: list[tuple[str, str]], folder: Path) -> list[Cell]:
    cells: list[Cell] = []
    for name, text in texts:
        try:
            cells.append(Cell(name, text, ast.parse(text, name)))
        except SyntaxError as error:
            return _python_2_cells(texts, _syntax_report(name, text, error))
    if can_translate() and is_for_python_2([cell.tree for cell in cells], folder):
        with suppress(LegacyError):  # newer syntax than fissix knows: Python itself says what is wrong
            return _python_2_cells(texts, '')
    return cells


def _python_2_cells(texts: list[tuple[str, str]], otherwise: str) -> list[Cell]:
    """Return cells, one of which is no Python 3, as Python 2's; `otherwise` says what is wrong."""
    cells, features = [], frozenset[str]()
    try:
        for name, text in texts:
            tree = translate(text, name, features).tree(name)
            features |= future_features(text)
            cells.append(Cell(name, text, tree, is_python_2=True))
    except (LegacyError, SyntaxError):
        raise LegacyError(otherwise) from None
    return cells


def _syntax_report(name: str, text: str, error: SyntaxError) -> str:
    lines = text.splitlines()
    number = error.lineno or 0
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ''
    message = (error.msg or '').lower()
    old = any(sign in message for sign in _PYTHON_2) or (
        line.startswith(_PYTHON_2_LINES) or '`' in line or '<>' in line
    )
    if old and not can_translate():
        return (
            f"{name}, line {number}: this is Python 2's syntax ({line!r}). Expected Python 3, or what "
            "translates it: pip install 'nst-lbfgs[python2]'"
        )
    return f'{name}, line {number}: {error.msg} ({line!r})'


# --- notebooks


def _notebook_cells(path: Path) -> Iterator[tuple[int, str]]:
    notebook = json.loads(path.read_text(encoding='utf-8'))
    cells = notebook['cells'] if 'cells' in notebook else notebook['worksheets'][0]['cells']
    code = [cell for cell in cells if cell['cell_type'] == 'code']
    for number, cell in enumerate(code, start=1):
        source = cell.get('source', cell.get('input', ''))
        text = source if isinstance(source, str) else ''.join(source)
        yield number, without_magics(text)


def without_magics(text: str) -> str:
    """Return a cell's code with IPython's own lines blank, so that line numbers stay.

    A cell magic of another language (%%bash) blanks the whole cell; %%time and its like only
    their line. A line that ends in a backslash goes on in the next.
    """
    lines = text.splitlines()
    first = next((line.strip() for line in lines if line.strip()), '')
    if first.startswith('%%') and first.split()[0] not in ('%%time', '%%timeit', '%%capture'):
        return ''
    return '\n'.join(_lines_without_magics(lines)) + '\n'


def _lines_without_magics(lines: list[str]) -> Iterator[str]:
    goes_on = False
    for line in lines:
        new = '' if goes_on else _without_magic(line)
        goes_on = line.endswith('\\') and new != line
        yield new


def _without_magic(line: str) -> str:
    stripped = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if stripped.startswith(('%', '!', '?')) or (stripped.endswith('?') and '#' not in line):
        return f'{indent}pass'
    name, equals, rest = stripped.partition('=')
    if equals and name.strip().isidentifier() and rest.lstrip().startswith(('!', '%')):
        return f'{indent}{name.strip()} = []'
    return line


# --- the data format


def presumed_data_format(cells: list[Cell]) -> tuple[str, int] | None:
    """Return ('channels_first', line) for a script that takes Theano's ordering for granted.

    That is one that never sets the ordering and gives pictures shapes like (1, 3, h, w) or
    (3, h, w), whatever the ordering is, and none like (1, h, w, 3): Keras before 1.1 was so by
    default. Else None.
    """
    trees = [cell.tree for cell in cells]
    if any(_sets_format(node) for tree in trees for node in ast.walk(tree)):
        return None
    depending = {id(shape) for tree in trees for shape in _shapes_that_depend(tree)}
    shapes = [shape for tree in trees for shape in _shapes(tree)]
    first = [
        shape.lineno for shape in shapes if _is_channels(shape, first=True) and id(shape) not in depending
    ]
    last = [shape.lineno for shape in shapes if _is_channels(shape, first=False)]
    return ('channels_first', min(first)) if first and not last else None


def _sets_format(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in _FORMAT_NAMES
    name = getattr(node, 'attr', getattr(node, 'id', ''))
    return name in [f'set_{known}' for known in _FORMAT_NAMES]


def _asks_for_format(test: ast.AST) -> bool:
    return any(getattr(node, 'attr', getattr(node, 'id', '')) in _FORMAT_NAMES for node in ast.walk(test))


def _shapes_that_depend(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the shapes that a script uses only after it asked for the ordering."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.IfExp)) and _asks_for_format(node.test):
            yield from ast.walk(node)


def _shapes(tree: ast.Module) -> Iterator[ast.Tuple]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, 'attr', getattr(node.func, 'id', ''))
        candidates = list(node.args) if called in _SHAPED_CALLS else []
        candidates += [k.value for k in node.keywords if k.arg in _SHAPE_KEYWORDS]
        yield from (c for c in candidates if isinstance(c, ast.Tuple) and len(c.elts) in (3, 4))


def _is_channels(shape: ast.Tuple, *, first: bool) -> bool:
    sizes = [e.value if isinstance(e, ast.Constant) else None for e in shape.elts[-3:]]
    channels, other = (sizes[0], sizes[-1]) if first else (sizes[-1], sizes[0])
    return channels == 3 and other != 3


def dotted_name(node: ast.expr, names: dict[str, str]) -> str | None:
    """Return 'keras.backend.sum' for `K.sum`, or None for what is no imported name.

    `names` has the whole name of each imported one.
    """
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = dotted_name(node.value, names)
        return None if owner is None else f'{owner}.{node.attr}'
    return None
