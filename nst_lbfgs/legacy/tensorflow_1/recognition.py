"""Which of TensorFlow 1's ways a script computes in, read from its text and its own modules'."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...errors import LegacyError
from ..own_modules import added_folders, imported_files, own_folders
from ..source import Cell, dotted_name, read_script
from .catalogue import EAGER, GRAPH, GRAPH_BESIDE_KERAS, RUNS_VARIABLES

_ROOTS = ('tensorflow.compat.v1', 'tensorflow')


def trees_of(path: Path, cells: Iterable[Cell]) -> list[ast.Module]:
    """Return a script's syntax trees and those of its own modules that it imports.

    A notebook's cells, which share their names, are one tree.
    """
    script = path.resolve()
    cells = list(cells)
    whole = ast.Module([statement for cell in cells for statement in cell.tree.body], [])
    found = [(whole, script)]
    folders, seen = own_folders(script, [whole]), {script}
    in_python_2 = any(cell.is_python_2 for cell in cells)
    for tree, file in found:  # grows on the way
        folders += added_folders(tree, script.parent)
        folders += [file.parent] if in_python_2 else []  # a package's modules import each other by mere names
        for module in [its for node in ast.walk(tree) for its in imported_files(node, file, folders)]:
            if module not in seen:
                seen.add(module)
                found += [(parsed, module) for parsed in _parsed(module)]
    return [tree for tree, _ in found]


def _parsed(module: Path) -> list[ast.Module]:
    try:
        return [cell.tree for cell in read_script(module)]
    except LegacyError:
        return []  # whatever is wrong with it shows when it is imported


def way_of_computing(trees: list[ast.Module]) -> str | None:
    """Return 'graph' for a script that builds a graph and runs sessions, 'ported' for one that does
    so by `tf.compat.v1` of today's TensorFlow, 'eager' for one that turns on TensorFlow 1's eager
    mode, None for one that does nothing of these.

    A script that also uses Keras gets its graph only where symbolic tensors would not do.
    """
    used = {name for tree in trees for name in _tensorflow_names(tree)}
    roots = {name.partition('.')[0] for name in used}
    if used & EAGER or any(name.startswith('contrib.eager.') for name in used):
        return 'eager'
    optimizes = any(n.startswith('train.') and n.endswith(('Optimizer', 'Saver')) for n in used)
    if not _uses_keras(trees, roots):
        graph = 'ported' if any(_goes_by_compat(tree) for tree in trees) else 'graph'
        return graph if optimizes or roots & GRAPH else None
    runs_variables = 'Variable' in roots and roots & RUNS_VARIABLES
    return 'graph' if optimizes or roots & GRAPH_BESIDE_KERAS or runs_variables else None


def _uses_keras(trees: list[ast.Module], roots: set[str]) -> bool:
    return 'keras' in roots or imports_keras_itself(trees)


def imports_keras_itself(trees: list[ast.Module]) -> bool:
    """Return whether a script imports Keras, and not only TensorFlow's copy of it."""
    return any(module.partition('.')[0] == 'keras' for tree in trees for module, _ in _imports(tree))


def _goes_by_compat(tree: ast.Module) -> bool:
    """Return whether a script has `tf.compat.v1.something`, `tf` being the whole TensorFlow."""
    roots = {name for name, full in _bound_names(tree).items() if full == 'tensorflow'}
    return any(
        isinstance(node, ast.Attribute) and ast.unparse(node) in {f'{root}.compat.v1' for root in roots}
        for node in ast.walk(tree)
    )


def _tensorflow_names(tree: ast.Module) -> Iterator[str]:
    """Yield what a script uses of TensorFlow, such as 'Session' or 'train.AdamOptimizer', and, so
    that `K.get_session` is seen too, the last name of every call."""
    names = _bound_names(tree)
    yield from (_below_tensorflow(full) for full in names.values() if full.startswith('tensorflow.'))
    for node in ast.walk(tree):
        full = dotted_name(node, names) if isinstance(node, ast.Attribute) else None
        if full is not None and full.startswith('tensorflow.'):
            yield _below_tensorflow(full)
        elif isinstance(node, ast.Attribute) and node.attr == 'get_session':
            yield node.attr


def _bound_names(tree: ast.Module) -> dict[str, str]:
    return {name: full for full, name in _imports(tree)}


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each imported thing's whole name and the name that the script gives it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition('.')[0]
                yield (alias.name, alias.asname) if alias.asname else (root, root)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f'{node.module}.{alias.name}', alias.asname or alias.name


def _below_tensorflow(full: str) -> str:
    for root in _ROOTS:
        if full.startswith(f'{root}.'):
            return full[len(root) + 1 :]
    return full
