"""Which names in a script are not the import called so: parameters, locals, later variables."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS)


def rebound_names(tree: ast.Module) -> set[ast.AST]:
    """Return the nodes of names that a script has given to something of its own where they stand."""
    found = {
        node
        for scope in ast.walk(tree)
        if isinstance(scope, _SCOPES)
        for node in _names_of(scope, _bound_in(scope))
    }
    functions = {
        node for scope in ast.walk(tree) if isinstance(scope, _FUNCTIONS) for node in ast.walk(scope)
    }
    events = _bindings_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in events:
            before = [own for line, own in events[node.id] if node in functions or line < node.lineno]
            if before and before[-1]:
                found.add(node)
    return found


def ends_as_its_own(tree: ast.Module) -> set[str]:
    """Return the names that are no import after a script, or a cell of a notebook, has run."""
    return {name for name, events in _bindings_of(tree).items() if events[-1][1]}


def _bindings_of(tree: ast.Module) -> dict[str, list[tuple[int, bool]]]:
    """Return, by name, the lines on which the script itself binds it, and whether not by an import."""
    events: dict[str, list[tuple[int, bool]]] = {}
    for node in _own_nodes(tree):
        for name in _bound_by(node):
            events.setdefault(name, []).append((getattr(node, 'lineno', 0), True))
        for name in _imported_by(node):
            events.setdefault(name, []).append((getattr(node, 'lineno', 0), False))
    return {name: sorted(found) for name, found in events.items()}


def _names_of(scope: ast.AST, bound: set[str]) -> Iterator[ast.AST]:
    yield from (node for node in ast.walk(scope) if isinstance(node, ast.Name) and node.id in bound)


def _bound_in(scope: ast.AST) -> set[str]:
    """Return the parameters and locals of a function, or the variables of a comprehension."""
    bound: set[str] = set()
    if isinstance(scope, _FUNCTIONS):
        bound |= {node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg)}
    if isinstance(scope, ast.Lambda):
        return bound
    others: set[str] = set()
    for node in _own_nodes(scope):
        bound |= set(_bound_by(node))
        others |= set(_imported_by(node))
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            others |= set(node.names)
    return bound - others


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in a scope without what is in the scopes within it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, (*_SCOPES, ast.ClassDef)):
            yield from _own_nodes(node)


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def _imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition('.')[0] for alias in node.names)
