"""`nst-lbfgs run --check`: what a script uses of the old packages, read without running it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from .catalogue import (
    BACKEND,
    MOVED_MODULES,
    NUMPY,
    PILLOW,
    SCIPY_MISC,
    TENSORFLOW,
    UNSUPPORTED,
)
from .source import Cell, presumed_data_format, read_script
from .tensorflow_1.catalogue import problem_of

_KERAS_1 = {
    'nb_filter',
    'nb_row',
    'nb_col',
    'border_mode',
    'subsample',
    'dim_ordering',
    'W_regularizer',
    'b_regularizer',
    'batch_input_shape',
    'output_dim',
}
_METHODS = {
    'set_input': 'layer.set_input',
    'get_output': 'layer.get_output',
    'output_shape': 'layer.output_shape',
    'input_shape': 'layer.input_shape',
    'get_updates': 'optimizer.get_updates',
}
_ROOTS = ('keras', 'tensorflow', 'scipy', 'numpy', 'PIL')


@dataclass(frozen=True)
class Use:
    """One name that a script uses: where, and why it is not supported ('' if it is)."""

    line: int
    name: str
    problem: str = ''


@dataclass
class Report:
    """What a script uses; `str()` is what `--check` prints."""

    script: str
    uses: list[Use] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_supported(self) -> bool:
        """Whether everything that was recognised is supported."""
        return not any(use.problem for use in self.uses)

    def __str__(self) -> str:
        good = _lines_by_name([use for use in self.uses if not use.problem])
        bad = _lines_by_name([use for use in self.uses if use.problem])
        lines = [
            f'{self.script}: ' + ('all supported' if not bad else f'{len(bad)} not supported'),
            *self.notes,
        ]
        lines += ['', f'supported ({len(good)})', *good] if good else []
        lines += ['', f'not supported ({len(bad)})', *bad] if bad else []
        return '\n'.join(lines)


def _lines_by_name(uses: list[Use]) -> list[str]:
    places: dict[tuple[str, str], list[int]] = {}
    for use in uses:
        places.setdefault((use.name, use.problem), []).append(use.line)
    return [
        f'  {name}{": " + problem if problem else ""} '
        f'(line {", ".join(str(line) for line in sorted(set(lines)))})'
        for (name, problem), lines in sorted(places.items())
    ]


def check_script(path: Path) -> Report:
    """Return what a script or notebook uses of Keras, TensorFlow, SciPy, NumPy and Pillow.

    Only names that are written out are seen: not what a module of the script's own uses, nor
    arguments that are computed. Raises as `read_script`: a script in Python 2 cannot be read.
    """
    report = Report(str(path))
    cells = read_script(path)
    names: dict[str, str] = {}
    for cell in cells:
        report.uses += _cell_uses(cell, names, path.resolve().parent, len(cells) > 1)
    presumed = presumed_data_format(cells)
    if presumed is not None:
        report.notes.append(f"channels come first (line {presumed[1]}): run with Theano's ordering")
    return report


def _cell_uses(cell: Cell, names: dict[str, str], folder: Path, many: bool) -> list[Use]:
    nodes = sorted(ast.walk(cell.tree), key=lambda node: getattr(node, 'lineno', 0))
    uses = []
    optional = _optional_imports(cell.tree)
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found = _imports(node, names, folder)
            uses += [Use(use.line, use.name) if node in optional else use for use in found]
    for node in nodes:
        if isinstance(node, ast.Attribute):
            uses += list(_attribute(node, names))
        elif isinstance(node, ast.Call):
            uses += [
                Use(node.lineno, f'Keras 1 argument {k.arg}=') for k in node.keywords if k.arg in _KERAS_1
            ]
        elif isinstance(node, ast.Name) and node.id in ('xrange', 'raw_input'):
            uses.append(Use(node.lineno, node.id))
    return (
        [Use(use.line, f'{use.name} [{cell.name.rpartition(", ")[2]}]', use.problem) for use in uses]
        if many
        else uses
    )


# --- imports


def _optional_imports(tree: ast.Module) -> set[ast.AST]:
    """Return the imports whose failure the script itself catches."""
    return {
        node
        for attempt in ast.walk(tree)
        if isinstance(attempt, ast.Try) and attempt.handlers
        for statement in attempt.body
        for node in ast.walk(statement)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }


def _imports(node: ast.Import | ast.ImportFrom, names: dict[str, str], folder: Path) -> Iterator[Use]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            names[alias.asname or alias.name.partition('.')[0]] = (
                alias.name if alias.asname else alias.name.partition('.')[0]
            )
            yield from _module_use(node.lineno, alias.name, folder)
        return
    if node.level or node.module is None or node.module == '__future__':
        return
    module = _canonical(node.module)
    known = list(_module_use(node.lineno, node.module, folder))
    yield from known
    for alias in node.names:
        full = f'{module}.{alias.name}'
        names[alias.asname or alias.name] = full
        if not any(use.problem for use in known):
            yield from _name_use(node.lineno, full)


def _module_use(line: int, module: str, folder: Path) -> Iterator[Use]:
    root = module.partition('.')[0]
    if root in sys.stdlib_module_names or _is_beside(root, folder):
        return
    if root == 'theano':
        yield Use(line, 'import theano', 'it is no longer maintained; use keras.backend instead')
    elif root in _ROOTS:
        yield from _known_module(line, module)
    elif find_spec(root) is None:
        yield Use(line, f'import {root}', 'not installed here')
    else:
        yield Use(line, f'import {root}')


def _is_beside(root: str, folder: Path) -> bool:
    return (folder / f'{root}.py').exists() or (folder / root).is_dir()


def _known_module(line: int, module: str) -> Iterator[Use]:
    name = _canonical(module)
    if name in MOVED_MODULES or name.startswith('scipy.misc'):
        yield Use(line, f'import {module}')
    elif name.startswith('tensorflow.'):
        problem = problem_of(name.partition('.')[2])
        if problem is not None:
            yield Use(line, f'import {module}', problem)


def _canonical(name: str) -> str:
    """Return tf.keras's names as Keras's own, and keras.backend's under that name."""
    for prefix in ('tensorflow.python.keras', 'tensorflow.compat.v1.keras', 'tensorflow.keras'):
        if name == prefix or name.startswith(prefix + '.'):
            name = 'keras' + name[len(prefix) :]
    for old in ('keras.backend.tensorflow_backend', 'keras.backend.common'):
        name = name.replace(old, 'keras.backend')
    return name.replace('tensorflow.compat.v1', 'tensorflow')


# --- names


def _attribute(node: ast.Attribute, names: dict[str, str]) -> Iterator[Use]:
    full = _dotted(node, names)
    if full is not None:
        yield from _name_use(node.lineno, _canonical(full))
    elif node.attr in _METHODS:
        yield Use(node.lineno, _METHODS[node.attr])


def _dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    """Return 'keras.backend.sum' for `K.sum`, or None for what is no imported name."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, names)
        return None if owner is None else f'{owner}.{node.attr}'
    return None


def _name_use(line: int, full: str) -> Iterator[Use]:
    module, _, name = full.rpartition('.')
    if module == 'keras.backend':
        yield Use(line, f'K.{name}', _backend_problem(name))
    elif module == 'scipy.misc':
        problem = '' if name in SCIPY_MISC else 'not one of its picture functions'
        yield Use(line, f'scipy.misc.{name}', problem)
    elif module == 'numpy' and name in NUMPY:
        yield Use(line, f'numpy.{name}')
    elif module == 'PIL.Image' and name in PILLOW:
        yield Use(line, f'PIL.Image.{name}')
    elif module == 'tensorflow' and name in TENSORFLOW:
        yield Use(line, f'tf.{name}')
    elif full.startswith('tensorflow.'):
        below = full.partition('.')[2]
        reason = problem_of(below)
        if reason is not None:
            yield Use(line, f'tf.{below}', reason)


def _backend_problem(name: str) -> str:
    if name in BACKEND or name.startswith('_'):
        return ''
    if name in UNSUPPORTED:
        return f'use {UNSUPPORTED[name]} instead'
    return 'no function of the old backend'
