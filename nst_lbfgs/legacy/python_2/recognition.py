"""Whether a text that is Python 3's syntax too was written for Python 2: by what only Python 2 has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..guards import guarded_nodes
from .import_pass import GONE_MODULES

_GONE_FUNCTIONS = ('basestring', 'execfile', 'raw_input', 'reduce', 'unichr', 'unicode', 'xrange')
# Methods of a dictionary that Python 3 took away, with the number of their arguments.
_GONE_METHODS = {'has_key': 1, 'iteritems': 0, 'iterkeys': 0, 'itervalues': 0}
# Names in modules that Python 3 has, without these.
_GONE_IN = {
    'itertools': ('ifilter', 'imap', 'izip', 'izip_longest'),
    'os': ('getcwdu',),
    'string': ('letters', 'lowercase', 'maketrans', 'uppercase'),
    'sys': ('maxint',),
    'urllib': ('quote', 'unquote', 'urlencode', 'urlopen', 'urlretrieve'),
}


def is_for_python_2(trees: list[ast.Module], folder: Path) -> bool:
    """Return whether a script needs what Python 3 no longer has, and does not provide for its absence.

    trees: its own, of all cells. folder: where its own modules are, which are no modules of Python's.
    """
    nodes = [node for tree in trees for node in ast.walk(tree)]
    bound = {name for node in nodes for name in _bound_by(node)}
    guarded = {node for tree in trees for node in guarded_nodes(tree)}
    return any(_is_gone(node, bound, folder) for node in nodes if node not in guarded)


def _is_gone(node: ast.AST, bound: set[str], folder: Path) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _GONE_FUNCTIONS and node.id not in bound
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _GONE_METHODS.get(node.func.attr) == len(node.args) and node.func.attr not in bound
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr in _GONE_IN.get(node.value.id, ())
    if isinstance(node, ast.ImportFrom) and node.module in _GONE_IN:
        return any(alias.name in _GONE_IN[node.module] for alias in node.names)
    return any(name in GONE_MODULES and not _is_own(name, folder) for name in _modules_imported(node))


def _modules_imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def _is_own(module: str, folder: Path) -> bool:
    return (folder / f'{module}.py').exists() or (folder / module).is_dir()


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in node.names)
