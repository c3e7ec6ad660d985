"""Import statements of old, as statements of today."""

from __future__ import annotations

import ast
from collections.abc import Set

from ..legacy.catalogue import SCIPY_MISC
from .names import Today, canonical, legacy_names_of, today

LEGACY = 'nst_lbfgs.legacy'
_WITHOUT_KERAS = SCIPY_MISC | {'python_2'}


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Return the whole name behind each name that a script imports: {'K': 'keras.backend'}."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition('.')[0]
                names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f'{node.module}.{alias.name}'
    return names


def loads_keras_first(tree: ast.Module) -> bool:
    """Return whether a script of today imports Keras, or TensorFlow for the legacy API, before that API."""
    modules = [
        module
        for node in ast.walk(tree)  # statements of one level in their order, outer ones first
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for module in _modules(node)
    ]
    roots = [LEGACY if module == LEGACY else module.partition('.')[0] for module in modules]
    first = next((root for root in roots if root in ('keras', 'tensorflow', LEGACY)), LEGACY)
    return first != LEGACY and bool({'keras', LEGACY} & set(roots))


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    names = {alias.name for alias in node.names}
    return [node.module or ''] if node.module != LEGACY or names - _WITHOUT_KERAS else []


def import_lines(code: str, own: Set[str]) -> list[str]:
    """Return the statements that import today what one statement imported; [code] if that is the same.

    own: names that the script gives another meaning, which no new import may take.
    """
    node = ast.parse(code).body[0]
    if isinstance(node, ast.Import):
        return _import_lines(node, code, own)
    if not isinstance(node, ast.ImportFrom) or node.level or node.module is None:
        return [code]
    if node.names[0].name == '*':
        return _star_lines(node.module, code)
    found = [(alias, today(f'{node.module}.{alias.name}')) for alias in node.names]
    gone = [alias for alias, _ in found if _is_gone(node.module) or _is_gone(f'{node.module}.{alias.name}')]
    if not gone and not any(new for _, new in found):
        return [code]
    stay = [alias for alias, new in found if new is None and alias not in gone]
    lines: list[str] = []
    for alias, new in found:
        if new is not None:
            lines = _with_name(lines, new, alias.asname or alias.name, own)
    return [*lines, *([f'from {node.module} import {_names(stay)}'] if stay else [])]


def _import_lines(node: ast.Import, code: str, own: Set[str]) -> list[str]:
    """Do `import a, b as c`."""
    if not any(today(alias.name) or _is_gone(alias.name) for alias in node.names):
        return [code]
    lines: list[str] = []
    for alias in node.names:
        new = today(alias.name)
        if alias.asname and new is not None:
            lines = _with_name(lines, new, alias.asname, own)
        elif not (alias.asname and _is_gone(alias.name)):
            whole = alias.name if not (new or _is_gone(alias.name)) else alias.name.partition('.')[0]
            lines.append(f'import {whole}' + (f' as {alias.asname}' if alias.asname else ''))
    return lines


def _star_lines(module: str, code: str) -> list[str]:
    """Do `from module import *`: all of today's, then what the legacy API has instead."""
    if canonical(module) == 'keras.backend':
        return [f'from {LEGACY} import backend', f'from {LEGACY}.backend import *']
    names = legacy_names_of(module)
    lines = [] if _is_gone(module) else [f'from {canonical(module + ".*")[:-2]} import *']
    return [*lines, *([f'from {LEGACY} import {", ".join(names)}'] if names else [])] if names else [code]


def _with_name(lines: list[str], new: Today, bound: str, own: Set[str]) -> list[str]:
    """Return `lines` and what gives a name of today the name `bound`; names of one module share a line."""
    if not new.is_legacy:
        module, _, name = new.name.rpartition('.')
        return _with_import(lines, module, name, bound) if module else [*lines, f'{bound} = {new.name}']
    first, dot, rest = new.name.partition('.')
    if not dot:
        return _with_import(lines, LEGACY, first, bound)
    home = f'legacy_{first}' if first in own else first
    return [*_with_import(lines, LEGACY, first, home), f'{bound} = {home}.{rest}']


def _with_import(lines: list[str], module: str, name: str, bound: str) -> list[str]:
    start = f'from {module} import '
    wanted = name if name == bound else f'{name} as {bound}'
    for place, line in enumerate(lines):
        if line.startswith(start):
            if wanted in line[len(start) :].split(', '):
                return lines
            return [*lines[:place], f'{line}, {wanted}', *lines[place + 1 :]]
    return [*lines, start + wanted]


def _names(aliases: list[ast.alias]) -> str:
    return ', '.join(
        alias.name if alias.asname is None else f'{alias.name} as {alias.asname}' for alias in aliases
    )


def _is_gone(module: str) -> bool:
    """Return whether a module is no longer there, all of whose names are elsewhere today."""
    return canonical(module) == 'scipy.misc'
